import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Camera} from '../../../playground/widgets/embedding-map/camera.js';
import {beside} from '../../../playground/widgets/embedding-map/card.js';
import {
  binned, COLOURS, faint, labelled, legible, luminance, paletteOf, SCALE, scaled, toggled,
} from '../../../playground/widgets/embedding-map/colours.js';
import {enclosed, GLIDE, glided, nearest, spread, within} from '../../../playground/widgets/embedding-map/geometry.js';
import {imageStyle, nameOf, tile} from '../../../playground/widgets/sprite.js';

const near = (got, wanted, by = 1e-6) => got.forEach((v, i) => { assert.ok(Math.abs(v - wanted[i]) <= by, `${got} is not ${wanted}`); });
const all = () => true;

test('the scale goes from its first colour to its last, and no further', () => {
  assert.equal(scaled(0), 'rgb(53,42,135)');
  assert.equal(scaled(-3), scaled(0));
  assert.equal(scaled(7), scaled(1));
  assert.equal(scaled(1), 'rgb(249,231,33)');
  assert.equal(scaled(0.5), 'rgb(35,179,154)');
});

test('the scale gets lighter all the way', () => {
  const light = SCALE.map(luminance);
  assert.deepEqual(light, light.toSorted((a, b) => a - b));
});

test('luminance is 0 of black, 1 of white, most of green', () => {
  assert.equal(luminance('#000000'), 0);
  near([luminance('#FFFFFF'), luminance('rgb(0, 255, 0)')], [1, 0.7152]);
});

test('a dark colour is lighter on black, and as it is on white', () => {
  const [dark, light] = ['rgb(226, 232, 240)', 'rgb(30, 41, 59)'];  // the inks of a dark and of a light page
  for (const colour of COLOURS) {
    assert.ok(luminance(legible(colour, dark)) > 0.12, colour);
    assert.equal(legible(colour, light), colour);
  }
  assert.equal(legible('#69D2FF', dark), '#69D2FF');
});

test('what is not chosen is faint, in its own colour', () => {
  assert.equal(faint('#4B96FF', false), 'rgba(75,150,255,0.1)');
  assert.equal(faint('rgb(1,2,3)', true), 'rgba(1,2,3,0.8)');
});

test('numbers fall into 24 shades, those outside the scale into its ends', () => {
  assert.deepEqual(binned({values: new Float32Array([0, 0.5, 1, -9, 9]), low: 0, high: 1}), [0, 12, 23, 0, 23]);
  assert.equal(paletteOf({values: [0], low: 0, high: 1}).length, 24);
});

test('a scale of one number is no error', () => assert.deepEqual(binned({values: [3, 3], low: 3, high: 3}), [0, 0]));

test('more groups than colours begin again with the first', () => {
  const palette = paletteOf({names: Array.from({length: 21}, String), of: []});
  assert.equal(palette[20], COLOURS[0]);
  assert.equal(new Set(palette).size, 20);
});

test('without labels all points are one group', () => {
  const about = {count: 3, columns: 3, rows: 1, width: 1, height: 1, classes: []};
  const spec = labelled(about, 'images');
  assert.deepEqual([spec.names, [...spec.of]], [['images'], [0, 0, 0]]);
});

test('labels have the names in the reader\'s language where these are given', () => {
  const about = {count: 2, columns: 2, rows: 1, width: 1, height: 1, classes: ['cat', 'dog'], labels: [1, 0]};
  assert.deepEqual(labelled(about, ''), {names: ['cat', 'dog'], of: [1, 0]});
  assert.deepEqual(labelled(about, '', ['猫', '狗']).names, ['猫', '狗']);
});

test('a group goes and comes back, and the set before is left as it was', () => {
  const before = new Set([2]);
  assert.deepEqual(toggled(before, 0, false, 4), new Set([2, 0]));
  assert.deepEqual(toggled(before, 2, false, 4), new Set());
  assert.deepEqual(before, new Set([2]));
});

test('alone: all others go; again: all come back', () => {
  const alone = toggled(new Set([1]), 1, true, 3);
  assert.deepEqual(alone, new Set([0, 2]));
  assert.deepEqual(toggled(alone, 1, true, 3), new Set());
  assert.deepEqual(toggled(alone, 0, true, 3), new Set([1, 2]));
});

test('a view holds the points with a margin', () => {
  near(spread(new Float32Array([0, 0, 10, 20]), 2), [5, 10, 11.2, 22.4], 1e-5);
});

test('in space the third number is no place in the plane', () => near(spread(new Float32Array([0, 0, 99, 2, 4, -99]), 3), [1, 2, 2.24, 4.48], 1e-5));

test('one point far away does not shrink the rest', () => {
  const positions = new Float32Array(2000).map((_, i) => Math.floor(i / 2) / 1000);
  positions[0] = 1e6;
  const [, , wide, high] = spread(positions, 2);
  assert.ok(wide < 1.2 && high < 1.2, `${wide} × ${high}`);
});

test('a view of one point, or of none, has a size', () => {
  assert.deepEqual(spread(new Float32Array([3, 4]), 2), [3, 4, 1, 1]);
  near(spread(new Float32Array(0), 2), [0, 0, 2.24, 2.24]);
});

