// What the heaps of a map are called: by the group that most of their points have, with its share.
import {overlap} from './geometry.js';

/** @typedef {import('./element.js').EmbeddingMap} EmbeddingMap */
/**
 * Where a heap's middle point is, the group that most of its points have, the share of those, and how many points there are in all.
 * @typedef {{x: number, y: number, name: string, share: number, count: number}} Heap
 */

const SIDE = 40;  // cells of the grid that points are counted in
const FEW = 150, SMALL = 0.01, LEAST = 8;  // points of a map that can be named; of a heap, as a share of all and at least
const MOST = 0.5, THIN = 0.3;  // of what lies around a cell, the share of whose it is; points around one in which little lies
const RESTS = 140;  // ms till a view that was moved is at rest

/** Each cell as the binomial mean of those around it. @param {Float32Array} cells */
function smoothed(cells) {
  const along = (/** @type {Float32Array} */ from, /** @type {number} */ step) => from.map((v, i) => {
    const at = step === 1 ? i % SIDE : Math.floor(i / SIDE);
    return v / 2 + ((at > 0 ? from[i - step] : 0) + (at < SIDE - 1 ? from[i + step] : 0)) / 4;
  });
  return along(along(cells, 1), SIDE);
}

/** The cells around one. @param {number} cell @returns {number[]} */
function around(cell) {
  const [x, y] = [cell % SIDE, Math.floor(cell / SIDE)], found = [];
  for (let v = Math.max(0, y - 1); v <= Math.min(SIDE - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(SIDE - 1, x + 1); u++) if (u !== x || v !== y) found.push(v * SIDE + u);
  }
  return found;
}

/**
 * The group that has most of what lies around each cell, -1 where none has half, or little lies there.
 * @param {Float32Array[]} densities of each group @param {Float32Array} all
 */
const owners = (densities, all) => Array.from(all, (d, cell) => {
  if (d < THIN) return -1;
  const best = densities.reduce((most, one, group) => one[cell] > densities[most][cell] ? group : most, 0);
  return densities[best][cell] >= MOST * d ? best : -1;
});

/** Cells that touch and have one owner, as one number. @param {number[]} owner of each cell @returns {number[]} -1 for no owner's */
function regions(owner) {
  const region = new Array(owner.length).fill(-1);
  owner.forEach((group, first) => {
    if (group < 0 || region[first] >= 0) return;
    const waiting = [first];
    region[first] = first;
    for (let cell = waiting.pop(); cell !== undefined; cell = waiting.pop()) {
      for (const next of around(cell)) if (owner[next] === group && region[next] < 0) {
        region[next] = first;
        waiting.push(next);
      }
    }
  });
  return region;
}

/**
 * The heaps of the points within a view, the largest first.
 * @param {Float32Array} where x0 y0 x1 … @param {ArrayLike<number>} bins the group of each, -1 for none
 * @param {(i: number) => boolean} shown @param {string[]} names of the groups @param {import('./types').Span} view @returns {Heap[]}
 */
export function heaps(where, bins, shown, names, [x, y, wide, high]) {
  const cellOf = new Int32Array(bins.length).fill(-1), size = SIDE * SIDE, all = new Float32Array(size);
  const of = names.map(() => new Float32Array(size));
  let count = 0;
  for (let i = 0; i < bins.length; i++) {
    const u = Math.floor(SIDE * ((where[2 * i] - x) / wide + 0.5)), v = Math.floor(SIDE * ((where[2 * i + 1] - y) / high + 0.5));
    if (bins[i] < 0 || !(u >= 0 && v >= 0 && u < SIDE && v < SIDE) || !shown(i)) continue;
    cellOf[i] = v * SIDE + u;
    all[cellOf[i]]++;
    of[bins[i]][cellOf[i]]++;
    count++;
  }
  if (count < FEW || names.length < 2) return [];
  const wider = (/** @type {Float32Array} */ cells) => smoothed(smoothed(cells));
  const owner = owners(of.map(wider), wider(all)), region = regions(owner), members = /** @type {Map<number, number[]>} */ (new Map());
  cellOf.forEach((cell, i) => {
    if (cell < 0 || region[cell] < 0) return;
    const own = members.get(region[cell]);
    if (own) own.push(i);
    else members.set(region[cell], [i]);
  });
  const found = [...members].filter(([, own]) => own.length >= Math.max(LEAST, SMALL * count)).map(([first, own]) => {
    const mine = own.filter(i => bins[i] === owner[first]), [left, top] = middle(where, mine);
    return {x: left, y: top, name: names[owner[first]], share: mine.length / own.length, count: own.length};
  });
  return found.sort((a, b) => b.count - a.count);
}

