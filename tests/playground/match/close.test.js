import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {Close} from '../../../playground/match/close.js';
import {Labels} from '../../../playground/match/labels.js';
import {answerView, cardsOf, heatOf, unclear} from '../../../playground/match/labels-answer.js';
import {paintedNotes} from '../../../playground/match/painted.js';
import {file, keyOf, named, paintable} from '../../../playground/match/pictures.js';
import {render} from '../../../playground/page/lit.js';
import {act} from '../../page.js';
import {matched, page, server, soon, type} from './page.js';

let requests;
beforeEach(() => { requests = server(); });
const asked = kind => requests.filter(one => one.path === `match/${kind}`);
const PLACE = {state: 'done', cosine: 0.3, window: 0.25, drop: [[0.1, 0], [0, -0.05]], patches: null, cut: []};

/** A view of two pictures, asked but not answered. */
async function view(query = '') {
  const whole = new URLSearchParams(`pictures=emoji:1,emoji:2&labels=cat%0Adog${query}`), one = page();
  one.models.listed.push({id: 'name:large', kind: 'known', title: 'large'});
  const words = new Labels(one, whole);
  one.words = () => words;
  const close = new Close(one, whole);
  document.body.append(close.root);
  close.refresh();
  await soon();
  return close;
}

test('one model is asked of the first picture, its labels and the first of them', async () => {
  const close = await view();
  assert.deepEqual([asked('match').length, asked('place').length], [1, 1]);
  assert.deepEqual(asked('match')[0].body.pictures, [{set: 'emoji', index: 1}]);
  assert.equal(asked('place')[0].body.text, 'cat');
  assert.equal(asked('place')[0].body.model, 'emoji-clip');
  await asked('place')[0].answer(PLACE);
  const cells = [...close.root.querySelectorAll('.match-place-grid i')];
  assert.equal(cells.length, 4);
  assert.match(cells[0].getAttribute('style'), /234 88 12/);  // orange, where hiding costs
  assert.match(cells[3].getAttribute('style'), /59 130 246/);
  assert.ok(close.root.querySelector('.match-no-patches'));
});

test('a second model gets the same picture, labels and word, and stands beside the first', async () => {
  const close = await view('&model2=name:large&look=emoji:2&word=dog');
  assert.deepEqual(asked('place').map(({body}) => [body.model, body.text, body.picture.index]), [['emoji-clip', 'dog', 2], ['name:large', 'dog', 2]]);
  await asked('place')[1].answer({...PLACE, patches: [[0.1, 0.3]]});
  for (const one of asked('match')) await one.answer(matched(one.body));
  assert.deepEqual([...close.root.querySelectorAll('.match-pane > h4')].map(node => node.textContent), ['small', 'large']);
  assert.equal(close.root.querySelectorAll('[data-side="1"] .match-place').length, 2);
  assert.equal(close.root.querySelectorAll('[data-side="0"] .portion-bar').length, 2);
  close.choose({second: ''});
  await soon();
  assert.equal(close.root.querySelectorAll('.match-pane').length, 1);
  assert.equal(close.state().model2, null);
});

test('a late answer about another picture is not shown over the one that was chosen since', async () => {
  const close = await view();
  act(close.root.querySelectorAll('.match-choice')[1], 'click');
  await soon();
  await asked('place')[0].answer({...PLACE, cosine: 0.111});
  assert.ok(!close.root.textContent.includes('0.11'));
  assert.equal(asked('place')[1].body.picture.index, 2);
});

test('a picture that was chosen while one\'s own are taken in stays chosen', async () => {
  const close = await view('&look=emoji:2'), mine = {pictures: [{own: 'own-1', name: 'mine'}], notes: [], skipped: []};
  close.words.acts++;
  close.files([new File(['x'], 'mine.png')]);
  act(close.root.querySelectorAll('.match-choice')[0], 'click');
  close.words.pictures = [...close.words.pictures, {own: 'own-0', name: 'before'}];
  await soon();
  await requests.find(one => one.path === 'pictures').answer(mine);
  assert.deepEqual([close.look, keyOf(close.picture)], ['emoji:1', 'emoji:1']);
  close.choose({look: 'emoji:2'});
  close.files([new File(['y'], 'more.png')]);
  await soon();
  await requests.filter(one => one.path === 'pictures')[1].answer({...mine, pictures: [{own: 'own-2', name: 'more'}]});
  assert.equal(close.look, '');
});

test('a painted word is part of a picture, of its address and of its name', () => {
  const picture = {set: 'emoji', index: 3, word: 'two words'};
  assert.deepEqual(named(keyOf(picture)), picture);
  assert.equal(file(picture).searchParams.get('word'), 'two words');
  assert.equal(file({set: 'emoji', index: 3}).search, '');
  assert.equal(paintable(' a,b~c&d'), 'abcd');
});

test('the page says whether the word won, changed nothing, or only its label misled', () => {
  const pictures = [{set: 'emoji', index: 1}, {set: 'emoji', index: 1, word: 'Pizza'}], texts = ['pizza', 'apple', 'car'];
  const noted = row => paintedNotes({texts, to_text: [[0.1, 0.8, 0.1], row]}, pictures);
  const kinds = [[0.9, 0.1, 0], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7]].map(noted);
  assert.deepEqual(kinds, [['painted_won'], ['painted_same'], ['painted_other']]);
  assert.deepEqual(paintedNotes({texts, to_text: [[1, 0, 0]]}, pictures.slice(1)), []);  // beside nothing
});

test('the first of one\'s own pictures, else an apple, is shown with and without the word', async () => {
  const labels = new Labels(page(), new URLSearchParams('pictures=emoji:5&labels=dog'));
  labels.refresh();
  type(labels.root.querySelector('#match-word'), 'iPod!');
  labels.paint();
  assert.deepEqual(labels.pictures.map(keyOf), ['emoji:723', 'emoji:723~iPod!', 'emoji:5']);
  assert.equal(labels.text.split('\n')[0], 'iPod!');
  labels.paint();
  assert.equal(labels.pictures.length, 3);
});

test('a model with a logit bias has shares of yes beside the softmax, and another one has none', () => {
  const pictures = [{set: 'emoji', index: 1}], body = {pictures, texts: ['cat', 'dog']};
  const found = {...matched(body), each: [[0.0004, 0.00000001]]}, host = document.createElement('div');
  const drawn = (answer, heat) => {
    render(answerView({found: answer, pictures, heat, cards: cardsOf(answer, pictures), table: heatOf(answer, pictures, heat), choose() {}}), host);
    return [...host.querySelectorAll('[data-kind]')].map(node => node.dataset.kind);
  };
  assert.deepEqual(drawn(found, 'each'), ['to_text', 'to_image', 'cosines', 'each']);
  assert.deepEqual(heatOf(found, pictures, 'each').values.flat().map(heatOf(found, pictures, 'each').text), ['0.04%', '<0.0001%']);
  assert.equal(cardsOf(found, pictures)[0].note, 'cosine_alone');
  assert.equal(cardsOf({...found, each: null}, pictures)[0].note, 'cosine_is');
  assert.deepEqual(drawn({...found, each: null}, 'each'), ['to_text', 'to_image', 'cosines']);
  assert.deepEqual(heatOf({...found, each: null}, pictures, 'each').values, found.to_text);
});

test('where a text was cut is told', () => {
  const found = {...matched({pictures: [1], texts: ['a', 'x'.repeat(90)]}), cut: [{text: 1, start: 'x…', end: 'the end'}]};
  assert.equal(unclear(found, true), 'cut');
  assert.equal(unclear({...found, cut: []}, true), '');
});
