import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {filled} from '../../../playground/widgets/embedding-map/dots.js';
import {spread} from '../../../playground/widgets/embedding-map/geometry.js';

/** @param {import('../../../playground/widgets/embedding-map/dots.js').Layer[]} layers @param {number[]} x @param {number[]} y */
function drawn(layers, x, y, side = 2, ratio = 1, width = 6, height = 4) {
  const data = new Uint8ClampedArray(4 * width * height), seen = new Uint16Array(width * height);
  filled(data, seen, width, layers, {x: Float32Array.from(x), y: Float32Array.from(y), side, ratio});
  return (/** @type {number} */ u, /** @type {number} */ v) => [...data.slice(4 * (v * width + u), 4 * (v * width + u) + 4)];
}

const RED = /** @type {[number, number, number]} */ ([200, 0, 0]), BLUE = /** @type {[number, number, number]} */ ([0, 0, 200]);

describe('many points as pixels', () => {
  test('a point is a square around it, of one opacity however many lie there', () => {
    const at = drawn([{members: [0, 1], colour: RED, opacity: 0.8}], [2, 2], [2, 2]);
    for (const [u, v] of [[1, 1], [2, 1], [1, 2], [2, 2]]) assert.deepEqual(at(u, v), [200, 0, 0, 204]);
    for (const [u, v] of [[0, 1], [3, 1], [1, 0], [1, 3]]) assert.deepEqual(at(u, v), [0, 0, 0, 0]);
  });

  test('what lies below shines through, as on a canvas', () => {
    const at = drawn([{members: [0], colour: RED, opacity: 0.8}, {members: [1], colour: BLUE, opacity: 0.8}], [2, 3], [2, 2]);
    const [red, green, blue, opacity] = at(2, 2);  // of what is over: 0.8 + 0.2 · 0.8 = 0.96 in all
    assert.deepEqual([green, opacity], [0, 245]);
    assert.ok(Math.abs(red - 200 * 0.16 / 0.96) <= 1 && Math.abs(blue - 200 * 0.8 / 0.96) <= 1);
    assert.deepEqual([at(1, 2), at(3, 2)], [[200, 0, 0, 204], [0, 0, 200, 204]]);
  });

  test('the edge cuts a point, and what is far off is nowhere', () => {
    const at = drawn([{members: [0, 1, 2], colour: RED, opacity: 1}], [0, -1e4, 6], [0, -1e4, 4]);
    const inked = [];
    for (let v = 0; v < 4; v++) for (let u = 0; u < 6; u++) if (at(u, v)[3]) inked.push([u, v]);
    assert.deepEqual(inked, [[0, 0], [5, 3]]);
  });

  test('on a fine screen a point has as many more pixels', () => {
    const at = drawn([{members: [0], colour: RED, opacity: 1}], [1.5], [1], 1, 2);
    assert.deepEqual([at(1, 1)[3], at(2, 1)[3], at(3, 2)[3], at(4, 2)[3]], [0, 255, 255, 0]);
  });
});

test('what a view shows of a frame is worked out once', () => {
  const positions = Float32Array.from({length: 2_000}, (_, k) => Math.sin(k));
  assert.equal(spread(positions, 2), spread(positions, 2));
  assert.deepEqual(spread(positions, 2), spread(positions.slice(), 2));
});
