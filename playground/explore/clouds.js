// Two small drawings on canvases: the map of another run, and the images and texts of a CLIP's space.
import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {binned, NO_GROUP, paletteOf} from '../widgets/embedding-map/colours.js';
import {spread} from '../widgets/embedding-map/geometry.js';

/** @typedef {import('../widgets/embedding-map/types').Spec} Spec */
/** @typedef {import('../maps/answers').Plane} Plane */

const MINI = 92, POINT = 1.4, RING = 5, PLAIN = '#8890a0';
const WIDE = 300, HIGH = 150, FILLED = 0.94;
const CLOUDS = ['rgb(37 99 235 / .5)', 'rgb(234 88 12 / .5)'];  // of images, of texts

/**
 * From positions to px of a box, at one scale in both directions.
 * @param {Float32Array} positions @param {number} width @param {number} height @param {number} [filled]
 */
export function fitting(positions, width, height, filled = 1) {
  const [x0, y0, wide, high] = spread(positions, 2), scale = Math.min(width / wide, height / high) * filled;
  return (/** @type {number} */ x, /** @type {number} */ y) => [width / 2 + (x - x0) * scale, height / 2 - (y - y0) * scale];
}

/** @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
function cleared(canvas, width, height) {
  const ratio = devicePixelRatio || 1, g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  Object.assign(canvas, {width: width * ratio, height: height * ratio});
  g.scale(ratio, ratio);
  return g;
}

/** A map of a run in the plane, without anything to press; marks: places with a ring. */
export class MiniMap extends widget({
  positions: /** @type {Float32Array | null} */ (null), spec: /** @type {Spec | null} */ (null), marks: /** @type {number[][]} */ ([]),
}) {
  render() { return html`<canvas></canvas>`; }

  updated() {
    const {positions, spec, marks} = this, canvas = this.querySelector('canvas');
    if (!positions || !spec || !canvas) return;
    const g = cleared(canvas, MINI, MINI), at = fitting(positions, MINI, MINI), bins = binned(spec), palette = paletteOf(spec);
    g.globalAlpha = 0.45;
    for (let j = 0; j < positions.length / 2; j++) {
      const [x, y] = at(positions[2 * j], positions[2 * j + 1]);
      g.fillStyle = spec.values ? PLAIN : palette[bins[j]] ?? NO_GROUP;
      g.fillRect(x - POINT / 2, y - POINT / 2, POINT, POINT);
    }
    g.globalAlpha = 1;
    g.strokeStyle = getComputedStyle(document.body).color;
    g.lineWidth = 2;
    const within = (/** @type {number} */ v) => Math.max(RING, Math.min(MINI - RING, v));
    for (const [x, y] of marks.map(([u, v]) => at(u, v))) {
      g.beginPath();
      g.arc(within(x), within(y), RING, 0, 6.2832);
      g.stroke();
    }
  }
}

/** Images and texts of a CLIP's space in the plane. */
export class TwoClouds extends widget({plane: /** @type {Plane | null} */ (null), name: ''}) {
  render() { return html`<canvas class="gap-plane" role="img" aria-label=${this.name}></canvas>`; }

  updated() {
    const {plane} = this, canvas = this.querySelector('canvas');
    if (!plane || !canvas) return;
    const g = cleared(canvas, WIDE, HIGH), at = fitting(Float32Array.from([...plane.images, ...plane.texts]), WIDE, HIGH, FILLED);
    for (const [points, colour] of /** @type {[number[], string][]} */ ([[plane.images, CLOUDS[0]], [plane.texts, CLOUDS[1]]])) {
      g.fillStyle = colour;
      for (let i = 0; i < points.length; i += 2) {
        const [x, y] = at(points[i], points[i + 1]);
        g.fillRect(x - 1, y - 1, 2, 2);
      }
    }
  }
}

define('mini-map', MiniMap);
define('two-clouds', TwoClouds);
