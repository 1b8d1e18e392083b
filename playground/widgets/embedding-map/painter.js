// A map in the plane on one plain canvas: 10,000 points glide at the screen's rate, a point can be an image, and eight maps side
// by side do not run out of the browser's 16 WebGL contexts.
import {FAINT, legible, parts, PLAIN} from './colours.js';
import {density, drawContours} from './contours.js';
import {tile} from '../sprite.js';

/** @typedef {import('./element.js').EmbeddingMap} EmbeddingMap */
/** @typedef {CanvasRenderingContext2D} Context */

const THUMB = 26, SMALL_THUMB = 15, FEW = 160;  // px of a point drawn as its image, and how many in view make that the default
const MANY = 5000;  // points that are squares of pixels, not discs
const AWAY = -1e4;  // where points are put that are not to be seen

/** @param {Context} g @param {number} x @param {number} y @param {number} size @param {string} ink @param {string} [fill] */
function ring(g, x, y, size, ink, fill) {
  g.beginPath();
  g.arc(x, y, size, 0, 6.2832);
  if (fill) { g.fillStyle = fill; g.fill(); }
  g.lineWidth = 2;
  g.strokeStyle = ink;
  g.stroke();
}

/**
 * An image as a point.
 * @param {Context} g @param {EmbeddingMap} map @param {number} i @param {number} x @param {number} y @param {number} side
 */
function thumb(g, map, i, x, y, side) {
  const [sx, sy, w, h] = tile(/** @type {import('./types').About} */ (map.about), i);
  g.globalAlpha = 1;
  g.imageSmoothingEnabled = side < w;
  g.fillStyle = map.colourOf(i);
  g.fillRect(x - side / 2 - 1.5, y - side / 2 - 1.5, side + 3, side + 3);
  g.drawImage(map.sprite, sx, sy, w, h, x - side / 2, y - side / 2, side, side);
}

/**
 * A person's own image or word.
 * @param {Context} g @param {number} x @param {number} y @param {string} name @param {HTMLImageElement | undefined} image
 * @param {string} ink
 */
function star(g, x, y, name, image, ink) {
  const style = getComputedStyle(document.body), ground = style.getPropertyValue('--background-fill-primary').trim() || '#fff';
  g.lineWidth = 2;
  g.strokeStyle = ink;
  if (image?.complete && image.naturalWidth) {
    g.fillStyle = ground;
    g.fillRect(x - 17, y - 17, 34, 34);
    g.imageSmoothingEnabled = true;  // whatever the points were painted with
    g.drawImage(image, x - 15, y - 15, 30, 30);
    g.strokeRect(x - 16, y - 16, 32, 32);
    return;
  }
  g.font = `600 13px ${style.fontFamily}`;
  const text = name.length > 24 ? `${name.slice(0, 23)}…` : name, wide = g.measureText(text).width + 14;
  g.fillStyle = ink;
  g.beginPath();
  g.roundRect(x - wide / 2, y - 11, wide, 22, 6);
  g.fill();
  g.fillStyle = ground;
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.fillText(text, x, y + 0.5);
}

/**
 * The sphere that points lie on, from the side.
 * @param {Context} g @param {number} x @param {number} y @param {number} size @param {string} ink
 */
function ball(g, x, y, size, ink) {
  const light = g.createRadialGradient(x - size / 3, y - size / 3, size / 8, x, y, size);
  light.addColorStop(0, 'rgb(127 127 127 / .02)');
  light.addColorStop(1, 'rgb(127 127 127 / .16)');
  g.globalAlpha = 1;
  g.beginPath();
  g.arc(x, y, size, 0, 6.2832);
  g.fillStyle = light;
  g.fill();
  g.globalAlpha = 0.4;
  g.lineWidth = 1;
  g.strokeStyle = ink;
  g.stroke();
}

