import assert from 'node:assert/strict';
import {test} from 'node:test';
import {density, line} from '../../../playground/widgets/embedding-map/contours.js';

/** Points around some places, as a bell would have them. */
function around(places, each = 400) {
  let seed = 1;
  const random = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };
  const bell = () => Array.from({length: 6}, random).reduce((sum, one) => sum + one, -3) * 20;
  const points = places.flatMap(([x, y]) => Array.from({length: each}, () => [x + bell(), y + bell()]));
  return [points.map(one => one[0]), points.map(one => one[1])];
}
const most = ({field}) => field.reduce((high, one) => Math.max(high, one), 0);
const ends = pieces => Array.from({length: pieces.length / 2}, (_, i) => [pieces[2 * i], pieces[2 * i + 1]]);

test('the line around one heap is closed, and goes around its middle', () => {
  const grid = density(...around([[200, 150]]), 400, 300), found = ends(line(grid, 0.3 * most(grid)));
  const far = found.map(([x, y]) => Math.hypot(x - 200, y - 150));
  assert.ok(found.length > 20 && Math.min(...far) > 10 && Math.max(...far) < 70);
  const times = new Map();  // each end of a piece is the begin of another
  for (const [x, y] of found) {
    const key = `${x.toFixed(3)} ${y.toFixed(3)}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  assert.deepEqual([...new Set(times.values())], [2]);
});

test('two heaps have a line each where it is dense, with nothing between them', () => {
  const grid = density(...around([[100, 150], [300, 150]]), 400, 300), xs = ends(line(grid, 0.5 * most(grid))).map(one => one[0]);
  assert.ok(xs.some(x => x < 150) && xs.some(x => x > 250) && !xs.some(x => x > 150 && x < 250));
});

test('all points are counted, those off the map and those that are nowhere are not', () => {
  const total = ({field}) => field.reduce((sum, one) => sum + one, 0);
  assert.ok(Math.abs(total(density([200, 210, 190], [150, 150, 150], 400, 300)) - 3) < 1e-3);
  assert.equal(total(density([-1e4, NaN, 9999], [150, 150, 150], 400, 300)), 0);
  assert.deepEqual(line(density([], [], 400, 300), 0.1), []);
});

test('a saddle is cut around the corners that are not as its middle is', () => {
  const pieces = level => ends(line({field: new Float32Array([1, 0, 0, 1]), columns: 2, rows: 2}, level)).map(one => one.map(Math.round));
  assert.deepEqual(pieces(0.75), [[0, -2], [-2, 0], [-8, -6], [-6, -8]]);  // the middle is below: around each corner that is above
  assert.deepEqual(pieces(0.25), [[-2, -8], [0, -6], [-6, 0], [-8, -2]]);
});
