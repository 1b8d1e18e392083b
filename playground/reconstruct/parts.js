// Parts that several views have.
import {html} from '../page/lit.js';
import {explained} from '../page/terms.js';
import {sayer, shown} from '../page/words.js';
import * as forms from '../widgets/forms.js';
import '../widgets/pixel-image.js';

/** @typedef {import('./answers').Maker} Maker */

export const say = sayer('reconstruct');

const ERROR_TOP = 0.5;  // the error that is brightest

/** The fields that every view has; with another run or image it asks anew. */
export const VIEW = {maker: /** @type {Maker | null} */ (null), image: /** @type {import('./types').Picture | null} */ (null)};

/**
 * Whether a view has another run or image now, or its network has learned more.
 * @param {import('./types').View} view @param {Map<PropertyKey, unknown>} changed
 */
export const another = ({maker, image}, changed) => Boolean(maker && image) && (changed.has('maker') || changed.has('image'));

/** @param {import('./answers').Judged} j */
export const judged = j =>
  say('judged', {mse: shown('mse', j.mse), psnr: j.psnr === null ? '∞' : shown('psnr', j.psnr), ssim: shown('ssim', j.ssim)});

/** @param {string} key */
export const heading = key => forms.heading(say(key), say(`${key}_help`));

/** @param {Maker} size @param {string} name @param {string} pixels @param {string} [note] @param {string} [cls] */
export const shot = (size, name, pixels, note = '', cls = '') => html`<pixel-image .name=${name} .pixels=${pixels} .size=${size}
  .note=${note} .cls=${cls}></pixel-image>`;

/**
 * An error, or another share, as heat up to `top`.
 * @param {Maker} size @param {string} name @param {string} pixels @param {{top?: number, note?: string, cls?: string}} [how]
 */
export const heat = (size, name, pixels, {top = ERROR_TOP, note = '', cls = ''} = {}) => html`<pixel-image .name=${name} .pixels=${pixels}
  .size=${size} .heat=${top} .note=${note} .cls=${cls}></pixel-image>`;

export const errorScale = () => html`<p class="hint heat-scale">${say('error_scale')}<span>0</span><i></i><span>${ERROR_TOP}</span></p>
  <p class="hint">${explained(say('measures'))}</p>`;

/** How far a code is from those of real images. @param {import('./answers').Decoded} found */
export const gap = found => say(found.gap > found.far ? 'in_hole' : 'near_real', {gap: found.gap.toFixed(1)});
