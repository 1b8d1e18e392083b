import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {cosineColour} from './cosine.js';

const USUAL = 340, FEW = 8;  // px and columns, where neither is known yet
/** @type {Record<string, [number, number] | undefined>} */
const STEPS = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};

/** @typedef {{columns: string[], values: number[][]}} Similarities cosines (n,n) of images, as rows, and captions */

/** The n×n cosines of images (rows) and captions (columns), with the images beside the rows; a cell that is pointed at is told of. */
export class SimilarityMatrix extends widget({
  table: /** @type {Similarities | null} */ (null),
  strip: /** @type {string | null} */ (null),  // address of the n images side by side
  name: '',
  help: '',  // what is said while no cell is told of
  sentence: /** @type {((row: number, column: number) => string) | null} */ (null),
  at: /** @type {[number, number] | null} */ (null),
}) {
  /** @type {HTMLImageElement | null} */
  images = null;
  resizing = new ResizeObserver(() => this.paint());

  render() {
    const {table, at, name, help} = this, cell = table && at ? this.sentence?.(...this.inside(at)) : '';
    return html`<canvas class="cosine-matrix" tabindex="0" role="img" aria-label=${name} @pointermove=${this.move}
      @keydown=${this.key}></canvas><p class="hint heat-line" aria-live="polite">${cell || help}</p>`;
  }

  get canvas() { return /** @type {HTMLCanvasElement} */ (this.querySelector('canvas')); }
  get wide() { return this.canvas.clientWidth || USUAL; }
  get cell() { return this.wide / ((this.table?.columns.length || FEW) + 1); }

  firstUpdated() { this.resizing.observe(this.canvas); }

  connectedCallback() {
    super.connectedCallback();
    if (this.canvas) this.resizing.observe(this.canvas);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resizing.disconnect();
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (changed.has('strip')) this.fetchImages();
    this.paint();
  }

  fetchImages() {
    const {strip} = this;
    if (!strip) { this.images = null; return; }
    const images = new Image();
    images.onload = () => { if (this.strip === strip) { this.images = images; this.paint(); } };
    images.src = strip;
  }

  /** @param {PointerEvent} event */
  move(event) {
    const box = this.canvas.getBoundingClientRect(), {cell} = this;
    this.go(Math.floor((event.clientY - box.top - cell) / cell), Math.floor((event.clientX - box.left - cell) / cell));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = STEPS[event.key], {at} = this;
    if (!step || !this.table) return;
    event.preventDefault();
    if (at) this.go(at[0] + step[0], at[1] + step[1]);
    else this.go(0, 0);
  }

  /** @param {number} row @param {number} column */
  go(row, column) {
    const n = this.table?.columns.length ?? 0;
    const same = this.at?.[0] === row && this.at[1] === column;
    if (row >= 0 && column >= 0 && row < n && column < n && !same) Object.assign(this, {at: [row, column]});
  }

  /** @param {[number, number]} at @returns {[number, number]} */
  inside(at) {
    const last = (this.table?.columns.length ?? 1) - 1;
    return [Math.min(at[0], last), Math.min(at[1], last)];
  }

  paint() {
    const {canvas, table, wide, cell, at} = this, g = canvas.getContext('2d'), ratio = devicePixelRatio || 1;
    canvas.width = canvas.height = Math.round(wide * ratio);
    if (!g || !table) return;
    g.scale(ratio, ratio);
    g.imageSmoothingEnabled = false;
    this.paintImages(g, table.columns.length);
    table.values.forEach((row, i) => {
      row.forEach((v, j) => {
        g.fillStyle = cosineColour(v);
        g.fillRect((j + 1) * cell, (i + 1) * cell, cell - 1, cell - 1);
      });
    });
    g.strokeStyle = getComputedStyle(document.body).color;
    for (let i = 1; i <= table.columns.length; i++) g.strokeRect(i * cell, i * cell, cell - 1, cell - 1);
    if (!at) return;
    const [i, j] = this.inside(at);
    g.lineWidth = 3;
    g.strokeRect((j + 1) * cell, (i + 1) * cell, cell - 1, cell - 1);
  }

  /** Each image at its row and, paler, over the column of its caption. @param {CanvasRenderingContext2D} g @param {number} n */
  paintImages(g, n) {
    const {images, cell} = this;
    for (let i = 0; images && i < n; i++) {
      const w = images.naturalWidth / n, high = images.naturalHeight;
      g.drawImage(images, i * w, 0, w, high, 1, (i + 1) * cell + 1, cell - 2, cell - 2);
      g.globalAlpha = 0.45;
      g.drawImage(images, i * w, 0, w, high, (i + 1) * cell + 1, 1, cell - 2, cell - 2);
      g.globalAlpha = 1;
    }
  }
}

define('similarity-matrix', SimilarityMatrix);
