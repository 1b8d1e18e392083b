import {html, nothing, repeat} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {shareBar} from './share-bar.js';

const SMALL = 128;  // px: what has fewer is shown with sharp pixels

/** @typedef {import('./share-bar.js').Share} Share */
/**
 * @typedef {object} Card
 * @property {string} key of the picture
 * @property {number} index
 * @property {string} src
 * @property {string} name
 * @property {string} title what the picture most likely is
 * @property {string} label the same as it was typed, '' for none of them
 * @property {number} share of that
 * @property {string} note
 * @property {Share[]} bars
 * @property {string} rest what is said of those that have no bar
 * @property {boolean} none whether it is none of them
 */

/** @param {Event} event */
function sharpen({target}) {
  const image = /** @type {HTMLImageElement} */ (target);
  image.classList.toggle('small', image.naturalWidth < SMALL);
}

/** A picture at its own size's sharpness. @param {string} src @param {string} name */
export const picture = (src, name) => html`<img class="picture-shown" alt=${name} decoding="sync" @load=${sharpen} src=${src}>`;

/** A picture, what it most likely shows, and the shares of the best texts. */
export class PictureCard extends widget({card: /** @type {Card | null} */ (null)}) {
  render() {
    if (!this.card) return nothing;
    const {key, index, src, name, title, label, share, note, bars, rest, none} = this.card;
    return html`<figure class=${`picture-card${none ? ' nothing' : ''}`} data-index=${index} data-key=${key}><div
      class="picture-head">${picture(src, name)}<figcaption><b class="picture-first" data-label=${label} data-share=${share.toFixed(4)}>${
      title}</b><small>${note}</small></figcaption></div>${bars.map(shareBar)}<small>${rest}</small></figure>`;
  }
}

/** @param {Card[]} cards */
export const pictureCards = cards => repeat(cards, card => card.key, card => html`<picture-card .card=${card}></picture-card>`);

define('picture-card', PictureCard);
