import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';
import {Learn} from '../../../playground/learn/learn.js';
import {query} from '../../../playground/page/address.js';
import {playground} from '../../../playground/page/playground.js';
import {act} from '../../page.js';

const card = (name, family = 'contrastive', more = {}) => ({
  name, title: name.toUpperCase(), family, year: 2020, paper: 'A paper', link: 'https://arxiv.org/abs/1', said: {line: `${name} line`, networks: 'one'},
  formula: ['<math><mi class="sym" data-sym="z">z</mi></math>'], symbols: [{key: 'z', sign: '<math></math>', shape: '(B, D)', text: 'embedding'}], shapes: '',
  wide: '<svg class="wide"><g data-sym="z"></g></svg>', tall: '', try: {method: name, dataset: 'digits', seconds: 30, seed: 0}, data: 'Digits',
  file: 'x.py', code: [['keyword', 'class'], ['', ' X']], seen: [{run: name, tab: 'train', address: `?run=${name}`}],
  switches: [{text: 'off', knobs: {stop: false}, named: 'Stop: off', seen: null}], ...more,
});
const PAGE = {
  lessons: [], words: {title: 'Learn', run: 'Try it', budget: '{seconds} s of {data}', started: 'Starting', run_a: 'a run'},
  cards: [card('simclr'), card('masked', 'autoencoder')], insights: [{key: 'collapse', runs: [{run: 'a', tab: 'compare', address: '?runs=a'}]}],
};
const fetched = globalThis.fetch;
afterEach(() => { globalThis.fetch = fetched; query.delete('card'); });

async function opened(linked = '') {
  if (linked) query.set('card', linked);
  globalThis.fetch = async () => new Response(JSON.stringify(PAGE));
  const root = document.createElement('div');
  root.scrollIntoView = () => {};
  document.body.append(root);
  const learn = new Learn(root);
  await learn.opened();
  return {learn, root, see: selector => [...root.querySelectorAll(selector)]};
}

test('the overview has a card a method and a row a method in the table of its family', async () => {
  const {see} = await opened();
  assert.deepEqual(see('.learn-open').map(one => one.dataset.card), ['simclr', 'masked']);
  assert.deepEqual(see('.learn-table').map(one => one.querySelectorAll('tbody tr').length), [1, 1]);
  assert.equal(see('.learn-see')[0].getAttribute('href'), '?runs=a');
});

test('a link opens a card, and one that there is not the overview', async () => {
  assert.equal((await opened('masked')).see('h2')[0].textContent, 'MASKED');
  assert.equal((await opened('nonsense')).see('.learn-open').length, 2);
});

test('a card that a person opens is in the address, and the keyboard goes on at its title', async () => {
  const {learn, root} = await opened();
  learn.show('simclr');
  assert.equal(query.get('card'), 'simclr');
  assert.equal(document.activeElement, root.querySelector('h2'));
  act(root, 'keydown', {key: 'Escape'});
  assert.equal(query.get('card'), null);
  assert.equal(document.activeElement, root.querySelector('.learn-open[data-card=simclr]'));
});

test('a symbol lights up wherever it is while it is pointed at, and stays lit after a click', async () => {
  const {root, see} = await opened('simclr');
  await root.querySelector('flow-drawing').updateComplete;
  act(see('.learn-symbol')[0], 'pointerover');
  assert.equal(see('.lit').length, 3);  // in the legend, the formula and the drawing
  act(root, 'pointerleave');
  assert.equal(see('.lit').length, 0);
  act(see('.learn-symbol')[0], 'click');
  act(root, 'pointerleave');
  assert.equal(see('.lit').length, 3);
  assert.equal(see('.learn-symbol')[0].getAttribute('aria-pressed'), 'true');
  act(see('.learn-symbol')[0], 'click');
  act(root, 'pointerleave');
  assert.equal(see('.lit').length, 0);
});

test('a button begins a run of the card with its knobs, and Train shows it', async () => {
  const {root} = await opened('simclr'), shown = [];
  playground.show = run => shown.push(run);
  let asked;
  globalThis.fetch = async (_url, options) => { asked = JSON.parse(options.body); return new Response('{"run": "r1"}'); };
  const button = root.querySelector('.learn-switch button');
  assert.equal(root.querySelector('.learn-switch .learn-budget').textContent, '30 s of Digits');
  button.click();
  assert.equal(button.disabled, true);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.deepEqual([asked.method, asked.knobs, shown], ['simclr', {stop: false}, ['r1']]);
  assert.equal(button.disabled, false);
});

test('why a run was not begun stands beside the button that was pressed', async () => {
  const {root, see} = await opened('simclr');
  globalThis.fetch = async () => new Response('{"error": "The queue is full."}', {status: 400});
  root.querySelector('.learn-switch button').click();
  for (let i = 0; i < 4; i++) await new Promise(setImmediate);
  assert.equal(root.querySelector('.learn-switch .learn-budget').textContent, 'The queue is full.');
  assert.deepEqual(see('.learn-budget.bad').length, 1);
});
