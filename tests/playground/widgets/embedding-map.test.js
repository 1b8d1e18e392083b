import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, mock, test} from 'node:test';
import {toggled} from '../../../playground/widgets/embedding-map/colours.js';
import '../../../playground/widgets/embedding-map/element.js';
import {glided, spread} from '../../../playground/widgets/embedding-map/geometry.js';
import '../../../playground/widgets/embedding-map/legend.js';
import {plotly} from '../../../playground/widgets/plotly-loader.js';
import {act, observers, painted, placed, put} from '../../page.js';

const ABOUT = {count: 4, columns: 2, rows: 2, width: 8, height: 8, classes: ['cat', 'dog'], labels: [0, 0, 1, 1]};
const SQUARE = new Float32Array([0, 0, 10, 0, 0, 10, 10, 10]);
const MOVED = new Float32Array([0, 0, 20, 0, 0, 20, 20, 20]);
const CUBE = new Float32Array(12).map((_, i) => i);

/** @type {any} a plotly that draws nothing */
let Plotly;
/** @type {string[]} what it was asked for */
let calls;
let before, frame, clock, screen;

const fake = {
  async newPlot(plot, data, layout, config) {
    calls.push('newPlot');
    Object.assign(plot, {data, layout, config, handlers: {}, on(name, done) { plot.handlers[name] = done; }});
    const {clientWidth: width, clientHeight: height} = plot.parentElement;
    plot._fullLayout = {width, height};
    await Promise.resolve();
  },
  purge(plot) { calls.push('purge'); delete plot._fullLayout; },
  react(plot, data) { calls.push('react'); plot.data = data; },
  async toImage(figure, options) { return JSON.stringify({figure, options}); },
  Plots: {
    async resize(plot) {
      calls.push('resize');
      await Promise.resolve();
      const {clientWidth: width, clientHeight: height} = plot.parentElement;
      Object.assign(plot._fullLayout, {width, height});
    },
  },
};

async function map(fields = {}, width = 400, events = []) {
  const node = document.createElement('embedding-map'), told = [];
  for (const type of events) node.addEventListener(type, event => told.push([type, event.detail]));
  placed(node, 100, 50, width, width);
  Object.assign(node, {about: ABOUT, positions: SQUARE, ...fields});
  document.body.append(node);
  await node.updateComplete;
  return {node, told};
}

/** The mouse at a point. */
const over = (node, i, more = {}) => ({clientX: 100 + node.toX()(node.where[2 * i]), clientY: 50 + node.toY()(node.where[2 * i + 1]), pointerId: 1, ...more});

function press(node, at, to = at) {
  act(node, 'pointerdown', at);
  act(node, 'pointerup', to);
}

/** A drag through these places, px of the map. */
function drag(node, places, more = {}) {
  const at = ([x, y]) => ({clientX: 100 + x, clientY: 50 + y, pointerId: 1, button: 0, buttons: 1, ...more});
  act(node, 'pointerdown', at(places[0]));
  for (const place of places.slice(1)) act(node, 'pointermove', at(place));
  act(node, 'pointerup', at(places.at(-1)));
}

const view = ({camera: {x, y, scale}}) => [x, y, scale];
const clears = () => painted.filter(([name]) => name === 'clearRect').length;

function frames() { for (const one of screen.splice(0)) one(); }

