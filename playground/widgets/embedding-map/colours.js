// What the colours of a map are, and what they mean.

/** @typedef {import('./types').About} About */
/** @typedef {import('./types').Spec} Spec */

// plots.PALETTE, which colour-blind people can tell apart, then Paul Tol's muted colours, for who has more classes than ten
export const COLOURS = ['#4B96FF', '#874BB4', '#5AA52D', '#E1C300', '#FFA5A5', '#69D2FF', '#3C4B69', '#D269A5', '#87695A', '#960F00',
  '#332288', '#DDCC77', '#117733', '#88CCEE', '#882255', '#44AA99', '#CC6677', '#999933', '#AA4499', '#661100'];
export const SCALE = ['#352a87', '#2b5fb3', '#1f8fb8', '#23b39a', '#74c476', '#c7d95a', '#f9e721'];  // dark to light, even in lightness
export const NO_GROUP = '#9aa0aa';
export const FAINT = 0.1, PLAIN = 0.8;  // opacity of what is not selected, and of points
const DIM = 0.12;  // luminance that near-black leaves below a contrast of 3
const LIGHTER = 0.4;  // of the way to the ink
const SHADES = 24;  // of a scale

/** @param {string} colour @returns {number[]} */
const hex = colour => [1, 3, 5].map(i => Number.parseInt(colour.slice(i, i + 2), 16));
/** @param {string} colour as #rrggbb or rgb(…) @returns {number[]} */
export const parts = colour => colour.startsWith('#') ? hex(colour) : (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);

/** The colour of a share of the scale. @param {number} share from 0 to 1 */
export function scaled(share) {
  const at = Math.min(0.9999, Math.max(0, share)) * (SCALE.length - 1), i = Math.floor(at);
  const [a, b] = [hex(SCALE[i]), hex(SCALE[i + 1])];
  return `rgb(${a.map((v, c) => Math.round(v + (b[c] - v) * (at - i))).join(',')})`;
}

const STEPS = Array.from({length: SHADES}, (_, i) => scaled((i + 0.5) / SHADES));

/**
 * What the colours mean where they mean the labels.
 * @param {About} about @param {string} unlabelled @param {string[] | null} [classes] @returns {Spec}
 */
export const labelled = ({labels, count, classes: own}, unlabelled, classes = null) =>
  labels ? {names: classes ?? own, of: labels} : {names: [unlabelled], of: new Uint8Array(count)};

/** The place of each point in the palette, -1 for none. @param {Spec} spec @returns {number[]} */
export const binned = spec => spec.values
  ? Array.from(spec.values, v => Math.min(SHADES - 1, Math.max(0, Math.floor(SHADES * (v - spec.low) / (spec.high - spec.low || 1)))))
  : Array.from(spec.of);

/** @param {Spec} spec @returns {string[]} */
export const paletteOf = spec => spec.values ? STEPS : spec.names.map((_, g) => COLOURS[g % COLOURS.length]);

/**
 * The groups that are hidden once one was pressed: it comes or goes; `alone`, all others go, or all come back.
 * @param {Set<number>} hidden @param {number} group @param {boolean} alone @param {number} count of all groups @returns {Set<number>}
 */
export function toggled(hidden, group, alone, count) {
  if (!alone) return hidden.has(group) ? new Set([...hidden].filter(g => g !== group)) : new Set([...hidden, group]);
  const others = Array.from({length: count}, (_, g) => g).filter(g => g !== group);
  return new Set(!hidden.has(group) && others.every(g => hidden.has(g)) ? [] : others);
}

/** @param {string} colour @param {boolean} chosen */
export function faint(colour, chosen) {
  const [r, g, b] = parts(colour);
  return `rgba(${r},${g},${b},${chosen ? PLAIN : FAINT})`;
}

/** @param {string} colour */
export function luminance(colour) {
  const [r, g, b] = parts(colour).map(part => (part / 255 <= 0.04 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Whether a colour is lost on its ground: a dark one on black. @param {string} colour @param {string} ink */
const dim = (colour, ink) => luminance(ink) > 0.5 && luminance(colour) <= DIM;

/**
 * A colour as it can be seen beside this ink: a dark one is lighter on black. An outline would look as if it were chosen.
 * @param {string} colour @param {string} ink
 */
export function legible(colour, ink) {
  if (!dim(colour, ink)) return colour;
  const other = parts(ink);
  return `rgb(${parts(colour).map((v, i) => Math.round(v + LIGHTER * (other[i] - v))).join(',')})`;
}
