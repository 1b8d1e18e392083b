import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';
import {query} from '../../../playground/page/address.js';
import {ask, Follower} from '../../../playground/train/follow.js';
import {axis, placeOf, scattered} from '../../../playground/train/frames.js';
import {given, Linked, told} from '../../../playground/train/linked.js';
import {Panel} from '../../../playground/train/train.js';

const ABOUT = {count: 3, columns: 3, rows: 1, width: 8, height: 8, classes: ['cat', 'dog'], labels: [0, 1, 0]};
const moment = (more = {}) => ({
  version: '1', state: 'running', method: 'simclr', ended: false, example: null, tone: 'busy', name: '', title: 'SimCLR', status: 'Training', progress: 0.5,
  tiles: [{key: 'loss', name: 'Loss', value: '2', help: ''}], figures: {}, warning: '', pictures: null, maps: {pca: [0], umap: [], seconds: [0]},
  line: 'One sentence.', learned: null, ending: null, looks: {count: 0, planes: 1, steps: [], seconds: [], images: [], newest: ''},
  map_keys: {pca: 'pca-2', umap: 'umap-15'}, umap_pending: false, result: {table: [], lines: []}, map_title: 'Map',
  labels: {map_pca: 'PCA', map_umap: 'UMAP', map_wait: 'UMAP …', unlabelled: 'images', map_hint: '', map_some: '{some} of {number}', pictures: '', result: 'Result', skipped: '{number} left out'},
  ...more,
});
const WORDS = {
  methods: ['simclr', 'byol', 'clip'], shipped: {simclr: 'fashion-mnist', clip: 'emoji'}, classes: {cat: '猫'}, languages: ['en'], gone: 'No connection.',
  failed: 'The app failed.', missing: 'Not here any more.', title: 'Nothing yet', text: 'Press Train.', keys: {train: ['view', 'without']},
};
const MAP = path => new Response(new Float32Array(path.includes('umap') ? [1, 1, 2, 2, 3, 3] : [0, 0, 1, 1, 2, 2]).buffer);
const fetched = globalThis.fetch;

/** Answers by what the address holds; `live` may be changed. */
function server() {
  const found = {live: async () => new Response(JSON.stringify(moment())), maps: MAP, asked: []};
  globalThis.fetch = async url => {
    const path = new URL(url).pathname;
    found.asked.push(path);
    if (path.endsWith('/live')) return found.live();
    if (path.includes('/flows/')) return new Response(JSON.stringify({wide: '', tall: '', text: '', symbols: [], shapes: ''}));
    if (path.endsWith('images.json')) return new Response(JSON.stringify(ABOUT));
    return found.maps(path);
  };
  return found;
}

function panel() {
  const root = document.createElement('div'), asked = [], linked = new Linked(() => asked.push(linked.asked));
  document.body.append(root);
  const made = new Panel(root, linked);
  linked.panel = made;
  made.watch = () => null;  // what follows a run has tests of its own
  return {made, linked, asked, root, see: selector => root.querySelector(selector)};
}

