import assert from 'node:assert/strict';
import {test} from 'node:test';
import {render} from '../../../playground/page/lit.js';
import {image, imageStyle} from '../../../playground/widgets/sprite.js';

const SPRITE = {columns: 10, rows: 5, width: 28, height: 14};

test('the longer side of an image is as long as was asked', () => {
  const {width, height} = imageStyle(SPRITE, 'x.png', 0, 56);
  assert.deepEqual([width, height], ['56px', '28px']);
});

test('the image of an index lies in its row and column', () => {
  const {backgroundPosition, backgroundSize} = imageStyle(SPRITE, 'x.png', 23, 28);
  assert.equal(backgroundPosition, '-84px -28px');
  assert.equal(backgroundSize, '280px 70px');
});

test('an image is drawn as an element with that style', () => {
  const box = document.createElement('div');
  render(image(SPRITE, 'x.png', 3, 28), box);
  assert.match(box.firstElementChild.getAttribute('style'), /background-position:\s?-84px/);
});
