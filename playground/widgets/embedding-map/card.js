// The card beside a point: its image and what it is called.
import {imageStyle} from '../sprite.js';
import {written} from '../text.js';

/** @typedef {import('./element.js').EmbeddingMap} EmbeddingMap */

const SIDE = 96;  // px of the image

/**
 * A card's left and top px beside the mouse, within the map.
 * @param {number} x @param {number} y of the mouse @param {{width: number, height: number}} box
 */
export const beside = (x, y, {width, height}) =>
  [x > width - 150 ? Math.max(0, x - 140) : x + 14, Math.max(0, Math.min(y - 60, height - 150))];

export class Card {
  element = Object.assign(document.createElement('div'), {className: 'map-card', hidden: true});
  picture = document.createElement('div');
  caption = document.createElement('div');

  constructor() { this.element.append(this.picture, this.caption); }

  hide() { this.element.hidden = true; }

  /** @param {EmbeddingMap} map @param {number} i a point, or -2 - j for a placed one @param {{clientX: number, clientY: number}} pointer */
  show(map, i, pointer) {
    const {picture, caption, element} = this, own = i < -1 ? map.placed[-2 - i] : null, side = own?.picture ? `${SIDE}px` : '0';
    Object.assign(picture.style, own ? {
      width: side, height: side, backgroundImage: own.picture ? `url("${own.picture}")` : 'none', backgroundSize: 'contain',
      backgroundPosition: '0 0',
    } : imageStyle(/** @type {import('./types').About} */ (map.about), map.sheet, i, SIDE));
    const value = own ? undefined : map.coding.values?.[i];
    caption.textContent = (own ? own.name : map.name(i)) + (value === undefined ? '' : ` · ${written(value, '.3g')}`);
    element.dataset.index = String(i);
    element.hidden = false;
    const box = map.getBoundingClientRect(), [left, top] = beside(pointer.clientX - box.left, pointer.clientY - box.top, box);
    Object.assign(element.style, {left: `${left}px`, top: `${top}px`});
  }
}