/**
 * The one of these points that is nearest to their mean: a crescent's mean is outside of it.
 * @param {Float32Array} where @param {number[]} of
 */
function middle(where, of) {
  const mean = [0, 1].map(axis => of.reduce((sum, i) => sum + where[2 * i + axis], 0) / of.length);
  const far = (/** @type {number} */ i) => Math.hypot(where[2 * i] - mean[0], where[2 * i + 1] - mean[1]);
  const best = of.reduce((most, i) => far(i) < far(most) ? i : most, of[0]);
  return [where[2 * best], where[2 * best + 1]];
}

/** The names of a map's heaps, found anew when the map has come to rest. */
export class Names {
  /** @type {Heap[]} */ found = [];
  /** @type {unknown[]} */ of = [];  // what they were found for
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer = undefined;

  /** @param {EmbeddingMap} map */
  constructor(map) { this.map = map; }

  /** @returns {unknown[]} points and groups, and then the view */
  get now() {
    const {where, bins, off, drawable, camera: {x, y, scale, width, height}} = this.map;
    return [where, bins, off, drawable, x, y, scale, width, height];
  }

  /**
   * Paints them, and looks for others where the map is another one by now.
   * @param {CanvasRenderingContext2D} g @param {string} ink
   */
  paint(g, ink) {
    const {map, of} = this;
    if (!map.named || map.gliding || map.coding.values) return;  // sixty times a second, while it glides
    const {now} = this, style = getComputedStyle(document.body), font = style.fontFamily;
    const ground = style.getPropertyValue('--background-fill-primary').trim() || '#fff';
    if (now.some((one, at) => one !== of[at])) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), RESTS);
    }
    if (now.slice(0, 4).some((one, at) => one !== of[at])) return;
    /** @type {[number, number, number, number][]} */
    const taken = [], [px, py] = [map.toX(), map.toY()];
    Object.assign(g, {globalAlpha: 1, textAlign: 'center', textBaseline: 'middle', lineJoin: 'round'});
    for (const {x, y, name, share} of this.found) {
      const text = `${name} ${Math.round(100 * share)}%`, size = 13, [left, top] = [px(x), py(y)];
      g.font = `600 ${size}px ${font}`;
      const wide = g.measureText(text).width / 2 + 4, [right, bottom] = [left + wide, top + size];
      const box = /** @type {[number, number, number, number]} */ ([left - wide, top - size, right, bottom]);
      const outside = box[0] < 0 || box[1] < 0 || right > map.clientWidth || bottom > map.clientHeight;
      if (outside || taken.some(one => overlap(one, box))) continue;
      taken.push(box);
      Object.assign(g, {lineWidth: 4, strokeStyle: ground, fillStyle: ink});
      g.strokeText(text, left, top);
      g.fillText(text, left, top);
    }
  }

  find() {
    const {map, now} = this, {coding, camera: {x, y, scale, width, height}} = map;
    if (!map.drawn || map.gliding || coding.values) return;
    const view = /** @type {import('./types').Span} */ ([x, y, width * scale, height * scale]);
    this.found = heaps(map.where, map.bins, i => map.shown(i), coding.names, view);
    this.of = now;
    map.paint();
  }
}
