import assert from 'node:assert/strict';
import {test} from 'node:test';
import {patchAt} from '../../../playground/widgets/patch-painter.js';
import {act, painted, placed, put} from '../../page.js';

async function painter(fields = {}) {
  const {node, told} = await put('patch-painter', {grid: {rows: 7, columns: 7}, size: {width: 28, height: 28}, ...fields},
    ['paint', 'look']);
  placed(node.canvas, 0, 0, 70, 70);
  const at = (patch, type) => act(node.canvas, type, {clientX: patch % 7 * 10 + 5, clientY: Math.floor(patch / 7) * 10 + 5, pointerId: 1});
  return {node, told, at, key: name => act(node.canvas, 'keydown', {key: name})};
}

test('a place outside of the image is no patch', () => {
  const box = {left: 10, top: 10, width: 70, height: 70}, grid = {rows: 7, columns: 7};
  assert.equal(patchAt(box, grid, {clientX: 10, clientY: 10}), 0);
  assert.equal(patchAt(box, grid, {clientX: 79, clientY: 79}), 48);
  for (const [clientX, clientY] of [[9, 20], [80, 20], [20, 9], [20, 80]]) assert.equal(patchAt(box, grid, {clientX, clientY}), -1);
});

test('a stroke hides the patches that it crosses, each once, and the next one shows them again', async () => {
  const {node, told, at} = await painter();
  at(16, 'pointerdown'); at(17, 'pointermove'); at(17, 'pointermove'); at(18, 'pointermove'); at(18, 'pointerup'); at(30, 'pointermove');
  assert.deepEqual(told, [['paint', [16]], ['paint', [16, 17]], ['paint', [16, 17, 18]]]);
  at(17, 'pointerdown'); at(18, 'pointermove'); at(18, 'pointerup');
  assert.deepEqual(told.at(-1), ['paint', [16]]);
  await node.updateComplete;
  assert.equal(node.canvas.dataset.hidden, '16');
});

test('a stroke begins at what the parent has set, and does not change that list', async () => {
  const masked = [3, 9], {told, at} = await painter({masked});
  at(4, 'pointerdown');
  assert.deepEqual([masked, told], [[3, 9], [['paint', [3, 4, 9]]]]);
});

test('arrows choose a patch and stay on the image; space flips it', async () => {
  const {node, told, key} = await painter();
  for (const name of ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown', ' ', 'Enter']) key(name);
  assert.deepEqual(told, [['paint', [8]], ['paint', []]]);
  assert.equal(key('a'), true);  // another key is not taken
  act(node.canvas, 'blur');
  assert.equal(node.cursor, -1);
});

test('where attention is shown, patches are chosen and none is hidden', async () => {
  const {told, at, key} = await painter({mode: 'attention'});
  at(12, 'pointerdown'); at(13, 'pointermove'); key('ArrowRight'); key(' ');
  assert.deepEqual(told, [['look', 12], ['look', 0]]);
});

test('what is hidden is grey', async () => {
  const {node} = await painter({masked: [0, 48]});
  painted.length = 0;
  node.draw();
  const colour = i => painted.slice(0, i).findLast(([name]) => name === 'fillStyle')[1];
  const grey = painted.filter(([name], i) => name === 'fillRect' && colour(i) === '#808080');
  assert.deepEqual(grey.map(one => one.slice(1)), [[0, 0, 10, 10], [60, 60, 10, 10]]);
});
