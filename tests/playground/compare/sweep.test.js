import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';
import {Comparer} from '../../../playground/compare/compare.js';
import {query} from '../../../playground/page/address.js';
import {mine} from '../../../playground/page/owner.js';
import {act} from '../../page.js';
import {closed, comparison, opened, server, settled} from './server.js';

describe('a sweep as it trains', () => {
  let page, asks;
  const swept = (more = {}) => ({
    sweep: 's', knob: 'latent', label: 'Latent', title: 'T', done: 2, of: 2, ended: true, measure: 'knn', seen: '',
    measures: [{key: 'knn', name: 'kNN'}, {key: 'mse', name: 'error'}], figure: {data: [{name: 'x'}], layout: {}},
    runs: ['s-0', 's-1'].map(run => ({run, state: 'finished', ended: true, status: 'done', progress: 1, value: '4', number: '80%'})),
    ...more,
  });
  const box = () => page.root.querySelector('.compare-sweep');

  afterEach(closed);
  beforeEach(async () => {
    document.body.dataset.tab = 'compare';
    asks = server();
  });

  async function shown() {
    page = await opened(Comparer);
    await asks.next('compare').answer(comparison(['a']));
    await asks.next('runs').answer([]);
  }

  test('the measure that was chosen last is shown, whatever comes late', async () => {
    await shown();
    page.sweep.open('s');
    await settled();
    await asks.next('sweeps/s').answer(swept());
    page.sweep.ask();  // a look at how it stands, on its way
    await settled();
    const select = page.root.querySelector('#compare-measure');
    select.value = 'mse';
    act(select, 'change');
    await settled();
    const [old, fresh] = asks.open('sweeps/s');
    assert.equal(fresh.query.measure, 'mse');
    await fresh.answer(swept({measure: 'mse', seen: 'by error'}));
    await old.answer(swept({seen: 'by kNN'}));
    assert.equal(page.root.querySelector('#compare-measure').value, 'mse');
    assert.match(box().textContent, /by error/);
    assert.equal(query.get('measure'), 'mse');
  });

  test('the sweep of the address does not replace one that was opened meanwhile', async () => {
    query.set('sweep', 'old');
    page = await opened(Comparer);
    await asks.next('compare').answer(comparison(['a']));
    page.sweep.open('new');  // the list of runs has still to come
    await asks.next('runs').answer([]);
    assert.equal(page.sweep.id, 'new');
    assert.deepEqual(asks.open('sweeps').map(one => one.path), ['sweeps/new']);
  });

  test('the sweep of the address is opened, and stays in the address until then', async () => {
    query.set('sweep', 's');
    await shown();
    assert.equal(query.get('sweep'), 's');
    await asks.next('sweeps/s').answer(swept());
    assert.equal(box().dataset.done, '2/2');
  });

  test('a sweep that was closed while it was asked stays closed', async () => {
    await shown();
    page.sweep.open('s');
    await settled();
    page.sweep.open('');
    await asks.next('sweeps/s').answer(swept());
    assert.ok(box().hidden);
    assert.equal(query.get('sweep'), null);
  });

  test('closing it while it stops asks for nothing more', async t => {
    t.mock.timers.enable({apis: ['setTimeout']});
    await shown();
    mine('s-0', true);
    page.sweep.open('s');
    await settled();
    await asks.next('sweeps/s').answer(swept({ended: false}));
    page.sweep.stop();
    await settled();
    page.sweep.open('');
    await asks.next('sweeps/s/stop').answer({});
    assert.equal(asks.open('sweeps').length, 0);
    assert.ok(box().hidden);
  });

  test('why it could not be stopped is said until somebody tries again', async t => {
    t.mock.timers.enable({apis: ['setTimeout']});
    await shown();
    page.sweep.open('s');
    await settled();
    await asks.next('sweeps/s').answer(swept({ended: false}));
    page.sweep.stop();
    await settled();
    await asks.next('sweeps/s/stop').answer({error: 'It is not yours.'}, 400);
    t.mock.timers.tick(700);
    await settled();
    await asks.next('sweeps/s').answer(swept({ended: false}));
    assert.match(box().textContent, /It is not yours\./);
  });

  test('a sweep that is not there says so, and can be closed', async () => {
    await shown();
    page.sweep.open('s');
    await settled();
    await asks.next('sweeps/s').answer({error: 'There is no sweep.'}, 404);
    assert.match(box().textContent, /There is no sweep\./);
    box().querySelector('button').click();
    assert.ok(box().hidden);
  });
});
