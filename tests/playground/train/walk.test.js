import assert from 'node:assert/strict';
import {afterEach, describe, test} from 'node:test';
import {render} from '../../../playground/page/lit.js';
import {Step} from '../../../playground/train/step.js';
import {Walk} from '../../../playground/train/walk.js';
import {change, entryLoss, rowLosses, softmax} from '../../../playground/train/walk-numbers.js';
import {act} from '../../page.js';

const fetched = globalThis.fetch;
const WORDS = Object.fromEntries(['back', 'next', 'again', 'close', 'keys', 'cosine', 'softmax', 'gradient', 'change', 'temperature', 'point', 'target',
  'share', 'less', 'direction', 'pull', 'push', 'still', 'itself', 'first', 'second', 'other', 'held', 'free', 'visible', 'error', 'brighter',
  'darker', 'then', 'loss', 'embeddings', 'networks', 'none', 'pairs', 'captions', 'errors', 'different', 'weights'].map(key => [`say_${key}`, key]));
Object.assign(WORDS, {say_batch: 'batch {number}', say_numbers: '{rows} × {columns}', say_at: 'at {loss}', say_trained: 'back to {value}',
  say_prototype: 'prototype {number}', say_image: 'image {number}', say_patch: 'row {row}, column {column}', say_rest: '{number} more'});
const EMPTY = {strip: 'both', rows: [0, 1], row_names: [], across: 'both', columns: [0, 1], names: [], rest: [], target: [], weight: 0, shares: [], grid: null};
const SOFT = {...EMPTY, kind: 'softmax', key: 'similarity', name: 'all', values: [[null, 2, 0], [2, null, 1]], target: [[0, 1, 0], [1, 0, 0]],
  gradient: [[0, -0.1, 0.1], [-0.2, 0, 0.2]], weight: 1, after: [[null, 3, 0], [3, null, 1]], columns: [0, 1, 1]};
const COSINE = {...EMPTY, kind: 'cosine', key: 'predictions', name: 'pairs', across: 'image', values: [[0.9, 0.5], [0.8, 0.6]],
  gradient: [[-0.1, -0.2], [-0.1, 0.3]], shares: [[0.025, 0.125], [0.05, 0.1]], after: [[1, 0.6], [0.9, 0.7]], rows: [0, 1, 0, 1]};
const PATCHES = {...EMPTY, kind: 'square', key: 'patches', name: 'patches', strip: 'reconstruction', across: '', columns: [], grid: [2, 2],
  values: [[0.4, null, 0.2, 0.1], [0.1, 0.2, null, 0.3]], gradient: [[-1, 0, 1, 1], [1, 1, 0, 1]], shares: [[0.2, 0, 0.1, 0.05], [0.05, 0.1, 0, 0.15]],
  after: [[0.3, null, 0.2, 0.1], [0.1, 0.2, null, 0.3]]};
const ROWS = ['images', 'views', 'features', 'embeddings', 'compared', 'loss', 'gradient', 'moved'];
const answer = (table = SOFT, more = {}) => ({
  step: 700, of: 128, count: 2, rate: 0.0002, loss: rowLosses(table).reduce((a, b) => a + b, 0), loss_after: 0.1, terms: [], temperature: 0.5, spread: 0.9,
  strips: {image: 'i.png', 'view 1': 'v1.png', 'view 2': 'v2.png', both: 'b.png', reconstruction: 'r.png', after: 'a.png'},
  sides: {image: 2, 'view 1': 2, 'view 2': 2, both: 4, reconstruction: 2, after: 2},
  rows: {image: 'image', 'view 1': 'view 1', 'view 2': 'view 2', reconstruction: 'made', after: 'after'},
  vectors: [{key: 'features', name: 'Features', strip: 'both', rows: 2, columns: 8, low: -1, high: 2, src: 'f.png'},
    {key: 'embedding', name: 'Embeddings', strip: 'both', rows: 2, columns: 4, low: -1, high: 2, src: 'z.png'}],
  tables: [table], closer: {pairs: [0.5, 0.6], pairs_after: [0.7, 0.8], others: 0.1, others_after: 0.05}, gradients: [0.1, 0.2],
  parts: [{name: 'encoder', label: 'the encoder', gradient: 2, moved: 0.003}, {name: 'target', label: 'the target', gradient: null, moved: 0}],
  numbers: {held: true}, stations: ROWS.map(key => ({key, title: `title ${key}`, text: `text ${key}`})), words: WORDS, ...more,
});

