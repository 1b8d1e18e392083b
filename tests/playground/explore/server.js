// A server that answers Explore's questions at once, or as late as a test wants.
import {test} from 'node:test';
import {setTimeout} from 'node:timers';

const REDUCERS = {
  pca: [{name: 'dimensions', default: 2, low: 2, high: 3}],
  tsne: [{name: 'perplexity', default: 30, low: 2, high: 100, step: 1}, {name: 'metric', default: 'cosine', options: ['cosine', 'euclidean']},
    {name: 'seed', default: 0, low: 0, high: 9999}, {name: 'dimensions', default: 2, low: 2, high: 2}],
  umap: [{name: 'neighbours', default: 15, low: 2, high: 100}, {name: 'min_dist', default: 0.1, low: 0, high: 0.99},
    {name: 'metric', default: 'cosine', options: ['cosine', 'euclidean']}, {name: 'seed', default: 0, low: 0, high: 9999},
    {name: 'dimensions', default: 2, low: 2, high: 3}],
};
const COUNT = 6, STEPS = [0, 10, 20], KEYS = {pca: 'pca-2', umap: 'umap-15-0.1-cosine-0-2'};
const ABOUT = {count: COUNT, columns: 3, rows: 2, width: 8, height: 8, classes: ['cat', 'dog'], labels: [0, 1, 0, 1, 0, 1], captions: {}, names: []};

const entry = run => ({run, title: `SimCLR · digits · ${run}`, method: 'SimCLR', changed: '', set: 'x', ended: true, last: 20});
const timeline = run => ({
  ...entry(run), generation: 0, state: 'finished', steps: STEPS, seconds: [0, 1, 2], metrics: [{key: 'knn', name: 'kNN', values: [0.1, null, 0.9]}],
  colours: ['label', 'purity', 'vote', 'error', 'cluster'], error: 'error', reads: true, rebuilds: false, keys: KEYS,
});

const WORDS = {
  explore: {}, reducers: REDUCERS, classes: {}, languages: ['en'], methods: [], shipped: {}, tabs: {},
  keys: {explore: ['map', 'at', 'colour', 'words', 'with', 'pick', 'sel', 'draw', 'only'], match: ['labels']},
};
globalThis.playground.words = WORDS;
globalThis.CSS ??= {escape: text => text};
const {Explorer} = await import('../../../playground/explore/explore.js');
const {query} = await import('../../../playground/page/address.js');

let under = 0;  // questions under way that are not held back

/** Lets all that is on its way arrive. */
export async function settle() {
  for (let idle = 0; idle < 12; idle++) {
    await new Promise(setImmediate);
    if (under) idle = 0;
  }
}

/** A page with the tab's place, and the server of it. */
function page() {
  const root = document.createElement('div'), before = globalThis.fetch;
  globalThis.playground.words = WORDS;
  document.body.dataset.tab = 'explore';
  document.body.append(root);
  Object.defineProperty(root, 'offsetParent', {value: document.body});
  const at = {
    root, list: ['one', 'two', 'three'].map(entry), damaged: [], making: false, waits: [], failures: [], asked: [], explorers: [],

    fails(matches, status, error) { at.failures.push({matches, status, error}); },

    /** Explore at an address, which is open unless `whole` is false. */
    async opened(address = '', whole = true) {
      for (const [key, value] of new URLSearchParams(address)) query.set(key, value);
      const on = new Explorer(root);
      at.explorers.push(on);
      on.visible = () => true;
      if (whole) await on.opened();
      if (whole) await settle();
      return on;
    },

    end() {
      for (const on of at.explorers) {
        clearTimeout(on.settling);
        clearTimeout(on.measures.assessing);
        for (const pane of on.panes) pane.close();
      }
      globalThis.fetch = before;
      root.remove();
      for (const key of [...query.keys()]) query.delete(key);
    },
  };
  globalThis.fetch = async (address, options = {}) => {
    const url = new URL(address), body = answer(at, url, options), held = at.waits.filter(wait => wait.held && wait.matches(url, options));
    at.asked.push({url, options});
    for (const wait of held) await wait.until;
    under++;
    setTimeout(() => { under--; }, 2);  // until it is read
    const failed = at.failures.find(({matches}) => matches(url));
    if (failed) return new Response(JSON.stringify({error: failed.error}), {status: failed.status});
    return body instanceof Float32Array ? new Response(body.buffer) : new Response(JSON.stringify(body));
  };
  return at;
}

/** A test with a page of its own. Hooks of a file would be those of all files. */
export const paged = (name, work) => test(name, async () => {
  const at = page();
  try {
    await work(at);
    await settle();
  } finally { at.end(); }
});

/** Holds back answers until `answer()`; those that are asked for after `release()` come at once. */
export function hold(at, matches) {
  const wait = {matches, held: true, until: null, answer: null, release() { wait.held = false; }};
  wait.until = new Promise(done => { wait.answer = () => { wait.held = false; done(); }; });
  at.waits.push(wait);
  return wait;
}

function answer(at, url, options) {
  const [, first, run, part, a, b, c] = /playground\/(runs)\/?([^/]*)\/?([^/]*)\/?([^/]*)\/?([^/]*)\/?([^/]*)/.exec(url.pathname) ?? [];
  if (options.method === 'DELETE') return {};
  if (first && !run) return at.list;
  if (run === 'damaged') return at.damaged.filter(one => url.searchParams.get('also').split(',').includes(one.run));
  if (part === 'timeline') return timeline(run);
  if (part === 'images.json') return ABOUT;
  if (part === 'neighbours') return [[(Number(b) + 1) % COUNT, 0.9], [(Number(b) + 2) % COUNT, 0.8]];
  if (part === 'values' && a === 'vote') return Float32Array.from({length: COUNT}, (_, i) => Number(i < 3));
  if (part === 'values') return Float32Array.from({length: COUNT}, (_, i) => i / COUNT);
  if (part === 'overlap') return 0.5;
  if (part === 'maps' && b === 'place') return {placed: [...options.body.getAll('images')].map(file =>
    ({at: [0, 0], how: 'transform', near: [[1, 0.9]], name: file.name, note: file.name.includes('deep') ? '12 bits' : '', picture: 'data:,'})), skipped: []};
  if (part === 'maps' && b === 'words') {
    const {texts, closed} = JSON.parse(options.body);
    return {placed: texts.map((_, i) => ({at: [i, closed ? 1 : 0], how: 'mean', near: [[2, 0.5]], known: true, end: texts[i].length > 50 ? 'the end' : ''})), gap: 0.4, plane: null};
  }
  if (part === 'maps' && c === 'quality') return {trustworthiness: 0.9, preservation: 0.5};
  if (part === 'maps' && b) return Float32Array.from({length: 2 * COUNT}, (_, i) => i + Number(b) + a.length);
  if (part === 'maps') return at.making ? {key: a, ready: [], state: 'working', progress: 0.1, sentence: ''}
    : {key: a, ready: STEPS, state: 'done', progress: 1, sentence: ''};
  return {};
}
