// What the views do when answers come late: what a person did meanwhile stays.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {rivals} from '../../../playground/reconstruct/beside.js';
import '../../../playground/reconstruct/mask.js';
import '../../../playground/reconstruct/noise.js';
import '../../../playground/reconstruct/rebuild.js';
import '../../../playground/reconstruct/walk.js';
import {act, placed, put} from '../../page.js';
import {IMAGE, MAKER, completed, decoded, denoised, plane, rebuilt, server, settled} from './server.js';

async function view(tag, fields = {}) {
  const web = server(), {node, told} = await put(tag, {maker: MAKER, image: IMAGE, ...fields}, ['set', 'answered', 'failed']);
  await settled();
  return {web, node, told};
}

async function masked(setting = {mask: 'random', ratio: 0.75, seed: 0, hidden: []}) {
  const found = await view('mask-view', {setting}), {node} = found, canvas = node.querySelector('.mask-canvas');
  placed(canvas, 0, 0, 70, 70);
  const click = async patch => {
    const at = {clientX: patch % 7 * 10 + 5, clientY: Math.floor(patch / 7) * 10 + 5, pointerId: 1};
    act(canvas, 'pointerdown', at);
    act(canvas, 'pointerup', at);
    await settled();
  };
  return {...found, canvas, click};
}

test('ten clicks while answers are late are ten hidden patches', async () => {
  const {web, node, canvas, click} = await masked(), wanted = [];
  for (let patch = 0; patch < 10; patch++) {
    await click(patch);
    wanted.push(patch);
    if (patch % 3 === 2) await web.of('/mask')[0].answer(completed(wanted.slice(0, patch - 2)));  // of what was asked a while ago
  }
  assert.equal(canvas.dataset.hidden, '0,1,2,3,4,5,6,7,8,9');
  assert.deepEqual(node.setting.hidden, wanted);
  while (web.of('/mask').length) await web.of('/mask')[0].answer(completed([0]));
  assert.equal(canvas.dataset.hidden, '0,1,2,3,4,5,6,7,8,9');
});

test('the first click begins at the mask that was drawn and shown', async () => {
  const {web, told, click} = await masked({mask: 'random', ratio: 0.1, seed: 0, hidden: null});
  assert.deepEqual(web.of('/mask')[0].body, {image: {index: 7}, ratio: 0.1, mask: 'random', seed: 0});
  await web.of('/mask')[0].answer(completed([4, 30]));
  await click(4);
  await click(5);
  assert.deepEqual(told.filter(([type]) => type === 'set').map(([, setting]) => setting.hidden), [[30], [5, 30]]);
  assert.deepEqual(web.of('/mask')[0].body.hidden, [30]);
});

test('attention that comes of a patch that nobody wants to know of any more is not shown', async () => {
  const {web, node, canvas, click} = await masked();
  [...node.querySelectorAll('[data-kind=attention]')][0].click();
  await settled();
  await click(3);
  await click(4);
  const weights = Array(49).fill(1 / 49);
  await web.of('/attention')[0].answer({weights, where: 'encoder'});
  assert.equal(canvas.dataset.attention, undefined);
  await web.of('/attention')[0].answer({weights, where: 'decoder'});
  assert.equal(canvas.dataset.attention, 'decoder');
});

test('a click ends a reveal, and what it hides stays', async () => {
  const {web, node, canvas, click} = await masked({mask: 'random', ratio: 0.75, seed: 5, hidden: null});
  await web.of('/mask')[0].answer(completed([1]));
  const button = [...node.querySelectorAll('.reconstruct-row button')].at(-1);
  button.click();
  await settled();
  assert.deepEqual(web.of('/reveal')[0].body, {image: {index: 7}, mask: 'random', seed: 5});
  await web.of('/reveal')[0].answer({frames: [{...completed([1, 2]), ratio: 0.95}, {...completed([1]), ratio: 0.9}]});
  assert.deepEqual([canvas.dataset.hidden, node.setting.ratio, button.textContent.trim()], ['1,2', 0.95, 'stop']);
  await click(9);
  assert.deepEqual([canvas.dataset.hidden, node.playing], ['1,2,9', false]);
  assert.deepEqual(web.of('/mask')[0].body.hidden, [1, 2, 9]);
});

