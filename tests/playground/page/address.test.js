import assert from 'node:assert/strict';
import {test} from 'node:test';

import {known, number, packed, query, remember, unpacked} from '../../../playground/page/address.js';

test('a set of indices survives its letters', () => {
  for (const set of [[0], [7, 8, 9], [1999], [...Array(50).keys()]]) assert.deepEqual(unpacked(packed(set)), set);
  assert.equal(unpacked('*'), null);
});

test('a tab’s keys are in the address while it is shown, and kept in the page’s memory', () => {
  globalThis.playground.words = {keys: {explore: ['sel'], match: ['labels']}};
  document.body.dataset.tab = 'explore';
  remember({sel: 'abc', labels: 'cat', run: 'x'});
  assert.equal(location.search, '?sel=abc&run=x');
  assert.equal(history.state.views, 'sel=abc&labels=cat');
  document.body.dataset.tab = 'match';
  remember({});
  assert.equal(location.search, '?labels=cat&run=x');
  remember({labels: null, run: '', sel: undefined});
  assert.equal(location.search, '');
  assert.equal([...query].length, 0);
  delete globalThis.playground.words;
});

test('what an address may not say is left out', () => {
  assert.equal(known('spiral', ['random', 'grid']), null);
  assert.equal(known('grid', ['random', 'grid']), 'grid');
  for (const text of ['-1', '2', 'abc', '', null, undefined]) assert.equal(number(text, 1), null);
  assert.equal(number('0.5', 1), 0.5);
});
