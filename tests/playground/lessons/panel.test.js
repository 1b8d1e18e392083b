import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {Lessons} from '../../../playground/lessons/lessons.js';
import {List} from '../../../playground/lessons/list.js';
import {query} from '../../../playground/page/address.js';
import {progress} from '../../../playground/page/owner.js';
import {playground} from '../../../playground/page/playground.js';
import {render} from '../../../playground/page/lit.js';
import {act} from '../../page.js';

const fetched = globalThis.fetch;
const place = (lit, more = {}) => ({tab: 'train', view: {run: 'simsiam'}, lit, ...more});
const choice = (more = {}) => ({
  kind: 'choice', ask: 'What does it do?', choices: [{key: 'rose', text: 'rises'}, {key: 'fell', text: 'falls'}], low: 0, high: 1, by: 0.1,
  style: '.2f', train: null, seen: null, ...more,
});
const LESSON = (parts, more = {}) => ({
  name: 'collapse', number: 3, title: 'Why', after: 'You know', minutes: 8, steps: parts.length, parts, after_this: '', words: {
    step: 'Step {at} of {of}', lesson: 'Lesson {number}', score: '{right} of {of}', train: 'Train {seconds}', training: 'trains', region: 'R'}, ...more,
});
const SAID = {state: 'judged', right: true, key: 'fell', text: 'It fell from 1 to 0.', because: 'So.', source: 'shipped', run: 'simsiam'};

/** A lesson that is open, and what it has asked; `replies` by the beginning of a path. */
async function opened(parts, replies = {}, at = undefined) {
  const asked = [];
  globalThis.fetch = async (url, options) => {
    const {pathname, searchParams} = new URL(url), path = pathname.replace('/playground/', '');
    asked.push({path, query: Object.fromEntries(searchParams), body: options?.body && JSON.parse(options.body)});
    const key = Object.keys(replies).filter(one => path.startsWith(one)).sort((a, b) => b.length - a.length)[0];
    const found = key ? replies[key] : LESSON(parts), value = typeof found === 'function' ? found() : found;
    return new Response(JSON.stringify(value), {status: value.error ? 400 : 200});
  };
  const panel = new Lessons();
  await panel.open('collapse', at);
  return {panel, asked, see: selector => panel.root.querySelector(selector), all: selector => [...panel.root.querySelectorAll(selector)]};
}
const settled = async () => { for (let i = 0; i < 6; i++) await new Promise(setImmediate); };

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '<div role="tab" aria-controls="tab-train"></div><div role="tab" aria-controls="tab-compare"></div>';
  playground.words = {tabs: {train: 'Train', compare: 'Compare'}, keys: {compare: ['runs'], train: ['view']}, classes: {}, terms: []};
});
afterEach(() => {
  globalThis.fetch = fetched;
  playground.words = undefined;
  delete document.body.dataset.lesson;
  delete document.body.dataset.tab;
  for (const key of [...query.keys()]) query.delete(key);
});

test('one goes on only after a prediction; its verdict is the server\'s and is seen where the lesson says', async () => {
  const parts = [{text: 'Look.', place: place('.a'), question: choice({seen: place('.b', {tab: 'compare', view: {runs: 'simsiam,other'}})})},
    {text: 'End.', place: place('.c'), question: null}];
  const {panel, asked, see, all} = await opened(parts, {'lessons/collapse/1/verdict': SAID});
  assert.equal(see('.lesson-where').textContent, 'Lesson 3 · Step 1 of 2');
  assert.equal(query.get('lesson'), 'collapse');
  assert.ok(see('.lesson-next').disabled && see('.lesson-answer').disabled);
  assert.match(document.head.textContent, /:is\(\.a\)/);
  panel.next();
  assert.equal(panel.at, 1);
  act(all('.lesson-choice input')[1], 'change');
  assert.ok(!see('.lesson-answer').disabled);
  act(see('.lesson-question'), 'submit');
  await settled();
  assert.deepEqual(asked.at(-1).query, {lang: 'en', said: 'fell', own: ''});
  assert.match(see('.lesson-verdict').textContent, /It fell from 1 to 0\..*So\..*shipped/s);
  assert.equal(see('fieldset').disabled, true);
  assert.deepEqual([document.body.dataset.tab, query.get('runs')], ['compare', 'simsiam,other']);
  assert.match(document.head.textContent, /:is\(\.b\)/);
  see('.lesson-next').click();
  assert.equal(query.get('part'), '2');
  assert.match(see('.lesson-end').textContent, /You know.*1 of 1/s);
  assert.deepEqual(progress().collapse, {at: 2, told: {1: {said: 'fell', right: true}}, done: true});
});