test('a late mask does not break into a reveal', async () => {
  const {web, node, canvas} = await masked({mask: 'random', ratio: 0.75, seed: 0, hidden: null});
  [...node.querySelectorAll('.reconstruct-row button')].at(-1).click();
  await settled();
  await web.of('/reveal')[0].answer({frames: [{...completed([1, 2]), ratio: 0.95}, {...completed([1]), ratio: 0.9}]});
  await web.of('/mask')[0].answer(completed([40]));
  assert.equal(canvas.dataset.hidden, '1,2');
  node.reveal.stop();
});

test('where a new image cannot be completed nothing of the old one stands beside it', async () => {
  const {web, node} = await masked(), original = () => [...node.querySelectorAll('.shots pixel-image')].at(-1).pixels;
  await web.of('/mask')[0].answer(completed([1]));
  const other = btoa('\x01'.repeat(784));
  node.image = {index: 8, pixels: other, name: 'eight'};
  await settled();
  assert.equal(original(), IMAGE.pixels);  // as long as its completion is shown
  await web.of('/mask')[0].answer({error: 'Busy.'}, 500);
  await settled();
  assert.deepEqual([node.found, original()], [null, '']);
  node.set({ratio: 0.5});
  await settled();
  await web.of('/mask')[0].answer(completed([2]));
  assert.equal(original(), other);
  node.set({ratio: 0.6});
  await settled();
  await web.of('/mask')[0].answer({error: 'Busy.'}, 500);
  assert.deepEqual(node.found.hidden, [2]);  // of the same image
});

test('where a plane through a new image cannot be had, neither it nor what was made of the old one stays', async () => {
  const {web, node} = await view('walk-view');
  await web.of('/plane')[0].answer(plane([0.5, 0.5]));
  await web.of('/walk')[0].answer(decoded());
  node.image = {...IMAGE, index: 8};
  await settled();
  await web.of('/plane')[0].answer({error: 'Busy.'}, 500);
  assert.deepEqual([node.plane, node.walked], [null, null]);
});

const turn = async (node, d, to) => {
  const slider = node.querySelector(`[data-dimension="${d}"]`);
  slider.value = String(to);
  act(slider, 'input');
  await settled();
};
const shown = node => [...node.querySelectorAll('.latents output')].map(one => one.textContent);

test('a code that comes late leaves the sliders that were turned since, and is decoded with them', async () => {
  const {web, node} = await view('rebuild-view');
  await web.of('/rebuild')[0].answer(rebuilt([0, 1, 2]));
  node.image = {...IMAGE, index: 8};
  await settled();
  await turn(node, 1, -2);
  await web.of('/rebuild')[0].answer(rebuilt([5, 6, 7]));
  assert.deepEqual(shown(node), ['5.00', '−2.00', '7.00']);
  await web.of('/decode')[0].answer(decoded());
  assert.deepEqual(web.of('/decode')[0].body, {image: {index: 8}, code: [5, -2, 7]});
  await web.of('/decode')[0].answer(decoded());
  assert.deepEqual(shown(node), ['5.00', '−2.00', '7.00']);
});

test('back to the own code at once, and a picture of sliders that comes after that is not shown', async () => {
  const {web, node} = await view('rebuild-view');
  await web.of('/rebuild')[0].answer(rebuilt([0, 1, 2]));
  await turn(node, 0, 3);
  node.querySelector('.reconstruct-row button').click();
  await settled();
  assert.deepEqual(shown(node), ['0.00', '1.00', '2.00']);
  await web.of('/decode')[0].answer(decoded());
  assert.equal(node.decoded, null);
});

