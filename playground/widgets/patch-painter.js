import {html, nothing} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {onWidth, sharp} from './canvas.js';
import {paint} from './pixels.js';

const WIDE = 260;  // px of a painter that is not on the page yet

/** @typedef {{rows: number, columns: number}} Grid */

/**
 * The patch under a place of a box, -1 outside.
 * @param {{left: number, top: number, width: number, height: number}} box @param {Grid} grid @param {{clientX: number, clientY: number}} at
 */
export function patchAt(box, {rows, columns}, {clientX, clientY}) {
  const x = Math.floor((clientX - box.left) / box.width * columns), y = Math.floor((clientY - box.top) / box.height * rows);
  return x < 0 || y < 0 || x >= columns || y >= rows ? -1 : y * columns + x;
}

/**
 * An image in patches, some of which are hidden; the mouse or the keyboard hides and shows them.
 * masked: the hidden patches, which it sets like an input its value. mode: 'paint', or 'attention', in which patches are chosen instead.
 * weights: how much each patch is attended to, by whichever is `marked`; `where`: what says so.
 * Fires `paint` with the hidden patches, `look` with a patch.
 */
export class PatchPainter extends widget({
  pixels: '', name: '', size: {width: 1, height: 1}, grid: /** @type {Grid} */ ({rows: 0, columns: 0}),
  masked: /** @type {number[]} */ ([]),
  mode: /** @type {'paint' | 'attention'} */ ('paint'), weights: /** @type {number[] | null} */ (null), marked: -1, where: '', cursor: -1,
  brush: /** @type {boolean | null} */ (null),  // whether what it touches is hidden; null: it rests
}) {
  own = document.createElement('canvas');
  /** @type {ResizeObserver | null} */
  resizing = null;

  render() {
    return html`<canvas class="mask-canvas" tabindex="0" role="application" aria-label=${this.name} data-mode=${this.mode}
      data-hidden=${this.masked.join()} data-attention=${this.where || nothing} @pointerdown=${this.press} @pointermove=${this.move}
      @pointerup=${this.rest} @pointercancel=${this.rest} @keydown=${this.key} @blur=${() => { this.cursor = -1; }}></canvas>`;
  }

  get canvas() { return /** @type {HTMLCanvasElement} */ (this.querySelector('canvas')); }

  firstUpdated() { this.resizing = onWidth(this.canvas, () => this.draw()); }

  connectedCallback() {
    super.connectedCallback();
    if (this.canvas) this.resizing?.observe(this.canvas);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resizing?.disconnect();
  }

  /** @param {PointerEvent} event */
  at(event) { return patchAt(this.canvas.getBoundingClientRect(), this.grid, event); }

  /** @param {PointerEvent} event */
  press(event) {
    const patch = this.at(event);
    if (patch < 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    if (this.mode === 'attention') return this.tell('look', patch);
    this.brush = !this.masked.includes(patch);
    this.touch(patch, this.brush);
  }

  /** @param {PointerEvent} event */
  move(event) { if (this.brush !== null) this.touch(this.at(event), this.brush); }

  rest() { this.brush = null; }

  /** @param {number} patch @param {boolean} hide */
  touch(patch, hide) {
    if (patch < 0 || this.masked.includes(patch) === hide) return;
    const masked = hide ? [...this.masked, patch].sort((a, b) => a - b) : this.masked.filter(i => i !== patch);
    Object.assign(this, {masked});
    this.tell('paint', masked);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const {rows, columns} = this.grid, steps = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns};
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step) {
      const next = Math.max(0, this.cursor) + (this.cursor < 0 ? 0 : step);
      if (next >= 0 && next < rows * columns) this.cursor = next;
    } else if ([' ', 'Enter'].includes(event.key) && this.cursor >= 0) {
      if (this.mode === 'attention') this.tell('look', this.cursor);
      else this.touch(this.cursor, !this.masked.includes(this.cursor));
    } else return;
    event.preventDefault();
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (this.pixels && changed.has('pixels')) paint(this.own, this.pixels, this.size);
    this.draw();
  }

  draw() {
    const {canvas, grid: {rows, columns}, size} = this, wide = canvas.clientWidth || WIDE, high = wide * size.height / size.width;
    if (!rows) return;
    canvas.style.aspectRatio = `${size.width} / ${size.height}`;
    const g = sharp(canvas, wide, high);
    if (!g) return;
    g.imageSmoothingEnabled = false;
    g.drawImage(this.own, 0, 0, wide, high);
    const w = wide / columns, h = high / rows;
    /** @param {number} i @returns {[number, number, number, number]} */
    const box = i => [(i % columns) * w, Math.floor(i / columns) * h, w, h];
    const fill = (/** @type {string} */ colour, /** @type {number} */ i) => { g.fillStyle = colour; g.fillRect(...box(i)); };
    const line = (/** @type {string} */ colour, /** @type {number} */ width, /** @type {number} */ i) => {
      g.strokeStyle = colour;
      g.lineWidth = width;
      g.strokeRect(...box(i));
    };
    for (const i of this.masked) fill('#808080', i);
    const most = Math.max(...this.weights ?? []);
    this.weights?.forEach((weight, i) => { fill(`rgb(249 115 22 / ${0.85 * weight / most})`, i); });
    for (let i = 0; i < rows * columns; i++) line('rgb(128 128 128 / .45)', 1, i);
    for (const i of [this.marked, this.cursor].filter(i => i >= 0)) {
      line('#000', 5, i);
      line('#fde047', 2.5, i);
    }
  }
}

define('patch-painter', PatchPainter);