describe('embedding-map', () => {
  beforeEach(async () => {
    globalThis.Plotly ??= {};
    Plotly = await plotly();
    [before, calls, clock, screen, frame] = [{...Plotly}, [], 0, [], globalThis.requestAnimationFrame];
    Object.assign(Plotly, fake);
    mock.method(performance, 'now', () => clock);
    globalThis.requestAnimationFrame = done => screen.push(done);
    mock.timers.enable({apis: ['setTimeout']});
  });
  afterEach(async () => {
    const maps = [...document.querySelectorAll('embedding-map')];
    document.body.replaceChildren();
    await Promise.all(maps.map(node => node.building));
    mock.timers.reset();
    mock.restoreAll();
    globalThis.requestAnimationFrame = frame;
    for (const name of Object.keys(fake)) delete Plotly[name];
    Object.assign(Plotly, before);
  });

  test('it draws itself once it knows its images', async () => {
    const {node} = await map({about: null});
    assert.equal(node.drawn, false);
    node.about = ABOUT;
    await node.updateComplete;
    assert.equal(node.drawn && node.begun, true);
    assert.deepEqual([...node.where], [...SQUARE]);
    assert.deepEqual(node.bins, [0, 0, 1, 1]);
  });

  test('lines of density are drawn where they are wanted, and not while points glide', async () => {
    const {node} = await map(), strokes = () => painted.filter(([name]) => name === 'stroke').length;
    painted.length = 0;
    node.contours = true;
    await node.updateComplete;
    assert.equal(strokes(), 4);
    node.gliding = {};
    painted.length = 0;
    node.paint();
    assert.equal(strokes(), 0);
    node.gliding = null;
  });

  test('behind another tab it waits for a size, and then draws once', async () => {
    const {node} = await map({}, 0);
    assert.equal(node.drawn, false);
    painted.length = 0;
    placed(node, 0, 0, 400, 400);
    observers.at(-1).act();
    await node.updateComplete;
    assert.deepEqual([node.drawn, clears(), calls], [true, 1, []]);
  });

  test('its view follows its size, and what did not change its size is not drawn anew', async () => {
    const {node} = await map();
    const {x: [low, high]} = node.camera.ranges;
    painted.length = 0;
    observers.at(-1).act();
    await new Promise(setImmediate);
    assert.equal(clears(), 0);
    placed(node, 0, 0, 300, 100);
    observers.at(-1).act();
    await new Promise(setImmediate);
    const {x} = node.camera.ranges;
    assert.equal(clears(), 1);
    assert.ok(Math.abs((x[1] - x[0]) / (high - low) - 3) < 1e-6, 'all points are still in view');
  });

  test('the first frame jumps, the next one glides, and the view with it', async () => {
    const {node} = await map();
    const {x: [low, high]} = node.camera.ranges;
    assert.ok(low < 0 && high > 10 && high - low < 13, `${low} to ${high}`);
    assert.equal(node.frames, 0);
    node.frame(MOVED);
    await node.updateComplete;
    assert.deepEqual([...node.where], [...SQUARE]);
    clock = 225;
    frames();
    assert.equal(node.where[2], 15);
    assert.ok(node.gliding);
    clock = 450;
    frames();
    assert.equal(node.where, MOVED);
    assert.deepEqual([node.gliding, node.frames, screen.length], [null, 3, 0]);
    assert.ok(node.camera.ranges.x[1] > 20);
  });

  test('a frame that comes on the way is gone to from where the points are', async () => {
    const {node} = await map();
    await node.frame(MOVED);
    clock = 225;
    frames();
    await node.frame(SQUARE);
    assert.equal(node.where[2], 15);
    assert.equal(screen.length, 1, 'one loop, not two');
    clock = 225 + 450;
    frames();
    assert.equal(node.where, SQUARE);
  });

  test('who asked for less motion sees a jump', async () => {
    const {node} = await map(), asked = globalThis.matchMedia;
    globalThis.matchMedia = () => ({matches: true});
    await node.frame(MOVED);
    globalThis.matchMedia = asked;
    assert.deepEqual([node.where, node.frames], [MOVED, 0]);
  });

  test('each frame of a glide is painted, and none of them is drawn by lit', async () => {
    const {node} = await map();
    await node.frame(MOVED);
    painted.length = 0;
    const render = mock.method(node, 'render');
    for (clock = 50; clock < 400; clock += 50) frames();
    assert.equal(clears(), 7);
    assert.equal(render.mock.callCount(), 0);
  });

  test('a glide begins with one painting, not two', async () => {
    const {node} = await map();
    painted.length = 0;
    await node.frame(MOVED);
    assert.equal(clears(), 1);
  });

  test('a drag moves the world with the mouse, and what is grabbed stays under it', async () => {
    const {node, told} = await map({}, 400, ['pick', 'hover']), at = node.camera.position([120, 80]);
    drag(node, [[120, 80], [122, 81]]);
    assert.equal(node.zoomed, false, 'too short for a drag');
    drag(node, [[120, 80], [150, 70], [220, 10]]);
    assert.deepEqual(node.camera.position([220, 10]).map(v => v.toFixed(6)), at.map(v => v.toFixed(6)));
    assert.deepEqual([node.zoomed, node.classList.contains('dragged'), told], [true, false, []]);
  });

  test('who has zoomed keeps the view, until a reset', async () => {
    const {node} = await map(), at = {clientX: 150, clientY: 90, deltaY: -100, deltaMode: 0};
    const under = node.camera.position([50, 40]), {scale} = node.camera;
    const event = Object.assign(new Event('wheel', {cancelable: true}), at);
    node.dispatchEvent(event);
    assert.ok(event.defaultPrevented && node.camera.scale < scale);
    assert.deepEqual(node.camera.position([50, 40]).map(v => v.toFixed(6)), under.map(v => v.toFixed(6)), 'what is under the mouse stays there');
    const seen = view(node);
    await node.frame(MOVED);
    clock = 450;
    frames();
    assert.deepEqual(view(node), seen);
    placed(node, 100, 50, 300, 300);
    observers.at(-1).act();
    await new Promise(setImmediate);
    assert.deepEqual(view(node), seen, 'and another size shows more or less of it');
    act(node, 'dblclick');
    const {x} = node.camera.ranges;
    assert.ok(x[0] < 0 && x[1] > 20);
  });

  test('the wheel has an end on both sides, and is the page\'s where a map does not want it', async () => {
    const {node} = await map(), turn = (deltaY, times) => {
      const event = Object.assign(new Event('wheel', {cancelable: true}), {clientX: 300, clientY: 250, deltaY, deltaMode: 0});
      for (let i = 0; i < times; i++) node.dispatchEvent(event);
      return event;
    };
    const {scale} = node.camera;
    turn(100, 1000);
    assert.ok(node.camera.scale <= 20 * scale);
    turn(-100, 1000);
    assert.ok(node.camera.scale >= scale / 2001);
    node.wheel = false;
    await node.updateComplete;
    const seen = view(node);
    assert.equal(turn(100, 1).defaultPrevented, false);
    assert.deepEqual(view(node), seen);
  });

  test('two fingers zoom and move at once, and are no lasso', async () => {
    const {node, told} = await map({tool: 'lasso'}, 400, ['select']), {scale} = node.camera, at = node.camera.position([150, 100]);
    const finger = (type, pointerId, x, y) => act(node, type, {pointerId, clientX: 100 + x, clientY: 50 + y, pointerType: 'touch', button: 0});
    finger('pointerdown', 1, 100, 100);
    finger('pointerdown', 2, 200, 100);
    finger('pointermove', 1, 100, 200);
    finger('pointermove', 2, 300, 200);
    finger('pointerup', 1, 100, 200);
    finger('pointerup', 2, 300, 200);
    assert.ok(Math.abs(node.camera.scale / scale - 0.5) < 1e-9, `${node.camera.scale / scale}`);
    assert.ok(Math.hypot(node.camera.toX()(at[0]) - 200, node.camera.toY()(at[1]) - 200) < 60, 'what was between them still is, nearly');
    assert.deepEqual([told, node.gestures.down.size], [[], 0]);
  });

  test('a drag that the page takes for scrolling ends, and selects nothing', async () => {
    const {node, told} = await map({tool: 'lasso'}, 400, ['select']);
    act(node, 'pointerdown', {clientX: 120, clientY: 70, pointerId: 1, button: 0});
    for (const x of [200, 300, 400]) act(node, 'pointermove', {clientX: x, clientY: 300, pointerId: 1, buttons: 1});
    act(node, 'pointercancel', {pointerId: 1});
    assert.deepEqual([told, node.gestures.trail], [[], []]);
    act(node, 'pointermove', {clientX: 300, clientY: 100, pointerId: 1});
    assert.deepEqual(node.gestures.trail, []);
  });

  test('another button is none of the map\'s', async () => {
    const {node} = await map(), seen = view(node);
    drag(node, [[20, 20], [200, 200]], {button: 2, buttons: 2});
    assert.deepEqual(view(node), seen);
  });

  test('three numbers a point make a map in space, two the plane again', async () => {
    const {node} = await map();
    await node.frame(CUBE);
    assert.deepEqual([node.dimensions, node.flat, node.canvas.hidden, node.space.plot.data[0].type], [3, false, true, 'scatter3d']);
    assert.deepEqual(node.space.plot.data[0].z, [2, 5]);
    await node.frame(SQUARE);
    assert.deepEqual([node.dimensions, node.flat, node.canvas.hidden], [2, true, false]);
    assert.deepEqual(calls.filter(name => name !== 'react'), ['newPlot', 'purge']);
  });

  test('in space a mark, a selection and hidden groups are drawn by plotly', async () => {
    const {node} = await map({positions: CUBE, picked: 3, near: [0], hiddenGroups: new Set([0]), selection: [2]});
    const [dogs, marks] = node.space.plot.data;
    assert.deepEqual([dogs.name, dogs.customdata], ['dog', [2, 3]]);
    assert.deepEqual(dogs.marker.color.map(colour => colour.split(',').at(-1)), ['0.8)', '0.1)']);
    assert.deepEqual([marks.customdata, marks.marker.size], [[0, 3], [6, 9]]);
  });

  test('in space plotly says what is under the mouse', async () => {
    const {node, told} = await map({positions: CUBE}, 400, ['pick', 'hover']);
    node.space.plot.handlers.plotly_hover({points: [{customdata: 2}], event: {clientX: 120, clientY: 60}});
    mock.timers.tick(125);
    assert.equal(node.querySelector('.map-card').dataset.index, '2');
    node.space.plot.handlers.plotly_click({points: [{customdata: 2}]});
    node.space.plot.handlers.plotly_click({points: [{customdata: -2}]});
    assert.deepEqual(told, [['hover', 2], ['pick', 2]]);
  });

  test('a card comes once the mouse has rested, and goes with it', async () => {
    const {node, told} = await map({}, 400, ['hover']), card = node.querySelector('.map-card');
    act(node, 'pointermove', over(node, 3));
    mock.timers.tick(124);
    assert.equal(card.hidden, true);
    mock.timers.tick(1);
    assert.deepEqual([card.hidden, card.dataset.index, card.textContent, node.hovered], [false, '3', 'dog', 3]);
    assert.ok(node.classList.contains('over'));
    act(node, 'pointerleave');
    assert.deepEqual([card.hidden, node.hovered, node.classList.contains('over')], [true, -1, false]);
    assert.deepEqual(told, [['hover', 3], ['hover', -1]]);
  });

  test('who only passes over a point is shown no card', async () => {
    const {node, told} = await map({}, 400, ['hover']);
    act(node, 'pointermove', over(node, 3));
    mock.timers.tick(60);
    act(node, 'pointermove', {clientX: 300, clientY: 250});
    mock.timers.tick(1000);
    assert.equal(node.querySelector('.map-card').hidden, true);
    assert.deepEqual(told, [['hover', -1]]);
  });

  test('who drags is shown no card', async () => {
    const {node} = await map();
    act(node, 'pointermove', over(node, 3, {buttons: 1}));
    mock.timers.tick(1000);
    assert.deepEqual([node.querySelector('.map-card').hidden, node.hovered], [true, -1]);
  });

  test('a card of numbers says the number', async () => {
    const {node} = await map({spec: {values: [0.12345, 1, 1, 1], low: 0, high: 1}});
    act(node, 'pointermove', over(node, 0));
    mock.timers.tick(125);
    assert.equal(node.querySelector('.map-card').textContent, 'cat · 0.123');
  });

  test('a press picks, a drag does not, nor does another finger', async () => {
    const {node, told} = await map({}, 400, ['pick']), at = over(node, 1);
    press(node, at);
    press(node, at, {...at, clientX: at.clientX - 6});
    press(node, at, {...at, pointerId: 2});
    act(window, 'pointerup', at);
    assert.deepEqual(told, [['pick', 1]]);
  });

  test('a finger shows the card at once, from further away', async () => {
    const {node, told} = await map({}, 400, ['pick', 'hover']), at = over(node, 1, {pointerType: 'touch'});
    at.clientX += 20;
    press(node, at);
    mock.timers.tick(0);
    assert.equal(node.querySelector('.map-card').hidden, false);
    press(node, {...at, clientX: 300, clientY: 250});
    assert.equal(node.querySelector('.map-card').hidden, true);
    assert.deepEqual(told, [['pick', 1], ['hover', 1], ['hover', -1]]);
  });

  test('a person\'s own point is found, named, and no pick', async () => {
    const point = {at: [5, 5], name: 'a red boat'}, {node, told} = await map({placed: [point]}, 400, ['pick', 'own']);
    painted.length = 0;
    node.paint();
    assert.ok(painted.some(([name, text]) => name === 'fillText' && text === 'a red boat'));
    const at = {clientX: 100 + node.toX()(5), clientY: 50 + node.toY()(5), pointerId: 1};
    press(node, at);
    act(node, 'pointermove', at);
    mock.timers.tick(125);
    assert.equal(node.querySelector('.map-card').textContent, 'a red boat');
    assert.deepEqual(told, [['own', point]]);
  });

  test('a lasso selects what is inside, and nothing is no selection', async () => {
    const {node, told} = await map({tool: 'lasso', hiddenGroups: new Set([1])}, 400, ['select', 'pick']), seen = view(node);
    const [x, y] = [node.toX(), node.toY()], at = polygon => polygon.map(([u, v]) => [x(u), y(v)]);
    assert.equal(node.dataset.tool, 'lasso');
    drag(node, at([[-0.5, -0.5], [10.5, -0.5], [10.5, 10.5], [-0.5, 10.5]]));
    drag(node, at([[3, 3], [4, 3], [4, 4]]));
    assert.deepEqual(told, [['select', [0, 1]], ['select', null]]);
    assert.deepEqual([view(node), node.gestures.trail], [seen, []]);
    press(node, over(node, 1, {button: 0}));
    assert.deepEqual(told.at(-1), ['pick', 1], 'a press is no lasso');
  });

  test('Shift and Alt say what becomes of the selection, and what is not drawn is in no lasso', async () => {
    const {node, told} = await map({tool: 'lasso', only: Uint8Array.of(0, 1, 1, 0)}, 400, ['select']);
    const [x, y] = [node.toX(), node.toY()], all = [[-90, -90], [90, -90], [90, 90], [-90, 90]].map(([u, v]) => [x(u), y(v)]);
    const how = more => { drag(node, all, more); return node.joining; };
    assert.deepEqual([how({shiftKey: true}), how({altKey: true}), how({})], ['add', 'take', undefined]);
    assert.deepEqual(told, [['select', [1, 2]], ['select', [1, 2]], ['select', [1, 2]]]);
    node.only = null;
    await node.updateComplete;
    how({});
    assert.equal(told.at(-1)[1].length, 4);
  });

  test('a lasso is seen while it is drawn, and gone afterwards', async () => {
    const {node} = await map({tool: 'lasso'});
    painted.length = 0;
    act(node, 'pointerdown', {clientX: 120, clientY: 70, pointerId: 1, button: 0});
    for (const [clientX, clientY] of [[200, 70], [200, 200]]) act(node, 'pointermove', {clientX, clientY, pointerId: 1, buttons: 1});
    assert.ok(painted.some(([name]) => name === 'lineTo'));
    painted.length = 0;
    act(node, 'pointerup', {clientX: 200, clientY: 200, pointerId: 1});
    assert.ok(clears() && !painted.some(([name]) => name === 'lineTo'));
  });

  test('several fields at once are painted once', async () => {
    const {node} = await map();
    painted.length = 0;
    Object.assign(node, {selection: [1], picked: 1, near: [0], linked: 2, hiddenGroups: new Set()});
    await node.updateComplete;
    assert.equal(clears(), 1);
  });

  test('what is not selected is faint, below the rest', async () => {
    const {node} = await map();
    painted.length = 0;
    node.selection = [0, 1];
    await node.updateComplete;
    assert.deepEqual(painted.filter(([name]) => name === 'globalAlpha').map(call => call[1]).slice(0, 2), [0.1, 0.8]);
  });

  test('picked and linked points have a ring', async () => {
    const {node} = await map();
    painted.length = 0;
    Object.assign(node, {picked: 0, linked: 3, near: [1]});
    await node.updateComplete;
    const rings = painted.filter(([name, , , size]) => name === 'arc' && size !== 4.4);
    assert.deepEqual(rings.map(call => call[3]), [8, 6.5, 5]);
    assert.equal(rings[0][1], Math.fround(node.toX()(0)));
  });

  test('a point that is nowhere is not painted, and comes to its place without a way', async () => {
    const {node} = await map(), some = new Float32Array([0, 0, NaN, NaN, 1, 1, NaN, NaN]), span = spread(some, 2);
    painted.length = 0;
    node.jump(some, span);
    assert.equal(painted.filter(([name]) => name === 'arc').length, 2);
    assert.ok(span.every(Number.isFinite));
    const glide = {from: new Float32Array([0, NaN]), to: new Float32Array([1, 2]), before: span, span, since: 0, ms: 100, even: true};
    assert.deepEqual([...glided(glide, 50).where], [0.5, 2]);
  });

  test('a hidden group is neither painted nor found', async () => {
    const {node} = await map();
    painted.length = 0;
    node.hiddenGroups = new Set([1]);
    await node.updateComplete;
    assert.equal(painted.filter(([name]) => name === 'arc').length, 2);
    assert.deepEqual([0, 1, 2, 3].map(i => node.shown(i)), [true, true, false, false]);
    assert.equal(node.find(node.toX()(10), node.toY()(10), 11), -1);
  });

  test('numbers instead of groups hide none', async () => {
    const {node} = await map({hiddenGroups: new Set([0, 1, 23]), spec: {values: [0, 1, 2, 3], low: 0, high: 3}});
    assert.ok([0, 1, 2, 3].every(i => node.shown(i)));
  });

  test('points without a group are grey', async () => {
    const {node} = await map({spec: {names: ['boat'], of: [-1, 0, -1, 0]}});
    assert.deepEqual([node.colourOf(0), node.colourOf(1)], ['#9aa0aa', '#4B96FF']);
  });

  test('points are images where few of many are in view, or where that is wanted', async () => {
    const {node} = await map(), images = () => {
      painted.length = 0;
      node.paint();
      return painted.filter(([name]) => name === 'drawImage').length;
    };
    node.sprite = {complete: true, naturalWidth: 16};
    assert.equal(images(), 0);
    node.images = true;
    assert.equal(images(), 4);
    node.sprite = {complete: true, naturalWidth: 0};  // it did not come
    assert.equal(images(), 0);
  });

  test('a picture of a person\'s own is smooth, also where points are coarse images', async () => {
    const point = {at: [5, 5], name: 'boat', picture: '/boat.png'}, {node} = await map({placed: [point], images: true});
    node.sprite = {complete: true, naturalWidth: 16};
    node.pictures = new Map([[point, {complete: true, naturalWidth: 200}]]);
    painted.length = 0;
    node.paint();
    const smooth = painted.filter(([name]) => name === 'imageSmoothingEnabled').map(call => call[1]);
    assert.deepEqual(smooth, [false, false, false, false, true]);
  });

  test('before there is a frame nothing is painted', async () => {
    painted.length = 0;
    await map({positions: null});
    assert.deepEqual(painted, []);
  });

  test('other images begin the map anew', async () => {
    const {node} = await map();
    Object.assign(node, {about: {...ABOUT, count: 2, labels: [1, 0]}, positions: new Float32Array([0, 0, 1, 1])});
    await node.updateComplete;
    assert.deepEqual([node.bins, [...node.where], node.frames, node.drawn], [[1, 0], [0, 0, 1, 1], 0, true]);
  });

  test('a figure is what is shown, on white, with names', async () => {
    const {node} = await map({hiddenGroups: new Set([0]), placed: [{at: [1, 2], name: 'boat'}]});
    const {figure, options} = JSON.parse(await node.figure('png', 'SimCLR'));
    assert.deepEqual([options.format, options.scale, figure.layout.paper_bgcolor, figure.layout.title.text], ['png', 2, '#fff', 'SimCLR']);
    assert.deepEqual(figure.data.map(trace => trace.name ?? trace.text), ['dog', ['boat']]);
    assert.deepEqual(figure.layout.xaxis.range, node.camera.ranges.x);
  });

  test('an element of the page is dressed as an image', async () => {
    const {node} = await map({sheet: '/sheet.png'}), one = document.createElement('div');
    assert.equal(node.dress(one, 3, 16), one);
    assert.deepEqual([one.style.width, one.style.backgroundPosition], ['16px', '-16px -16px']);
  });

  test('taken out it leaves nothing behind', async () => {
    const listening = new Map(), {addEventListener: add, removeEventListener: remove} = globalThis;
    globalThis.addEventListener = (type, ...rest) => { listening.set(type, (listening.get(type) ?? 0) + 1); add(type, ...rest); };
    globalThis.removeEventListener = (type, ...rest) => { listening.set(type, listening.get(type) - 1); remove(type, ...rest); };
    const {node, told} = await map({}, 400, ['hover', 'pick']), at = over(node, 1);
    await node.frame(MOVED);
    act(node, 'pointermove', at);
    node.remove();
    await node.building;
    [globalThis.addEventListener, globalThis.removeEventListener] = [add, remove];
    assert.deepEqual([...listening.values()], [0]);
    assert.equal(observers.at(-1).nodes.size, 0);
    assert.deepEqual([calls, node.drawn, node.gliding, node.where], [[], false, null, MOVED]);
    mock.timers.tick(1000);
    clock = 100;
    frames();
    act(window, 'pointerup', at);
    assert.deepEqual([told, node.frames, screen.length], [[['hover', -1]], 1, 0]);
  });

  test('taken out at any moment while plotly begins, nothing stays', async () => {
    for (let ticks = 0; ticks < 12; ticks++) {
      const {node} = await map({about: null, positions: CUBE});
      node.about = ABOUT;
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      node.remove();
      await node.updateComplete;
      assert.deepEqual([node.drawn, node.space.plot._fullLayout], [false, undefined], `after ${ticks}`);
    }
    assert.ok(calls.includes('purge'));
  });

  test('where plotly does not come, a map in space says so, and asks for it again', async t => {
    const own = globalThis.Plotly, said = () => node.querySelector('.map-plot').textContent;
    Object.defineProperty(document, 'hidden', {value: true, configurable: true});  // nothing waits for a frame
    t.after(() => {
      globalThis.Plotly = own;
      delete document.hidden;
    });
    mock.method(console, 'error', () => {});
    mock.method(document.head, 'append', script => script.onerror());
    const {node} = await map({gone: 'No connection.'});
    delete globalThis.Plotly;
    await node.frame(CUBE);
    assert.deepEqual([said(), node.drawn], ['No connection.', false]);
    globalThis.Plotly = own;
    mock.timers.tick(2500);
    await node.updateComplete;
    assert.deepEqual([said(), node.drawn], ['', true]);
  });

  test('put back it is drawn as it was', async () => {
    const {node} = await map({picked: 2});
    node.remove();
    await node.building;
    document.body.append(node);
    await node.updateComplete;
    assert.deepEqual([node.drawn, node.picked, [...node.where]], [true, 2, [...SQUARE]]);
    assert.equal(observers.filter(one => one.nodes.has(node)).length, 1);
  });

  test('moved to another place a map in space is drawn once more, not twice', async () => {
    const {node} = await map(), box = document.body.appendChild(document.createElement('div'));
    await node.frame(CUBE);
    box.append(node);
    await node.updateComplete;
    assert.deepEqual([node.drawn, calls.filter(name => name !== 'react')], [true, ['newPlot', 'purge', 'newPlot']]);
  });
});

