import assert from 'node:assert/strict';
import {test} from 'node:test';
import '../../../playground/widgets/share-meter.js';
import {act, placed, put} from '../../page.js';

test('a share is a percentage, and a click chooses another one', async () => {
  const {node, told} = await put('share-meter', {share: 0.256, name: 'ended'}, ['choose']), bar = node.firstElementChild;
  assert.equal(bar.textContent.trim(), '26%');
  placed(bar, 10, 0, 200, 20);
  act(bar, 'click', {clientX: 60});
  act(bar, 'click', {clientX: 999});
  assert.deepEqual(told, [['choose', 0.25], ['choose', 1]]);
});
