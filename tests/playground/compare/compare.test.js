import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';
import {query} from '../../../playground/page/address.js';
import {Comparer} from '../../../playground/compare/compare.js';
import {act} from '../../page.js';
import {closed, comparison, opened, run, server, settled} from './server.js';

describe('the tab', () => {
  let page, asks;
  const words = () => page.root.textContent;
  const rows = () => [...page.root.querySelectorAll('.compare-table tbody tr')].map(node => node.dataset.run);

  afterEach(closed);
  beforeEach(async () => {
    document.body.dataset.tab = 'compare';
    asks = server();
  });

  async function shown(found = comparison(['a', 'b', 'c'])) {
    page = await opened(Comparer);
    await asks.next('runs').answer([{run: 'a', title: 'A', changed: ''}, {run: 'd', title: 'D', changed: 'k: 2'}]);
    await asks.next('compare').answer(found);
  }

  test('a phone shows first what was measured, and a desk what differs', async () => {
    const columns = [{key: 'knobs', name: 'Knob', means: '', better: '', measured: false}, ...comparison(['a']).columns];
    const cells = [['on', '80%'], ['off', '70%']].map(row => row.map(text => ({text, best: false})));
    await shown(comparison(['a', 'b'], {columns, cells, beaten: [{key: 'pixels', name: 'Pixels', texts: ['', '60%']}]}));
    const keys = row => [...page.root.querySelector(`.compare-table ${row}`).querySelectorAll('[data-key=knobs], [data-key=knn]')]
      .map(one => [one.dataset.key, one.tagName === 'TD' ? one.textContent.trim() : '']);
    const wide = [['knobs', 'off'], ['knn', '70%']];
    assert.deepEqual(keys('[data-run=b]'), wide);
    window.happyDOM.setViewport({width: 390});
    assert.deepEqual(keys('[data-run=b]'), [...wide].reverse());
    assert.deepEqual(keys('thead').map(one => one[0]), ['knn', 'knobs']);
    assert.deepEqual(keys('tfoot'), [['knn', '60%'], ['knobs', '']]);
    window.happyDOM.setViewport({width: 1024});
    assert.deepEqual(keys('[data-run=b]'), wide);
  });

  test('two runs that are taken out one after the other are both out', async () => {
    await shown();
    page.root.querySelector('[data-key="remove a"]').click();
    page.root.querySelector('[data-key="remove b"]').click();
    await settled();
    const [first, second] = asks.open('compare');
    assert.deepEqual([first.query.runs, second.query.runs], ['b,c', 'c']);
    await second.answer(comparison(['c']));
    await first.answer(comparison(['b', 'c']));  // too late
    assert.deepEqual(rows(), ['c']);
    assert.equal(page.root.dataset.runs, 'c');
  });

  test('what runs keep of how their images were made is a table, where that is known', async () => {
    const factors = {title: 'Kept', help: 'How well', columns: [{key: 'across', name: 'Across', means: 'where'}], rows: [
      {place: 1, name: 'run b', features: ['0.97'], embedding: ['0.18']}, {place: null, name: 'raw pixels', features: ['0.10'], embedding: []}]};
    await shown(comparison(['a', 'b'], {factors}));
    const lines = [...page.root.querySelectorAll('.factor-table tbody tr')].map(row => [...row.children].map(one => one.textContent.trim()));
    assert.deepEqual(lines, [['run b', '0.970.18'], ['raw pixels', '0.10']]);
    page.refresh(true);
    await settled();
    await asks.next('compare').answer(comparison(['a']));
    assert.equal(page.root.querySelector('.factor-table'), null);
  });

  test('an answer that was on its way does not undo the choice', async () => {
    await shown();
    page.refresh(false);
    await settled();
    page.add('d');
    await settled();
    const [old, fresh] = asks.open('compare');
    await old.answer(comparison(['a', 'b', 'c'], {version: 'later'}));
    assert.deepEqual(page.runs, ['a', 'b', 'c', 'd']);
    await fresh.answer(comparison(['a', 'b', 'c', 'd']));
    assert.deepEqual(rows(), ['a', 'b', 'c', 'd']);
  });

  test('two curves that are pressed one after the other both count, at once', async () => {
    await shown();
    const press = key => page.root.querySelector(`.compare-offered [data-curve="${key}"]`).click();
    press('rankme');
    press('knn');
    assert.deepEqual(page.curves, ['loss', 'std_sqrt_d', 'rankme']);
    assert.equal(page.root.querySelector('.compare-offered [data-curve="knn"]').getAttribute('aria-pressed'), 'false');
    await settled();
    assert.equal(asks.open('compare').at(-1).query.curves, 'loss,std_sqrt_d,rankme');
  });

  test('a run’s curves are hidden without a question, and the figure keeps the others', async () => {
    await shown();
    const figure = () => page.root.querySelector('.compare-curve[data-curve="loss"]').figure;
    const before = figure();
    page.root.querySelector('.compare-legend [data-run="b"]').click();
    assert.deepEqual(figure().data.map(line => line.name), ['run a', 'run c']);
    assert.equal(query.get('off'), 'b');
    page.root.querySelector('.compare-legend [data-run="b"]').click();
    assert.equal(figure(), before);
    assert.equal(asks.open('compare').length, 0);
  });

  test('the first answer that fails is said, and asked for again', async t => {
    t.mock.timers.enable({apis: ['setTimeout']});
    globalThis.playground.words = {failed: 'The app failed.'};
    page = await opened(Comparer);
    await asks.next('compare').answer({}, 500);
    assert.match(words(), /The app failed\./);  // no lost connection
    delete globalThis.playground.words;
    t.mock.timers.tick(2500);
    await settled();
    await asks.next('compare').answer(comparison(['a']));
    assert.deepEqual(rows(), ['a']);
    assert.doesNotMatch(words(), /failed/);
  });

  test('a link says which of its runs are not shown', async () => {
    query.set('runs', 'a,b,c,d,e,f,g,h,i,j');
    await shown(comparison(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], {gone: 1}));
    const note = page.root.querySelector('.match-error').textContent;
    assert.equal(note, 'cut\ngone');
    assert.equal(query.get('runs'), 'a,b,c,d,e,f,g,h');
  });

  test('where there is nothing to compare, the page says what to do', async () => {
    await shown(comparison([]));
    assert.match(words(), /empty_title/);
    page.opened();
    await settled();
    await asks.next('compare').answer(comparison(['a']));
    assert.deepEqual(rows(), ['a']);
  });

  test('while a run trains it is asked again, for what has changed only', async t => {
    t.mock.timers.enable({apis: ['setTimeout']});
    await shown(comparison([run('a', {ended: false, state: 'training'})]));
    t.mock.timers.tick(700);
    await settled();
    const question = asks.next('compare');
    assert.equal(question.query.after, 'a.training');
    await question.answer(null, 204);
    t.mock.timers.tick(700);
    await settled();
    await asks.next('compare').answer(comparison(['a']));
    await asks.next('runs').answer([]);  // one has ended: its title may be another one
    t.mock.timers.tick(60_000);
    await settled();
    assert.equal(asks.open('compare').length, 0);
  });

  test('a row keeps its elements and the focus when it is drawn anew', async () => {
    await shown();
    const link = page.root.querySelector('[data-key="open b"]');
    link.focus();
    page.remove('a');
    await settled();
    await asks.next('compare').answer(comparison(['b', 'c']));
    assert.equal(document.activeElement, link);
    assert.equal(page.root.querySelector('[data-key="open b"]'), link);
  });

  test('the list of runs to add leaves out those in the table, and goes back to its first line', async () => {
    await shown();
    const add = page.root.querySelector('#compare-add');
    assert.deepEqual([...add.options].map(one => one.value), ['', 'd']);
    assert.equal(add.options[1].textContent, 'D · k: 2');
    add.value = 'd';
    act(add, 'change');
    await add.closest('searched-list').updateComplete;
    assert.equal(add.value, '');
    assert.deepEqual(page.runs, ['a', 'b', 'c', 'd']);
  });

  test('a list of runs that did not come says so, and is asked for again', async t => {
    t.mock.timers.enable({apis: ['setTimeout']});
    page = await opened(Comparer);
    await asks.next('runs').answer({error: 'The disk is full.'}, 500);
    await asks.next('compare').answer(comparison(['a']));
    const add = page.root.querySelector('#compare-add'), first = async () => {
      await add.closest('searched-list').updateComplete;
      return add.options[0].textContent;
    };
    assert.equal(await first(), 'The disk is full.');
    t.mock.timers.tick(2500);
    await settled();
    await asks.next('runs').answer([{run: 'd', title: 'D', changed: ''}]);
    assert.equal(await first(), 'add_choose');
  });

  test('a full table takes no more', async () => {
    await shown(comparison(['1', '2', '3', '4', '5', '6', '7', '8']));
    page.add('9');
    assert.equal(page.runs.length, 8);
    assert.ok(page.root.querySelector('#compare-add').disabled);
  });

  test('the image of a link is of the set of its run', async () => {
    query.set('kept', '5_1');
    await shown(comparison([run('a'), run('b', {set: 'faces'})]));
    assert.deepEqual(page.picked, {index: 5, set: 'faces'});
    assert.equal(query.get('kept'), '5_1');
    page.pick(6, 'digits');
    assert.equal(query.get('kept'), '6');
  });
});
