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

const LIVE = `<svg class="wide"><svg data-live="view 1" viewBox="0 0 1 1"><image></image></svg>
  <svg data-live="view 1" data-other="1" viewBox="0 0 1 1"><image></image></svg><text data-live="loss"></text>
  <image data-live="similarity"></image></svg>`;

test('a place has what the run has there, and nothing where it has none', async () => {
  const {node} = await put('flow-drawing', {wide: LIVE}), places = [...node.querySelectorAll('[data-live]')];
  const hrefs = () => [...node.querySelectorAll('image')].map(one => one.getAttribute('href'));
  assert.deepEqual(hrefs(), [null, null, null]);
  node.live = {rows: {'view 1': 'row.png'}, count: 4, at: 3, tables: {}, said: {loss: '2.26'}, spread: 0.5};
  await node.updateComplete;
  assert.deepEqual(hrefs(), ['row.png', 'row.png', null]);
  assert.deepEqual(places.slice(0, 2).map(one => one.getAttribute('viewBox')), ['3 0 1 1', '0 0 1 1']);  // the next one goes round
  assert.equal(places[0].firstElementChild.getAttribute('width'), '4');
  assert.equal(places[2].textContent, '2.26');
  assert.equal(node.style.getPropertyValue('--spread'), '0.5');
  node.live = null;
  await node.updateComplete;
  assert.deepEqual([hrefs(), places[2].textContent, node.style.getPropertyValue('--spread')], [[null, null, null], '', '']);
});

test('cosines are a pixel each, blue below nothing and orange above it', async () => {
  let drawn = null, times = 0;
  const {toDataURL} = HTMLCanvasElement.prototype, table = [[1, -0.5]];
  HTMLCanvasElement.prototype.toDataURL = () => { times++; return 'data:table'; };
  const {node} = await put('flow-drawing', {wide: LIVE}), {getContext} = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = () => ({createImageData: (w, h) => new ImageData(w, h), putImageData: found => { drawn = found; }});
  for (const loss of ['2', '3']) {  // a moment later: the table is the one of before
    node.live = {rows: {}, count: 1, at: 0, tables: {similarity: table}, said: {loss}, spread: null};
    await node.updateComplete;
  }
  assert.deepEqual([times, node.querySelector('text').textContent], [1, '3']);
  Object.assign(HTMLCanvasElement.prototype, {getContext, toDataURL});
  assert.deepEqual([...drawn.data], [234, 88, 12, 255, 59, 130, 246, 128]);
  assert.equal(node.querySelector('[data-live=similarity]').getAttribute('href'), 'data:table');
});
