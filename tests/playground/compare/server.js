// A server for the unit tests of Compare: each question waits until the test answers it.
import {query} from '../../../playground/page/address.js';

const fetched = globalThis.fetch;
/** Tabs that the test has opened. */
const pages = [];

/** @returns questions so far, `next(path)`, the first of a path that waits, and `open(path)`, all of them that wait below a path */
export function server() {
  const asked = [];
  globalThis.fetch = (url, options) => new Promise(done => {
    const {pathname, searchParams} = new URL(url);
    asked.push({
      path: pathname.replace('/playground/', ''), query: Object.fromEntries(searchParams), open: true,
      body: options?.body && JSON.parse(options.body),
      async answer(body, status = 200) {
        this.open = false;
        const sent = body instanceof Float32Array ? body.buffer : status === 204 ? null : JSON.stringify(body);
        done(new Response(sent, {status}));
        await settled();
      },
    });
  });
  const next = path => {
    const found = asked.find(one => one.open && one.path === path);
    if (!found) throw new Error(`nothing is asked of ${path}: ${asked.filter(one => one.open).map(one => one.path)}`);
    return found;
  };
  return {asked, next, open: path => asked.filter(one => one.open && one.path.startsWith(path))};
}

/** All that follows from an answer has happened. */
export const settled = async () => { for (let i = 0; i < 4; i++) await new Promise(setImmediate); };

export const run = (name, more = {}) => ({
  run: name, state: 'finished', ended: true, status: 'done', progress: 1, label: `run ${name}`, title: name, collapsed: '', set: 'digits',
  rebuilds: false, last: null, sweep: null, ...more,
});

/** What /compare answers of some runs. */
export const comparison = (runs, more = {}) => {
  const all = runs.map(one => typeof one === 'string' ? run(one) : one);
  return {
    version: all.map(one => `${one.run}.${one.state}`).join('~') || 'none', runs: all, gone: 0, examples: [], most: 8, seen: '', notes: [],
    columns: [{key: 'knn', name: 'kNN', means: 'how often', better: 'high', measured: true}],
    cells: all.map(() => [{text: '80%', best: false}]), beaten: [],
    offered: ['loss', 'std_sqrt_d', 'knn', 'rankme'].map(key => ({key, name: key})),
    curves: {loss: {data: all.map(one => ({name: one.label, x: [], y: []})), layout: {}}}, factors: null, keys: {pca: 'pca-1', umap: 'umap-1'}, ...more,
  };
};

export const range = (more = {}) => ({
  name: 'latent', label: 'Latent', value: 8, help: 'Size', low: 2, high: 256, step: 1, suggested: [2, 4, 8, 16, 32], ...more,
});
export const options = () => ({name: 'stop_gradient', label: 'Stop', value: true, help: '', options: [[true, 'on'], [false, 'off']]});
export const form = (name, fields = [range(), options()], seconds = 30) => ({run: name, title: name, seconds, fields});

/** The tab as a link opens it, on a page that somebody looks at. */
export async function opened(Comparer) {
  const root = document.createElement('div');
  Object.defineProperty(root, 'offsetParent', {value: document.body});
  root.scrollIntoView = () => {};
  document.body.append(root);
  const page = new Comparer(root);
  pages.push(page);
  page.opened();
  await settled();
  return page;
}

/** Leaves nothing to the next test. */
export function closed() {
  for (const page of pages.splice(0)) {
    for (const part of [page, page.sweep]) {
      clearTimeout(part.timer);
      part.question = null;
    }
    for (const pane of page.maps.panes) pane.close();
    page.root.remove();
  }
  for (const key of [...query.keys()]) query.delete(key);
  history.replaceState(null, '', location.pathname);
  delete document.body.dataset.tab;
  globalThis.fetch = fetched;
}
