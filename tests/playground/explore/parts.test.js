import assert from 'node:assert/strict';
import {test} from 'node:test';
import {paged, settle} from './server.js';

const {changed, choiceOf, keyOf, limited, reducers, same} = await import('../../../playground/explore/choosing.js');
const {byNumbers, byWords, groupsOf, recolour, toggle} = await import('../../../playground/explore/colours.js');
const {corners, nearestTo} = await import('../../../playground/explore/curves.js');
const {shown} = await import('../../../playground/page/words.js');
const {fileName} = await import('../../../playground/explore/exports.js');
const {startOf} = await import('../../../playground/explore/link.js');
const {Pane} = await import('../../../playground/explore/pane.js');
const {counts, foundText, hits} = await import('../../../playground/explore/selection.js');
const {fitting} = await import('../../../playground/explore/clouds.js');

const host = {visible: () => true, draw() {}, note() {}, wanted: () => ({key: 'pca-2', step: 20}), arrived() {}, shown() {}, grown() {}};

paged('a map’s name survives the address, and what no map has is left as it is usual', () => {
  for (const key of ['pca-3', 'tsne-8-euclidean-7-2', 'umap-15-0.1-cosine-0-3']) assert.equal(keyOf(choiceOf(key)), key);
  assert.equal(keyOf(choiceOf('umap-1000-abc-manhattan--1-2')), 'umap-15-0.1-cosine-0-2');
  assert.deepEqual([choiceOf('umap').chosen, choiceOf('spiral-2').chosen, choiceOf(null).chosen], [true, false, false]);
  assert.equal(choiceOf('__proto__').kind, 'pca');
});

paged('a plane or a space is one choice for all that can fill a space', () => {
  const deep = changed(choiceOf('umap'), 'dimensions', 3);
  assert.deepEqual(Object.values(deep.values).map(one => one.dimensions), [3, 2, 3]);
  assert.equal(changed(deep, 'neighbours', 20).values.umap.neighbours, 20);
  assert.equal(deep.values.umap.neighbours, 15, 'the choice before is as it was');
});

paged('a number is brought within its limits', () => {
  const [neighbours] = reducers().umap;
  assert.deepEqual(['1', '500', 'x', '20'].map(text => limited(neighbours, text)), [2, 100, 2, 20]);
});

test('runs of the same images can stand side by side, others not', () => {
  const list = [{run: 'a', set: 'x'}, {run: 'b', set: 'y'}, {run: 'c', set: 'x'}];
  assert.deepEqual(same(list, 'a').map(one => one.run), ['c']);
});

test('a link leads as far as the run goes', () => {
  const pane = {info: {steps: [0, 10]}, about: {count: 3}};
  assert.deepEqual(startOf({step: 0, pick: 2, selection: [1, 7], beside: []}, pane), {index: 0, selection: [1], picked: 2});
  assert.deepEqual(startOf({step: 5, pick: 3, selection: [7], beside: []}, pane), {index: 1, selection: null, picked: -1});
  assert.deepEqual(startOf(null, pane), {index: 1, selection: null, picked: -1});
});

test('points are coloured by the first word that they have', () => {
  assert.deepEqual(groupsOf(' cat， heart;;Flag '), ['cat', 'heart', 'Flag']);
  const names = ['a cat', 'the FLAG of a cat'.toLowerCase(), 'none'];
  assert.deepEqual(byWords('flag, cat', 3, i => names[i]).of, [1, 0, -1]);
});

paged('clusters are groups in order, a scale leaves out what is rare', () => {
  const {names, of} = byNumbers('cluster', Float32Array.from([5, 1, 5, 2]));
  assert.deepEqual([names, of], [['one_cluster 2', 'one_cluster 3', 'one_cluster 6'], [2, 0, 2, 1]]);
  const rare = byNumbers('error', Float32Array.from({length: 101}, (_, i) => i === 100 ? 1e6 : i));
  assert.deepEqual([rare.low, rare.high], [2, 98]);
  const purity = byNumbers('purity', Float32Array.of(0.4, 0.5));
  assert.deepEqual([purity.low, purity.high], [0, 1]);
});

