import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {Labels} from '../../../playground/match/labels.js';
import {act} from '../../page.js';
import {matched, page, server, soon, type} from './page.js';

let requests;
beforeEach(() => { requests = server(); });
const asked = kind => requests.filter(one => one.path === `match/${kind}`);
const dealt = (...indices) => ({state: 'done', pictures: indices.map(index => ({set: 'emoji', index, caption: `caption ${index}`}))});

/** A view with two pictures of the address and its first answer. */
async function view(query = 'pictures=emoji:1,emoji:2&labels=cat%0Adog', more) {
  const labels = new Labels(page(more), new URLSearchParams(query));
  document.body.append(labels.root);
  labels.refresh();
  await soon();
  return labels;
}

test('what is typed while pictures are dealt is not overwritten by their captions', async () => {
  const labels = await view('');
  type(labels.root.querySelector('textarea'), 'my own label');
  await asked('deal')[0].answer(dealt(4, 5));
  assert.equal(labels.text, 'my own label');
  assert.deepEqual(labels.pictures.map(p => p.index), [4, 5]);
});

test('labels that nobody typed are captions of every other picture', async () => {
  const labels = await view('');
  await asked('deal')[0].answer(dealt(4, 5, 6));
  assert.equal(labels.text, 'caption 4\ncaption 6');
});

test('of two deals the last one counts, whichever comes last', async () => {
  const labels = await view();
  labels.deal(1);
  labels.deal(2);
  await soon();
  const [first, second] = asked('deal');
  await second.answer(dealt(8));
  await first.answer(dealt(7));
  assert.deepEqual(labels.pictures.map(p => p.index), [8]);
});

test('own pictures take the place of those that are dealt too late', async () => {
  const labels = await view();
  labels.deal(1);
  labels.files([new File(['x'], 'mine.png')]);
  const own = {own: 'own-1', name: 'mine.png'};
  await requests.find(one => one.path === 'pictures').answer({pictures: [own], notes: ['12 bits'], skipped: ['no.png']});
  await asked('deal')[0].answer(dealt(7));
  assert.deepEqual(labels.pictures.map(p => p.own), ['own-1']);
  assert.equal(labels.root.querySelector('.match-error').textContent, '12 bits no.png');  // how it was read, and which was not
});

test('pictures that were dealt since an upload began stay beside it', async () => {
  const labels = await view();
  labels.files([new File(['x'], 'mine.png')]);
  labels.deal(1);
  await soon();
  await asked('deal')[0].answer(dealt(7));
  await requests.find(one => one.path === 'pictures').answer({pictures: [{own: 'own-1', name: 'mine.png'}], notes: [], skipped: []});
  assert.deepEqual(labels.pictures.map(p => p.own ?? p.index), [7, 'own-1']);
});

test('a picture that another view sends is not lost to a late deal', async () => {
  const labels = await view('');
  labels.take({set: 'emoji', index: 9}, ['a', 'b']);
  await asked('deal')[0].answer(dealt(1, 2));
  assert.deepEqual(labels.pictures.map(p => p.index), [9]);
  assert.equal(labels.text, 'a\nb');
});

test('an answer to older labels is left out, and the newer ones are asked', async () => {
  const labels = await view();
  labels.label(['pizza']);
  labels.ask();
  const [first] = asked('match');
  await first.answer(matched(first.body));
  assert.equal(labels.question.answer, null);
  const second = asked('match')[1];
  assert.deepEqual(second.body.texts, ['pizza']);
  await second.answer(matched(second.body));
  assert.equal(labels.root.querySelector('.picture-first').dataset.label, 'pizza');
  assert.equal(labels.root.querySelector('.match-answer').dataset.ready, '1');
});

test('a late answer changes neither temperature nor template', async () => {
  const labels = await view(), slider = labels.root.querySelector('#match-temperature');
  slider.value = '-0.5';
  act(slider, 'input');
  labels.root.querySelector('[data-kind=ensemble]').click();
  const [first] = asked('match');
  await first.answer(matched(first.body));
  assert.equal(labels.scale, 3.16);
  assert.equal(labels.page.template, 'ensemble');
  const {body} = asked('match')[1];
  assert.deepEqual([body.scale, body.template], [3.16, 'ensemble']);
});

test('an answer is shown with the pictures that it is about', async () => {
  const labels = await view(), [first] = asked('match'), bones = () => labels.root.querySelector('[data-kind=match] .bones');
  assert.ok(bones());  // there is none yet, and it looks like waiting
  await first.answer(matched(first.body));
  assert.equal(bones(), null);
  labels.remove(labels.pictures[0], 0);
  assert.deepEqual([...labels.root.querySelectorAll('.picture-card')].map(card => card.dataset.key), ['emoji:1', 'emoji:2']);
  assert.equal(labels.root.querySelector('.match-answer').dataset.ready, '');
  const second = asked('match')[1];
  await second.answer(matched(second.body));
  assert.deepEqual([...labels.root.querySelectorAll('.picture-card')].map(card => card.dataset.key), ['emoji:2']);
});

test('without labels nothing is asked, and that is said', async () => {
  const labels = await view();
  labels.label([' ', '']);
  labels.ask();
  assert.equal(labels.root.querySelector('.match-working').dataset.on, 'idle');
  assert.equal(labels.root.querySelector('[data-kind=match] .bones'), null);  // nothing is waited for
  const [first] = asked('match');
  await first.answer(matched(first.body));
  assert.equal(labels.root.querySelector('.match-answer').hidden, true);
});

test('the address carries no picture of a person, and no scale that the server refuses', async () => {
  const own = [{own: 'own-1', name: 'me.png'}, {set: 'emoji', index: 3}];
  const labels = await view('pictures=emoji:3&scale=1e9&heat=nonsense', {own: {pictures: own, address: 'emoji:3'}});
  assert.deepEqual(labels.pictures, own);
  assert.equal(labels.state().pictures, 'emoji:3');
  assert.deepEqual([labels.scale, labels.heat], [null, 'to_text']);
  const other = new Labels(page({own: {pictures: own, address: 'emoji:4'}}), new URLSearchParams('pictures=emoji:3,emoji:3,x,emoji:-1'));
  assert.deepEqual(other.pictures, [{set: 'emoji', index: 3}]);
});

test('at most 16 pictures are taken, and the rest is told of', async () => {
  const labels = await view();
  labels.files(Array.from({length: 20}, (_, i) => new File(['x'], `${i}.png`)));
  const {body} = requests.find(one => one.path === 'pictures');
  assert.equal(body.getAll('images').length, 16);
});

test('an upload that fails leaves pictures as they are', async () => {
  const labels = await view();
  labels.files([new File(['x'], 'mine.png')]);
  await requests.find(one => one.path === 'pictures').answer({error: 'Too large.'}, 413);
  assert.equal(labels.root.querySelector('.match-error').textContent, 'Too large.');
  assert.equal(labels.pictures.length, 2);
});