/** A lasso on its way. @param {Context} g @param {[number, number][]} trail px @param {string} ink */
function trace(g, trail, ink) {
  if (trail.length < 2) return;
  g.beginPath();
  for (const [x, y] of trail) g.lineTo(x, y);
  g.closePath();
  g.lineWidth = 1.5;
  g.strokeStyle = ink;
  g.setLineDash([5, 4]);
  g.stroke();
  g.setLineDash([]);
}

/**
 * Clears a canvas as large as the map, in the screen's own pixels.
 * @param {EmbeddingMap} map @param {number} width @param {number} height
 */
function cleared({canvas}, width, height) {
  const ratio = devicePixelRatio || 1, g = /** @type {Context} */ (canvas.getContext('2d'));
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  }
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

/** Paints the map as it is now. @param {EmbeddingMap} map */
export function paint(map) {
  const {where: w, bins, chosen} = map, {clientWidth: width, clientHeight: height} = map, count = bins.length;
  if (!width || !height) return;
  const g = cleared(map, width, height), [px, py] = [map.toX(), map.toY()], x = new Float32Array(count), y = new Float32Array(count);
  /** @type {Map<number, number[]>} of one colour and opacity: painted in one go */
  const layers = new Map();
  let inside = 0, there = 0;
  for (let i = 0; i < count; i++) {
    x[i] = px(w[2 * i]); y[i] = py(w[2 * i + 1]);
    if (!Number.isNaN(x[i])) there++;
    if (!(x[i] >= -20 && y[i] >= -20 && x[i] <= width + 20 && y[i] <= height + 20 && map.shown(i))) { x[i] = AWAY; continue; }
    inside++;
    const key = chosen && !chosen.has(i) ? -1 - bins[i] - 1 : bins[i] + 1, layer = layers.get(key);
    if (layer) layer.push(i);
    else layers.set(key, [i]);
  }
  const ink = getComputedStyle(map).color, thumbs = map.images ?? (inside <= FEW && count > FEW);
  const grown = Math.min(1.6, Math.max(1, Math.min(width, height) / 500));  // on a large map, as it is read from afar
  const r = grown * (there > MANY ? 2 : there > 800 ? 2.8 : there > 300 ? 3.6 : 4.4);
  const side = map.images && inside > FEW ? SMALL_THUMB : THUMB;
  if (map.sphere) ball(g, px(0), py(0), px(1) - px(0), ink);
  const order = [...layers.keys()].sort((a, b) => a - b);  // what is not selected lies below
  if (there > MANY && !thumbs) {
    map.dots.draw(g, order.map(key => {
      const members = /** @type {number[]} */ (layers.get(key)), [red, green, blue] = parts(legible(map.colourOf(members[0]), ink));
      return {members, colour: [red, green, blue], opacity: key < 0 ? FAINT : PLAIN};
    }), x, y, 1.8 * r);
    order.length = 0;
  }
  for (const key of order) {
    const members = /** @type {number[]} */ (layers.get(key)), colour = legible(map.colourOf(members[0]), ink);
    g.globalAlpha = key < 0 ? FAINT : PLAIN;
    g.fillStyle = colour;
    if (thumbs && map.sprite.complete && map.sprite.naturalWidth && key >= 0) {
      for (const i of members) thumb(g, map, i, x[i], y[i], side);
      continue;
    }
    g.beginPath();
    for (const i of members) { g.moveTo(x[i] + r, y[i]); g.arc(x[i], y[i], r, 0, 6.2832); }
    g.fill();
  }
  g.globalAlpha = 1;
  if (map.contours && !map.gliding) drawContours(g, density(x, y, width, height), ink);
  for (const [i, size] of [[map.picked, 8], [map.linked, 6.5]]) if (i >= 0 && x[i] > -1e3) ring(g, x[i], y[i], size, ink, map.colourOf(i));
  for (const i of map.near) if (x[i] > -1e3) ring(g, x[i], y[i], 5, ink);
  map.names.paint(g, ink);
  trace(g, map.gestures.trail, ink);
  for (const point of map.placed) star(g, px(point.at[0]), py(point.at[1]), point.name, map.pictures.get(point), ink);
}
