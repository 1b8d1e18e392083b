// A sprite: many small images in one file, row by row.
import {html, styleMap} from '../page/lit.js';

/** @typedef {{columns: number, rows: number, width: number, height: number}} Sprite the images a row and a column; px of one */

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
