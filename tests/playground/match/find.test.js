import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {Find} from '../../../playground/match/find.js';
import {page, server, soon, type} from './page.js';

let requests;
beforeEach(() => { requests = server(); });
const found = (...indices) => ({state: 'done', hits: indices.map(index => ({index, cosine: 0.5, name: `n${index}`, caption: null, label: null})), of: 9, seconds: 0.01, how: 'exact', cut: []});

async function view(query = 'query=cat', more) {
  const find = new Find(page(more), new URLSearchParams(query));
  document.body.append(find.root);
  find.refresh();
  await soon();
  return find;
}

test('an own picture that comes in late does not take the place of a text that was typed since', async () => {
  const find = await view();
  find.picture(new File(['x'], 'mine.png'));
  type(find.root.querySelector('#match-query'), 'dog');
  await requests.find(one => one.path === 'pictures').answer({pictures: [{own: 'own-1', name: 'mine.png'}], notes: [], skipped: []});
  assert.deepEqual(find.query, {text: 'dog', like: null});
});

test('an own picture is searched by when nothing was done since', async () => {
  const find = await view();
  find.picture(new File(['x'], 'mine.png'));
  await requests.find(one => one.path === 'pictures').answer({pictures: [{own: 'own-1', name: 'mine.png'}], notes: [], skipped: []});
  assert.equal(find.query.like.own, 'own-1');
  assert.deepEqual(find.state().like, null);
  assert.deepEqual(find.mine(), {like: {own: 'own-1', name: 'mine.png'}});
});

test('a set that comes in late leaves a picture that was clicked since', async () => {
  let come;
  const find = await view('query=cat', {upload: () => new Promise(done => { come = done; })});
  find.files([new File(['x'], 'a.png'), new File(['y'], 'b.png')]);
  find.look({like: {set: 'emoji', index: 4}});
  come({set: {id: 'set-1', classes: 0}, skipped: [], chosen: true});
  await soon();
  assert.equal(find.query.like.index, 4);
});

test('one file is a question, a zip or several are a set', async () => {
  let sets = 0;
  const find = await view('query=cat', {upload: async () => { sets++; return null; }});
  find.files([new File(['x'], 'a.png')]);
  find.files([new File(['x'], 'a.ZIP')]);
  find.files([new File(['x'], 'a.png'), new File(['y'], 'b.png')]);
  assert.equal(sets, 2);
  assert.equal(requests.filter(one => one.path === 'pictures').length, 1);
});

test('hits belong to the set that was asked', async () => {
  const find = await view('query=cat&set=emoji'), first = requests.find(one => one.path === 'match/find');
  await first.answer(found(3, 4));
  find.page.sets.choose('digits');
  find.draw();
  find.root.querySelector('.match-hit').click();
  assert.deepEqual([find.query.like.set, find.query.like.index], ['emoji', 3]);
  assert.equal(find.texts.picture.index, 3);
});

test('a picture of the address is searched by, and one of a person alone where nothing else is', async () => {
  assert.deepEqual((await view('like=emoji:7')).query.like, {set: 'emoji', index: 7});
  const own = {like: {set: 'set-1', index: 2}};
  assert.deepEqual((await view('', {own})).query.like, own.like);
  assert.equal((await view('query=cat', {own})).query.like, null);
});

test('texts are asked once a picture is there, of a typed list or of the set', async () => {
  const find = await view('like=emoji:7'), first = requests.find(one => one.path === 'match/texts');
  assert.equal(first.body.set, 'emoji');
  find.texts.choose({listed: 'typed', text: 'a\nA\nb'});
  await first.answer({state: 'done', hits: [{text: 'late', cosine: 1, share: 1}], of: 1, cut: []});
  const second = requests.filter(one => one.path === 'match/texts')[1];
  assert.deepEqual(second.body.texts, ['a', 'b']);
  assert.equal(find.root.querySelectorAll('[data-text]').length, 0);
});

test('where no pictures may be brought there is no place to choose them, and it says why', async () => {
  const before = globalThis.playground.words;
  globalThis.playground.words = {classes: {}, uploads: false, no_uploads: 'none here'};
  const find = await view();
  assert.equal(find.root.querySelectorAll('input[type=file]').length, 0);
  assert.match(find.root.textContent, /none here/);
  globalThis.playground.words = before;
  find.draw();
  assert.equal(find.root.querySelectorAll('input[type=file]').length, 3);
});

test('a text that was cut is told, above what was found', async () => {
  const find = await view(), note = () => find.root.querySelector('.match-cut').textContent;
  await requests.find(one => one.path === 'match/find').answer({...found(1), cut: [{text: 0, start: 'cat…', end: 'the end'}]});
  assert.equal(note(), 'cut');
  type(find.root.querySelector('#match-query'), 'dog');
  find.ask();
  await requests.filter(one => one.path === 'match/find').at(-1).answer(found(1));
  assert.equal(note(), '');
});
