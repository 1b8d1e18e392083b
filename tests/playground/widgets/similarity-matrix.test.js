import assert from 'node:assert/strict';
import {test} from 'node:test';
import '../../../playground/widgets/similarity-matrix.js';
import {act, painted, placed, put} from '../../page.js';

const TABLE = {columns: ['a', 'b'], values: [[1, -0.5], [0, 1]]};

async function made() {
  const {node} = await put('similarity-matrix', {table: TABLE, name: 'n', help: 'point at a cell', sentence: (i, j) => `${i},${j}`});
  placed(node.canvas, 0, 0, 300, 300);
  const point = async (x, y) => { act(node.canvas, 'pointermove', {clientX: x, clientY: y}); await node.updateComplete; };
  return {node, point, line: () => node.querySelector('.heat-line').textContent};
}

test('the mouse tells of a cell; beside the images there is none', async () => {
  const {point, line} = await made();
  await point(50, 150);
  assert.equal(line(), 'point at a cell');
  await point(250, 150);
  assert.equal(line(), '0,1');
});

test('keys go from cell to cell and stop at the last one', async () => {
  const {node, line} = await made();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'x']) act(node.canvas, 'keydown', {key});
  await node.updateComplete;
  assert.equal(line(), '1,1');
});

test('cosines below 0 have the other colour', async () => {
  painted.length = 0;
  await made();
  const colours = painted.filter(([name]) => name === 'fillStyle').map(([, value]) => value);
  assert.ok(colours.includes('rgb(59 130 246 / 0.500)') && colours.includes('rgb(234 88 12 / 1.000)'));
});

test('a smaller table is told of at its own last cell', async () => {
  const {node, point, line} = await made();
  await point(250, 250);
  node.table = {columns: ['only'], values: [[1]]};
  await node.updateComplete;
  assert.equal(line(), '0,0');
});
