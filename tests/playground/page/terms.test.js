import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';

const {entry, explained, plain, term} = await import('../../../playground/page/terms.js');

describe('words that explain themselves', () => {
  beforeEach(() => { globalThis.playground.words = {terms: ['knn', 'stop-gradient', 'baseline', 'mse', 'std']}; });
  afterEach(() => { delete globalThis.playground.words; });

  test('a measure beside another, and a knob, are explained as what they are', () => {
    assert.deepEqual(['knn_pixels', 'stop_gradient', 'mse_pca', 'error', 'std_sqrt_d', 'nosuch_thing'].map(entry),
      ['knn', 'stop-gradient', 'baseline', 'mse', 'std', '']);
    assert.equal(term('nosuch', 'a word'), 'a word');
  });

  test('a text is cut at its links, and reads the same without them', () => {
    const text = 'Look at [the accuracy](knn) and [this](nosuch).', parts = explained(text);
    assert.deepEqual([parts[0], typeof parts[1], parts[3], parts[4], parts[6]], ['Look at ', 'object', ' and ', 'this', '.']);
    assert.equal(plain(text), 'Look at the accuracy and this.');
  });
});