test('a network that has learned more does not turn the sliders back', async () => {
  const {web, node} = await view('rebuild-view');
  await web.of('/rebuild')[0].answer(rebuilt([0, 1, 2]));
  await turn(node, 0, 3);
  node.maker = {...MAKER, last: 10};
  await settled();
  await web.of('/rebuild')[0].answer(rebuilt([0.5, 1, 2]));
  assert.deepEqual(shown(node), ['3.00', '1.00', '2.00']);
  node.maker = {...MAKER, run: 'b'};
  await settled();
  assert.deepEqual(shown(node), ['0.50', '1.00', '2.00']);
});

test('an answer about an image that is gone is dropped', async () => {
  const {web, node, told} = await view('rebuild-view');
  node.image = {...IMAGE, index: 8};
  await settled();
  await web.of('/rebuild')[0].answer(rebuilt([0, 1, 2]));
  assert.deepEqual([node.rebuilt, told], [null, []]);
  assert.deepEqual(web.of('/rebuild')[0].body, {image: {index: 8}});
});

test('a plane that comes late leaves the ring where it was dragged', async () => {
  const {web, node} = await view('walk-view');
  await web.of('/plane')[0].answer(plane([0.5, 0.5]));
  assert.deepEqual(web.of('/walk')[0].body.at, [0.5, 0.5]);
  await web.of('/walk')[0].answer(decoded());
  node.maker = {...MAKER, last: 10};
  await settled();
  const canvas = node.querySelector('canvas.plane');
  act(canvas, 'keydown', {key: 'ArrowUp'});
  await settled();
  await web.of('/plane')[0].answer(plane([-1, -1]));
  assert.deepEqual(node.querySelector('code-plane').at, [0.5, 0.6]);
  await web.of('/walk')[0].answer(decoded());
  assert.deepEqual(web.of('/walk')[0].body.at, [0.5, 0.6]);
});

test('a person’s own image is sent as its pixels', async () => {
  const {web} = await view('walk-view', {image: {index: null, pixels: IMAGE.pixels, name: 'mine'}});
  assert.deepEqual(web.of('/plane')[0].body, {image: {pixels: IMAGE.pixels}});
});

test('the level of noise stays where it is while answers come; the curve is asked for again only with another noise', async () => {
  const {web, node, told} = await view('noise-view', {setting: {noise: 'gaussian', level: 0.3, seed: 0}});
  const level = node.querySelector('input[type=range]');
  await web.of('/curve')[0].answer({trained: 0.3, images: 64, levels: [], noisy: [], denoised: [], filter: []});
  for (const value of ['0.5', '0.6']) {
    level.value = value;
    act(level, 'input');
    await settled();
    await web.of('/noise')[0].answer(denoised());
  }
  assert.deepEqual([level.value, node.setting.level, web.of('/noise')[0].body.level, web.of('/curve').length], ['0.6', 0.6, 0.6, 0]);
  node.querySelector('[data-kind=masking]').click();
  await settled();
  assert.equal(web.of('/curve')[0].body.noise, 'masking');
  assert.deepEqual(told.filter(([type]) => type === 'set').at(-1)[1], {noise: 'masking', level: 0.6, seed: 0});
});

test('what the server refuses is told, unless it is about another run', async () => {
  const {web, node, told} = await view('walk-view');
  await web.of('/plane')[0].answer({error: 'No.'}, 400);
  assert.deepEqual(told.map(([type, error]) => [type, error.message]), [['failed', 'No.']]);
  node.maker = {...MAKER, run: 'b'};
  await settled();
  node.maker = {...MAKER, run: 'c'};
  await settled();
  await web.of('/plane')[0].answer({error: 'No.'}, 400);
  assert.equal(told.length, 1);
});

test('side by side stands one run a method, and of its own method the one that is looked at', () => {
  const list = [{run: 'a', method: 'x', set: 's'}, {run: 'b', method: 'y', set: 's', patches: {}}, {run: 'c', method: 'x', set: 's'},
    {run: 'd', method: 'z', set: 't'}];
  assert.deepEqual(rivals(list, list[2]), {runs: ['c', 'b'], patches: true});
  assert.deepEqual(rivals(list, list[3]), {runs: ['d'], patches: false});
});
