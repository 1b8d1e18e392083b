// A sprite: many small images in one file, row by row; where one is in it, how it is shown, what it is called.
import {html, styleMap} from '../page/lit.js';

/** @typedef {{columns: number, rows: number, width: number, height: number}} Sprite the images a row and a column; px of one */
/** @typedef {import('./embedding-map/types').About} About */

/**
 * The style by which an element shows one image of a sprite, its longer side so many px.
 * @param {Sprite} sprite @param {string} sheet address of the file @param {number} index @param {number} side
 * @returns {Record<string, string>}
 */
export function imageStyle({columns, rows, width, height}, sheet, index, side) {
  const scale = side / Math.max(width, height), px = (/** @type {number} */ value) => `${value}px`;
  return {
    width: px(width * scale), height: px(height * scale), backgroundImage: `url("${sheet}")`,
    backgroundSize: `${px(columns * width * scale)} ${px(rows * height * scale)}`, imageRendering: 'pixelated',
    backgroundPosition: `${px(-(index % columns) * width * scale)} ${px(-Math.floor(index / columns) * height * scale)}`,
  };
}

/** @param {Sprite} sprite @param {string} sheet @param {number} index @param {number} side @param {string} [cls] */
export const image = (sprite, sheet, index, side, cls = 'thumb') => html`<div class=${cls}
  style=${styleMap(imageStyle(sprite, sheet, index, side))}></div>`;

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
