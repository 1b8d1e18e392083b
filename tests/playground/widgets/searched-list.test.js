import assert from 'node:assert/strict';
import {test} from 'node:test';
import {found} from '../../../playground/widgets/searched-list.js';
import {put} from '../../page.js';

const FEW = [['', 'choose one'], ['a', 'SimCLR · Digits'], ['b', 'BYOL · Digits']];
const LONG = [...FEW, ...Array.from({length: 20}, (_, i) => [`r${i}`, `SwAV · Emoji · seed ${i}`])];
const values = node => [...node.querySelectorAll('option')].map(one => one.value);

/** @param {HTMLElement} node @param {string} words */
async function type(node, words) {
  const field = node.querySelector('input[type=search]');
  field.value = words;
  field.dispatchEvent(new Event('input'));
  await node.updateComplete;
}

test('all words are looked for, in any order, letters large or small', () => {
  assert.deepEqual(found(FEW, 'digits sim').map(([value]) => value), ['a']);
  assert.deepEqual(found(FEW, ' ').length, 3);
  assert.deepEqual(found(FEW, 'emoji'), []);
});

test('a short list is a list alone', async () => {
  const {node} = await put('searched-list', {options: FEW, chosen: 'b', listed: 'mine', search: 'Search'});
  assert.equal(node.querySelector('input'), null);
  assert.equal(node.querySelector('select').id, 'mine');
  assert.deepEqual(values(node), ['', 'a', 'b']);
});

test('a long one is searched; what is chosen and what says what it is stay', async () => {
  const {node} = await put('searched-list', {options: LONG, chosen: 'r3', search: 'Search'});
  assert.equal(node.querySelector('input').getAttribute('aria-label'), 'Search');
  await type(node, 'digits');
  assert.deepEqual(values(node), ['', 'a', 'b', 'r3']);
  assert.equal(node.querySelector('select').value, 'r3');
});

test('who has chosen sees all again', async () => {
  const {node, told} = await put('searched-list', {options: LONG, chosen: 'r3', search: 'Search'}, ['choose']);
  await type(node, 'byol');
  const list = node.querySelector('select');
  list.value = 'b';
  list.dispatchEvent(new Event('change'));
  await node.updateComplete;
  assert.deepEqual(told.map(([, detail]) => detail), ['b']);
  assert.equal(values(node).length, LONG.length);
});

test('boxes: those that are ticked stay in sight, and no more than may be', async () => {
  const {node, told} = await put('searched-list', {options: LONG.slice(1), boxes: ['r7'], full: true, search: 'Search'}, ['choose']);
  await type(node, 'seed 1');
  const boxes = () => [...node.querySelectorAll('input[type=checkbox]')];
  assert.equal(boxes().length, 12);  // seeds 1 and 10 to 19, and 7
  assert.deepEqual(boxes().map(one => one.disabled).filter(Boolean).length, 11);
  boxes().find(one => one.checked).dispatchEvent(new Event('change'));
  assert.deepEqual(told.map(([, detail]) => detail), ['r7']);
});
