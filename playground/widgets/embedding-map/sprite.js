// One image of the picture that holds all of them, and what it is called.

/** @typedef {import('./types').About} About */

/**
 * Where an image is in the picture: x, y, width, height.
 * @param {About} about @param {number} i @returns {[number, number, number, number]}
 */
export const tile = ({columns, width, height}, i) => [(i % columns) * width, Math.floor(i / columns) * height, width, height];

/**
 * The style of an element that shows an image, its longer side `side` px.
 * @param {About} about @param {string} sheet @param {number} i @param {number} side
 */
export function thumbStyle(about, sheet, i, side) {
  const {columns, rows, width, height} = about, scale = side / Math.max(width, height), [x, y] = tile(about, i);
  return {
    width: `${width * scale}px`, height: `${height * scale}px`, backgroundImage: `url("${sheet}")`,
    backgroundSize: `${columns * width * scale}px ${rows * height * scale}px`, imageRendering: 'pixelated',
    backgroundPosition: `${-x * scale}px ${-y * scale}px`,
  };
}

/**
 * What an image is called: its caption and class, or its file, or its number.
 * @param {About} about @param {number} i @param {string[]} classes @param {string} language
 */
export function nameOf({labels, captions, names}, i, classes, language) {
  const words = [captions?.[language]?.[i], labels ? classes[labels[i]] : null].filter(Boolean);
  return words.join(' · ') || names?.[i] || `${i + 1}`;
}
