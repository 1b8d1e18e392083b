import assert from 'node:assert/strict';
import {test} from 'node:test';
import {toggled, wanted, without} from '../../../playground/compare/curves.js';

const OFFERED = ['loss', 'std_sqrt_d', 'mse', 'knn', 'rankme'];

test('where nobody has chosen, a curve that is pressed comes to the usual ones', () => {
  assert.deepEqual(toggled(null, 'rankme', OFFERED), ['loss', 'std_sqrt_d', 'mse', 'knn', 'rankme']);
  assert.deepEqual(toggled(null, 'loss', OFFERED), ['std_sqrt_d', 'mse', 'knn']);
});

test('what these runs do not have falls out of the choice', () => {
  assert.deepEqual(toggled(['mse', 'loss'], 'knn', ['loss', 'knn']), ['loss', 'knn']);
});

test('no curve at all is a choice, too', () => assert.deepEqual(wanted([]), []));

test('a figure without hidden runs is the same object until something changes', () => {
  const figure = {data: [{name: 'a'}, {name: 'b'}], layout: {}};
  assert.equal(without(figure, []), figure);
  const one = without(figure, ['a']);
  assert.deepEqual(one.data.map(line => line.name), ['b']);
  assert.equal(without(figure, ['a']), one);
  assert.notEqual(without(figure, ['b']), one);
});
