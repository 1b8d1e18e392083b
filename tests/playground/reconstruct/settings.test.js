import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blank, deal} from '../../../playground/reconstruct/pictures.js';
import {filled, read, written} from '../../../playground/reconstruct/settings.js';
import {MAKER} from './server.js';

const said = text => read(new URLSearchParams(text));

test('an address says again what it was told', () => {
  const texts = [['mask', 'mask', 'block_0.5_7'], ['noise', 'noise', 'salt-and-pepper_0.25_3'], ['compare', 'damage', 'patches_0.4_1']];
  for (const [doing, key, text] of texts) {
    assert.equal(written(said(`do=${doing}&${key}=${text}`), false)[key], text);
    assert.equal(written(said(`do=rebuild&${key}=${text}`), false)[key], null);  // of another view
  }
});

test('any mask that was painted is in the address, also one whose letters hold a _', () => {
  for (const hidden of [[], [0], [16, 17, 18, 25, 40], [...Array(48).keys()], [0, 1, 2, 3, 4, 5, 12, 13, 14, 15]]) {
    const {mask} = written({...said('do=mask'), mask: {mask: 'random', ratio: 0.5, seed: 0, hidden}}, false);
    assert.deepEqual(read(new URLSearchParams({mask})).mask.hidden, hidden, mask);
  }
});

test('what an address may not say is left out', () => {
  const {index, dealt, second, noise, mask} = said('image=-3&strip=x&second=1.5&noise=hiss_7_-1&mask=spiral_2_0.5');
  assert.deepEqual([index, dealt, second], [0, 0, null]);
  assert.deepEqual([noise, mask], [{noise: null, level: null, seed: 0}, {mask: null, ratio: null, seed: 0, hidden: null}]);
  assert.equal(said('mask=hand_%').mask.hidden, null);
});

test('a person’s own image has no place in the address', () => {
  assert.equal(written(said('image=5'), true).image, null);
  assert.equal(written(said('image=5'), false).image, 5);
});

test('what nobody has set is as the run was trained, and what somebody has set stays', () => {
  const {noise, mask} = filled(said('noise=masking'), MAKER);
  assert.deepEqual([noise.noise, noise.level, mask.mask, mask.ratio], ['masking', 0.3, 'random', 0.75]);
  assert.equal(filled(said(''), {...MAKER, damage: undefined}).noise.noise, 'gaussian');
  const painted = hidden => filled({...said(''), mask: {mask: null, ratio: null, seed: 0, hidden}}, MAKER).mask.hidden;
  assert.deepEqual([painted([48]), painted([49])], [[48], null]);  // another run has fewer patches
});

test('a deal has no image twice, and the same seed deals the same', () => {
  const dealt = deal(2000, 12, 7);
  assert.equal(new Set(dealt).size, 12);
  assert.deepEqual(dealt, deal(2000, 12, 7));
  assert.notDeepEqual(dealt, deal(2000, 12, 8));
  assert.equal(deal(5, 12, 0).length, 5);
});

test('a blank sheet is as the corner of an image', () => {
  assert.equal(atob(blank(btoa('\x01\x02\x03\x04'), 3, 1)), '\x01\x01\x01');
  assert.equal(atob(blank(btoa('\x01\x02\x03\x04'), 2, 3)), '\x01\x02\x03\x01\x02\x03');
});
