import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';
import '../../page.js';

const {mine, forget} = await import('../../../playground/page/owner.js');
const {moment, ordered, runName} = await import('../../../playground/page/runs.js');

describe('lists of runs', () => {
  beforeEach(() => { globalThis.playground.words = {mine: 'mine'}; mine('own', true); });
  afterEach(() => { delete globalThis.playground.words; forget(); });

  test('one’s own come first, then those that came with the app, then other people’s, each as they came', () => {
    const list = ['other', 'own', 'later', 'simclr'].map(run => ({run, shipped: run === 'simclr'}));
    assert.deepEqual(ordered(list).map(one => one.run), ['own', 'simclr', 'other', 'later']);
    assert.deepEqual(list.map(one => one.run), ['other', 'own', 'later', 'simclr']);  // the answer stays as it was
  });

  test('a run is called by what it is, what differs, whose it is and when it was made', () => {
    const begun = Date.now() / 1000 - 60;
    assert.equal(runName({run: 'own', title: 'SimCLR', changed: 'Crop: 0.5', shipped: false, begun}), `SimCLR · Crop: 0.5 · mine · ${moment(begun)}`);
    assert.equal(runName({run: 'simclr', title: 'SimCLR', changed: '', shipped: true, begun}), 'SimCLR');
  });

  test('of another day the day is told too', () => {
    const now = Date.UTC(2026, 10, 29, 12), today = moment(now / 1000 - 3600, now), before = moment(now / 1000 - 3 * 86400, now);
    assert.match(today, /^\d{2}:\d{2}( [AP]M)?$/);
    assert.match(before, /^Nov 26, \d{2}:\d{2}( [AP]M)?$/);
  });
});
