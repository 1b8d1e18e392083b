import {html, nothing} from '../page/lit.js';

/**
 * @typedef {object} Share
 * @property {string} name
 * @property {number} value from 0 to 1
 * @property {string} text the value in words
 * @property {string} [cls]
 * @property {{text?: string, class?: string, score?: string}} [data] what the row is of
 */

/** @param {number} value */
const width = value => `${(100 * Math.max(0, Math.min(1, value))).toFixed(1)}%`;

/** A name, a bar, and the share in words. @param {Share} share */
export const shareBar = ({name, value, text, cls = '', data = {}}) => html`<div class=${`portion-bar ${cls}`} title=${`${name}: ${text}`}
  data-text=${data.text ?? nothing} data-class=${data.class ?? nothing} data-score=${data.score ?? nothing}><span>${name}</span><div><i
  style="width: ${width(value)}"></i></div><b>${text}</b></div>`;
