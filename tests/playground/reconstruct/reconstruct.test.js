// The tab as a whole: which run, which image, and what other tabs and the address say of them.
import assert from 'node:assert/strict';
import {afterEach, before, test} from 'node:test';
import {query} from '../../../playground/page/address.js';
import {playground} from '../../../playground/page/playground.js';
import {send} from '../../../playground/page/tabs.js';
import {open} from '../../../playground/reconstruct/reconstruct.js';
import {MAKER, completed, server, settled} from './server.js';

const ABOUT = {count: 20, columns: 10, rows: 2, width: 28, height: 28, classes: ['cat'], labels: Array(20).fill(0)};
const LIST = [MAKER, {...MAKER, run: 'b', set: 't', title: 'B'}, {...MAKER, run: 'c', set: 't', patches: undefined}];

before(() => {
  Image.prototype.decode = async () => {};
  const plain = HTMLCanvasElement.prototype.getContext, black = new WeakSet();
  HTMLCanvasElement.prototype.getContext = function (...args) {
    const g = plain.apply(this, args);
    if (!black.has(g)) g.getImageData = (_x, _y, width, height) => ({data: new Uint8ClampedArray(4 * width * height)});
    black.add(g);
    return g;
  };
});

/** The tab that is to be seen: one that is not asks nothing, and no page of a test goes on asking in another one. @type {Element | null} */
let shown = null;
afterEach(() => { shown = null; });

async function tab(address = '') {
  const web = server(), element = document.createElement('div');
  for (const key of [...query.keys()]) query.delete(key);
  for (const [key, value] of new URLSearchParams(address)) query.set(key, value);
  element.innerHTML = '<div class="reconstruct workbench"></div>';
  document.body.append(element);
  const root = element.firstChild;
  shown = root;
  Object.defineProperty(root, 'offsetParent', {get: () => root === shown ? document.body : null});
  open(element);
  const {reconstructor} = playground;
  reconstructor.opened();
  await settled();
  await web.of('repairs')[0].answer(LIST);
  return {web, page: reconstructor, root: element.firstChild};
}

async function loaded(address) {
  const found = await tab(address);
  await found.web.of('images.json')[0].answer(ABOUT);
  return found;
}

test('another tab sends a person here with an image', async () => {
  const {web, page} = await loaded('');
  send('reconstruct', {run: 'b', index: 11});
  await settled();
  await web.of('repairs')[0].answer(LIST);
  await web.of('images.json')[0].answer(ABOUT);
  assert.deepEqual([page.maker.run, page.image.index], ['b', 11]);
});

test('an address opens a run, an image and a view', async () => {
  playground.run = () => 'a';
  const {page, root, web} = await loaded('run=a&image=7&do=mask&mask=grid_0.5_3');
  assert.equal(root.querySelector('.reconstruct-columns').dataset.doing, 'mask');
  assert.deepEqual(web.of('/mask')[0].body, {image: {index: 7}, ratio: 0.5, mask: 'grid', seed: 3});
  assert.match(root.querySelector('.fitted small').textContent, /^cat · /);
  assert.deepEqual([page.settings.index, query.get('image'), query.get('mask')], [7, '7', 'grid_0.5_3']);
});

test('an image that a run does not have is its last one', async () => {
  const {page} = await loaded('image=500');
  assert.equal(page.image.index, 19);
});

test('the run that was chosen last is shown, whichever images come first', async () => {
  const {web, page, root} = await loaded('');
  page.pickRun('b');
  await settled();
  page.pickRun('a');
  await settled();
  await web.of('runs/b/images.json')[0].answer({...ABOUT, count: 3});
  assert.deepEqual([page.maker.run, page.about.count, root.querySelector('#reconstruct-run').value], ['a', 20, 'a']);
});