/** A walk that has begun, in a page. */
async function walked(found = answer(), place = 0) {
  const root = document.createElement('div'), asked = [];
  globalThis.fetch = async url => { asked.push(new URL(url).pathname); return new Response(JSON.stringify(found)); };
  const walk = new Walk(() => render(walk.view(), root));
  document.body.append(root);
  await walk.take('r');
  walk.go(place);
  const settle = () => root.querySelector('entry-matrix')?.updateComplete;
  await settle();
  return {walk, root, asked, settle, see: selector => root.querySelector(selector), button: text => [...root.querySelectorAll('button')].find(one =>
    one.textContent.trim() === text), key: () => root.querySelector('[data-station]').dataset.station};
}

describe('the numbers', () => {
  test('a softmax sums to one with what is not shown, and what is missing has no part', () => {
    const {shares, rest, costs} = softmax({values: [[null, 1, 2]], rest: [[0, 3]], target: [[0, 0.5, 0, 0, 0.5]]});
    assert.equal(shares[0][0], 0);
    assert.ok(Math.abs(shares[0].reduce((a, b) => a + b) + rest[0] - 1) < 1e-12);
    const all = Math.log(Math.exp(1) + Math.exp(2) + 1 + Math.exp(3));
    assert.ok(Math.abs(costs[0] - (0.5 * (all - 1) + 0.5 * (all - 3))) < 1e-12);
  });

  test('a higher temperature makes shares more alike, a lower one sharper', () => {
    const [sharp, own, soft] = [4, 1, 0.25].map(factor => softmax(SOFT, factor).shares[0][1]);
    assert.ok(sharp > own && own > soft && soft > 0.5);
    assert.ok(softmax(SOFT, 500).costs.every(Number.isFinite));
  });

  test('rows add up to the loss, and an entry has its part in it', () => {
    const {shares} = softmax(SOFT), rows = rowLosses(SOFT);
    assert.ok(Math.abs(rows[0] + Math.log(shares[0][1]) / 2) < 1e-12);
    assert.ok(Math.abs(entryLoss(SOFT, shares, 0, 1).own - rows[0]) < 1e-12);
    const without = Math.log(shares[0][1] / (1 - shares[0][2])), {own, less} = entryLoss(SOFT, shares, 0, 2);
    assert.ok(own === 0 && Math.abs(rows[0] - less + without / 2) < 1e-12);
    assert.deepEqual(rowLosses(COSINE).map(value => value.toFixed(3)), ['0.150', '0.150']);
  });

  test('what rose', () => assert.deepEqual(change([[1, null]], [[3, 4]], 0.5), [[1, null]]));
});

