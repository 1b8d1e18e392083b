import assert from 'node:assert/strict';
import {test} from 'node:test';
import {asCopy, asList, current, fits, suggested} from '../../../playground/compare/knobs.js';
import {options, range} from './server.js';

test('a copy begins with the next value that a sweep would have', () => {
  assert.equal(suggested(range()), '16');
  assert.equal(suggested(range({value: 256})), '2');
  assert.equal(suggested(options()), '1');  // the other one of two
});

test('what was typed is asked for as it is, so that the server names it where it is wrong', () => {
  assert.deepEqual(asCopy(range(), '1000'), ['1000']);
  assert.deepEqual(asCopy(options(), '0'), [true]);
  assert.deepEqual(asCopy(options(), '7'), [true]);  // of another knob that had more
});

test('values of a sweep are told apart by what people put between them', () => {
  assert.deepEqual(asList(range(), '4、16，64; 4 8', new Set()), ['4', '16', '64', '8']);
  assert.deepEqual(asList(range(), null, new Set()), ['2', '4', '8', '16', '32']);
  assert.deepEqual(asList(range(), '', new Set()), []);
  assert.deepEqual(asList(options(), null, new Set([0])), [false]);
});

test('a number fits as Python reads it', () => {
  for (const value of ['2', '256', '1e2', '+8']) assert.ok(fits(range(), value), value);
  for (const value of ['1', '257', '8.5', '0x10', 'x', '']) assert.ok(!fits(range(), value), value);
  assert.ok(fits(range({step: 'any'}), '8.5'));
});

test('the value that a run has is short', () => {
  assert.equal(current(range({value: 0.30000001})), 0.3);
  assert.equal(current(options()), 'on');
});
