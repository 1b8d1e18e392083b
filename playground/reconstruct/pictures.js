// The held-out images of a run, and a person's own.
import {className, lang} from '../page/words.js';
import {packed} from '../widgets/pixels.js';

/** @typedef {import('./types').About} About */

/** A picture that the browser has read. @param {string} src */
export async function loaded(src) {
  const image = new Image();
  image.src = src;
  await image.decode();
  return image;
}

/**
 * The pixels of one image of a sheet.
 * @param {HTMLImageElement} sheet @param {About} about @param {number} index @param {number} channels
 */
export function cut(sheet, {columns, width, height}, index, channels) {
  const canvas = Object.assign(document.createElement('canvas'), {width, height}), g = canvas.getContext('2d', {willReadFrequently: true});
  if (!g) return '';
  g.drawImage(sheet, (index % columns) * width, Math.floor(index / columns) * height, width, height, 0, 0, width, height);
  return packed(g.getImageData(0, 0, width, height).data, channels);
}

/** Pixels that are all as the first one of an image. @param {string} pixels @param {number} count @param {number} channels */
export const blank = (pixels, count, channels) => btoa(atob(pixels).slice(0, channels).repeat(count));

/** What an image is called in the reader's language. @param {About} about @param {number} i */
export function nameOf({labels, captions, classes, names}, i) {
  const words = [captions?.[lang()]?.[i], labels ? className(classes[labels[i]]) : null].filter(Boolean);
  return words.join(' · ') || names?.[i] || `${i + 1}`;
}

/** Numbers from 0 to 1 that a seed decides: mulberry32. @param {number} seed */
export const chance = seed => () => {
  seed = seed + 0x6D2B79F5 | 0;
  let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
  t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
  return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
};

/** Some of the held-out images, as if at random but not twice. @param {number} count @param {number} some @param {number} seed */
export function deal(count, some, seed) {
  const all = Array.from({length: count}, (_, i) => i), random = chance(seed);
  for (let i = 0; i < Math.min(some, count); i++) {
    const j = i + Math.floor(random() * (count - i));
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all.slice(0, some);
}
