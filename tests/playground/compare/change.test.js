import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';
import {Comparer} from '../../../playground/compare/compare.js';
import {act} from '../../page.js';
import {closed, comparison, form, opened, options, range, server, settled} from './server.js';

describe('a copy with one knob changed, and sweeps', () => {
  let page, asks;
  const node = id => page.root.querySelector(`#compare-${id}`);
  const type = (id, value) => { node(id).value = value; act(node(id), id === 'value' || id === 'values' ? 'input' : 'change'); };

  afterEach(closed);
  beforeEach(async () => {
    asks = server();
    page = await opened(Comparer);
    await asks.next('runs').answer([]);
    await asks.next('compare').answer(comparison(['a', 'b']));
    await asks.next('runs/a/knobs').answer(form('a'));
  });

  test('knobs that come late leave what was typed meanwhile', async () => {
    type('of', 'b');
    type('value', '99');
    assert.equal(node('go').disabled, true);  // these are still the knobs of the other run
    await asks.next('runs/b/knobs').answer(form('b', [range({value: 64, suggested: [64, 128]})]));
    assert.equal(node('value').value, '99');
    assert.equal(node('go').disabled, false);
    assert.deepEqual(page.change.chosen(), ['99']);
  });

  test('knobs of a run that is no longer chosen are not shown', async () => {
    type('of', 'b');
    type('of', 'a');
    await asks.next('runs/b/knobs').answer(form('b', [options()]));
    assert.equal(page.change.form.run, 'a');
    assert.equal(node('of').value, 'a');
  });

  test('knobs that did not come are asked for with the next look', async () => {
    type('of', 'b');
    await asks.next('runs/b/knobs').answer({error: 'The disk is full.'}, 500);
    assert.match(page.root.querySelector('.compare-change').textContent, /The disk is full\./);
    page.refresh();
    await settled();
    await asks.next('compare').answer(comparison(['a', 'b'], {version: 'later'}));
    await asks.next('runs/b/knobs').answer(form('b'));
    assert.equal(page.change.form.run, 'b');
    assert.doesNotMatch(page.root.querySelector('.compare-change').textContent, /full/);
  });

  test('another knob begins with its own suggestion', () => {
    type('value', '99');
    type('knob', 'stop_gradient');
    assert.equal(node('value').tagName, 'SELECT');
    type('knob', 'latent');
    assert.equal(node('value').value, '16');
  });

  test('what was typed stays when the table is drawn anew', async () => {
    type('value', '77');
    const before = node('value');
    page.refresh();
    await settled();
    await asks.next('compare').answer(comparison(['a', 'b'], {version: 'later', seen: 'something'}));
    assert.equal(node('value'), before);
    assert.equal(node('value').value, '77');
  });

  test('a run that is taken out of the table is not copied any more', async () => {
    type('of', 'b');
    await asks.next('runs/b/knobs').answer(form('b'));
    page.remove('b');
    await settled();
    await asks.next('compare').answer(comparison(['a']));
    assert.equal(node('of').value, 'a');
    assert.equal(page.change.form.run, 'a');
  });

  test('the run of the copy is the one that is chosen, and it is begun once', async () => {
    node('go').click();
    node('go').click();
    await settled();
    const [question, ...more] = asks.open('runs').filter(one => one.body);
    assert.equal(more.length, 0);
    assert.deepEqual([question.body.like, question.body.knobs, 'seconds' in question.body], ['a', {latent: '16'}, false]);
    page.set(['a']);  // meanwhile somebody takes a run out
    await question.answer({run: 'c'});
    assert.deepEqual(page.runs, ['a', 'c']);
    assert.equal(page.change.note, 'change_begun');
  });

  test('a copy that finds the table full says so', async () => {
    node('go').click();
    await settled();
    page.set(['1', '2', '3', '4', '5', '6', '7', '8']);
    await asks.open('runs').find(one => one.body).answer({run: 'c'});
    assert.equal(page.runs.length, 8);
    assert.equal(page.change.note, 'change_full');
  });

  test('a sweep of a long run takes less time, unless somebody says otherwise', async () => {
    await page.change.ask('a');
    page.change.form = form('a', undefined, 300);
    page.change.turn('sweep');
    assert.equal(page.change.timed(page.change.form), '30');
    page.change.type({time: ''});
    assert.equal(page.change.timed(page.change.form), '');
    page.change.type({time: null});
    page.change.turn('copy');
    assert.equal(page.change.timed(page.change.form), '');  // a copy has that of its run
  });

  test('what stands in the way of a sweep is said', () => {
    page.change.turn('sweep');
    const cases = [
      ['4', 'change_few', false], ['4 1000', 'change_wrong_whole', false], ['2 3 4 5 6 7 8 9 10', 'change_many', false],
      ['4 8', 'change_total', true],
    ];
    for (const [values, said, can] of cases) {
      type('values', values);
      assert.deepEqual(page.change.total(page.change.form), [said, can]);
      assert.equal(node('go').disabled, !can);
    }
  });

  test('the value that it has is no change', async () => {
    type('value', '8');
    node('go').click();
    await settled();
    assert.equal(page.change.note, 'change_same');
    assert.equal(asks.open('runs').filter(one => one.body).length, 0);
  });
});
