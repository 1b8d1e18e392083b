// The mouse and the finger on a map: the card of a point they rest on, and what they press.
import {Card} from './card.js';

/** @typedef {import('./element.js').EmbeddingMap} EmbeddingMap */

const DWELL = 125;  // ms that the mouse rests before a card shows
const NEAR = 11, NEAR_TOUCH = 24;  // px from a point that still mean it
const PRESS = 5;  // px that a press may move and still be one

export class Pointer {
  card = new Card();
  hovered = -1;
  /** @type {PointerEvent | null} the last one */
  last = null;
  /** @type {[number, number, number] | null} */
  pressed = null;
  dwelling = 0;

  /** @param {EmbeddingMap} map */
  constructor(map) {
    this.map = map;
    map.addEventListener('pointermove', event => {
      if (!map.flat || event.pointerType === 'touch') return;
      this.hover(event.buttons ? -1 : map.find(...this.at(event), NEAR), event);
    });
    map.addEventListener('pointerleave', () => this.hover(-1));
    map.addEventListener('pointerdown', event => { this.pressed = [...this.at(event), event.pointerId]; }, true);
  }

  begin() { addEventListener('pointerup', this.released, true); }  // wherever it is let go

  end() {
    removeEventListener('pointerup', this.released, true);
    this.pressed = null;
    this.hover(-1);
  }

  /** @param {MouseEvent} event @returns {[number, number]} px of the map */
  at({clientX, clientY}) {
    const box = this.map.getBoundingClientRect();
    return [clientX - box.left - this.map.clientLeft, clientY - box.top - this.map.clientTop];
  }

  released = (/** @type {PointerEvent} */ event) => {
    const {map, pressed: from} = this, [x, y] = this.at(event);
    this.pressed = null;
    if (!map.flat || !from || from[2] !== event.pointerId || Math.hypot(x - from[0], y - from[1]) > PRESS) return;
    const touch = event.pointerType === 'touch', found = map.find(x, y, touch ? NEAR_TOUCH : NEAR);
    if (touch) this.hover(found, event, 0);
    if (found >= 0) map.tell('pick', found);
    else if (found < -1) map.tell('own', map.placed[-2 - found]);
  };

  /** @param {number} i @param {PointerEvent | null} [event] @param {number} [dwell] ms */
  hover(i, event = null, dwell = DWELL) {
    if (i === this.hovered) { if (i !== -1 && event) this.last = event; return; }
    this.hovered = i;
    this.last = event;
    clearTimeout(this.dwelling);
    this.card.hide();
    this.map.classList.toggle('over', i !== -1);
    if (i === -1) this.map.tell('hover', -1);
    else this.dwelling = setTimeout(() => {
      if (this.last) this.card.show(this.map, i, this.last);
      this.map.tell('hover', i);
    }, dwell);
  }
}
