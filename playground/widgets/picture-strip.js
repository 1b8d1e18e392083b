import {html, nothing, styleMap} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {imageStyle} from './sprite.js';

const SIDE = 46;  // px of an image

/** @typedef {import('./sprite.js').Sprite & {src: string}} Sheet a sprite and its address */

/**
 * Some images of a sprite, each a button. Fires `choose` with an image's index.
 * chosen: the index of the one that is pressed, -1 for none; null where none ever is.
 */
export class PictureStrip extends widget({
  sheet: /** @type {Sheet | null} */ (null), shown: /** @type {{index: number, name: string}[]} */ ([]),
  chosen: /** @type {number | null} */ (-1),
}) {
  render() {
    const {sheet, chosen} = this;
    if (!sheet) return nothing;
    return html`<div class="thumb-strip">${this.shown.map(({index, name}) => html`<button type="button" class="thumb bare"
      title=${name} aria-label=${name} data-index=${index} aria-pressed=${chosen === null ? nothing : index === chosen}
      @click=${() => this.tell('choose', index)}><div class="thumb-image"
      style=${styleMap(imageStyle(sheet, sheet.src, index, SIDE))}></div></button>`)}</div>`;
  }
}

define('picture-strip', PictureStrip);
