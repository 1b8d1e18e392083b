// Images of a run as buttons.
import {html, styleMap} from '../page/lit.js';
import {lang, shown} from '../page/words.js';
import {define, widget} from '../page/widget.js';
import {imageStyle, nameOf} from '../widgets/sprite.js';

/** @typedef {import('../widgets/embedding-map/types').About} About */
/** @typedef {{about: About, sheet: string, classes: string[]}} Images of a run: what they are, their picture, names of their classes */
/** @typedef {{index: number, text?: string, kind?: string}} Item an image, what stands below it, a further class */

/** An image alone. @param {Images} images @param {number} index @param {number} side */
export const image = ({about, sheet}, index, side) => html`<div class="thumb-image"
  style=${styleMap(imageStyle(about, sheet, index, side))}></div>`;

/** @param {Images} images @param {number} index */
export const nameIn = ({about, classes}, index) => nameOf(about, index, classes, lang());

/**
 * Nearest images, the cosine below each; `of`: their labels, by which it is said whether they are of the same class.
 * @param {[number, number][]} near @param {ArrayLike<number> | null} [of] @param {number} [index] @returns {Item[]}
 */
export const nearItems = (near, of = null, index = -1) =>
  near.map(([i, cosine]) => ({index: i, text: shown('cosine', cosine), kind: of ? of[i] === of[index] ? 'same' : 'other' : ''}));

/** A row of images to press. Fires `pick` with an index, and `hover` with one or -1. */
export class ImageButtons extends widget({
  images: /** @type {Images | null} */ (null), items: /** @type {Item[]} */ ([]), side: 42, bare: false,
}) {
  render() {
    const {images, items, side, bare} = this;
    return images && items.map(({index, text, kind}) => html`<button type="button"
      class="thumb${bare ? ' bare' : ''}${kind ? ` ${kind}` : ''}" title=${nameIn(images, index)}
      data-index=${index} @click=${() => this.tell('pick', index)} @mouseenter=${() => this.tell('hover', index)}
      @mouseleave=${() => this.tell('hover', -1)}>${image(images, index, side)}<span>${text ?? ''}</span></button>`);
  }
}

define('image-buttons', ImageButtons);
