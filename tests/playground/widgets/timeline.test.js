import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, mock, test} from 'node:test';
import '../../../playground/widgets/timeline/element.js';
import {act, put} from '../../page.js';

const WORDS = {play: 'Play', pause: 'Pause', time: 'Time', when: 'step {step} · {seconds} s · {at} of {of}'};
const FIELDS = {steps: [0, 10, 2000], seconds: [0, 1.25, 9], index: 1, words: WORDS};

async function line(fields = {}) {
  const {node, told} = await put('time-line', {...FIELDS, ...fields}, ['seek', 'play']);
  Object.defineProperty(node, 'visible', {value: true, writable: true});
  return {node, told};
}

const key = (name, target = document.body, more = {}) => {
  const event = Object.assign(new Event('keydown', {bubbles: true, cancelable: true}), {key: name, ...more});
  target.dispatchEvent(event);
  return event.defaultPrevented;
};

describe('time-line', () => {
  beforeEach(() => mock.timers.enable({apis: ['setInterval']}));
  afterEach(() => { document.body.replaceChildren(); mock.timers.reset(); });

  test('it says where in time the run is', async () => {
    const {node} = await line({index: 2}), slider = node.querySelector('input');
    assert.equal(node.querySelector('output').textContent, 'step 2,000 · 9.0 s · 3 of 3');
    assert.deepEqual([slider.max, slider.value, slider.getAttribute('aria-valuetext')], ['2', '2', node.text]);
  });

  test('a slider that is moved stops the playing, then seeks', async () => {
    const {node, told} = await line({playing: true}), slider = node.querySelector('input');
    slider.value = '2';
    act(slider, 'input');
    assert.deepEqual(told, [['play', false], ['seek', 2]]);
  });

  test('the parent has the last word on where the slider is', async () => {
    const {node} = await line(), slider = node.querySelector('input');
    slider.value = '2';
    act(slider, 'input');
    node.requestUpdate();
    await node.updateComplete;
    assert.equal(slider.value, '1');
  });

  test('more snapshots make the slider longer before it moves there', async () => {
    const {node} = await line({index: 2});
    Object.assign(node, {steps: [0, 10, 2000, 3000], seconds: [0, 1, 9, 12], index: 3});
    await node.updateComplete;
    assert.equal(node.querySelector('input').value, '3');
  });

  test('its button plays and stops, and says so', async () => {
    const {node, told} = await line(), button = node.querySelector('.play');
    button.click();
    node.playing = true;
    await node.updateComplete;
    assert.deepEqual([button.textContent, button.getAttribute('aria-pressed')], ['Pause', 'true']);
    button.click();
    assert.deepEqual(told, [['play', true], ['play', false]]);
  });

  test('played at its end it begins anew', async () => {
    const {node, told} = await line({index: 2});
    node.querySelector('.play').click();
    assert.deepEqual(told, [['seek', 0], ['play', true]]);
  });

  test('playing goes on by itself and stops at the end', async () => {
    const {node, told} = await line({playing: true});
    node.addEventListener('seek', event => { node.index = event.detail; });
    mock.timers.tick(619);
    assert.deepEqual(told, []);
    mock.timers.tick(1);
    mock.timers.tick(620);
    assert.deepEqual(told, [['seek', 2], ['play', false]]);
  });

  test('of a run that goes on it waits for more at the end', async () => {
    const {told} = await line({playing: true, running: true, index: 2});
    mock.timers.tick(5000);
    assert.deepEqual(told, []);
  });

  test('what nobody sees does not play', async () => {
    const {node, told} = await line({playing: true});
    node.visible = false;
    mock.timers.tick(5000);
    assert.deepEqual(told, []);
  });

  test('the keys of the page step, go to both ends, and play', async () => {
    const {told} = await line();
    assert.ok(['ArrowRight', 'ArrowLeft', 'Home', 'End', ' '].every(name => key(name)), 'and do nothing else');
    assert.deepEqual(told, [['seek', 2], ['seek', 0], ['seek', 0], ['seek', 2], ['play', true]]);
  });

  test('an arrow at the end stays there', async () => {
    const {told} = await line({index: 2});
    key('ArrowRight');
    assert.deepEqual(told, [['seek', 2]]);
  });

  test('keys are left to who types, and to what Space presses', async () => {
    const {told} = await line(), input = document.body.appendChild(document.createElement('input'));
    const button = document.body.appendChild(document.createElement('button'));
    assert.deepEqual([key('Home', input), key(' ', button), key('ArrowLeft', document.body, {ctrlKey: true}), key('x')], [false, false, false, false]);
    assert.deepEqual(told, []);
    assert.equal(key('Home', button), true);
  });

  test('keys are left alone where it is not to be seen, has none, or may not', async () => {
    const {node, told} = await line();
    node.visible = false;
    key('Home');
    Object.assign(node, {visible: true, keys: false});
    key('Home');
    Object.assign(node, {keys: true, steps: []});
    key('Home');
    assert.deepEqual(told, []);
  });

  test('taken out it neither plays nor listens; put back it does', async () => {
    const {node, told} = await line({playing: true});
    node.remove();
    mock.timers.tick(5000);
    key('Home');
    assert.deepEqual(told, []);
    document.body.append(node);
    mock.timers.tick(620);
    key('Home');
    assert.deepEqual(told, [['seek', 2], ['play', false], ['seek', 0]]);
  });

  test('without snapshots it is there, and says nothing', async () => {
    const {node} = await line({steps: [], seconds: [], index: 0});
    assert.deepEqual([node.querySelector('output').textContent, node.querySelector('input').max], ['', '0']);
  });
});
