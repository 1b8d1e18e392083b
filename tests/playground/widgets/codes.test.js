import assert from 'node:assert/strict';
import {test} from 'node:test';
import '../../../playground/widgets/code-plane.js';
import {range} from '../../../playground/widgets/code-sliders.js';
import {act, placed, put} from '../../page.js';

const VALUE = {code: [0, 1, 20], dimensions: [2, 0], mean: [0, 0, 0], spread: [1, 1, 2]};
const PLANE = {side: 1, tile: [2, 2], reach: 2.5, lattice: [btoa('abcd')], codes: [0, 0], gaps: [3], far: 2};

test('a slider reaches three deviations, and as far as the image itself', () => {
  assert.deepEqual(range(VALUE, 0), {min: -3, max: 3});
  assert.deepEqual(range(VALUE, 2), {min: -6, max: 20});
});

test('a slider that is moved tells what was turned, and nothing of the rest', async () => {
  const {node, told} = await put('code-sliders', {value: VALUE}, ['turn']), [first, second] = node.querySelectorAll('input');
  assert.deepEqual([first.dataset.dimension, second.dataset.dimension], ['2', '0']);
  second.value = '-1.5';
  act(second, 'input');
  first.value = '4';
  act(first, 'input');
  assert.deepEqual(told, [['turn', {0: -1.5}], ['turn', {0: -1.5, 2: 4}]]);
  await node.updateComplete;
  assert.deepEqual([...node.querySelectorAll('output')].map(one => one.textContent), ['4.00', '−1.50']);
});

test('the code of another answer leaves what was turned where it is', async () => {
  const {node} = await put('code-sliders', {value: VALUE, turned: {0: 2}});
  node.value = {...VALUE, code: [9, 9, 9]};
  await node.updateComplete;
  assert.deepEqual([...node.querySelectorAll('output')].map(one => one.textContent), ['9.00', '2.00']);
});

async function plane(fields) {
  const {node, told} = await put('code-plane', fields, ['walk']);
  placed(node.canvas, 0, 0, 100, 100);
  return {node, told, at: (x, y, type) => act(node.canvas, type, {clientX: x, clientY: y, pointerId: 1})};
}

test('a ring is dragged, up is up, and it stays on the plane', async () => {
  const {told, at} = await plane({plane: PLANE});
  at(0, 0, 'pointermove');
  at(50, 50, 'pointerdown'); at(200, 0, 'pointermove'); at(0, 0, 'pointerup'); at(0, 0, 'pointermove');
  assert.deepEqual(told.map(([, at]) => at.map(v => v + 0)), [[0, 0], [2.5, 2.5]]);
});

test('arrows move the ring by a tenth; without a plane nothing is taken', async () => {
  const {told, node} = await plane({plane: PLANE, at: [1, 2.45]}), key = name => act(node.canvas, 'keydown', {key: name});
  assert.deepEqual([key('ArrowUp'), key('x')], [false, true]);
  assert.deepEqual(told, [['walk', [1, 2.5]]]);
  node.plane = null;
  assert.equal(key('ArrowUp'), true);
  assert.equal(told.length, 1);
});
