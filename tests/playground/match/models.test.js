import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {Models} from '../../../playground/match/models.js';
import {render} from '../../../playground/page/lit.js';
import {server, soon} from './page.js';

let requests, loaded;
const LISTED = ['a', 'b', 'c'].map(id => ({id, kind: 'known', title: id, size: '1 MB', licence: 'MIT', speed: 'fast', note: ''}));
const about = {state: 'done', about: {title: 'x', size: 32, dimensions: 8, parameters: 10, bytes: 0, scale: 20, licence: '', multilingual: false}};

beforeEach(() => { requests = server(); loaded = []; });

function models() {
  const box = document.createElement('div'), made = new Models(() => render(made.draw(false), box), () => loaded.push(made.model));
  made.listed = LISTED;
  document.body.append(box);
  return {made, box, chosen: () => box.querySelector('select').value};
}

test('the last model that is asked for is the one that is there, whichever comes last', async () => {
  const {made} = models();
  made.load('a');
  made.load('b');
  await requests[1].answer(about);
  await requests[0].answer(about);
  assert.deepEqual([made.model, loaded], ['b', ['b']]);
});

test('where a model cannot be had the present one stays, with a sentence', async () => {
  const {made, chosen, box} = models();
  made.load('a');
  await requests[0].answer(about);
  made.load('b');
  assert.equal(chosen(), 'b');
  await requests[1].answer({error: 'No.'}, 400);
  assert.deepEqual([made.model, chosen(), box.querySelector('.match-error').textContent], ['a', 'a', 'No.']);
});

test('a list of models that comes while one loads does not take its place in the list', async () => {
  const {made, chosen} = models();
  made.load('a');
  await requests[0].answer(about);
  made.load('c');
  made.listed = [...LISTED];
  made.changed();
  assert.equal(chosen(), 'c');
});

test('of a link to a model that cannot be had the first one is taken, and the sentence stays', async () => {
  const {made, box} = models();
  made.load('gone');
  await requests[0].answer({error: 'There is none.'}, 400);
  assert.equal(requests[1].body.model, 'a');
  await requests[1].answer(about);
  await soon();
  assert.deepEqual([made.model, box.querySelector('.match-error').textContent], ['a', 'There is none.']);
});

test('a model that was typed is in the list as long as it is the present one', async () => {
  const {made, box} = models();
  made.other = '  /a/folder ';
  made.loadOther();
  await requests[0].answer(about);
  assert.equal(box.querySelector('optgroup[label=models_typed] option').value, '/a/folder');
  assert.deepEqual(made.all().at(-1), {id: '/a/folder', kind: 'typed', title: 'x'});
  assert.equal(made.all().length, 4);
});
