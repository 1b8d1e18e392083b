// What several parts of Compare use.
import {html, styleMap} from '../page/lit.js';
import {sayer} from '../page/words.js';
import {COLOURS} from '../widgets/embedding-map/colours.js';

export const say = sayer('compare');
export const EVERY = 700, RETRY = 2500;  // ms between two questions: while a run trains, and when the last one failed

const DASHES = ['solid', 'dashed', 'dotted'];

/** A run's line in the curves, as a small piece of it. @param {number} at its place in the table */
export const swatch = at => html`<span class="compare-swatch" style=${styleMap({
  borderTopColor: COLOURS[at % COLOURS.length], borderTopStyle: DASHES[at % DASHES.length]})}></span>`;

/** An address of this page with other values. @param {Record<string, string | null>} values */
export function linkTo(values) {
  const url = new URL(location.pathname, location.href);
  for (const [key, value] of Object.entries(values)) if (value) url.searchParams.set(key, value);
  return url.href;
}

/** @param {string} label @param {unknown} control */
export const field = (label, control) => html`<label class="field"><span>${label}</span>${control}</label>`;
