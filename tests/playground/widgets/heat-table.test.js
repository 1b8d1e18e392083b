import assert from 'node:assert/strict';
import {test} from 'node:test';
import '../../../playground/widgets/heat-table.js';
import {act, put} from '../../page.js';

const HEAT = {
  rows: ['a', 'b'], columns: ['x', 'y', 'z'], values: [[0, 0.5, 1], [-0.5, 0.25, 0]], strength: v => v, text: v => v.toFixed(1),
  sentence: (i, j) => `${i},${j}`, best: (i, j) => i === j,
};
const made = async heat => {
  const {node} = await put('heat-table', {heat, name: 'heat'});
  const press = key => act(node.querySelector('.heat-frame'), 'keydown', {key});
  return {node, press, line: () => node.querySelector('.heat-line').textContent};
};

test('a cell holds its number as text, data and colour', async () => {
  const {node} = await made(HEAT), cell = node.querySelector('td[data-row="1"][data-column="0"]');
  assert.deepEqual([cell.textContent, cell.dataset.value], ['-0.5', '-0.5000']);
  assert.match(cell.getAttribute('style'), /rgb\(59 130 246 \/ 0\.500\)/);
  assert.equal(node.querySelectorAll('td.best').length, 2);
});

test('arrow keys go from cell to cell, and stay inside', async () => {
  const {press, line, node} = await made(HEAT);
  press('ArrowRight');
  assert.equal(line(), '0,0');
  press('ArrowRight'); press('ArrowDown'); press('ArrowDown'); press('ArrowLeft'); press('ArrowLeft');
  assert.equal(line(), '1,0');
  assert.equal(node.querySelectorAll('td.at').length, 1);
});

test('the mouse tells of a cell, which is told of again in a new table', async () => {
  const {node, line} = await made(HEAT);
  act(node.querySelector('td[data-row="1"][data-column="2"]'), 'pointerover');
  assert.equal(line(), '1,2');
  node.heat = {...HEAT, rows: ['a'], values: [[1, 2, 3]], sentence: (i, j) => `new ${i},${j}`};
  await node.updateComplete;
  assert.equal(line(), 'new 0,2');
});

test('many columns, or a long name, stand upright', async () => {
  const {node} = await made(HEAT);
  assert.equal(node.querySelector('table').dataset.wide, '');
  node.heat = {...HEAT, columns: ['x', 'y', 'a name of more than twenty-four letters']};
  await node.updateComplete;
  assert.equal(node.querySelector('table').dataset.wide, '1');
});
