// The colour of a cosine, the same wherever one is drawn: blue at −1, nothing at 0, orange at 1. playground/plots.py has it too.
export const ABOVE = '234 88 12', BELOW = '59 130 246';

/** @param {number} value from −1 to 1 */
export const cosineColour = value => `rgb(${value < 0 ? BELOW : ABOVE} / ${Math.min(1, Math.abs(value)).toFixed(3)})`;
