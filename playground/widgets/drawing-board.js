import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {packed, paint} from './pixels.js';

/** @typedef {{colour: string, width: number}} Pen width: in pixels of the picture */

/**
 * A picture of pixels that a person can draw on, with its name and a note under it.
 * pixels: as pixels.js reads them, which it sets like an input its value. Fires `draw` with them at each stroke.
 */
export class DrawingBoard extends widget({
  pixels: '', size: {width: 0, height: 0}, channels: 1, name: '', note: '', drawable: false,
  pen: /** @type {Pen} */ ({colour: '#fff', width: 2}),
}) {
  /** @type {[number, number] | null} */
  last = null;  // where the pen was
  drawn = '';  // what the canvas shows

  render() {
    return html`<figure class=${`shot fitted${this.drawable ? ' drawable' : ''}`}><canvas role="img" aria-label=${this.name}
      @pointerdown=${this.press} @pointermove=${this.move}></canvas>
      <figcaption><b>${this.name}</b><small>${this.note}</small></figcaption></figure>`;
  }

  get canvas() { return /** @type {HTMLCanvasElement} */ (this.querySelector('canvas')); }

  updated() {
    if (!this.pixels || this.pixels === this.drawn) return;
    paint(this.canvas, this.pixels, this.size);
    this.drawn = this.pixels;
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (!this.drawable) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.last = null;
    this.stroke(event);
  }

  /** @param {PointerEvent} event */
  move(event) { if (this.drawable && event.buttons) this.stroke(event); }

  /** @param {PointerEvent} event */
  stroke({clientX, clientY}) {
    const {canvas, pen, size: {width, height}} = this, box = canvas.getBoundingClientRect(), g = canvas.getContext('2d');
    if (!g) return;
    const at = /** @type {[number, number]} */ ([(clientX - box.left) / box.width * width, (clientY - box.top) / box.height * height]);
    Object.assign(g, {strokeStyle: pen.colour, lineWidth: pen.width, lineCap: 'round'});
    g.beginPath();
    g.moveTo(...this.last ?? at);
    g.lineTo(at[0] + 0.01, at[1]);
    g.stroke();
    this.last = at;
    this.drawn = this.pixels = packed(g.getImageData(0, 0, width, height).data, this.channels);
    this.tell('draw', this.pixels);
  }
}

define('drawing-board', DrawingBoard);