describe('one step in slow motion', () => {
  afterEach(() => { globalThis.fetch = fetched; });

  test('goes from station to station by buttons and by keys, and no further than the last', async () => {
    const {walk, see, button, key, asked, root} = await walked();
    assert.deepEqual([asked, key()], [['/playground/runs/r/walk/0'], 'images']);
    assert.ok(button('back').disabled);
    button('next').click();
    assert.equal(key(), 'views');
    for (let i = 0; i < 9; i++) act(see('.live-walk'), 'keydown', {key: 'ArrowRight'});
    assert.deepEqual([key(), walk.part], ['moved', 'moved']);
    act(see('.live-walk'), 'keydown', {key: 'ArrowLeft'});
    assert.equal(key(), 'gradient');
    button('title loss').click();
    assert.equal(see('[aria-current]').textContent, 'title loss');
    assert.match(see('.walk-text').textContent, /text loss/);
    assert.match(root.textContent, /loss 0\.2/);
  });

  test('and again: the next batch, from the first station', async () => {
    const {button, asked, key, root} = await walked(answer(), 7);
    button('again').click();
    await new Promise(done => { setTimeout(done, 0); });
    assert.deepEqual([asked.at(-1), key()], ['/playground/runs/r/walk/1', 'images']);
    assert.match(root.textContent, /batch 2/);
  });

  test('an answer that comes after another run was asked for, or it was closed, is not shown', async () => {
    const {walk, root} = await walked();
    const late = walk.take('other');
    walk.close();
    await late;
    assert.deepEqual([walk.found, walk.open('other'), walk.open('')], [null, false, false]);
    assert.equal(root.querySelector('[data-station]'), null);
  });

  test('opened, closed and opened again, it stays where a person goes when the first answer comes', async () => {
    const {walk} = await walked(), gives = [];
    walk.close();
    globalThis.fetch = () => new Promise(done => { gives.push(() => done(new Response(JSON.stringify(answer())))); });
    const first = walk.take('r');
    walk.close();
    const second = walk.take('r');
    gives[1]();
    await second;
    walk.go(3);
    gives[0]();
    await first;
    assert.equal(walk.place, 3);
  });

  test('what the server refuses is said', async () => {
    globalThis.fetch = async () => new Response(JSON.stringify({error: 'No network yet.'}), {status: 400});
    const root = document.createElement('div'), walk = new Walk(() => render(walk.view(), root));
    await walk.take('r');
    assert.match(root.textContent, /No network yet\./);
  });

  test('an entry tells of its cosine, its softmax, its part of the loss and where its gradient pushes', async () => {
    const {see, settle, root} = await walked(answer(), 4);
    act(see('entry-matrix').querySelectorAll('i')[1], 'pointerover');
    await settle();
    const said = () => see('.walk-entry').textContent.replace(/\s+/g, ' ');
    assert.match(said(), /cosine1softmax88\.1%target100\.0%share0\.0635 \(28\.8%\)direction→ ← pull \(0\.1\)then1\.5/);
    act(see('entry-matrix').querySelectorAll('i')[2], 'pointerover');
    assert.match(said(), /less0\.0635direction← → push \(0\.1\)/);
    act(see('entry-matrix').querySelectorAll('i')[0], 'pointerover');
    assert.match(said(), /itself/);
    assert.equal(root.querySelectorAll('.walk-both .walk-thumb').length, 2);
  });

  test('the temperature changes the softmax of the same similarities, and the loss that it would be', async () => {
    const {walk, see, settle, button} = await walked(answer(), 4), slider = see('input'), loss = () => see('.walk-at').textContent;
    const before = loss();
    slider.value = '1';
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    await settle();
    assert.deepEqual([walk.temperature, walk.mode, walk.factor], [2, 'softmax', 0.25]);
    assert.notEqual(loss(), before);
    act(see('entry-matrix').querySelectorAll('i')[1], 'pointerover');
    assert.match(see('.walk-entry').textContent, /softmax62\.2%/);
    assert.doesNotMatch(see('.walk-entry').textContent, /direction/);  // the gradient is that of the run's own temperature
    act(slider, 'keydown', {key: 'ArrowRight'});
    assert.equal(walk.place, 4);
    button('back to 0.5').click();
    assert.deepEqual([walk.temperature, loss()], [null, before]);
  });

  test('predictions tell of both views, and whether the target holds still', async () => {
    const {see, settle} = await walked(answer(COSINE, {temperature: null}), 4);
    assert.equal(see('input'), null);
    act(see('entry-matrix').querySelectorAll('i')[1], 'pointerover');
    await settle();
    assert.match(see('.walk-entry').textContent.replace(/\s+/g, ' '), /cosine0\.5share0\.125 \(41\.7%\)direction→ ← pull \(0\.2\)otherheldthen0\.6/);
    const moving = await walked(answer(COSINE, {temperature: null, numbers: {held: false}}), 4);
    act(moving.see('entry-matrix').querySelectorAll('i')[3], 'pointerover');
    assert.match(moving.see('.walk-entry').textContent.replace(/\s+/g, ' '), /← → push \(0\.3\)otherfree/);
  });

  test('patches lie as in their image, another image is a click away, and visible ones have no part', async () => {
    const {see, settle, root, button} = await walked(answer(PATCHES, {temperature: null}), 4);
    assert.deepEqual(see('entry-matrix').values, [[0.4, null], [0.2, 0.1]]);
    act(see('entry-matrix').querySelectorAll('i')[0], 'pointerover');
    await settle();
    assert.match(see('.walk-entry').textContent.replace(/\s+/g, ' '), /row 1, column 1error0\.4share0\.2 \(30\.8%\)directionbrighterthen0\.3/);
    act(see('entry-matrix').querySelectorAll('i')[1], 'pointerover');
    assert.match(see('.walk-entry').textContent, /visible/);
    root.querySelectorAll('.walk-images button')[1].click();
    assert.deepEqual(see('entry-matrix').values, [[0.1, 0.2], [null, 0.3]]);
    assert.equal(button('cosine'), undefined);
  });

  test('what moved: the loss, the cosines and the weights, before and after', async () => {
    const {root, see} = await walked(answer(), 7);
    assert.match(root.textContent.replace(/\s+/g, ' '), /loss 0\.22 → 0\.1/);
    assert.match(see('.walk-pairs').textContent, /0\.5 → 0\.7.*0\.6 → 0\.8/s);
    assert.match(root.textContent, /the encoder.*0\.30%.*the target.*0\.00%/s);
  });

  test('every station of every kind is drawn, also of a method with nothing but terms', async () => {
    for (const found of [answer(), answer(COSINE, {temperature: null}), answer(PATCHES, {closer: null, gradients: null}),
      answer(SOFT, {tables: [], temperature: null, terms: [{name: 'variance', value: 0.4}], stations: answer().stations.filter(one =>
        one.key !== 'compared')})]) {
      const {walk, see} = await walked(found);
      for (let at = 0; at < found.stations.length; at++) {
        walk.go(at);
        assert.ok(see('.walk-station').children.length, found.stations[at].key);
      }
    }
  });
});