describe('Train', () => {
  beforeEach(() => {
    globalThis.playground.words = WORDS;
    document.body.dataset.tab = 'train';
    for (const key of [...query.keys()]) query.delete(key);
    server();
  });
  afterEach(() => {
    globalThis.fetch = fetched;
    delete globalThis.playground.words;
    for (const key of [...query.keys()]) query.delete(key);
    document.body.removeAttribute('data-run');
  });

  test('a run that is gone is known from one whose app failed, and both from a lost connection', async () => {
    const found = server();
    found.live = async () => new Response('', {status: 404});
    assert.equal(await ask('x', ''), undefined);
    for (const status of [204, 503]) {
      found.live = async () => new Response(null, {status});
      assert.equal(await ask('x', ''), null);
    }
    found.live = async () => new Response('oops', {status: 500});
    await assert.rejects(ask('x', ''), error => error.message === 'The app failed.' && error.status === 500);
    found.live = async () => { throw new TypeError('fetch failed'); };
    await assert.rejects(ask('x', ''), error => error.message === 'No connection.');
    for (const status of [502, 504]) {  // a proxy that does not reach the app
      found.live = async () => new Response('<h1>Bad Gateway</h1>', {status});
      await assert.rejects(ask('x', ''), error => error.message === 'No connection.');
    }
  });

  test('a browser deletes its data after one question, and is told how much it was', async () => {
    const {made, linked, see} = panel(), button = key => see(`.live-deletion [data-key=${key}]`), sent = [];
    globalThis.playground.words = {...WORDS, deletion: {done: 'Deleted: {runs}, {uploads}.', question: 'Sure?'}};
    localStorage.setItem('playground-runs', '["mine", "older"]');
    made.show('mine');
    linked.mine.simclr = 'mine';
    globalThis.fetch = async (url, options) => {
      sent.push([new URL(url).pathname, JSON.parse(options.body)]);
      return new Response(sent.length === 1 ? '{"error": "Not now."}' : '{"runs": 2, "uploads": 1}', {status: sent.length === 1 ? 400 : 200});
    };
    button('button').click();
    assert.match(see('.live-deletion').textContent, /Sure\?/);
    button('keep').click();
    assert.ok(button('button') && !button('act') && !sent.length);
    for (const said of ['Not now.', 'Deleted: 2, 1.']) {
      button('button').click();
      button('act').click();
      assert.ok(button('act').disabled && button('keep').disabled);
      while (made.deletion.busy) await new Promise(setImmediate);
      assert.ok(button('button') && see('.live-deletion').textContent.includes(said));
      if (sent.length === 1) assert.equal(made.run, 'mine');
    }
    assert.deepEqual(sent[1], ['/playground/deletion', {secret: localStorage.getItem('playground-secret')}]);
    assert.equal(localStorage.getItem('playground-runs'), '[]');
    assert.deepEqual([made.run, linked.mine], ['simclr', {}]);  // the one that came with the app
    localStorage.clear();
  });

  test('why nothing new comes stands beside what was there', async () => {
    const {made, see} = panel();
    made.show('mine');
    await made.arrived(moment());
    made.problem = 'The app failed.';
    made.draw();
    assert.equal(see('.live-sentence').textContent, 'The app failed.');
    assert.ok(see('.live-status').classList.contains('gone'));
    assert.equal(see('.tile b').textContent, '2');
    made.problem = '';
    made.draw();
    assert.equal(see('.live-sentence').textContent, 'Training');
  });

  test('the better map is shown once it is there, unless somebody chose the other one', async () => {
    const {made} = panel(), both = moment({ended: true, maps: {pca: [0], umap: [0], seconds: [0]}});
    made.show('mine');
    await made.arrived(moment());
    assert.equal(made.place.name, 'pca-2/0');
    await made.arrived(both);
    assert.equal(made.place.name, 'umap-15/0');
    made.choose('pca');
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    assert.equal(made.place.name, 'pca-2/0');
    assert.equal(query.get('view'), 'pca');
    await made.arrived(moment({...both, maps: {pca: [0, 9], umap: [9], seconds: [0, 3]}}));
    assert.equal(made.place.name, 'pca-2/9');
  });

  test('a map that comes late does not replace the one that was chosen meanwhile', async () => {
    const {made} = panel(), found = server(), both = moment({ended: true, maps: {pca: [0], umap: [0], seconds: [0]}});
    let late;
    made.show('mine');
    await made.arrived(moment());
    found.maps = path => path.includes('umap') ? new Promise(done => { late = () => done(MAP(path)); }) : MAP(path);
    const waiting = made.arrived(both);
    await new Promise(setImmediate);
    made.choose('pca');
    await new Promise(setImmediate);
    late();
    await waiting;
    assert.equal(made.place.name, 'pca-2/0');
  });

  test('what comes of a run that is no longer shown is dropped', async () => {
    const {made} = panel(), found = server();
    let late;
    made.show('one');
    found.maps = path => new Promise(done => { late = () => done(MAP(path)); });
    const waiting = made.arrived(moment());
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    made.show('two');
    late();
    await waiting;
    assert.equal(made.place, null);
    assert.equal(made.about, null);
  });

  test('a map that did not come is asked for again', async () => {
    const {made} = panel(), found = server();
    made.show('mine');
    found.maps = () => new Response('', {status: 500});
    await assert.rejects(made.arrived(moment()));
    found.maps = MAP;
    await made.arrived(moment());
    assert.equal(made.place.name, 'pca-2/0');
  });

  test('a map that did not come is said in its place, and a frame that a person seeks is asked for again', async () => {
    const {made, see} = panel(), found = server(), failed = () => see('.live-stage .state.failed')?.textContent.trim();
    const ended = moment({ended: true, maps: {pca: [0, 9], umap: [], seconds: [0, 3]}}), answered = async () => { for (let i = 0; i < 9; i++) await new Promise(setImmediate); };
    made.show('mine');
    found.maps = () => new Response('', {status: 500});
    await assert.rejects(made.arrived(ended));
    assert.equal(failed(), 'The app failed.');
    found.maps = MAP;
    await made.arrived(ended);
    assert.deepEqual([made.place.name, failed()], ['pca-2/9', undefined]);
    let again = 0;
    made.follower = {again: () => { again++; }};
    found.maps = () => new Response('', {status: 500});
    made.seek(0);
    await answered();
    assert.deepEqual([made.place.name, failed(), again], ['pca-2/9', 'The app failed.', 1]);
    found.maps = MAP;
    await made.arrived(ended);
    assert.deepEqual([made.place.name, failed()], ['pca-2/0', undefined]);
  });

  test('a moment of which something did not come is asked for once more, though nothing has changed', async t => {
    t.mock.timers.enable({apis: ['setTimeout']});
    const found = server(), versions = [], answered = async () => { for (let i = 0; i < 9; i++) await new Promise(setImmediate); };
    globalThis.fetch = async url => {
      versions.push(new URL(url).searchParams.get('after'));
      return versions.at(-1) ? new Response(null, {status: 204}) : new Response(JSON.stringify(moment({ended: true})));
    };
    const follower = new Follower('mine', {current: () => versions.length < 4, show: async () => {}, gone() {}, problem() {}});
    follower.follow();
    await answered();
    for (const work of [() => {}, () => follower.again(), () => {}]) {
      work();
      t.mock.timers.tick(2000);
      await answered();
    }
    assert.deepEqual([versions, found.asked], [['', '1', '', '1'], []]);
  });

  test('groups that a link hides are hidden, those that are not there are not, and a press is in the address', async () => {
    query.set('without', '1,7,x');
    const {made} = panel();
    made.show('mine');
    await made.arrived(moment());
    assert.deepEqual([...made.hiddenGroups], [1]);
    assert.deepEqual(made.classes, ['猫', 'dog']);
    made.toggle({group: 0, alone: false});
    assert.equal(query.get('without'), '1,0');
    await made.arrived(moment({version: '2'}));
    assert.deepEqual([...made.hiddenGroups], [1, 0]);
    made.show('other');
    assert.equal(made.hiddenGroups.size, 0);
  });

  test('without a run the one that ships is shown, and where none does the way on', () => {
    const {made, linked, see} = panel();
    made.show('');
    assert.deepEqual([made.run, made.shipped, document.body.dataset.run], ['simclr', true, 'example']);
    linked.method = 'byol';
    made.show('');
    assert.deepEqual([made.run, document.body.dataset.run], ['', 'none']);
    assert.equal(see('.live-empty p').textContent, 'Press Train.');
  });

  test('a run that is gone makes place for the one that ships, and says so', () => {
    const {made, linked, see} = panel();
    made.show('mine');
    made.gone();
    assert.deepEqual([made.run, made.note], ['simclr', 'Not here any more.']);
    made.gone();  // that one too: it is not asked for again and again
    assert.deepEqual([made.run, made.follower], ['', null]);
    made.show('mine');
    linked.method = 'byol';
    made.gone();
    assert.equal(see('.live-empty p').textContent, 'Not here any more.');
  });

  test('the images of a look are spread over all of them, the others are nowhere', () => {
    assert.deepEqual([...scattered(new Float32Array([1, 2, 3, 4]), 5)], [1, 2, NaN, NaN, 3, 4, NaN, NaN, NaN, NaN]);
  });

  test('the time axis is that of looks, or of the better map where that has more than its end', () => {
    const looks = {count: 2, planes: 1, steps: [0, 4], seconds: [0, 0.4], images: [1, 1], newest: ''}, maps = {pca: [0, 9], umap: [9], seconds: [0, 2]};
    assert.deepEqual(axis(moment({looks, maps}), 'umap'), {steps: [0, 4], seconds: [0, 0.4], looks: true});
    assert.deepEqual(axis(moment({looks, maps: {...maps, umap: [0, 9]}}), 'umap'), {steps: [0, 9], seconds: [0, 2], looks: false});
    assert.deepEqual(axis(moment({maps}), 'pca'), {steps: [0, 9], seconds: [0, 2], looks: false});
    assert.deepEqual([placeOf([0, 4, 9], null), placeOf([0, 4, 9], 5), placeOf([0, 4, 9], 8), placeOf([], null)], [2, 1, 2, -1]);
  });

  /** @param {number[]} values */
  const packed = values => btoa(String.fromCharCode(...new Uint8Array(new Float32Array(values).buffer)));

  test('while it trains the newest look is shown without a question, and an earlier one after a single one', async () => {
    const {made} = panel(), found = server(), looks = {count: 1, planes: 1, steps: [0], seconds: [0], images: [2], newest: packed([1, 2, 3, 4])};
    made.show('mine');
    await made.arrived(moment({looks}));
    assert.equal(made.place.name, 'look/0');
    assert.deepEqual([...made.place.positions], [1, 2, 3, 4, NaN, NaN]);
    found.maps = () => new Response(new Float32Array([5, 6, 7, 8, 9, 9, 8, 8]).buffer);
    const more = moment({looks: {count: 3, planes: 1, steps: [0, 5, 9], seconds: [0, 1, 2], images: [2, 2, 2], newest: packed([0, 0, 1, 1])}});
    await made.arrived(more);
    assert.deepEqual([made.place.name, found.asked.filter(path => path.includes('/looks/'))], ['look/9', []]);
    found.maps = () => new Response(new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 1, 1]).buffer);
    made.seek(1);
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    assert.deepEqual([made.place.name, [...made.place.positions.slice(0, 4)]], ['look/5', [5, 6, 7, 8]]);
    made.seek(0);
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    assert.deepEqual([made.place.name, found.asked.filter(path => path.includes('/looks/')).length], ['look/0', 1]);
    made.seek(2);
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    assert.deepEqual([made.place.name, made.step], ['look/9', null]);
  });

  test('embeddings on their sphere are beside the features, in one answer, and the address says so', async () => {
    const {made, see} = panel(), found = server();
    const looks = {count: 2, planes: 2, steps: [0, 5], seconds: [0, 1], images: [2, 2], newest: packed([1, 2, 0.1, 0.2, 3, 4, 0.3, 0.4])};
    made.show('mine');
    await made.arrived(moment({looks, labels: {...moment().labels, map_on: 'Embeddings of {some}', map_on_hint: 'A sphere.'}}));
    assert.deepEqual([made.place.name, [...made.place.positions]], ['look/5', [1, 2, 3, 4, NaN, NaN]]);
    assert.equal(see('.live-sphere'), null);
    see('[data-kind=sphere]').click();
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    assert.equal(made.place.name, 'sphere/5');
    assert.deepEqual([...made.place.positions], [...new Float32Array([0.1, 0.2, 0.3, 0.4]), NaN, NaN]);
    assert.ok(see('embedding-map').sphere && query.get('view') === 'sphere' && see('.live-sphere').textContent === 'A sphere.');
    assert.equal(see('.map-head h3').textContent, 'Embeddings of 2');
    found.maps = () => new Response(new Float32Array([9, 9, 0.5, 0.6, 9, 9, 0.7, 0.8, 1, 2, 0.1, 0.2, 3, 4, 0.3, 0.4]).buffer);
    made.seek(0);
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    assert.deepEqual([...made.place.positions.slice(0, 4)], [...new Float32Array([0.5, 0.6, 0.7, 0.8])]);
  });

  test('a run that has collapsed is shown where that is seen, unless a person chose otherwise', async () => {
    const {made} = panel();
    const looks = {count: 1, planes: 2, steps: [5], seconds: [1], images: [2], newest: packed([1, 2, 0.1, 0.2, 3, 4, 0.3, 0.4])};
    const fallen = moment({looks, warning: 'Collapsed.', labels: {...moment().labels, map_on: '{some}', map_on_hint: ''}});
    made.show('mine');
    await made.arrived(fallen);
    assert.equal(made.place.name, 'sphere/5');
    made.choose('pca');
    await made.arrived(fallen);
    assert.equal(made.place.name, 'look/5');
  });

  test('a method without a head has no sphere', async () => {
    const {made, see} = panel();
    query.set('view', 'sphere');
    made.show('mine');
    await made.arrived(moment());
    assert.deepEqual([made.place.name, see('[data-kind=sphere]'), see('embedding-map').sphere], ['pca-2/0', null, false]);
  });

  test('a map that has its end alone lets the one play that moves', async () => {
    const {made} = panel(), looks = {count: 2, planes: 1, steps: [0, 5], seconds: [0, 1], images: [3, 3], newest: ''};
    made.show('mine');
    await made.arrived(moment({ended: true, looks, maps: {pca: [0, 9], umap: [9], seconds: [0, 2]}}));
    assert.equal(made.place.name, 'umap-15/9');
    made.play(true);
    assert.deepEqual([made.chosen, made.playing], ['pca', true]);
  });

  test('the last run stays, with a word, until the next one has a map', async () => {
    const {made, root, see} = panel(), labels = {...moment().labels, map_last: 'The last run.', map_none: 'No map.'};
    made.show('one');
    await made.arrived(moment({title: 'One', ended: true}));
    const before = see('embedding-map').positions;
    made.show('two');
    assert.ok(see('.live-map.old') && see('embedding-map').positions === before && see('.state.waiting'));
    await made.arrived(moment({title: 'Two', state: 'queued', labels, maps: {pca: [], umap: [], seconds: []}}));
    assert.deepEqual([see('.live-title').textContent, see('.state').textContent.trim()], ['Two', 'The last run.']);
    assert.equal(see('embedding-map').positions, before);
    await made.arrived(moment({title: 'Two', labels}));
    assert.ok(!root.querySelector('.old, .state') && made.last === null && see('embedding-map').positions !== before);
    made.show('three');
    await made.arrived(moment({state: 'failed', ended: true, labels, maps: {pca: [], umap: [], seconds: []}}));
    assert.equal(see('.state.failed').textContent.trim(), 'No map.');
  });

  test('before the first map of all there are bones and a word, and no point', async () => {
    const {made, see} = panel();
    globalThis.playground.words = {...WORDS, loading: 'Loading …'};
    made.show('one');
    assert.equal(see('.state.waiting[data-kind=map]').textContent.trim(), 'Loading …');
    assert.ok(see('.bones') && see('embedding-map').positions === null);
  });

  test('the end is told in a sentence, with ways on', async () => {
    const {made, see} = panel();
    made.show('one');
    const ending = {text: 'Too few steps.', tone: 'warn', ways: [{tab: 'learn', text: 'How', address: '?tab=learn'}]};
    await made.arrived(moment({ended: true, ending, learned: {key: 'knn', name: 'kNN', help: '', bars: [{name: 'this', value: '80%', share: 0.8}]}}));
    assert.deepEqual([see('.live-verdict').dataset.tone, see('.live-ending').textContent, see('.live-ways a').getAttribute('href')], ['warn', 'Too few steps.', '?tab=learn']);
    assert.equal(see('.tile.learned b').textContent, '80%');
  });

  test('what was learned is no empty box while nothing is known of it', async () => {
    const {made, see, root} = panel();
    made.show('one');
    await made.arrived(moment({state: 'queued', learned: {key: 'knn', name: 'What it learned', help: '', bars: [], note: 'It is measured later.'}}));
    assert.deepEqual([see('.tile.learned b').textContent, see('.tile.learned .hint').textContent], ['–', 'It is measured later.']);
    assert.ok(!root.querySelector('.learned-bar, .tile.empty'));
  });

  test('the end has a table with a head, and lines', async () => {
    const {made, root} = panel();
    made.show('mine');
    await made.arrived(moment({ended: true, result: {table: [['', 'this'], ['kNN', '80%']], keys: ['knn'], sides: ['', ''], lines: [{key: 'mse', name: 'MSE', value: '0.1'}]}}));
    assert.deepEqual([...root.querySelectorAll('.live-result tr')].map(row => [...row.children].map(cell => cell.textContent)), [['', 'this'], ['kNN', '80%'], ['MSE', '0.1']]);
  });

  test('only what is not as at first is in the address, and of knobs those of the method', () => {
    const known = [['method', 'simclr'], ['seconds', 30], ['simclr.temperature', 0.2], ['byol.decay', 0.99]];
    assert.deepEqual(told(known, {method: 'simclr', seconds: 30, 'simclr.temperature': 0.2, 'byol.decay': 0.5}), {});
    assert.deepEqual(told(known, {method: 'byol', seconds: 60, 'simclr.temperature': 1, 'byol.decay': 0.5}), {method: 'byol', seconds: '60', 'knob.decay': '0.5'});
    assert.deepEqual(told(known.slice(0, 2), {method: 'simclr', seconds: null}), {});
  });

  test('what somebody has set since a link was asked about stays', () => {
    const {linked} = panel();
    assert.deepEqual(linked.restored({values: ['simsiam', 60, '3', null], before: ['simclr', 30, 0, 0.2]}, 'simclr', 30, 0, 0.2),
      ['simsiam', 60, '3', 0.2]);
    assert.deepEqual(linked.restored({values: ['swav', 15, 0, null], before: ['simsiam', 60, 3, 0.2]}, 'byol', 60, 3, 0.5),
      ['byol', 15, 0, 0.5]);
    // the second of two questions was asked before the answer of the first was shown
    linked.restored({values: ['swav', 15, 1, null], before: ['byol', 15, 0, 0.5]}, 'byol', 15, 0, 0.5);
    assert.deepEqual(linked.restored({values: ['clip', 30, 2, null], before: ['byol', 15, 0, 0.5]}, 'swav', 15, 1, 0.5), ['clip', 30, 2, 0.5]);
    assert.deepEqual(linked.restored(null, 'clip', 30), ['clip', 30]);
  });

  test('the address sets data, method, time, seed and knobs, and nothing else', () => {
    for (const [key, value] of [['data', 'digits'], ['knob.decay', '1'], ['run', 'x'], ['sel', 'y'], ['knob.', 'z']]) query.set(key, value);
    assert.deepEqual(given(), {data: 'digits', 'knob.decay': '1'});
  });

  test('another method leads from one finished run to the next, with its data', () => {
    const {made, linked, asked} = panel();
    made.show('');
    linked.write([['method', 'simclr'], ['data', 'fashion-mnist']], ['clip', 'fashion-mnist']);
    assert.equal(made.run, 'clip');
    assert.deepEqual(asked.at(-1), {method: 'clip', data: 'emoji'});
  });

  test('a run that trains is not left when another method is chosen', async () => {
    const {made, linked} = panel();
    made.show('mine');
    await made.arrived(moment());
    linked.write([['method', 'simclr'], ['data', 'fashion-mnist']], ['clip', 'fashion-mnist']);
    assert.equal(made.run, 'mine');
    assert.equal(query.get('method'), 'clip');
  });

  test('a link to a run takes the controls from it, one to a method sets them', () => {
    const {linked, asked} = panel();
    query.set('run', 'mine');
    linked.follow();
    assert.deepEqual(asked.at(-1), {run: 'mine'});
    query.set('method', 'byol');
    linked.follow();
    assert.deepEqual(asked.at(-1), {method: 'byol'});
    assert.equal(linked.method, 'byol');
  });
});