describe('map-legend', () => {
  afterEach(() => document.body.replaceChildren());
  const groups = {names: ['cat', 'dog', 'owl'], of: [0, 0, 1, -1, 2]};

  test('it names the groups, and counts them', async () => {
    const {node} = await put('map-legend', {spec: groups, hiddenGroups: new Set([1]), help: 'hides'});
    const buttons = [...node.querySelectorAll('button')];
    assert.deepEqual(buttons.map(one => one.textContent), ['cat2', 'dog1', 'owl1']);
    assert.deepEqual(buttons.map(one => one.getAttribute('aria-pressed')), ['true', 'false', 'true']);
    assert.equal(buttons[0].title, 'hides');
  });

  test('groups that are as large as each other are counted once', async () => {
    const {node} = await put('map-legend', {spec: {names: ['cat', 'dog'], of: [0, 0, 1, 1]}, each: '{number} images each'});
    assert.deepEqual([...node.children].map(one => one.textContent), ['cat', 'dog', '2 images each']);
    node.spec = groups;
    await node.updateComplete;
    assert.deepEqual([...node.children].map(one => one.textContent), ['cat2', 'dog1', 'owl1']);
    node.counted = false;
    await node.updateComplete;
    assert.deepEqual([...node.children].map(one => one.textContent), ['cat', 'dog', 'owl']);
  });

  test('a press toggles a group; Shift or a double press leaves it alone', async () => {
    const {node, told} = await put('map-legend', {spec: groups}, ['toggle']), second = node.querySelectorAll('button')[1];
    act(second, 'click', {shiftKey: false});
    act(second, 'click', {shiftKey: true});
    act(second, 'dblclick');
    assert.deepEqual(told.map(([, detail]) => detail), [{group: 1, alone: false}, {group: 1, alone: true}, {group: 1, alone: true}]);
  });

  test('a double press ends alone, whatever its two presses did', async () => {
    const {node} = await put('map-legend', {spec: groups});
    node.addEventListener('toggle', ({detail: {group, alone}}) => { node.hiddenGroups = toggled(node.hiddenGroups, group, alone, 3); });
    const second = node.querySelectorAll('button')[1];
    for (const type of ['click', 'click', 'dblclick']) act(second, type, {shiftKey: false});
    await node.updateComplete;
    assert.deepEqual(node.hiddenGroups, new Set([0, 2]));
    assert.equal(node.querySelectorAll('button')[1], second, 'the one in hand stays');
  });

  test('a scale says its name and both ends', async () => {
    const {node} = await put('map-legend', {spec: {values: [1], low: 0.12345, high: 98.7}, name: 'error'});
    assert.deepEqual([...node.querySelectorAll('span')].map(one => one.textContent), ['error', '0.12', '99']);
    assert.ok(node.querySelector('.legend-scale'));
  });

  test('without a meaning it is empty', async () => {
    const {node} = await put('map-legend', {});
    assert.equal(node.children.length, 0);
  });
});