test('a lesson goes on where it was left, and an answer that was given is judged again', async () => {
  const parts = [1, 2, 3].map(at => ({text: `Step ${at}`, place: place('.a'), question: at === 2 ? choice() : null}));
  const first = await opened(parts, {'lessons/collapse/2/verdict': SAID});
  first.panel.next();
  first.panel.choose('rose');
  first.panel.answer();
  await settled();
  first.panel.leave();
  assert.equal(document.querySelector('.lesson'), null);
  assert.equal(query.get('lesson'), null);
  assert.equal(document.body.dataset.lesson, undefined);
  const {panel, see} = await opened(parts, {'lessons/collapse/2/verdict': SAID});
  assert.equal(panel.at, 2);
  await settled();
  assert.ok(see('.lesson-verdict'));
  assert.equal((await opened(parts, {}, 3)).panel.at, 3);  // a link says which
});

test('a run of one\'s own is begun with the knobs of the lesson and judged when it has ended', async () => {
  const train = {method: 'simsiam', dataset: 'digits', seconds: 5, seed: 0, knobs: {stop_gradient: false}, named: 'Stop gradient: off', shipped: 'twin'};
  const seen = place('.t', {tab: 'compare', view: {runs: 'simsiam,own'}}), verdicts = [{state: 'waits'}, {...SAID, run: 'mine'}];
  const {panel, asked, see} = await opened([{text: '', place: place('.a'), question: choice({train, seen})}],
    {'lessons/collapse/1/verdict': () => verdicts.shift(), runs: {run: 'mine'}});
  panel.choose('fell');
  panel.answer();
  assert.equal(asked.length, 1);  // not before somebody says by which run
  see('.lesson-train').click();
  await settled();
  const {secret, ...begun} = asked[1].body;
  assert.deepEqual(begun, {method: 'simsiam', dataset: 'digits', seconds: 5, seed: 0, knobs: {stop_gradient: false}});
  assert.equal(secret.length, 32);
  assert.deepEqual([query.get('run'), see('[role=status]').textContent], ['mine', 'trains']);
  assert.ok(see('.lesson-next').disabled);
  await panel.judge();
  assert.equal(query.get('runs'), 'simsiam,mine');
  assert.ok(see('.lesson-verdict'));
});

test('without training it is the run that ships, and a refusal is said and holds nobody', async () => {
  const train = {method: 'simsiam', dataset: 'digits', seconds: 5, seed: 0, knobs: {}, named: '', shipped: 'twin'};
  const part = {text: '', place: place('.a'), question: choice({train, seen: place('.t', {view: {run: 'own'}})})};
  const {panel, see} = await opened([part], {'lessons/collapse/1/verdict': {...SAID, run: 'twin'}, runs: {error: 'The queue is full.'}});
  panel.choose('fell');
  panel.answer();
  assert.equal(see('.lesson-foot .hint').textContent, 'how');
  see('.lesson-train').click();
  await settled();
  assert.equal(see('.lesson-problem').textContent, 'The queue is full.');
  assert.ok(!see('.lesson-next').disabled);
  see('.lesson-shipped').click();
  await settled();
  assert.ok(see('.lesson-verdict'));
  assert.equal(query.get('run'), 'twin');
});

test('a number is set by a slider, a class by a click on a map or by a list', async () => {
  const number = await opened([{text: '', place: place('.a'), question: choice({kind: 'number', choices: []})}]);
  assert.equal(number.see('output').textContent, '?');
  const slider = number.see('input[type=range]');
  slider.value = '0.3';
  act(slider, 'input');
  assert.equal(number.see('output').textContent, '0.30');
  assert.equal(number.panel.draft, '0.3');
  number.panel.leave();

  localStorage.clear();
  const choices = [{key: 'Bag', text: 'Bags'}, {key: 'Shirt', text: 'Shirts'}];
  const {panel, see} = await opened([{text: '', place: place('.a'), question: choice({kind: 'map', choices})}]);
  const map = Object.assign(document.createElement('div'), {about: {classes: ['Bag', 'Shirt'], labels: [0, 1, 1]}});
  document.body.append(map);
  map.dispatchEvent(new CustomEvent('pick', {detail: 2, bubbles: true}));
  assert.equal(panel.draft, 'Shirt');
  assert.deepEqual([...see('select').options].map(one => one.selected), [false, false, true]);
  see('select').value = 'Bag';
  act(see('select'), 'change');
  assert.equal(panel.draft, 'Bag');
});

