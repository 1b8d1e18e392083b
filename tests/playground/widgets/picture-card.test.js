import assert from 'node:assert/strict';
import {test} from 'node:test';
import {render} from '../../../playground/page/lit.js';
import {pictureCards} from '../../../playground/widgets/picture-card.js';
import {shareBar} from '../../../playground/widgets/share-bar.js';
import {act} from '../../page.js';

const card = (key, more = {}) => ({key, index: 0, src: `${key}.png`, name: key, title: 'cat', label: 'cat', share: 0.5, note: '', bars: [], rest: '', none: false, ...more});
function made() {
  const box = document.createElement('div');
  document.body.append(box);
  return box;
}
const settled = box => Promise.all([...box.children].map(node => node.updateComplete));

test('a picture that stays keeps its element, whatever the order', async () => {
  const box = made();
  render(pictureCards([card('a'), card('b')]), box);
  await settled(box);
  const image = box.querySelector('[data-key=b] img');
  render(pictureCards([card('b', {title: 'dog'}), card('c')]), box);
  await settled(box);
  assert.ok(box.querySelector('[data-key=b] img') === image);
  assert.equal(box.querySelector('.picture-first').textContent, 'dog');
  assert.equal(box.querySelectorAll('.picture-card').length, 2);
});

test('small pictures are shown with sharp pixels', async () => {
  const box = made();
  render(pictureCards([card('a')]), box);
  await settled(box);
  const image = box.querySelector('img');
  for (const [width, small] of [[64, true], [512, false]]) {
    Object.defineProperty(image, 'naturalWidth', {value: width, configurable: true});
    act(image, 'load');
    assert.equal(image.classList.contains('small'), small);
  }
});

test('markup in names stays text, and a bar stays between 0 and 1', () => {
  const box = document.createElement('div');
  render(shareBar({name: '<b>x</b>', value: 1.5, text: '150%', data: {text: 'x'}}), box);
  assert.equal(box.querySelector('span').textContent, '<b>x</b>');
  assert.match(box.querySelector('i').getAttribute('style'), /100\.0%/);
  assert.equal(box.firstElementChild.dataset.text, 'x');
});
