import assert from 'node:assert/strict';
import {test} from 'node:test';
import {hold, paged, settle} from './server.js';

const {addressOf, conditionsOf, firstLimit, passing} = await import('../../../playground/explore/filter.js');
const {joined} = await import('../../../playground/explore/points.js');
const {query} = await import('../../../playground/page/address.js');

const told = at => at.root.querySelector('.filter [role=status]').textContent;
const said = () => new URLSearchParams(location.search).get('only');
const shown = map => Array.from({length: 6}, (_, i) => i).filter(i => map.shown(i));
const press = (at, by, place) => at.root.querySelectorAll(`[data-by=${by}] button`)[place].click();

test('conditions survive the address, and what nobody can ask is left out', () => {
  for (const text of ['label-is-3,purity-most-0.5', 'error-least-0.02,vote-is-0', 'error-most-1e-7']) {
    assert.equal(addressOf(conditionsOf(text)), text);
  }
  assert.deepEqual(conditionsOf('label-most-3,toString-is-1,error-least,purity-most-x,,'), []);
  assert.deepEqual([conditionsOf(null), addressOf([])], [[], '']);
});

test('of one class or another, and within every limit', () => {
  const numbers = {label: [0, 1, 2, 2], purity: Float32Array.of(0.2, 0.5, 0.5, 0.9), error: Float32Array.of(1, 2, Number.NaN, 4)};
  const of = text => [...passing(conditionsOf(text), numbers, 4)];
  assert.deepEqual(of('label-is-0,label-is-2'), [1, 0, 1, 1]);
  assert.deepEqual(of('purity-most-0.5'), [1, 1, 1, 0]);
  assert.deepEqual(of('purity-least-0.5,purity-most-0.8'), [0, 1, 1, 0]);
  assert.deepEqual(of('error-least-1'), [1, 1, 0, 1], 'what has no number is within no limit');
  assert.deepEqual(of('label-is-2,error-least-3'), [0, 0, 0, 1]);
});

test('the first limit leaves few', () => {
  const numbers = Float32Array.from({length: 101}, (_, i) => i / 300);
  assert.deepEqual([firstLimit(numbers, 'least'), firstLimit(numbers, 'most')], [0.3, 0.033]);
});

test('a selection is replaced, grows, or loses the next one', () => {
  assert.deepEqual(joined([1, 4], [2, 4], 'new', 6), [2, 4]);
  assert.deepEqual(joined([1, 4], [2, 4], 'add', 6), [1, 2, 4]);
  assert.deepEqual(joined([1, 4], [2, 4], 'take', 6), [1]);
  assert.deepEqual([joined([1], [1], 'take', 6), joined(null, [], 'add', 6), joined(null, [3], 'add', 6)], [null, null, [3]]);
});

paged('chips come and go, say how many are shown, and each is a step of the address', async at => {
  const on = await at.opened('map=pca-2'), before = history.length, {map} = on.main();
  assert.equal(told(at), '');
  at.root.querySelector('.filter button').click();
  press(at, 'label', 1);
  await settle();
  assert.deepEqual([shown(map), said(), told(at)], [[1, 3, 5], 'label-is-1', 'shown']);
  press(at, 'vote', 1);
  await settle();
  assert.deepEqual([shown(map), said(), on.filter.only.join('')], [[1], 'label-is-1,vote-is-1', '010000']);
  assert.deepEqual([...at.root.querySelectorAll('.chip > span')].map(one => one.textContent), ['dog', 'only_is']);
  assert.equal(history.length, before + 2);
  at.root.querySelector('.chip button').click();
  await settle();
  assert.deepEqual([shown(map), said()], [[0, 1, 2], 'vote-is-1']);
  assert.equal(document.activeElement, at.root.querySelector('.filter button'), 'keys go on from there');
});

paged('a limit is written into its chip, and what is no number is not taken', async at => {
  const on = await at.opened('map=pca-2&only=purity-most-0.5'), write = text => {
    const field = at.root.querySelector('.chip input');
    field.value = text;
    field.dispatchEvent(new Event('change', {bubbles: true}));
    return settle();
  };
  assert.deepEqual(shown(on.main().map), [0, 1, 2, 3]);
  await write('0.2');
  assert.deepEqual([shown(on.main().map), said()], [[0, 1], 'purity-most-0.2']);
  await write('');
  assert.deepEqual([said(), at.root.querySelector('.chip input').value], ['purity-most-0.2', '0.2']);
});

paged('Back undoes a chip and nothing else', async at => {
  const on = await at.opened('map=pca-2&only=label-is-0');
  await on.filter.choose('label', 'is', 1);
  on.points.pick(2);
  await settle();
  query.set('only', 'label-is-0');
  on.filter.back();
  await settle();
  assert.deepEqual([on.filter.conditions.map(one => one.value), shown(on.main().map), on.points.picked], [[0], [0, 2, 4], 2]);
});

paged('of two filters the later one counts, and a filter of a number is asked for once', async at => {
  const on = await at.opened('map=pca-2'), asks = () => at.asked.filter(({url}) => url.pathname.includes('/values/error/')).length;
  const late = hold(at, url => url.pathname.includes('/values/error/'));
  const first = on.filter.choose('error', 'most');
  await settle();
  assert.equal(told(at), 'only_waiting');
  await on.filter.choose('label', 'is', 0);
  late.answer();
  await first;
  await settle();
  assert.deepEqual([said(), told(at)], ['label-is-0,error-most-0', 'shown'], 'the one that had to be asked for comes after');
  await on.filter.choose('error', 'least');
  assert.equal(asks(), 1);
});

paged('a filter of each snapshot follows the time, one of the images does not', async at => {
  const on = await at.opened('map=pca-2&only=vote-is-1,label-is-0'), of = () =>
    at.asked.filter(({url}) => url.pathname.includes('/values/')).map(({url}) => url.pathname.split('/values/')[1]);
  on.go(0);
  await settle();
  assert.deepEqual(of(), ['vote/20', 'vote/0']);
});

paged('the same images stay filtered in another run, what cannot be answered is not asked', async at => {
  const on = await at.opened('map=pca-2&only=label-is-1,label-is-7');
  assert.equal(addressOf(on.filter.conditions), 'label-is-1');
  await on.choose('two');
  await settle();
  assert.deepEqual([on.main().run, shown(on.main().map)], ['two', [1, 3, 5]]);
  at.fails(url => url.pathname.includes('/values/vote/'), 400, 'No labels.');
  await on.filter.choose('vote', 'is', 0);
  await settle();
  assert.deepEqual([shown(on.main().map).length, at.root.querySelectorAll('.chip').length], [6, 0]);
  assert.match(at.root.querySelector('.explore-side [role=status]').textContent, /No labels/);
});

paged('a search finds among what is shown, and adds where it is to add', async at => {
  const on = await at.opened('map=pca-2&only=vote-is-1');
  on.points.search('cat');
  assert.deepEqual([on.selection, on.points.found], [[0, 2], 2]);
  on.points.join('add');
  on.points.select([1]);
  assert.deepEqual(on.selection, [0, 1, 2]);
  on.points.select([2, 5], 'take');
  assert.deepEqual(on.selection, [0, 1]);
  on.points.search('');
  on.points.search('do');
  on.points.search('dog');
  assert.deepEqual(on.selection, [0, 1]);
  on.points.select([0, 1], 'take');
  assert.deepEqual([on.selection, on.points.joining, on.points.text], [null, 'new', '']);
});
