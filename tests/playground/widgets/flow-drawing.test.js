import assert from 'node:assert/strict';
import {test} from 'node:test';
import {light, symbolsAt} from '../../../playground/widgets/flow-drawing.js';
import {put} from '../../page.js';

const WIDE = '<svg class="wide"><g class="node" data-sym="z"></g><g class="edge" data-sym="z sg"></g><g class="node" data-sym="h"></g></svg>';

test('the parts of a symbol are lit, and no others', async () => {
  const {node} = await put('flow-drawing', {wide: WIDE, lit: 'z'});
  assert.deepEqual([...node.querySelectorAll('g')].map(part => part.classList.contains('lit')), [true, true, false]);
  node.lit = 'sg h';
  await node.updateComplete;
  assert.deepEqual([...node.querySelectorAll('g')].map(part => part.classList.contains('lit')), [false, true, true]);
  node.lit = '';
  await node.updateComplete;
  assert.equal(node.querySelectorAll('.lit').length, 0);
});

test('both ways of a drawing are there, for the style sheet to choose', async () => {
  const {node} = await put('flow-drawing', {wide: WIDE, tall: '<svg class="tall"></svg>'});
  assert.ok(node.querySelector('svg.wide') && node.querySelector('svg.tall'));
});

test('a part says which symbols it stands for, a letter outside of parts none', async () => {
  const {node} = await put('flow-drawing', {wide: WIDE});
  assert.equal(symbolsAt(node.querySelector('.edge')), 'z sg');
  assert.equal(symbolsAt(node), '');
  assert.equal(symbolsAt(null), '');
});

test('a key is a whole word', () => {
  const box = document.createElement('div');
  box.innerHTML = '<b data-sym="zz"></b><b data-sym="z"></b>';
  light(box, 'z');
  assert.deepEqual([...box.children].map(one => one.className), ['', 'lit']);
});