describe('in the drawing of a step', () => {
  afterEach(() => { globalThis.fetch = fetched; });
  const LABELS = {step: 'Each step', step_walk: 'Slow', step_other: 'Another', step_parts: 'Parts', step_hint: 'Click.', step_spread: 'spread'};
  const FLOW = {wide: '<svg class="wide"><g class="node" data-at="images"></g><g class="node" data-at="views gradient"></g></svg>', tall: '', text: 'All.',
    shapes: '', symbols: []};
  const seen = {run: 'r', pictures: null, moment: {method: 'simclr', knobs: {}, labels: LABELS, tiles: [], maps: {pca: [0]}}};

  async function step(flow) {
    const root = document.createElement('div'), draw = () => render(made.view(seen, ''), root), made = new Step(draw);
    globalThis.fetch = async url => new Response(JSON.stringify(String(url).includes('flows') ? flow : answer()));
    document.body.append(root);
    await made.follow(seen.moment);
    await made.slow('r');
    return {made, root, see: selector => root.querySelector(selector)};
  }

  test('the parts of the station are lit, with the pictures and numbers of the batch', async () => {
    const {made, see, root} = await step(FLOW), drawing = see('flow-drawing');
    assert.deepEqual([drawing.station, drawing.live.rows['view 1'], drawing.live.said.loss], ['images', 'v1.png', '0.22']);
    assert.deepEqual(drawing.live.tables.similarity, [[1, 1], [1, 1]]);
    made.walk.go(1);
    await drawing.updateComplete;
    assert.deepEqual([...root.querySelectorAll('.node')].map(one => one.classList.contains('here')), [false, true]);
    see('.walk-begin').click();
    assert.equal(see('flow-drawing').station, '');
    assert.ok(!see('.live-walk'));
  });

  test('a method that nobody has drawn is walked through without a drawing', async () => {
    const {see} = await step({...FLOW, wide: ''});
    assert.ok(see('[data-station=images]') && !see('flow-drawing'));
  });
});
