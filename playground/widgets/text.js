// Texts with blanks, and numbers as a person reads them.

/** A text with its blanks, as {name}, filled in. @param {string} text @param {Record<string, unknown>} [values] */
export const filled = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A power of ten, raised. @param {string} power */
const raised = power => [...power.replace('+', '')].map(digit => digit === '-' ? '⁻' : RAISED[Number(digit)]).join('');

/** What a style makes of a number that is not below 0. @param {number} value @param {number} digits @param {string} kind */
function formatted(value, digits, kind) {
  if (kind === '%') return `${(100 * value).toFixed(digits)}%`;
  if (kind === 'f') return value.toFixed(digits);
  const rounded = Number(value.toPrecision(digits));
  if (!value || (rounded >= 1e-4 && rounded < 10 ** digits)) return String(rounded);
  const [number, power] = value.toExponential(digits - 1).split('e');
  return `${Number(number)}·10${raised(power)}`;
}

/**
 * A number as a person reads it: with a minus and not a hyphen, and no zero that has one.
 * @param {number} value @param {string} style as Python's: ".2f", ".1%", ".3g"
 */
export function written(value, style) {
  const digits = Number(style.slice(1, -1)), text = formatted(Math.abs(value), digits, style.slice(-1));
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}
