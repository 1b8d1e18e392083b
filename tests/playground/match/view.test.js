import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {asCosine, brief, lines, memo, share} from '../../../playground/match/format.js';
import {bestOf, cardsOf, heatOf, unclear} from '../../../playground/match/labels-answer.js';
import {Pane} from '../../../playground/match/pane.js';
import {Learning} from '../../../playground/match/learning.js';
import {isOwn, keyOf, named} from '../../../playground/match/pictures.js';
import {Question} from '../../../playground/match/questions.js';
import {Sets} from '../../../playground/match/sets.js';
import {placeOf, scaleOf, temperature} from '../../../playground/match/temperature.js';
import {render} from '../../../playground/page/lit.js';
import {confused} from '../../../playground/match/zero-shot.js';
import {page, server, soon} from './page.js';

let requests;
beforeEach(() => { requests = server(); });

test('lines differ in more than case and spaces, as they are spelt first', () => {
  assert.deepEqual(lines(' Red  heart\nred heart\n\n猫\n'), ['Red heart', '猫']);
});

test('cosines have a minus, small shares have a digit more', () => {
  assert.deepEqual([asCosine(0), asCosine(-0.234), share(0.05), share(0.5), share(0.0001), brief(46.123)], ['0', '−0.234', '5.0%', '50%', '0%', 46.1]);
});

test('the same arguments give the same value, others a new one', () => {
  const make = memo((a, b) => ({sum: a + b})), one = make(1, 2);
  assert.equal(make(1, 2), one);
  assert.notEqual(make(2, 1), one);
});

test('a picture of an address has a set and a whole number', () => {
  assert.deepEqual(named('set-1:12'), {set: 'set-1', index: 12});
  for (const text of ['', 'emoji', ':3', 'emoji:1.5', 'emoji:-1', 'emoji:x']) assert.equal(named(text), null, text);
  assert.ok(isOwn({set: 'set-1', index: 0}) && isOwn({own: 'own-1'}) && !isOwn({set: 'emoji', index: 0}));
  assert.equal(keyOf({set: 'emoji', index: 3}), 'emoji:3');
});

test('the slider goes from a scale to its place and back', () => {
  assert.deepEqual([scaleOf(0), scaleOf(-2.5), scaleOf(-1)], [1, 316, 10]);
  assert.deepEqual([placeOf(1), placeOf(1e9), placeOf(10 ** 1.25)], [1, 0, 0.5]);
});

const FOUND = {
  cosines: [[0.2, 0.6], [0.4, 0.1]], to_text: [[0.1, 0.9], [0.8, 0.2]], to_image: [[0.3, 0.7], [0.7, 0.3]], scale: 10, neutral: null,
  read: [['a'], ['b']], unknown: [1], texts: ['a', 'b'],
};
const PICTURES = [{set: 'emoji', index: 0}, {set: 'emoji', index: 1}];

test('a card names the label that fits best, and marks what the model has no word of', () => {
  const [first, second] = cardsOf(FOUND, PICTURES);
  assert.deepEqual([first.title, first.label, first.share, first.none], ['b ⚠', 'b', 0.9, false]);
  assert.deepEqual(second.bars.map(bar => bar.name), ['a', 'b ⚠']);
});

test('none of these wins where its share is the largest', () => {
  const neutral = {text: 'a picture', cosines: [0.5, 0.5], to_text: [[0.1, 0.2, 0.7], [0.8, 0.1, 0.1]]};
  const [first, second] = cardsOf({...FOUND, neutral}, PICTURES);
  assert.deepEqual([first.none, first.label, first.share], [true, '', 0.7]);
  assert.deepEqual([second.none, second.label], [false, 'a']);
});

test('the table has “none of these” as the cards have it, where it takes part', () => {
  const neutral = {text: 'a picture', cosines: [0.5, 0.5], to_text: [[0.1, 0.2, 0.7], [0.8, 0.1, 0.1]]};
  const heat = heatOf({...FOUND, neutral}, PICTURES, 'to_text'), [card] = cardsOf({...FOUND, neutral}, PICTURES);
  assert.deepEqual([heat.columns.length, heat.columns[2]], [3, 'none']);
  assert.equal(heat.values[0][2], card.share);
  assert.equal(heatOf({...FOUND, neutral}, PICTURES, 'to_image').columns.length, 2);
  assert.deepEqual(heatOf({...FOUND, neutral}, PICTURES, 'cosines').values.map(row => row[2]), [0.5, 0.5]);
});

