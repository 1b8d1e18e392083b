import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';

import {query} from '../../../playground/page/address.js';
import {fixed, held, hidden, holds, kept, NOTE, note} from '../../../playground/page/link.js';
import {made, Sharing} from '../../../playground/page/sharing.js';
import {Linked} from '../../../playground/train/linked.js';

const WORDS = {
  methods: ['simclr', 'byol'], shipped: {simclr: 'garments', byol: 'mnist'}, classes: {}, languages: ['en', 'zh'], keys: {match: ['model']},
  controls: {method: 'Method', data: 'Data', knobs: 'Knobs'}, tabs: {train: 'Train', learn: 'Learn'}, share: {tab: 'tab {name}'},
};
const KNOWN = [['data', 'garments'], ['method', 'simclr'], ['seconds', 30], ['seed', 0], ['simclr.temperature', 0.5], ['byol.tau', 0.9]];
const set = values => { for (const [key, value] of Object.entries(values)) query.set(key, value); };

describe('A teacher’s link', () => {
  beforeEach(() => {
    globalThis.playground.words = WORDS;
    for (const key of [...query.keys()]) query.delete(key);
    location.href = 'http://page.test/';
  });
  afterEach(() => {
    for (const key of [...query.keys()]) query.delete(key);
    delete globalThis.playground.words;
    delete globalThis.playground.said;
  });

  test('names what is hidden and what is fixed, and nothing that is no name', () => {
    set({hide: 'data,knob.temperature,<b>,"x"]', fix: 'budget'});
    assert.deepEqual([[...hidden()], [...fixed()]], [['data', 'knob.temperature'], ['budget']]);
    assert.deepEqual(['data', 'seconds', 'simclr.temperature', 'swav.temperature', 'seed', 'method', 'simclr.crop'].map(held),
      [true, true, true, true, false, false, false]);
    assert.ok(holds());
  });

  test('with all knobs holds the seed among them only where they are hidden', () => {
    set({fix: 'knobs'});
    assert.deepEqual([held('byol.tau'), held('seed')], [true, false]);
    set({hide: 'knobs'});
    assert.ok(held('seed'));
  });

  test('that hides tabs and the language leaves runs alone', () => {
    set({hide: 'compare,language,tabs'});
    assert.ok(!holds() && !held('method'));
  });

  test('says a text of so many letters, in lines, without what cannot be printed', () => {
    assert.equal(note('a\nb\u0000\u202e<b>c</b>'), 'a\nb<b>c</b>');
    assert.equal([...note('漢'.repeat(2 * NOTE))].length, NOTE);
    assert.equal(note(null), '');
  });

  test('goes along with every link within the page, its controls’ values too, and with no other', () => {
    set({hide: 'data', note: 'Look', 'knob.temperature': '0.2', model: 'x'});
    assert.equal(kept('?tab=explore&run=a'), 'http://page.test/?tab=explore&run=a&hide=data&note=Look&knob.temperature=0.2');
    assert.equal(kept('?note=Mine&knob.temperature=1'), 'http://page.test/?note=Mine&knob.temperature=1&hide=data');
    assert.equal(kept('https://other.test/'), 'https://other.test/');
    query.delete('hide');
    assert.equal(kept('?tab=explore'), 'http://page.test/?tab=explore&note=Look');
  });

  test('is the page’s own address with what it adds and without what it takes away', () => {
    location.href = 'http://page.test/?tab=learn&note=Old&hide=data#secret';
    assert.equal(made(new URLSearchParams(location.search), {data: 'digits'}, {note: '', hide: 'knobs', embed: '1'}),
      'http://page.test/?tab=learn&hide=knobs&data=digits&embed=1');
  });

  test('is made by presses: fixed, hidden, free; a button is hidden or not', () => {
    const asked = [];
    globalThis.playground.said = which => {
      asked.push(['data', 'seconds', 'simclr.temperature'].filter(which));
      return {data: 'digits'};
    };
    const sharing = new Sharing(() => {}, () => {});
    assert.equal(sharing.address(), 'http://page.test/');
    sharing.turn('data');
    assert.equal(sharing.address(), 'http://page.test/?data=digits&fix=data');
    sharing.turn('data');
    assert.equal(sharing.address(), 'http://page.test/?data=digits&hide=data');
    assert.deepEqual(asked.at(-1), ['data']);
    sharing.turn('data');
    for (const name of ['learn', 'train', 'train']) sharing.turn(name);
    assert.equal(sharing.named('hide'), 'learn');
    sharing.note = 'x'.repeat(2 * NOTE);
    assert.equal(new URL(sharing.address()).searchParams.get('note').length, NOTE);
    sharing.end();
  });

  test('keeps the values of what it holds, whatever an answer says later', () => {
    const asked = [], linked = new Linked(() => asked.push(linked.asked));
    set({method: 'simclr', data: 'digits', 'knob.temperature': '0.2', hide: 'data,knobs'});
    linked.first = new Linked(() => {}).first;
    assert.deepEqual(linked.first, {data: 'digits', 'knob.temperature': '0.2'});
    linked.follow();
    const first = KNOWN.map(([, value]) => value);
    const now = linked.restored({values: ['digits', 'simclr', null, null, 0.2, null], before: first}, ...first);
    assert.deepEqual(now, ['digits', 'simclr', 30, 0, 0.2, 0.9]);
    linked.known = KNOWN;
    linked.write(KNOWN, now);
    assert.deepEqual(linked.restored({values: ['mnist', 'byol', 15, 7, 0.5, 0.99], before: now}, ...now), ['digits', 'byol', 15, 0, 0.2, 0.9]);
    assert.deepEqual(linked.said(key => key === 'data' || key === 'seed'), {data: 'digits', method: 'simclr', seed: '0', 'knob.temperature': '0.2'});
  });

  test('loses none of them to who clicks before its answer is there', () => {
    set({method: 'simclr', data: 'digits', 'knob.temperature': '0.2', hide: 'data,knobs'});
    const linked = new Linked(() => {});
    linked.follow();
    linked.write(KNOWN, ['garments', 'byol', 30, 0, 0.5, 0.9]);
    assert.deepEqual([query.get('method'), query.get('data'), query.get('knob.temperature')], ['byol', 'digits', '0.2']);
    linked.restore({method: 'byol', data: 'mnist'});
    assert.deepEqual(linked.asked, {method: 'byol', data: 'digits', 'knob.temperature': '0.2'});
  });
});
