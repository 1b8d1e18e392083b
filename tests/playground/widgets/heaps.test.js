import assert from 'node:assert/strict';
import {test} from 'node:test';
import '../../../playground/widgets/embedding-map/element.js';
import {heaps} from '../../../playground/widgets/embedding-map/heaps.js';
import {painted, placed, put} from '../../page.js';

const NAMES = ['cat', 'dog', 'hen'], all = () => true, VIEW = /** @type {const} */ ([5, 5, 14, 14]);

/** Points around places, as a disc is filled evenly: [x, y, group of each]. */
function points(...discs) {
  const where = [], bins = [];
  for (const [x, y, groups] of discs) {
    groups.forEach((group, i) => {
      const r = Math.sqrt((i + 0.5) / groups.length), turn = 2.39996 * i;
      where.push(x + r * Math.cos(turn), y + r * Math.sin(turn));
      bins.push(group);
    });
  }
  return [new Float32Array(where), bins];
}
const of = (group, n) => new Array(n).fill(group);

test('each heap has the name of its group, where it is, with its share, the largest first', () => {
  const [where, bins] = points([2, 2, of(0, 200)], [8, 2, [...of(1, 90), ...of(0, 10)]], [5, 8, of(2, 60)]);
  const found = heaps(where, bins, all, NAMES, VIEW);
  assert.deepEqual(found.map(({name, count}) => [name, count]), [['cat', 200], ['dog', 100], ['hen', 60]]);
  assert.deepEqual(found.map(({share}) => share), [1, 0.9, 1]);
  for (const [at, [x, y]] of [[2, 2], [8, 2], [5, 8]].entries()) assert.ok(Math.hypot(found[at].x - x, found[at].y - y) < 0.7);
});

test('what is nobody’s has no name, and beside it a part that is somebody’s has', () => {
  const mixed = Array.from({length: 180}, (_, i) => i % 3), [where, bins] = points([3, 5, mixed], [8.5, 5, of(1, 60)]);
  assert.deepEqual(heaps(where, bins, all, NAMES, VIEW).map(({name, count}) => [name, count]), [['dog', 60]]);
});

test('a group that lies in two places is named in both, and a few that stray are no heap', () => {
  const [where, bins] = points([1, 1, of(0, 100)], [9, 9, of(0, 100)], [9, 1, of(1, 4)]);
  assert.deepEqual(heaps(where, bins, all, NAMES, VIEW).map(({name}) => name), ['cat', 'cat']);
});

test('what is hidden, nowhere, out of view or of no group counts for nothing', () => {
  const [where, bins] = points([2, 2, of(0, 100)], [8, 2, of(1, 100)], [5, 8, of(2, 100)], [500, 500, of(2, 900)], [5, 5, of(-1, 300)]);
  where.fill(Number.NaN, 400, 440);  // twenty hens
  const found = heaps(where, bins, i => bins[i] !== 1, NAMES, VIEW);
  assert.deepEqual(found.map(({name, count}) => [name, count]), [['cat', 100], ['hen', 80]]);
});

test('few points, or one group alone, have no names', () => {
  const [where, bins] = points([2, 2, of(0, 70)], [8, 8, of(1, 70)]);
  assert.deepEqual(heaps(where, bins, all, NAMES, VIEW), []);
  const [many, one] = points([2, 2, of(0, 400)]);
  assert.deepEqual(heaps(many, one, all, ['images'], VIEW), []);
});

test('a map writes them once it rests, and none where they are not wanted', async () => {
  const [where, bins] = points([2, 2, of(0, 200)], [8, 8, of(1, 150)]);
  const about = {count: 350, columns: 19, rows: 19, width: 8, height: 8, classes: ['cat', 'dog'], labels: bins};
  const {node} = await put('embedding-map', {about, named: true});
  placed(node, 0, 0, 500, 400);
  await node.frame(where);
  node.build();
  await node.building;
  painted.length = 0;
  node.names.find();
  const written = () => painted.filter(([name]) => name === 'fillText').map(([, text]) => text);
  assert.deepEqual(written(), ['cat 100%', 'dog 100%']);
  painted.length = 0;
  node.named = false;
  await node.updateComplete;
  node.paint();
  assert.deepEqual(written(), []);
});

test('after a glide they are looked for', async () => {
  const [where, bins] = points([2, 2, of(0, 200)], [8, 8, of(1, 150)]), moved = where.map(v => v + 1);
  const about = {count: 350, columns: 19, rows: 19, width: 8, height: 8, classes: ['cat', 'dog'], labels: bins};
  const node = document.createElement('embedding-map');
  placed(node, 0, 0, 500, 400);
  Object.assign(node, {about, named: true, positions: where});
  document.body.append(node);
  await node.updateComplete;
  await node.frame(moved);
  assert.ok(node.gliding);
  node.gliding.since = -1e9;
  node.step();
  assert.equal(node.gliding, null);
  await new Promise(done => setTimeout(done, 300));
  assert.deepEqual(node.names.found.map(({name}) => name), ['cat', 'dog']);
  assert.ok(node.names.of[0] === node.where);
  node.remove();
});