test('cosines and shares are coloured as they are: the same number has the same colour everywhere', () => {
  const cosines = heatOf(FOUND, PICTURES, 'cosines'), shares = heatOf(FOUND, PICTURES, 'to_text');
  assert.deepEqual([cosines.strength(0.1), cosines.strength(0.6), shares.strength(0.25)], [0.1, 0.6, 0.25]);
  assert.ok(shares.best(0, 1) && !shares.best(0, 0) && !cosines.best(0, 1));
  assert.ok(heatOf(FOUND, PICTURES, 'to_image').best(1, 0));
});

test('the best picture of a label is that of its column', () => assert.deepEqual(bestOf(FOUND).map(({text, index}) => [text, index]), [['a', 1], ['b', 0]]));

test('a model of English says so of other letters', () => {
  assert.equal(unclear({...FOUND, unknown: [], cut: [], texts: ['Tür – “x”']}, false), '');
  assert.equal(unclear({...FOUND, unknown: [], cut: [], texts: ['猫']}, false), 'english_only');
  assert.equal(unclear({...FOUND, unknown: [], cut: [], texts: ['猫']}, true), '');
});

test('the classes with the most mistakes are shown, in their own order', () => {
  const n = 40, confusion = Array.from({length: n}, (_, i) => Array.from({length: n}, (_, j) => i === j ? 9 : i >= 5 && j === (i + 1) % n ? 2 : 0));
  const shown = confused(confusion);
  assert.equal(shown.length, 30);
  assert.ok(shown.every((one, at) => !at || one > shown[at - 1]) && !shown.includes(2));
});

test('an own set is chosen when it comes, but where another was chosen since', async () => {
  const sets = new Sets('', []);
  sets.built = [{id: 'emoji', title: 'Emoji'}, {id: 'digits', title: 'Digits'}];
  const first = sets.add([new File(['x'], 'a.png')]);
  sets.choose('digits');
  await requests[0].answer({set: {id: 'set-1', title: 'own', count: 2, classes: 0}, skipped: []});
  assert.deepEqual([(await first).chosen, sets.now()], [false, 'digits']);
  const second = sets.add([new File(['y'], 'b.png')]);
  await requests[1].answer({set: {id: 'set-2', title: 'own', count: 2, classes: 2}, skipped: []});
  assert.deepEqual([(await second).chosen, sets.now(), sets.list().length], [true, 'set-2', 4]);
  assert.equal(sets.now(set => set.classes === undefined), 'emoji');
});

test('a question tells how far it is, and is asked again till it is done', async () => {
  const question = new Question('match', () => 'm', () => {});
  question.ask({texts: ['a']}, null);
  await new Promise(done => { setTimeout(done, 5); });
  await requests[0].answer({state: 'working', words: 'Looking …', progress: 0.5});
  assert.deepEqual(question.status, {on: '1', words: 'Looking …', progress: 0.5});
  while (requests.length < 2) await new Promise(done => { setTimeout(done, 50); });
  assert.deepEqual(requests[1].body, requests[0].body);
  await requests[1].answer({state: 'done', found: 1});
  assert.ok(question.ready && question.answer.found.found === 1 && question.status.on === '');
});

test('a question waits for a model, and a refusal is shown without the last answer going away', async () => {
  let model = null;
  const question = new Question('match', () => model, () => {});
  question.ask({texts: ['a']}, null);
  assert.equal(requests.length, 0);
  model = 'm';
  question.ask({texts: ['a']}, null);
  await requests[0].answer({state: 'done'});
  question.ask({texts: ['b']}, null);
  await requests[1].answer({error: 'Too many.'}, 400);
  assert.deepEqual([question.error, question.ready, question.answer.body.texts], ['Too many.', false, ['a']]);
});

