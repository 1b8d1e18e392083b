import assert from 'node:assert/strict';
import {test} from 'node:test';
import {course, height, reading} from '../../../playground/widgets/factor-readings.js';
import {act, put} from '../../page.js';

const CLASS = {key: 'class', name: 'Class', help: 'which', share: true, guess: 0.1, pixels: 0.19, features: [0.28, 0.64], embedding: [0.1, 0.55]};
const ACROSS = {key: 'across', name: 'Across', help: 'where', share: false, guess: 0, pixels: null, features: [0.5, 0.97], embedding: [0.4, -0.02]};
const FIELDS = {
  factors: [CLASS, ACROSS], seconds: [0, 20],
  labels: {features: 'features', embedding: 'embedding', untrained: 'untrained', pixels: 'pixels', axis: 'seconds'},
};
const row = (node, key) => node.querySelector(`li[data-key=${key}]`);
const widths = (node, key) => [...row(node, key).querySelectorAll('i')].map(bar => bar.style.width);

test('a bar is empty at guessing and full at 1; what is worse than guessing is empty too', () => {
  assert.deepEqual([0.1, 0.55, 1].map(value => Math.round(100 * height(CLASS, value))), [0, 50, 100]);
  assert.deepEqual([height(ACROSS, -0.3), height(ACROSS, 1.2), height(CLASS, null)], [0, 1, 0]);
  assert.deepEqual([reading(CLASS, 0.641), reading(ACROSS, 0.966), reading(ACROSS, -0.02), reading(ACROSS, null)], ['64%', '0.97', '0.00', '–']);
  assert.equal(course(ACROSS, [0, 0.5, 1], [0, 10, 40]), '0.00,100.00 25.00,50.00 100.00,0.00');
});

test('features stand above the embedding, beside the untrained network and raw pixels', async () => {
  const {node} = await put('factor-readings', FIELDS);
  assert.deepEqual(widths(node, 'class'), ['60.0%', '50.0%']);
  assert.deepEqual(widths(node, 'across'), ['97.0%', '0.0%']);
  assert.equal(row(node, 'class').querySelector('u[data-line=untrained]').style.left, '20.0%');
  assert.equal(row(node, 'class').querySelector('u[data-line=pixels]').style.left, '10.0%');
  assert.equal(row(node, 'across').querySelector('u[data-line=pixels]'), null);
  assert.equal(row(node, 'class').getAttribute('aria-label'), 'Class: features 64%, embedding 55%, untrained 28%, pixels 19%');
  assert.equal(row(node, 'across').querySelector('.readings-values').textContent, '0.97→0.00');
  assert.equal(node.querySelectorAll('polyline').length, 4);
});

test('without a head there is one bar, and no word of an embedding', async () => {
  const {node} = await put('factor-readings', {...FIELDS, factors: [{...ACROSS, embedding: []}]});
  assert.deepEqual(widths(node, 'across'), ['97.0%']);
  assert.equal(node.querySelector('.readings-legend [data-line=embedding]'), null);
  assert.equal(row(node, 'across').querySelector('.readings-values').textContent, '0.97');
});

test('arrow keys and the mouse show another moment, and new moments are shown as they come', async () => {
  const {node} = await put('factor-readings', FIELDS);
  act(node.querySelector('.readings'), 'keydown', {key: 'ArrowLeft'});
  await node.updateComplete;
  assert.deepEqual(widths(node, 'across'), ['50.0%', '40.0%']);
  assert.match(node.querySelector('output').textContent, /^0\.0\s+seconds$/);
  const course = row(node, 'across').querySelector('svg');
  course.getBoundingClientRect = () => ({left: 0, width: 100});
  act(course, 'pointermove', {clientX: 70});
  await node.updateComplete;
  assert.deepEqual(widths(node, 'across'), ['97.0%', '0.0%']);
  act(course, 'pointerleave');
  Object.assign(node, {seconds: [0, 20, 30], factors: [{...ACROSS, features: [0.5, 0.97, 0.6], embedding: [0.4, 0, 0.1]}]});
  await node.updateComplete;
  assert.deepEqual(widths(node, 'across'), ['60.0%', '10.0%']);
});

test('before the first moment nothing is drawn', async () => {
  const {node} = await put('factor-readings', {...FIELDS, seconds: [], factors: []});
  assert.equal(node.querySelector('.readings'), null);
});
