import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';
import {Comparer} from '../../../playground/compare/compare.js';
import {rebuilding, some} from '../../../playground/compare/pictures.js';
import {query} from '../../../playground/page/address.js';
import {closed, comparison, opened, run, server, settled} from './server.js';

describe('maps and pictures of the same images', () => {
  const labels = Array.from({length: 100}, (_, i) => i % 2);
  const ABOUT = {count: 100, columns: 10, rows: 10, width: 2, height: 2, classes: ['0', '1'], labels};
  const PIXELS = btoa('\0\0\0\0');
  let page, asks;

  afterEach(closed);
  beforeEach(() => {
    document.body.dataset.tab = 'compare';
    asks = server();
  });

  async function shown(runs) {
    page = await opened(Comparer);
    await asks.next('runs').answer([]);
    await asks.next('compare').answer(comparison(runs));
  }

  /** The images of all runs come. */
  async function come() { for (const one of asks.open('runs').filter(one => one.path.endsWith('images.json'))) await one.answer(ABOUT); }

  const maps = () => Object.fromEntries(page.maps.panes.map(pane => [pane.run, pane.map]));
  const rebuilt = image => ({image: PIXELS, runs: [{run: 'a', made: PIXELS, mse: image / 100}]});

  test('the images that are rebuilt: a kept one first, each once', () => {
    assert.deepEqual(some(100, 0, []), [0, 13, 26, 39, 52, 65, 78, 91]);
    assert.deepEqual(some(100, 1, [20]), [20, 7, 33, 46, 59, 72, 85, 98]);
    assert.deepEqual(some(3, 0, []), [0, 1, 2]);
  });

  test('runs that rebuild the images that most of them look at', () => {
    const can = (name, set, last) => run(name, {rebuilds: true, last, set});
    const all = [can('a', 'x', 1), can('b', 'y', 1), can('c', 'y', 1), can('d', 'y', null), run('e', {last: 1, set: 'y'})];
    assert.deepEqual(rebuilding(all).map(one => one.run), ['b', 'c']);
  });

  test('a point under the mouse has a ring in the maps of the same images alone', async () => {
    await shown([run('a', {last: 1}), run('b', {last: 1}), run('c', {last: 1, set: 'faces'})]);
    await come();
    const {a, b, c} = maps();
    a.tell('hover', 7);
    assert.deepEqual([a.linked, b.linked, c.linked], [-1, 7, -1]);
    a.tell('hover', -1);
    assert.deepEqual([a.linked, b.linked, c.linked], [-1, -1, -1]);
  });

  test('a click stays when the runs are looked at again, and in a map that comes later', async () => {
    await shown([run('a', {last: 1}), run('b', {last: 1})]);
    const [first, second] = asks.open('runs').filter(one => one.path.endsWith('images.json'));
    await first.answer(ABOUT);
    maps().a.tell('pick', 7);
    await second.answer(ABOUT);
    assert.deepEqual([maps().a.picked, maps().b.picked], [7, 7]);
    page.refresh();
    await settled();
    await asks.next('compare').answer(comparison([run('a', {last: 1}), run('b', {last: 1})], {version: 'later'}));
    assert.deepEqual([maps().a.picked, maps().b.picked], [7, 7]);
    assert.equal(page.root.querySelector('.compare-kept').dataset.index, '7');
    assert.equal(query.get('kept'), '7');
  });

  test('an image that is not there, of a link that somebody wrote, is forgotten', async () => {
    query.set('kept', '500');
    await shown([run('a', {last: 1})]);
    await come();
    assert.equal(page.picked, null);
    assert.equal(page.root.querySelector('.compare-kept').textContent, '');
  });

  test('a map of the kind that was chosen before comes too late', async () => {
    await shown([run('a', {last: 3})]);
    await come();
    await asks.next('runs/a/maps/pca-1/3').answer(new Float32Array(200).fill(1));
    await asks.next('runs/a/maps/umap-1').answer({state: 'done', ready: [3]});
    const umap = asks.next('runs/a/maps/umap-1/3');
    page.maps.choose('pca');
    await settled();
    await asks.next('runs/a/maps/pca-1/3').answer(new Float32Array(200).fill(2));
    await umap.answer(new Float32Array(200).fill(3));
    assert.equal(maps().a.getAttribute('data-key'), 'pca-1');
    assert.equal(maps().a.positions[0], 2);
  });

  test('images that did not come are asked for again', async t => {
    t.mock.timers.enable({apis: ['setTimeout']});
    t.mock.method(console, 'warn', () => {});
    await shown([run('a', {last: 1})]);
    await asks.next('runs/a/images.json').answer({}, 503);
    assert.equal(maps().a, null);
    t.mock.timers.tick(2500);
    await settled();
    await come();
    assert.ok(maps().a);
  });

  test('images and maps that did not come say why, in place of bones, and are asked for again', async t => {
    t.mock.timers.enable({apis: ['setTimeout']});
    const state = () => page.root.querySelector('.pane-map .state')?.textContent.trim();
    await shown([run('a', {last: 3})]);
    assert.equal(state(), 'working');
    await asks.next('runs/a/images.json').answer({error: 'The disk is full.'}, 500);
    assert.equal(state(), 'The disk is full.');
    t.mock.timers.tick(2500);
    await settled();
    await come();
    assert.equal(state(), 'working');
    await asks.next('runs/a/maps/pca-1/3').answer({error: 'No map yet.'}, 404);
    assert.equal(state(), 'No map yet.');
    t.mock.timers.tick(2500);
    await settled();
    await asks.next('runs/a/maps/pca-1/3').answer(new Float32Array(200));
    assert.equal(state(), undefined);
    await asks.next('runs/a/maps/umap-1').answer({state: 'failed', ready: [], sentence: 'Too few images.'});
    assert.equal(page.root.querySelector('.pane .bad').textContent, 'Too few images.');
    page.maps.choose('pca');
    await settled();
    await asks.next('runs/a/maps/pca-1/3').answer(new Float32Array(200));
    assert.equal(page.root.querySelector('.pane .bad'), null);
  });

  test('classes are hidden in all maps of the same images', async () => {
    await shown([run('a', {last: 1}), run('b', {last: 1}), run('c', {last: 1, set: 'faces'})]);
    await come();
    page.root.querySelector('map-legend').tell('toggle', {group: 1, alone: false});
    const {a, b, c} = maps();
    assert.deepEqual([...a.hiddenGroups], [1]);
    assert.equal(b.hiddenGroups, a.hiddenGroups);
    assert.equal(c.hiddenGroups.size, 0);
  });

  test('other images are shown once they come, whatever comes of those before', async () => {
    await shown([run('a', {rebuilds: true, last: 1})]);
    await come();
    const old = asks.next('runs/a/repair/compare');
    assert.deepEqual(old.body.image, {index: 0});
    page.pictures.other();
    await settled();
    assert.equal(query.get('other'), '1');
    await come();
    const fresh = asks.open('runs/a/repair/compare').at(-1);
    assert.deepEqual(fresh.body.image, {index: 7});
    await fresh.answer(rebuilt(7));
    await old.answer(rebuilt(50));
    assert.equal(page.root.querySelector('tr.made small').textContent, '0.07');
    assert.equal(page.root.querySelector('.compare-pictures table').hasAttribute('data-ready'), false);  // seven are still to come
  });

  test('a picture that fails is said, and asked for again with the next look', async () => {
    await shown([run('a', {rebuilds: true, last: 1})]);
    await come();
    await asks.next('runs/a/repair/compare').answer({error: 'This run is gone.'}, 404);
    assert.match(page.root.querySelector('.compare-pictures').textContent, /This run is gone\./);
    page.pictures.sync(page.found.runs);
    await settled();
    await come();
    for (let i = 0; i < 8; i++) await asks.next('runs/a/repair/compare').answer(rebuilt(i));
    assert.equal(page.root.querySelector('.compare-pictures table').dataset.ready, '0,13,26,39,52,65,78,91');
    assert.doesNotMatch(page.root.querySelector('.compare-pictures').textContent, /gone/);
  });
});
