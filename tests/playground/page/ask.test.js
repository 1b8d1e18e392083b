import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';
import {AnswerError, get, latest, numbers, path, sentence, wrong} from '../../../playground/page/ask.js';

const fetched = globalThis.fetch;
afterEach(() => { globalThis.fetch = fetched; delete globalThis.playground.words; });

/** @param {number} status @param {unknown} body */
const answers = (status, body) => { globalThis.fetch = async () => new Response(JSON.stringify(body), {status}); };

test('of questions that come meanwhile only the last is asked', async () => {
  const asked = [], shown = [];
  let go;
  const ask = latest(q => { asked.push(q); return new Promise(done => { go = () => done(q * 10); }); }, a => shown.push(a), assert.fail);
  ask(1); ask(2); ask(3);
  go(); await new Promise(setImmediate);
  go(); await new Promise(setImmediate);
  assert.deepEqual(asked, [1, 3]);
  assert.deepEqual(shown, [10, 30]);
});

test('a question that failed does not stop the next', async () => {
  const shown = [], failed = [];
  const ask = latest(async q => { if (q === 1) throw new Error('no'); return q; }, a => shown.push(a), e => failed.push(e.message));
  await ask(1);
  await ask(2);
  assert.deepEqual([failed, shown], [['no'], [2]]);
});

test('what comes from an address is no path', () => assert.equal(path`runs/${'../x?y'}/live`, 'runs/..%2Fx%3Fy/live'));

test('the server’s own sentence is the error', async () => {
  answers(400, {error: 'This run is gone.'});
  await assert.rejects(get('runs'), error => error instanceof AnswerError && error.status === 400 && sentence(error) === 'This run is gone.');
});

test('a failure of the app is not called a lost connection', async () => {
  globalThis.playground.words = {failed: 'The app failed.', gone: 'No connection.'};
  answers(500, {});
  await assert.rejects(get('runs'), error => sentence(error) === 'The app failed.');
  globalThis.fetch = async () => { throw new TypeError('fetch failed'); };
  await assert.rejects(get('runs'), error => sentence(error) === 'No connection.');
  await assert.rejects(numbers('runs'), error => sentence(error) === 'No connection.');
});

test('of a run that a link leads to is said what is wrong with it', async () => {
  globalThis.playground.words = {missing: 'This run is not here.', unshown: 'Not shown: {sentence}', failed: 'The app failed.'};
  const said = [];
  for (const [status, body] of [[200, {}], [404, {error: 'no such run'}], [400, {error: 'events.jsonl is damaged.'}], [500, {}], [503, {}]]) {
    answers(status, body);
    said.push(await wrong('one'));
  }
  assert.deepEqual(said, ['', 'This run is not here.', 'Not shown: events.jsonl is damaged.', 'Not shown: The app failed.', '']);
});