paged('of colours wanted one after another only the last is shown, whichever answer is late', async () => {
  const pane = await Pane.open('one', host);
  let give;
  pane.values.set('purity/10', new Promise(done => { give = () => done(Float32Array.of(0, 0, 0, 0, 0, 0)); }));
  const first = recolour(pane, 'purity', '', 10);
  await recolour(pane, 'purity', '', 20);
  const shown = pane.spec;
  give();
  await first;
  assert.equal(pane.spec, shown);
  assert.equal(pane.coded, 'purity/20');
});

paged('a group is hidden in every map that has the same ones', async () => {
  const [one, two, three] = await Promise.all(['one', 'two', 'three'].map(run => Pane.open(run, host)));
  three.spec = {names: ['a', 'b', 'c'], of: []};
  toggle([one, two, three], 1, false);
  assert.deepEqual([one, two, three].map(pane => [...pane.hidden]), [[1], [1], []]);
  toggle([one, two, three], 1, true);
  assert.deepEqual([one, two, three].map(pane => [...pane.hidden]), [[0], [0], []]);
});

paged('another map is made when it is asked for again, by one chain of questions', async at => {
  const pane = await Pane.open('one', host);
  at.making = true;
  pane.follow('tsne-30-cosine-0-2');
  await settle();
  pane.follow('umap-15-0.1-cosine-0-2');
  pane.follow('tsne-30-cosine-0-2');
  await settle();
  at.asked.length = 0;
  await new Promise(done => { setTimeout(done, 800); });
  const asked = at.asked.filter(({url}) => url.pathname.endsWith('tsne-30-cosine-0-2'));
  pane.close();
  assert.ok(asked.length >= 1 && asked.length <= 3, `${asked.length} questions in 800 ms`);
});

paged('what failed to come is asked for again', async at => {
  const pane = await Pane.open('one', host);
  at.fails(url => url.pathname.endsWith('/maps/pca-2/20'), 500, 'No.');
  await assert.rejects(pane.frame('pca-2', 20));
  at.failures.length = 0;
  assert.equal((await pane.frame('pca-2', 20)).length, 12);
  assert.equal(pane.frame('pca-2', 20), pane.frame('pca-2', 20));
});

paged('the snapshot of another run is the one at the same share of its time', async () => {
  const pane = await Pane.open('one', host);
  assert.deepEqual([0, 0.3, 0.6, 1].map(share => pane.stepAt(share)), [0, 10, 10, 20]);
});

test('a curve has no corner where nothing was measured', () => {
  assert.equal(corners([0, null, 1], [0, 1, 2]), '0,23  100,3');
  assert.equal(nearestTo([0, 1, 2], 0.45), 1);
  globalThis.playground.words = {...globalThis.playground.words, styles: {knn: '.1%', rankme: '.1f'}};
  assert.deepEqual([shown('knn', 0.7884), shown('rankme', 46.932), shown('mse', null)], ['78.8%', '46.9', '–']);
});

paged('a search looks at classes, captions and names in the reader’s language and in English', async () => {
  globalThis.playground.words.classes = {cat: '猫'};
  const pane = await Pane.open('one', host);
  globalThis.playground.words.classes = {};
  assert.deepEqual([hits(pane, '猫'), hits(pane, ' CAT '), hits(pane, 'fish'), hits(pane, ' ')], [[0, 2, 4], [0, 2, 4], [], null]);
  assert.deepEqual([foundText('fish', 0, true), foundText('', 0, false), foundText('cat', 3, true)], ['found_none_reads', '', 'found']);
});

test('classes of a selection are counted, the most first', () =>
  assert.deepEqual(counts([0, 1, 2, 4], [7, 3, 3, 3, 3]), [[3, 3], [7, 1]]));

test('a drawing fits its box at one scale', () => {
  const place = fitting(Float32Array.of(-1, -2, 1, 2), 100, 50);
  assert.deepEqual(place(0, 0), [50, 25]);
  const [x, y] = place(1, 2);
  assert.ok(Math.abs((x - 50) * 2 - (25 - y)) < 1e-9 && y >= 0);
});

test('a file is called after what it shows', () =>
  assert.equal(fileName('Masked Autoencoder', 'umap-15-0.1-cosine-0-2', 415, 'png'), 'masked-autoencoder-umap-step415.png'));

paged('a map that stands in and does not come is left to the one that is made', async at => {
  const pane = await Pane.open('one', host);
  at.fails(url => url.pathname.includes('/maps/pca-2/'), 500, 'Gone.');
  pane.following = 'tsne-30-cosine-0-2';
  await pane.standIn();
  assert.equal(pane.shows, '');
});
