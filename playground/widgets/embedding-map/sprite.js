// One image of the picture that holds all of them, and what it is called.

/** @typedef {import('./types').About} About */

/**
 * Where an image is in the picture: x, y, width, height.
 * @param {About} about @param {number} i @returns {[number, number, number, number]}
 */
export const tile = ({columns, width, height}, i) => [(i % columns) * width, Math.floor(i / columns) * height, width, height];

/**
 * What an image is called: its caption and class, or its file, or its number.
 * @param {About} about @param {number} i @param {string[]} classes @param {string} language
 */
export function nameOf({labels, captions, names}, i, classes, language) {
  const words = [captions?.[language]?.[i], labels ? classes[labels[i]] : null].filter(Boolean);
  return words.join(' · ') || names?.[i] || `${i + 1}`;
}
