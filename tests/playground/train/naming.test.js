import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';
import '../../page.js';
import {render} from '../../../playground/page/lit.js';
import {forget, mine} from '../../../playground/page/owner.js';
import {Naming} from '../../../playground/train/naming.js';

const fetched = globalThis.fetch, WORDS = {naming: {begin: 'Name it', change: 'Rename', field: 'A name', give: 'Save', keep: 'Cancel'}};

describe('the name of a run', () => {
  const root = document.createElement('div');
  let name = '', posted = [], named = 0, answer = () => new Response('{}');
  const naming = new Naming(() => draw(), () => { named += 1; }), draw = () => render(naming.view('own', name, 'SimCLR'), root);
  const see = selector => root.querySelector(selector);

  beforeEach(() => {
    document.body.append(root);
    globalThis.playground.words = WORDS;
    globalThis.fetch = async (url, {body}) => { posted.push([new URL(url).pathname, JSON.parse(body).name]); return answer(); };
    [name, posted, named, answer] = ['', [], 0, () => new Response('{}')];
    mine('own', true);
    naming.ask('');
  });
  afterEach(() => {
    globalThis.fetch = fetched;
    delete globalThis.playground.words;
    forget();
  });

  test('only a run of one’s own can be named', () => {
    assert.equal(see('.live-rename').textContent, 'Name it');
    forget();
    draw();
    assert.equal(see('.live-rename'), null);
    assert.equal(see('.live-title').textContent, 'SimCLR');
  });

  test('what was typed is sent, and stands before what the run is', async () => {
    see('.live-rename').click();
    assert.equal(document.activeElement, see('input'));
    see('input').value = 'Mine';
    see('form').dispatchEvent(new Event('submit', {cancelable: true}));
    await new Promise(done => setTimeout(done));
    assert.equal(named, 1);
    assert.deepEqual(posted.map(([, given]) => given), ['Mine']);
    assert.match(posted[0][0], /runs\/own\/name$/);
    name = 'Mine';
    draw();
    assert.match(see('.live-title').textContent, /^Mine · SimCLR/);
    assert.equal(see('.live-rename').textContent, 'Rename');
  });

  test('Escape and Cancel leave it as it was', () => {
    for (const leave of [() => see('form').dispatchEvent(Object.assign(new Event('keydown', {bubbles: true}), {key: 'Escape'})),
      () => see('button[type=button]').click()]) {
      see('.live-rename').click();
      leave();
      assert.equal(see('form'), null);
    }
    assert.deepEqual(posted, []);
  });

  test('a late answer leaves the form of another run, which is being named by now', async () => {
    for (const late of [() => new Response('{}'), () => new Response('{"error": "Too long."}', {status: 400})]) {
      let give;
      answer = () => new Promise(done => { give = () => done(late()); });
      see('.live-rename').click();
      const given = naming.give('Mine');
      naming.ask('other');
      give();
      await given;
      assert.deepEqual([naming.run, naming.problem], ['other', '']);
      naming.ask('');
    }
  });

  test('what is refused stays typed, with the reason', async () => {
    answer = () => new Response('{"error": "Too long."}', {status: 400});
    see('.live-rename').click();
    see('input').value = 'Mine';
    see('form').dispatchEvent(new Event('submit', {cancelable: true}));
    await new Promise(done => setTimeout(done));
    assert.equal(see('[role=alert]').textContent, 'Too long.');
    assert.equal(see('input').value, 'Mine');
  });
});
