import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {onWidth, sharp} from './canvas.js';
import {paint} from './pixels.js';

const WIDE = 400, HATCH = 10, RING = 11;  // px of a plane that is not on the page yet, between two lines of a hatching, of the ring

/**
 * @typedef {{side: number, tile: number[], reach: number, lattice: string[], codes: number[], gaps: number[], far: number}} Plane
 *   side² pictures of `lattice`, from the top left, each of `tile` (height, width), over ±reach; codes: x0 y0 x1 …; gaps: of each
 *   picture to the nearest code, beyond `far` in a hole
 */

/** A place of a plane that is not outside. @param {number[]} at @param {number} reach */
export const within = (at, reach) => at.map(v => Math.max(-reach, Math.min(reach, v)));

/** A plane of codes to walk on. at: where the ring is, which it sets like an input its value. Fires `walk` with `at`. */
export class CodePlane extends widget({plane: /** @type {Plane | null} */ (null), at: [0, 0], name: '', dragged: false}) {
  tiles = document.createElement('canvas');
  /** @type {ResizeObserver | null} */
  resizing = null;

  render() {
    return html`<canvas class="plane" tabindex="0" role="application" aria-label=${this.name} @pointerdown=${this.press}
      @pointermove=${this.move} @pointerup=${this.rest} @pointercancel=${this.rest} @keydown=${this.key}></canvas>`;
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
  press(event) {
    if (!this.plane) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.dragged = true;
    this.move(event);
  }

  /** @param {PointerEvent} event */
  move({clientX, clientY}) {
    if (!this.dragged || !this.plane) return;
    const box = this.canvas.getBoundingClientRect(), {reach} = this.plane;
    this.go([2 * reach * ((clientX - box.left) / box.width - 0.5), -2 * reach * ((clientY - box.top) / box.height - 0.5)]);
  }

  rest() { this.dragged = false; }

  /** @param {KeyboardEvent} event */
  key(event) {
    const steps = {ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1]};
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step || !this.plane) return;
    event.preventDefault();
    this.go(this.at.map((v, i) => v + step[i]));
  }

  /** @param {number[]} at */
  go(at) {
    if (!this.plane) return;
    this.at = within(at, this.plane.reach);
    this.tell('walk', this.at);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (changed.has('plane')) this.tile();
    this.draw();
  }

  tile() {
    if (!this.plane) return;
    const {side, tile: [height, width], lattice} = this.plane, one = document.createElement('canvas'), g = this.tiles.getContext('2d');
    Object.assign(this.tiles, {width: side * width, height: side * height});
    lattice.forEach((pixels, i) => {
      paint(one, pixels, {width, height});
      g?.drawImage(one, (i % side) * width, Math.floor(i / side) * height);
    });
  }

  draw() {
    const {canvas, plane} = this, wide = canvas.clientWidth || WIDE;
    if (!plane) return;
    const g = sharp(canvas, wide, wide);
    if (!g) return;
    g.imageSmoothingEnabled = false;
    g.drawImage(this.tiles, 0, 0, wide, wide);
    hatch(g, plane, wide / plane.side);
    const to = (/** @type {number} */ u, /** @type {number} */ v) => [wide * (u / plane.reach + 1) / 2, wide * (1 - v / plane.reach) / 2];
    g.fillStyle = 'rgb(56 189 248 / .8)';
    for (let i = 0; i < plane.codes.length; i += 2) {
      const [x, y] = to(plane.codes[i], plane.codes[i + 1]);
      g.fillRect(x - 1, y - 1, 2, 2);
    }
    const [x, y] = to(this.at[0], this.at[1]);
    for (const [colour, width] of /** @type {[string, number][]} */ ([['#000', 6], ['#fde047', 3]])) {
      g.strokeStyle = colour;
      g.lineWidth = width;
      g.beginPath();
      g.arc(x, y, RING, 0, 6.2832);
      g.stroke();
    }
  }
}

/** Cells near which no image has its code. @param {CanvasRenderingContext2D} g @param {Plane} plane @param {number} cell px of one */
function hatch(g, {gaps, far, side}, cell) {
  g.lineWidth = 1;
  gaps.forEach((gap, i) => {
    if (gap <= far) return;
    const [x, y] = [(i % side) * cell, Math.floor(i / side) * cell];
    g.save();
    g.beginPath();
    g.rect(x, y, cell, cell);
    g.clip();
    g.strokeStyle = 'rgb(239 68 68 / .5)';
    g.beginPath();
    for (let k = -cell; k < cell; k += HATCH) {
      g.moveTo(x + k, y + cell);
      g.lineTo(x + k + cell, y);
    }
    g.stroke();
    g.restore();
  });
}

define('code-plane', CodePlane);