test('both axes have one scale, the tighter one', () => {
  const camera = Object.assign(new Camera(), {width: 200, height: 100});
  camera.look([0, 0, 10, 10]);
  const {ranges: {x, y}, scale} = camera;
  assert.equal(scale, 0.1);
  assert.deepEqual([x, y], [[-10, 10], [-5, 5]]);
});

test('a polygon that is hollow does not hold what is in its hollow', () => {
  const xs = [0, 4, 4, 3, 3, 1, 1, 0], ys = [0, 0, 4, 4, 1, 1, 4, 4];  // a U
  assert.equal(within(0.5, 3, xs, ys), true);
  assert.equal(within(2, 3, xs, ys), false);
  assert.equal(within(2, 0.5, xs, ys), true);
  assert.equal(within(9, 0.5, xs, ys), false);
});

test('a lasso takes the points inside that are shown', () => {
  const where = new Float32Array([1, 1, 2, 2, 9, 9, 3, 3]), polygon = {x: [0, 5, 5, 0], y: [0, 0, 5, 5]};
  assert.deepEqual(enclosed(where, all, polygon), [0, 1, 3]);
  assert.deepEqual(enclosed(where, i => i !== 1, polygon), [0, 3]);
});

const AXES = [v => 10 * v, v => 100 - 10 * v];
const WHERE = new Float32Array([1, 1, 2, 1, 5, 5]);

test('the nearest point is found on the screen, not in the data', () => {
  assert.equal(nearest([12, 90], 11, AXES, WHERE, all, []), 0);
  assert.equal(nearest([18, 90], 11, AXES, WHERE, all, []), 1);
  assert.equal(nearest([50, 50], 11, AXES, WHERE, all, []), 2);
});

test('what is further than meant, or hidden, is not found', () => {
  assert.equal(nearest([50, 62], 11, AXES, WHERE, all, []), -1);
  assert.equal(nearest([50, 62], 24, AXES, WHERE, all, []), 2);
  assert.equal(nearest([18, 90], 11, AXES, WHERE, i => i !== 1, []), 0);
});

test('a point of a person\'s own is found before what lies further', () => {
  const placed = [{at: [9, 9]}, {at: [5, 5.1]}];
  assert.equal(nearest([50, 48], 11, AXES, WHERE, all, placed), -3);
  assert.equal(nearest([90, 10], 11, AXES, WHERE, all, placed), -2);
});

const GLIDES = {from: new Float32Array([0, 10]), to: new Float32Array([8, 20]), before: [0, 0, 1, 1], span: [4, 4, 3, 3], since: 1000};

test('a glide starts where it was, is half way at half time, and ends at the frame itself', () => {
  assert.deepEqual([...glided(GLIDES, 1000).where], [0, 10]);
  const half = glided(GLIDES, 1000 + GLIDE / 2);
  near([...half.where, ...half.span], [4, 15, 2, 2, 2, 2]);
  assert.equal(half.done, false);
  const end = glided(GLIDES, 1000 + GLIDE);
  assert.equal(end.where, GLIDES.to);
  assert.deepEqual([end.span, end.done], [[4, 4, 3, 3], true]);
});

test('a glide is slow at both ends', () => {
  const at = share => glided(GLIDES, 1000 + share * GLIDE).where[0] / 8;
  assert.ok(at(0.1) < 0.05 && at(0.9) > 0.95 && at(0.4) > 0.3, [at(0.1), at(0.4), at(0.9)].join());
});

test('a clock that is behind does not throw points back', () => assert.deepEqual([...glided(GLIDES, 900).where], [0, 10]));

const ABOUT = {count: 6, columns: 3, rows: 2, width: 8, height: 16, classes: ['cat', 'dog'], labels: [0, 1, 0, 1, 0, 1]};

test('an image is found in the picture of all', () => {
  assert.deepEqual(tile(ABOUT, 0), [0, 0, 8, 16]);
  assert.deepEqual(tile(ABOUT, 4), [8, 16, 8, 16]);
});

test('the longer side of a thumb is as asked', () => {
  const style = imageStyle(ABOUT, '/a.png', 4, 32);
  assert.deepEqual([style.width, style.height, style.backgroundSize, style.backgroundPosition], ['16px', '32px', '48px 64px', '-16px -32px']);
  assert.equal(style.backgroundImage, 'url("/a.png")');
});

test('an image is called by caption and class, else by its file, else by its number', () => {
  const captions = {en: ['a cat', ''], zh: ['一只猫', '']};
  assert.equal(nameOf({...ABOUT, captions}, 0, ABOUT.classes, 'en'), 'a cat · cat');
  assert.equal(nameOf({...ABOUT, captions}, 0, ['猫', '狗'], 'zh'), '一只猫 · 猫');
  assert.equal(nameOf({...ABOUT, captions}, 1, ABOUT.classes, 'en'), 'dog');
  assert.equal(nameOf({...ABOUT, labels: null, names: ['x.png']}, 0, [], 'en'), 'x.png');
  assert.equal(nameOf({...ABOUT, labels: null}, 5, [], 'en'), '6');
});

test('a card stays within the map', () => {
  const box = {width: 500, height: 400};
  assert.deepEqual(beside(100, 200, box), [114, 140]);
  assert.deepEqual(beside(480, 10, box), [340, 0]);
  assert.deepEqual(beside(100, 399, box), [114, 250]);
  assert.deepEqual(beside(60, 20, {width: 150, height: 100}), [0, 0]);
});