test('a verdict of a step that one has left is dropped', async () => {
  let reply = () => {};
  const parts = [{text: '', place: place('.a'), question: choice()}, {text: '', place: place('.b'), question: choice()}];
  const {panel} = await opened(parts);
  globalThis.fetch = () => new Promise(done => { reply = () => done(new Response(JSON.stringify(SAID))); });
  panel.choose('fell');
  panel.answer();
  panel.go(2);
  reply();
  await settled();
  assert.deepEqual(panel.verdicts, {});
  assert.ok(panel.waits);
});

test('a run that cannot begin says so at its own step alone', async () => {
  let reply = () => {};
  const train = {method: 'simsiam', dataset: 'digits', seconds: 5, seed: 0, knobs: {}, named: '', shipped: 'twin'};
  const parts = ['.a', '.b'].map(lit => ({text: '', place: place(lit), question: choice({train})}));
  const {panel} = await opened(parts);
  globalThis.fetch = () => new Promise(done => { reply = () => done(new Response('{"error": "The queue is full."}', {status: 400})); });
  panel.told = {1: {said: 'fell'}, 2: {said: 'rose'}};
  panel.see(true);
  panel.go(2);
  panel.busy = true;  // a run of this step is beginning
  reply();
  await settled();
  assert.deepEqual([panel.problem, panel.waits, panel.busy], ['', true, true]);
});

test('where the next lesson does not open the panel says why, and no prediction is skipped', async () => {
  const {panel, see} = await opened([1, 2].map(at => ({text: `${at}`, place: place('.a'), question: choice()})),
    {'lessons/other': {error: 'Not now.'}});
  await panel.open('other');
  assert.deepEqual([see('.lesson-problem').textContent, panel.waits, panel.lesson.name], ['Not now.', true, 'collapse']);
  panel.go(2);
  assert.equal(see('.lesson-problem'), null);
});

test('Escape folds the panel to its head, and Back leads to the step before', async () => {
  const {panel, see} = await opened([1, 2].map(at => ({text: `${at}`, place: place('.a'), question: null})));
  act(panel.root, 'keydown', {key: 'Escape'});
  assert.equal(see('.lesson-body'), null);
  assert.ok(see('.lesson-head'));
  act(panel.root, 'keydown', {key: 'Escape'});
  assert.ok(see('.lesson-body'));
  panel.next();
  query.set('part', '1');
  window.dispatchEvent(new Event('popstate'));
  assert.equal(panel.at, 1);
  query.delete('lesson');
  window.dispatchEvent(new Event('popstate'));
  assert.equal(panel.lesson, null);
});

test('a link to a lesson that there is not says so, and can be closed', async () => {
  const {panel, see} = await opened([], {lessons: {error: 'There is no lesson called none.'}});
  assert.equal(see('[role=alert]').textContent, 'There is no lesson called none.');
  see('.lesson-leave').click();
  assert.ok(!panel.root.isConnected);
});

test('what somebody else wrote into the browser\'s memory is no progress', async () => {
  localStorage.setItem('playground-lessons', '"nonsense"');
  assert.deepEqual(progress(), {});
  localStorage.setItem('playground-lessons', '{');
  assert.deepEqual(progress(), {});
});

test('the list says what one will know, how long it takes and how far one is', async () => {
  localStorage.setItem('playground-lessons', JSON.stringify({a: {at: 2, told: {}}, b: {at: 3, told: {}, done: true}}));
  const one = name => ({name, number: 1, title: name, after: '[Spread](std) counts', minutes: 8, steps: 3});
  const words = {title: 'Lessons', begin: 'Begin', go_on: 'On at {at} of {of}', again: 'Again', done: 'Done', minutes: '{minutes} min', steps: '{steps} steps'};
  globalThis.fetch = async () => new Response(JSON.stringify({lessons: ['a', 'b', 'c'].map(one), words}));
  const list = new List(() => {}), root = document.createElement('div');
  await list.ask();
  render(list.view(), root);
  assert.deepEqual([...root.querySelectorAll('button')].map(button => button.textContent.trim()), ['On at 2 of 3', 'Again', 'Begin']);
  assert.match(root.textContent, /Spread counts/);
  assert.match(root.querySelector('[data-lesson=b]').textContent, /8 min · 3 steps · Done/);
});
