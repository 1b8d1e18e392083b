import assert from 'node:assert/strict';
import {test} from 'node:test';
import '../../../playground/widgets/entry-matrix.js';
import {act, put} from '../../page.js';

const SHEET = {src: 'a.png', count: 2, at: [1, 0]};
const made = (more = {}) => put('entry-matrix', {
  name: 'table', values: [[0.5, null, 1], [-1, 0.2, 0]], colour: value => `rgb(${value > 0 ? 255 : 0} 0 0)`,
  framed: [[true, false, false], [false, false, true]], ...more,
}, ['point']);

test('each entry has its colour, what is not there has none, and what belongs together has a frame', async () => {
  const {node} = await made(), cells = [...node.querySelectorAll('i')];
  assert.equal(cells.length, 6);
  assert.match(cells[0].getAttribute('style'), /255 0 0/);
  assert.ok(cells[1].classList.contains('none') && !cells[1].getAttribute('style'));
  assert.deepEqual(cells.map(cell => cell.classList.contains('framed')), [true, false, false, false, false, true]);
});

test('rows and columns have their pictures, or names', async () => {
  const {node} = await made({rows: SHEET, columns: {...SHEET, at: [0, 1, 1]}});
  assert.deepEqual([...node.querySelectorAll('b.row')].map(one => one.getAttribute('style').match(/(\d+)% 0/)[1]), ['100', '0']);
  assert.equal(node.querySelectorAll('b.column').length, 3);
  assert.match(node.querySelector('.entry-table').getAttribute('style'), /--rows: ?url\("a.png"\)/);
  const named = await made({names: ['a cat', 'a dog']});
  assert.deepEqual([...named.node.querySelectorAll('.said')].map(one => one.textContent), ['a cat', 'a dog']);
});

test('the mouse points at an entry, once', async () => {
  const {node, told} = await made(), cell = node.querySelectorAll('i')[4];
  act(cell, 'pointerover');
  act(cell, 'click');
  act(node.querySelector('.entry-table'), 'pointerover');
  await node.updateComplete;
  assert.deepEqual(told, [['point', [1, 1]]]);
  assert.ok(node.querySelectorAll('i')[4].classList.contains('at'));
});

test('the arrow keys go from entry to entry, not over the edge, and nobody else hears of them', async () => {
  const {node, told} = await made(), table = node.querySelector('.entry-table'), heard = [];
  node.parentNode.addEventListener('keydown', event => heard.push(event.key));
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', 'x']) act(table, 'keydown', {key});
  assert.deepEqual(told.map(([, at]) => at), [[0, 0], [1, 0], [1, 1], [1, 0]]);
  assert.deepEqual(heard, ['x']);
});
