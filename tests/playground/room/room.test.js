import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';

import {query} from '../../../playground/page/address.js';
import {Line, stay, stays} from '../../../playground/page/room.js';
import {Room, secret} from '../../../playground/room/room.js';
import {drawn, Tiles} from '../../../playground/room/wall.js';

const settle = async () => { for (let at = 0; at < 8; at++) await new Promise(done => { setTimeout(done, 0); }); };
const points = values => btoa(String.fromCharCode(...new Uint8Array(Int16Array.from(values).buffer)));
const TILE = {run: 'r1', person: 'Ann', title: 'SimCLR', changed: '', reached: 'kNN 50%', status: 'Training', tone: 'busy', progress: 0.5,
  map: {step: 3, points: points([32767, 0, 0, -32767]), labels: [0, 1], classes: ['cat', 'dog']}};
const WALL = {version: 'v1', name: '<b>Monday</b>', people: ['Ann'], pinned: '', runs: [TILE]};
const fetched = globalThis.fetch;
let asked, answers, root;

describe('Room', () => {
  beforeEach(() => {
    globalThis.playground.words = {classes: {cat: '猫'}, room: {}, languages: ['en'], keys: {room: ['wall']}, tabs: {}, failed: 'failed'};
    for (const key of [...query.keys()]) query.delete(key);
    localStorage.clear();
    asked = [];
    answers = {'GET rooms/R/wall': () => WALL};
    globalThis.fetch = async (url, options = {}) => {
      const key = `${options.method ?? 'GET'} ${new URL(url).pathname.replace('/playground/', '')}`;
      asked.push([key, options.body && JSON.parse(options.body)]);
      const found = answers[key]?.();
      if (!found) return new Response(JSON.stringify({error: 'closed'}), {status: 404});
      return new Response(JSON.stringify(found));
    };
    root = document.createElement('div');
    document.body.append(root);
    Object.defineProperty(root, 'offsetParent', {value: document.body});
  });
  afterEach(() => {
    globalThis.fetch = fetched;
    root.remove();
    delete globalThis.playground.words;
    delete globalThis.playground.pinned;
    for (const key of [...query.keys()]) query.delete(key);
    localStorage.clear();
  });

  test('without one is a form that opens one, with a secret that nobody guesses', async () => {
    answers['POST rooms'] = () => ({room: 'R'});
    const room = new Room(root);
    assert.match(secret(), /^[a-z2-9]{12}$/);
    assert.notEqual(secret(), secret());
    assert.equal(root.querySelector('[name=host]').value, room.proposed);
    root.querySelector('[name=name]').value = 'Monday';
    root.querySelector('form').dispatchEvent(new Event('submit', {cancelable: true}));
    await settle();
    assert.deepEqual([asked[0][1].name, asked[0][1].host], ['Monday', room.proposed]);
    assert.deepEqual(stay(), {room: 'R', person: '', host: room.proposed});
    assert.equal(query.get('room'), 'R');
    assert.ok(root.querySelector('.wall-tile') && root.querySelector('.room-join code').textContent.includes('room=R'));
    assert.equal(root.querySelector('.room-head h2').textContent, '<b>Monday</b>');
  });

  test('of a link asks for a name, and sees the runs before', async () => {
    query.set('room', 'R');
    answers['POST rooms/R/guests'] = () => ({name: 'Ann'});
    const room = new Room(root);
    await room.follow();
    assert.ok(root.querySelector('.room-entrance') && root.querySelector('.wall-tile'));
    assert.equal(root.querySelector('.wall-status button'), null);
    root.querySelector('[name=person]').value = 'Ann';
    root.querySelector('.room-entrance form').dispatchEvent(new Event('submit', {cancelable: true}));
    await settle();
    assert.deepEqual(stay(), {room: 'R', person: 'Ann', host: ''});
    assert.equal(root.querySelector('.room-entrance'), null);
  });

  test('lets its host alone pin and close, and asks once before it closes', async () => {
    stays({room: 'R', person: '', host: 'open sesame'});
    answers['POST rooms/R/pin'] = answers['POST rooms/R/close'] = () => ({done: 1});
    const room = new Room(root);
    await room.follow();
    root.querySelector('.wall-status button').click();
    await settle();
    assert.deepEqual(asked.find(([key]) => key === 'POST rooms/R/pin')[1], {run: 'r1', host: 'open sesame'});
    root.querySelector('[data-key=close]').click();
    assert.ok(!asked.some(([key]) => key === 'POST rooms/R/close'));
    root.querySelector('[data-key=close_act]').click();
    await settle();
    assert.equal(stay(), null);
    assert.equal(query.get('room'), null);
  });

  test('a wall that was asked for before a pin, or before somebody left, comes too late', async () => {
    stays({room: 'R', person: 'Ann', host: 'open sesame'});
    answers['POST rooms/R/pin'] = answers['POST rooms/R/leave'] = () => ({done: 1});
    const room = new Room(root), {fetch} = globalThis;
    await room.follow();
    let late = () => {};
    const hold = () => {
      globalThis.fetch = (url, options = {}) => {
        globalThis.fetch = fetch;
        return new Promise(done => { late = () => done(fetch(url, options)); });
      };
      room.follow();
    };
    hold();
    await room.pin('r1');
    answers['GET rooms/R/wall'] = () => ({...WALL, version: 'v0', pinned: ''});
    late();
    await settle();
    assert.ok(room.wall.version === 'v1' && room.timer);
    hold();
    await room.leave(false);
    late();
    await settle();
    assert.equal(root.querySelector('.room-closed').textContent, 'left');
  });

  test('is left with one click, and with one more nothing stays', async () => {
    stays({room: 'R', person: 'Ann', host: ''});
    answers['POST rooms/R/leave'] = answers['POST deletion'] = () => ({runs: 1, uploads: 0});
    const room = new Room(root);
    await room.follow();
    root.querySelector('[data-key=leave_nothing]').click();
    await settle();
    const posts = asked.map(([key]) => key).filter(key => key.startsWith('POST'));
    assert.deepEqual(posts, ['POST rooms/R/leave', 'POST deletion']);
    assert.equal(stay(), null);
  });

  test('that is closed is told of, and forgotten', async () => {
    stays({room: 'R', person: 'Ann', host: ''});
    answers = {};
    const room = new Room(root);
    await room.follow();
    assert.equal(root.querySelector('.room-closed').textContent, 'closed');
    assert.equal(stay(), null);
  });

  test('keeps what somebody sees when an answer fails', async () => {
    query.set('room', 'R');
    const room = new Room(root);
    await room.follow();
    globalThis.fetch = async () => new Response('{"error": "busy"}', {status: 400});
    await room.follow();
    assert.ok(root.querySelector('.wall-tile'));
    assert.equal(root.querySelector('.hint.bad').textContent, 'busy');
  });

  test('has maps that glide: the same images in another place are no new map', () => {
    const tiles = new Tiles(), first = tiles.map(TILE), again = tiles.map(TILE);
    assert.deepEqual([...drawn(TILE.map).positions], [1, 0, 0, -1]);
    assert.equal(first.about.classes[0], '猫');
    assert.equal(again, first);
    const next = tiles.map({...TILE, map: {...TILE.map, step: 4, points: points([0, 0, 32767, 0])}});
    assert.notEqual(next, first);
    assert.equal(next.about, first.about);
    assert.equal(tiles.map({...TILE, run: 'r2', map: null}), undefined);
  });

  test('tells all tabs of a run that its host shows, once', async () => {
    stays({room: 'R', person: 'Ann', host: ''});
    const told = [], hear = () => told.push(globalThis.playground.pinned);
    document.addEventListener('pinned', hear);
    answers['GET rooms/R'] = () => ({name: 'Monday', pinned: 'r1', title: 'Ann · SimCLR'});
    const line = new Line(() => {});
    await settle();
    await line.follow();
    assert.deepEqual(told, [{run: 'r1', title: 'Ann · SimCLR'}]);
    answers = {};
    await line.follow();
    await settle();
    assert.deepEqual([stay(), globalThis.playground.pinned], [null, null]);
    document.removeEventListener('pinned', hear);
  });

  test('that is closed is told of in the tab too when the top of the page heard it first', async () => {
    answers['GET rooms/R'] = () => ({name: 'Monday', pinned: '', title: ''});
    stays({room: 'R', person: 'Ann', host: ''});
    const room = new Room(root);
    await room.follow();
    answers = {};
    const line = new Line(() => {});
    await settle();
    assert.ok(line.note && stay() === null && query.get('room') === null);
    await room.follow();
    assert.equal(root.querySelector('.room-closed').textContent, 'closed');
    assert.ok(root.querySelector('[name=name]'));
  });

  test('is asked about once at a time, however often it changes meanwhile', async () => {
    answers['GET rooms/R'] = () => ({name: 'Monday', pinned: '', title: ''});
    stays({room: 'R', person: 'Ann', host: ''});
    const line = new Line(() => {}), timers = [], later = globalThis.setTimeout;
    await settle();
    globalThis.setTimeout = (work, ms, ...more) => { if (ms >= 4000) timers.push(work); return later(work, ms, ...more); };
    await Promise.all([line.follow(), line.follow(), line.follow()]);
    globalThis.setTimeout = later;
    assert.equal(timers.length, 1);
    stays(null);
  });
});
