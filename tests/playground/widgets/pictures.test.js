import assert from 'node:assert/strict';
import {test} from 'node:test';
import '../../../playground/widgets/drawing-board.js';
import '../../../playground/widgets/picture-strip.js';
import '../../../playground/widgets/pixel-image.js';
import {packed, rgba} from '../../../playground/widgets/pixels.js';
import {act, painted, placed, put} from '../../page.js';

const text = (...bytes) => btoa(String.fromCharCode(...bytes));
const puts = () => painted.filter(([name]) => name === 'putImageData').length;

test('pixels that were read are those that were painted', () => {
  const pictures = [[text(0, 7, 255), 3, 1], [text(1, 2, 3, 4, 5, 6), 2, 3]];
  for (const [pixels, count, channels] of pictures) assert.equal(packed(rgba(pixels, count), channels), pixels);
});

test('a picture is painted anew with other pixels, and not for another name or size alone', async () => {
  const {node} = await put('pixel-image', {pixels: text(1, 2, 3, 4), size: {width: 2, height: 2}, name: 'a'});
  const before = puts();
  Object.assign(node, {name: 'b', size: {width: 3, height: 3}, note: 'c'});
  await node.updateComplete;
  assert.equal(puts(), before);
  assert.equal(node.querySelector('canvas').getAttribute('aria-label'), 'b');
  node.pixels = text(...Array(9).fill(0));
  await node.updateComplete;
  assert.equal(puts(), before + 1);
});

test('a strip tells which image is chosen; one without a choice presses none', async () => {
  const sheet = {src: 'x.png', columns: 10, rows: 1, width: 28, height: 28}, shown = [{index: 4, name: 'a'}, {index: 7, name: 'b'}];
  const {node, told} = await put('picture-strip', {sheet, shown, chosen: 7}, ['choose']);
  const pressed = () => [...node.querySelectorAll('button')].map(one => one.getAttribute('aria-pressed'));
  assert.deepEqual(pressed(), ['false', 'true']);
  node.querySelector('[data-index="4"]').click();
  assert.deepEqual(told, [['choose', 4]]);
  node.chosen = null;
  await node.updateComplete;
  assert.deepEqual(pressed(), [null, null]);
});

test('a board is drawn on only where it may be, in its own pixels', async () => {
  const {node, told} = await put('drawing-board', {pixels: text(0, 0, 0, 0), size: {width: 2, height: 2}}, ['draw']);
  placed(node.canvas, 0, 0, 100, 100);
  node.canvas.getContext('2d').getImageData = () => ({data: new Uint8ClampedArray(16).fill(9)});
  const at = (x, type, buttons = 1) => act(node.canvas, type, {clientX: x, clientY: 50, pointerId: 1, buttons});
  at(10, 'pointerdown');
  assert.deepEqual(told, []);
  node.drawable = true;
  at(10, 'pointerdown'); at(60, 'pointermove'); at(90, 'pointermove', 0);
  assert.deepEqual(told, [['draw', text(9, 9, 9, 9)], ['draw', text(9, 9, 9, 9)]]);
  assert.deepEqual(painted.findLast(([name]) => name === 'moveTo'), ['moveTo', 0.2, 1]);
  const before = puts();
  await node.updateComplete;
  assert.equal(puts(), before);  // it has them already
});
