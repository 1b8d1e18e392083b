import assert from 'node:assert/strict';
import {afterEach, describe, test} from 'node:test';
import {act, put} from '../../page.js';

const {placed} = await import('../../../playground/widgets/glossary-term.js');

const later = ms => new Promise(done => { setTimeout(done, ms); });
const explain = key => Promise.resolve({term: key.toUpperCase(), text: `what ${key} is`});
const note = node => node.querySelector('.term-note')?.textContent ?? null;
const made = async (key = 'view') => {
  const {node} = await put('glossary-term', {key, name: key, explain});
  const button = node.querySelector('button');
  return {node, button, drawn: async () => { await later(0); await node.updateComplete; }};
};

describe('a word that explains itself', () => {
  afterEach(() => { for (const node of document.querySelectorAll('glossary-term')) node.remove(); });

  test('a click opens it and another one closes it; the word says what describes it', async () => {
    const {node, button, drawn} = await made();
    assert.deepEqual([note(node), button.getAttribute('aria-expanded')], [null, 'false']);
    act(button, 'click');
    await drawn();
    assert.equal(note(node), 'VIEWwhat view is');
    assert.equal(document.getElementById(button.getAttribute('aria-describedby')), node.querySelector('.term-note'));
    act(button, 'click');
    await drawn();
    assert.equal(note(node), null);
    assert.equal(button.hasAttribute('aria-describedby'), false);
  });

  test('only one is open at a time', async () => {
    const one = await made('view'), other = await made('mask');
    act(one.button, 'click');
    await one.drawn();
    act(other.button, 'click');
    await other.drawn();
    await one.drawn();
    assert.deepEqual([note(one.node), note(other.node)], [null, 'MASKwhat mask is']);
  });

  test('Escape closes it and nothing else; where it is closed, Escape goes on', async () => {
    const {node, button, drawn} = await made();
    let heard = 0;
    node.parentElement.addEventListener('keydown', () => { heard++; });
    act(button, 'click');
    await drawn();
    act(button, 'keydown', {key: 'Escape'});
    await drawn();
    assert.deepEqual([note(node), heard], [null, 0]);
    act(button, 'keydown', {key: 'Escape'});
    assert.equal(heard, 1);
  });

  test('a mouse that passes opens nothing, one that rests does, and it closes when the mouse is gone', async () => {
    const {node, button, drawn} = await made();
    act(button, 'pointerenter', {pointerType: 'mouse'});
    act(button, 'pointerleave', {pointerType: 'mouse'});
    await later(400);
    assert.equal(note(node), null);
    act(button, 'pointerenter', {pointerType: 'mouse'});
    await later(400);
    await drawn();
    assert.equal(note(node), 'VIEWwhat view is');
    act(button, 'pointerleave', {pointerType: 'mouse'});
    await later(300);
    await drawn();
    assert.equal(note(node), null);
  });

  test('a click elsewhere closes it; one that was clicked stays when the mouse leaves', async () => {
    const {node, button, drawn} = await made();
    act(button, 'click');
    await drawn();
    act(button, 'pointerleave', {pointerType: 'mouse'});
    await later(300);
    assert.notEqual(note(node), null);
    act(document.body, 'pointerdown');
    await drawn();
    assert.equal(note(node), null);
  });

  test('what it is may fail to come, and is told', async () => {
    const {node, button, drawn} = await made();
    node.explain = () => Promise.reject(new Error('No connection.'));
    act(button, 'click');
    await drawn();
    assert.equal(note(node), 'No connection.');
  });
});

test('a note stands below its word, above it where there is no room, and within the window', () => {
  const window = {width: 390, height: 844}, size = {width: 300, height: 100};
  assert.deepEqual(placed({left: 20, top: 100, bottom: 120}, size, window), {left: 20, top: 126});
  assert.deepEqual(placed({left: 350, top: 800, bottom: 820}, size, window), {left: 82, top: 694});
  assert.deepEqual(placed({left: 2, top: 20, bottom: 40}, {width: 374, height: 900}, window), {left: 8, top: 46});
});
