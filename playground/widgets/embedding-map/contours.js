// Where points lie densely: lines of equal density, as a hill is drawn on a hiker's map.

const CELL = 8, REACH = 8;  // px of a cell of the grid; how often it is smoothed: a point then reaches about 2 cells far
const LEVELS = [0.08, 0.2, 0.4, 0.7];  // of the most

/** @typedef {{field: Float32Array, columns: number, rows: number}} Grid its corners, of which the first lies one cell before the map */

/**
 * How densely points lie at each corner of a grid over a map.
 * @param {ArrayLike<number>} x px, NaN or far off the map where a point is not to be seen @param {ArrayLike<number>} y
 * @param {number} width @param {number} height @returns {Grid}
 */
export function density(x, y, width, height) {
  const columns = Math.ceil(width / CELL) + 3, rows = Math.ceil(height / CELL) + 3, field = new Float32Array(columns * rows);
  for (let i = 0; i < x.length; i++) {
    const u = x[i] / CELL + 1, v = y[i] / CELL + 1, left = Math.floor(u), top = Math.floor(v);
    if (!(left >= 0 && top >= 0 && left < columns - 1 && top < rows - 1)) continue;
    const right = u - left, below = v - top, at = top * columns + left;  // shared among the four corners around it
    field[at] += (1 - right) * (1 - below);
    field[at + 1] += right * (1 - below);
    field[at + columns] += (1 - right) * below;
    field[at + columns + 1] += right * below;
  }
  let smooth = field;
  for (let i = 0; i < REACH; i++) smooth = smoothed(smoothed(smooth, 1, columns), columns, columns);
  return {field: smooth, columns, rows};
}

/**
 * Each corner as the binomial mean along one axis; past the edge there is nothing.
 * @param {Float32Array} from @param {number} step @param {number} columns
 */
function smoothed(from, step, columns) {
  const to = new Float32Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const first = step === 1 ? i % columns === 0 : i < step, last = step === 1 ? i % columns === columns - 1 : i >= from.length - step;
    to[i] = from[i] / 2 + ((first ? 0 : from[i - step]) + (last ? 0 : from[i + step])) / 4;
  }
  return to;
}

/**
 * The line at one level, as pieces of one cell each, x0 y0 x1 y1 …, in px: marching squares.
 * Lorensen & Cline 1987 do the same in space.
 * @param {Grid} grid @param {number} level @returns {number[]}
 */
export function line({field, columns, rows}, level) {
  const found = /** @type {number[]} */ ([]);
  for (let v = 0; v < rows - 1; v++) {
    for (let u = 0; u < columns - 1; u++) {
      const at = v * columns + u, corners = [field[at], field[at + 1], field[at + columns + 1], field[at + columns]];
      const cuts = crossings(corners, level).map((one, i) => CELL * (one + (i % 2 ? v : u) - 1));
      // four cuts are two pieces: around the corners that are not as the middle is
      const turned = cuts.length === 8 && (corners[0] >= level) !== (corners.reduce((sum, one) => sum + one) / 4 >= level);
      found.push(...turned ? [...cuts.slice(2), ...cuts.slice(0, 2)] : cuts);
    }
  }
  return found;
}

/** Where a level crosses the edges of a cell, in cells from its first corner, clockwise. @param {number[]} corners @param {number} level */
function crossings([a, b, c, d], level) {
  const found = [], share = (/** @type {number} */ from, /** @type {number} */ to) => (level - from) / (to - from);
  const apart = (/** @type {number} */ from, /** @type {number} */ to) => (from >= level) !== (to >= level);
  if (apart(a, b)) found.push(share(a, b), 0);
  if (apart(b, c)) found.push(1, share(b, c));
  if (apart(c, d)) found.push(1 - share(c, d), 1);
  if (apart(d, a)) found.push(0, 1 - share(d, a));
  return found;
}

/**
 * Draws them, the denser the stronger.
 * @param {CanvasRenderingContext2D} g @param {Grid} grid @param {string} ink
 */
export function drawContours(g, grid, ink) {
  const most = grid.field.reduce((high, one) => Math.max(high, one), 0);
  if (!most) return;
  g.strokeStyle = ink;
  for (const [at, share] of LEVELS.entries()) {
    const pieces = line(grid, share * most);
    g.globalAlpha = 0.35 + 0.15 * at;
    g.lineWidth = 1 + 0.25 * at;
    g.beginPath();
    for (let i = 0; i < pieces.length; i += 4) {
      g.moveTo(pieces[i], pieces[i + 1]);
      g.lineTo(pieces[i + 2], pieces[i + 3]);
    }
    g.stroke();
  }
  g.globalAlpha = 1;
}
