// What a part of the page shows where it has nothing else to show: waiting, failed and empty look the same on all of it.
import {html, nothing} from './lit.js';

/** Bones where something will stand, and a word: nobody takes them for data. @param {string} sentence @param {string} [kind] */
export const waiting = (sentence, kind = '') => html`<div class="state waiting" data-kind=${kind || nothing} role="status">
  <i class="bones" aria-hidden="true"></i><span>${sentence}</span></div>`;

/** The bones alone, where a word and how far it is stand above them already. */
export const bones = html`<div class="state" aria-hidden="true"><i class="bones"></i></div>`;

/** Why there is nothing. @param {string} sentence */
export const failed = sentence => html`<div class="state failed" role="status"><span>${sentence}</span></div>`;

/** What to do so that there is something. @param {string} title @param {string} sentence */
export const empty = (title, sentence) => html`<div class="live-empty"><h2>${title}</h2><p>${sentence}</p></div>`;
