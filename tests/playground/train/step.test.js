import assert from 'node:assert/strict';
import {afterEach, describe, test} from 'node:test';
import {render} from '../../../playground/page/lit.js';
import {live, Step} from '../../../playground/train/step.js';

const FLOW = {
  wide: '<svg class="wide"><g class="node" data-sym="z l"></g></svg>', tall: '', text: 'What it does.', shapes: 'N: images',
  symbols: [{key: 'z', sign: '<math>z</math>', text: 'the embedding', shape: '(N, D)'}, {key: 'l', sign: '<math>l</math>', text: 'the loss', shape: ''}],
};
const LABELS = {step: 'Each step', step_other: 'Another', step_parts: 'Parts', step_walk: 'Slow', step_hint: 'Click.', step_spread: 'spread'};
const seen = (more = {}) => ({
  run: 'r', moment: {method: 'simclr', knobs: {}, labels: LABELS, maps: {pca: [0]}, tiles: [{key: 'loss', value: '2.26'}, {key: 'std', value: '0.99'}], ...more},
  pictures: {step: 3, count: 2, rows: [{key: 'view 1', name: 'view 1', src: 'a.png'}], tables: {
    similarity: {data: [{z: [[1, 0], [0, 1]], customdata: [['a cat', 'a very long caption of a dog']]}], layout: {}}, use: {data: [{y: [1]}], layout: {}}}},
});
const fetched = globalThis.fetch;

/** The part of the panel, drawn anew whenever it changes; `flow` is what the server answers. */
async function step(flow = FLOW, of = seen()) {
  const root = document.createElement('div'), asked = [];
  globalThis.fetch = async url => {
    const {pathname, searchParams} = new URL(url);
    asked.push(`${pathname} ${searchParams.get('knobs')}`);
    return new Response(JSON.stringify(flow ?? {error: 'Not now.'}), {status: flow ? 200 : 500});
  };
  const draw = () => render(made.view(of, ''), root), made = new Step(draw);
  document.body.append(root);
  draw();
  await made.follow(of.moment);
  await made.follow(of.moment);
  return {made, root, asked, see: selector => root.querySelector(selector), draw};
}

describe('a step of training', () => {
  afterEach(() => { globalThis.fetch = fetched; });

  test('the flow is fetched once, and there is room for it before', async () => {
    const {asked, see, root} = await step();
    assert.deepEqual(asked, ['/playground/flows/simclr {}']);
    assert.equal(see('flow-drawing').wide, FLOW.wide);
    assert.match(root.textContent, /What it does\./);
  });

  test('a run with other knobs has a flow of its own', async () => {
    const {asked, made} = await step(), knobs = {temperature: 1};
    await made.follow({...seen().moment, knobs});
    assert.equal(asked[1], '/playground/flows/simclr {"temperature":1}');
    assert.equal(made.flows.size, 2);
  });

  test('a flow that does not come says so, and is asked for again', async () => {
    const {asked, root, see} = await step(null);  // an error of the server
    assert.equal(asked.length, 2);
    assert.equal(see('.live-step [role=alert]').textContent, 'Not now.');
    assert.equal(root.querySelector('[aria-busy], .waiting'), null);
  });

  test('a click on a part says what it is, a second one what the whole is', async () => {
    const {see, root} = await step();
    await see('flow-drawing').updateComplete;
    see('.node').dispatchEvent(new MouseEvent('click', {bubbles: true}));
    assert.deepEqual([...root.querySelectorAll('.step-said li')].map(one => one.children[1].textContent), ['the embedding', 'the loss']);
    assert.equal(see('flow-drawing').lit, 'z l');
    see('.node').dispatchEvent(new MouseEvent('click', {bubbles: true}));
    assert.equal(root.querySelectorAll('.step-said li').length, 0);
    see('.step-signs button').click();
    assert.equal(see('.step-signs button').getAttribute('aria-pressed'), 'true');
    assert.match(see('.step-said').textContent, /the embedding.*N: images/s);
  });

  test('what is pointed at is lit, and what was clicked is still explained', async () => {
    const {made, see} = await step();
    made.keep('z');
    made.point('l');
    assert.equal(see('flow-drawing').lit, 'l');
    assert.match(see('.step-said').textContent, /the embedding/);
    made.point('');
    assert.equal(see('flow-drawing').lit, 'z');
  });

  test('a symbol of another method lights nothing, and nothing steps back for it', async () => {
    const {made, see} = await step();
    made.keep('tau');
    assert.equal(see('flow-drawing').lit, '');
    assert.match(see('.step-said').textContent, /What it does/);
  });

  test('another image is the next one, with its caption, and after the last the first', async () => {
    const {see} = await step(), next = () => see('.map-head button:not(.walk-begin)').click(), now = () => see('flow-drawing').live;
    assert.deepEqual([now().at, now().said.caption], [0, 'a cat']);
    next();
    assert.deepEqual([now().at, now().said.caption], [1, 'a very long cap…']);
    next();
    assert.equal(now().at, 0);
  });

  test('a method that nobody has drawn has no drawing, and can be walked through', async () => {
    const {root, see} = await step({...FLOW, wide: ''});
    assert.equal(see('flow-drawing'), null);
    assert.match(root.textContent, /^\s*Each step\s*Slow\s*$/);
  });

  test('the numbers are those of the tiles; what is not there yet has no place', () => {
    assert.deepEqual(live(seen(), 0).said, {loss: '2.26', spread: 'spread 0.99', caption: 'a cat'});
    assert.deepEqual([live(seen(), 0).spread, Object.keys(live(seen(), 0).tables)], [0.99, ['similarity']]);
    const none = live({...seen({tiles: [{key: 'loss', value: '–'}]}), pictures: null}, 5);
    assert.deepEqual([none.said, none.spread, none.count, none.at], [{}, null, 1, 0]);
  });
});
