// Where points lie: what a view shows of them, which is nearest, which are within a lasso, and the way between two frames.

/** @typedef {import('./types').Span} Span */

export const GLIDE = 450;  // ms from one frame to the next
/** What a view shows of the unit circle. @type {Span} */
export const SPHERE = [0, 0, 2.12, 2.12];

/** @type {WeakMap<Float32Array, Span>} of frames that come again and again while somebody turns back time */
const spans = new WeakMap();

/**
 * Centre and size of 99.6% of the points: one that is far off does not shrink the rest.
 * @param {Float32Array} positions not to be changed afterwards @param {number} dimensions @returns {Span}
 */
export function spread(positions, dimensions) {
  const known = spans.get(positions) ?? measured(positions, dimensions);
  spans.set(positions, known);
  return known;
}

/** @param {Float32Array} positions @param {number} dimensions @returns {Span} */
function measured(positions, dimensions) {
  const [[left, right], [low, high]] = [0, 1].map(axis => {
    const values = positions.filter((v, i) => i % dimensions === axis && !Number.isNaN(v)).sort(), out = Math.floor(values.length * 0.002);
    return [values[out] ?? -1, values[values.length - 1 - out] ?? 1];
  });
  return [(left + right) / 2, (low + high) / 2, 1.12 * (right - left) || 1, 1.12 * (high - low) || 1];
}

/**
 * Whether two boxes overlap: left, top, right, bottom.
 * @param {[number, number, number, number]} one @param {[number, number, number, number]} other
 */
export const overlap = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];

/**
 * Whether a point is within a polygon, by the crossings of a ray.
 * @param {number} x @param {number} y @param {number[]} xs @param {number[]} ys
 */
export function within(x, y, xs, ys) {
  let inside = false;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
    if ((ys[i] > y) !== (ys[j] > y) && x < (xs[j] - xs[i]) * (y - ys[i]) / (ys[j] - ys[i]) + xs[i]) inside = !inside;
  }
  return inside;
}

/**
 * The points within a polygon.
 * @param {Float32Array} where @param {(i: number) => boolean} shown @param {{x: number[], y: number[]}} polygon @returns {number[]}
 */
export function enclosed(where, shown, {x, y}) {
  const found = [];
  for (let i = 0; 2 * i < where.length; i++) if (shown(i) && within(where[2 * i], where[2 * i + 1], x, y)) found.push(i);
  return found;
}

/** @typedef {(v: number) => number} Axis from a position to px */

/**
 * What is nearest to a place in px, nearer than `near`: an index, -2 - j for the placed point j, -1 for none.
 * @param {[number, number]} at @param {number} near @param {[Axis, Axis]} axes @param {Float32Array} where
 * @param {(i: number) => boolean} shown @param {{at: ArrayLike<number>}[]} placed
 */
export function nearest([x, y], near, [px, py], where, shown, placed) {
  let found = -1, least = near * near;
  const closer = (/** @type {number} */ u, /** @type {number} */ v, /** @type {number} */ name) => {
    const d = (px(u) - x) ** 2 + (py(v) - y) ** 2;
    if (d < least) { least = d; found = name; }
  };
  for (let i = 0; 2 * i < where.length; i++) if (shown(i)) closer(where[2 * i], where[2 * i + 1], i);
  placed.forEach(({at}, j) => { closer(at[0], at[1], -2 - j); });
  return found;
}

/**
 * A way from one frame to another.
 * A point that was nowhere (NaN) is at its end at once. ms: how long it takes; even: at one speed, as it goes on from another way.
 * @typedef {{from: Float32Array, to: Float32Array, before: Span, span: Span, since: number, ms?: number, even?: boolean}} Glide
 */

/**
 * Where the points of a glide are, and what the view shows, at a time.
 * @param {Glide} glide @param {number} now @returns {{where: Float32Array, span: Span, done: boolean}}
 */
export function glided({from, to, before, span, since, ms = GLIDE, even = false}, now) {
  const t = Math.min(1, Math.max(0, (now - since) / ms)), ease = even ? t : t * t * (3 - 2 * t);
  if (t >= 1) return {where: to, span, done: true};
  const where = new Float32Array(to.length);
  for (let i = 0; i < where.length; i++) where[i] = Number.isNaN(from[i]) ? to[i] : from[i] + (to[i] - from[i]) * ease;
  return {where, span: /** @type {Span} */ (before.map((v, i) => v + (span[i] - v) * ease)), done: false};
}