test('a photo that comes late does not take the place of an image that was picked since', async () => {
  const {web, page, root} = await loaded('');
  page.fit(new File(['x'], 'mine.png'));
  await settled();
  page.pick(4);
  await web.of('/fit')[0].answer({pixels: btoa('\0'.repeat(784)), name: 'mine.png', note: '12 bits'});
  assert.equal(page.image.index, 4);
  page.fit(new File(['x'], 'mine.png'));
  await settled();
  await web.of('/fit')[0].answer({pixels: btoa('\0'.repeat(784)), name: 'mine.png', note: '12 bits'});
  assert.deepEqual([page.image.name, query.get('image')], ['mine.png', null]);
  assert.equal(root.querySelector('.reconstruct-note').textContent, '12 bits');
  assert.equal(root.querySelector('.reconstruct-columns').dataset.upload, 'done');
});

test('what is no image is refused in a sentence, and the old one stays until something is picked', async () => {
  const {web, page, root} = await loaded('image=3');
  page.fit(new File(['x'], 'bad.png'));
  await settled();
  await web.of('/fit')[0].answer({error: 'bad.png is no image.'}, 400);
  await settled();
  const note = () => root.querySelector('.reconstruct-note').textContent;
  assert.deepEqual([note(), page.image.index], ['bad.png is no image.', 3]);
  page.pick(5);
  await settled();
  assert.equal(note(), '');
});

test('a view that a run does not have is not opened, and one that was left is as it was', async () => {
  const {web, page, root} = await loaded('do=mask');
  await web.of('/mask')[0].answer(completed([1, 2]));
  const view = root.querySelector('mask-view');
  page.turnTo('compare');
  assert.equal(root.querySelector('mask-view'), null);
  page.turnTo('mask');
  assert.equal(root.querySelector('mask-view'), view);
  assert.equal(view.found.hidden.length, 2);
  page.pickRun('c');
  await settled();
  await web.of('runs/c/images.json')[0].answer(ABOUT);
  assert.deepEqual([page.settings.doing, root.querySelector('mask-view')], ['noise', null]);
});

test('a network that has learned more is asked again, one that has not is not', async () => {
  const {web, page} = await loaded('do=mask');
  await web.of('/mask')[0].answer(completed([1]));
  for (const [last, asked] of [[9, 0], [10, 1]]) {
    page.relearned();
    await settled();
    await web.of('repairs')[0].answer([{...MAKER, last}]);
    assert.equal(web.of('/mask').length, asked);
  }
});

test('the run of the address is opened, though Gradio has not drawn Train yet', async () => {
  delete playground.run;
  const {page} = await loaded('run=b');
  assert.equal(page.maker.run, 'b');
});

/** The address wants another run, and its twelfth image. */
function wanted(page, run) {
  query.set('run', run);
  query.set('image', '11');
  page.follow();
}

test('an image or a run that is chosen while the address waits for the list stays', async () => {
  const {web, page} = await loaded('');
  wanted(page, 'b');
  await settled();
  page.pick(4);
  await web.of('repairs')[0].answer(LIST);
  await web.of('images.json')[0].answer(ABOUT);
  assert.deepEqual([page.maker.run, page.image.index], ['b', 4]);
  wanted(page, 'c');
  await settled();
  page.pickRun('a');
  await settled();
  await web.of('repairs')[0].answer(LIST);
  await web.of('images.json')[0].answer(ABOUT);
  assert.deepEqual([page.maker.run, web.of('repairs').length], ['a', 0]);
});

test('a list that does not come is not asked for again and again', async () => {
  const {web, page, root} = await loaded('');
  wanted(page, 'b');
  await settled();
  await web.of('repairs')[0].answer({error: 'Busy.'}, 500);
  assert.deepEqual([web.of('repairs').length, root.querySelector('.reconstruct-note').textContent], [0, 'Busy.']);
  page.opened();
  await settled();
  await web.of('repairs')[0].answer(LIST);
  await web.of('images.json')[0].answer(ABOUT);
  assert.deepEqual([page.maker.run, page.image.index], ['b', 11]);
});

test('where the images of a run do not come the list says again which one is shown', async () => {
  const {web, page, root} = await loaded('');
  page.pickRun('b');
  await settled();
  await web.of('images.json')[0].answer({error: 'Busy.'}, 500);
  assert.deepEqual([root.querySelector('#reconstruct-run').value, page.maker.run], ['a', 'a']);
  assert.equal(root.querySelector('.reconstruct-note').textContent, 'Busy.');
});