const lesson = (run, more = {}) => ({run, state: 'finished', title: run, step: 3, symmetric: true, table: null, picture: null, diagonal: null, rest: null, scale: null,
  losses: null, scales: null, match: null, words: '', progress: 1, ...more});

test('a pane shows the run that was chosen last, though an earlier one answers later', async () => {
  const pane = new Pane(0, {changed() {}, visible: () => true, chosen() {}, seen() {}});
  pane.follow('one');
  pane.follow('two');
  await requests[1].answer(lesson('two'));
  await requests[0].answer(lesson('one'));
  assert.equal(pane.found.run, 'two');
});

test('a question has bones from the first moment, while its model is still being loaded', () => {
  const root = document.createElement('div'), question = new Question('match', () => null, () => {});
  question.ask({texts: ['a']}, null);
  render(question.draw(() => ''), root);
  assert.ok(root.querySelector('.bones'));
});

test('a look that fails is taken again while a run trains, but not at what is no run', async () => {
  const pane = new Pane(0, {changed() {}, visible: () => true, chosen() {}, seen() {}});
  pane.follow('one');
  await requests[0].answer(lesson('one', {state: 'running'}));
  while (requests.length < 2) await new Promise(done => { setTimeout(done, 50); });
  await requests[1].answer({error: 'Busy.'}, 500);
  assert.deepEqual([pane.error, pane.found.step], ['Busy.', 3]);
  while (requests.length < 3) await new Promise(done => { setTimeout(done, 50); });
  await requests[2].answer(lesson('one', {step: 9}));
  assert.deepEqual([pane.error, pane.found.step], ['', 9]);
  const look = pane.look(() => false);
  await requests[3].answer({error: 'There is no such run.'}, 404);
  assert.deepEqual([await look, pane.error], [false, 'There is no such run.']);
});

test('where no run can be looked at it is said why, till one can', async () => {
  const learning = new Learning(page(), new URLSearchParams('pair=one,two'));
  learning.refresh();
  await soon();
  await requests[0].answer([]);
  for (const one of requests.slice(1)) await one.answer({error: 'Busy.'}, 500);
  assert.equal(learning.root.querySelector('.match-error').textContent, 'Busy.');
  requests.length = 0;
  learning.refresh();
  await soon();
  await requests[0].answer([]);
  for (const one of requests.slice(1)) await one.answer(lesson(one.path.split('/')[1]));
  assert.deepEqual([learning.error, ...learning.panes.map(pane => pane.run)], ['', 'one', 'two']);
  learning.end();
});

test('panes that another address has given up follow no run any more', async () => {
  const one = page(), learning = new Learning(one, new URLSearchParams('pair=one,two'));
  one.activity = learning;
  learning.panes[0].follow('one');
  learning.refresh();
  await soon();
  learning.end();
  await requests[0].answer(lesson('one', {state: 'running'}));
  await requests[1].answer([]);
  for (const {path, answer} of requests.slice(2)) await answer(lesson(path.split('/')[1]));
  assert.deepEqual([requests.length, learning.panes.map(pane => pane.run)], [4, ['', '']]);
});

test('two runs are trained, and a run that somebody chose meanwhile stays in its pane', async () => {
  const learning = new Learning(page(), new URLSearchParams());
  learning.train();
  await soon();
  await requests[0].answer({run: 'first'});
  learning.panes[1].follow('chosen');
  await requests.filter(one => one.path === 'runs')[1].answer({run: 'second'});
  assert.deepEqual(learning.panes.map(pane => pane.run), ['first', 'chosen']);
  assert.equal(learning.state().pair, 'first,chosen');
  for (const pane of learning.panes) pane.follow('');
});

test('until the model is known no temperature is told as its own', () => {
  const root = document.createElement('div'), told = (scale, own) => {
    render(temperature(scale, own, () => {}), root);
    return [root.querySelector('output').textContent, root.querySelectorAll('.match-own').length];
  };
  assert.deepEqual(told(null, null), ['…', 0]);
  assert.deepEqual(told(null, 100), ['0.010', 1]);
  assert.deepEqual(told(10, null), ['0.10', 0]);
});
