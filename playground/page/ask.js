// Questions to the server, at the page's own address, whatever proxy it stands behind.
import {mine} from './owner.js';
import {filled, lang, words} from './words.js';

/** What the server refused or failed at, in the reader's language. */
export class AnswerError extends Error {
  /** @param {string} sentence @param {number} status */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/** A sentence for a person about what went wrong. @param {unknown} error */
export function sentence(error) {
  if (error instanceof AnswerError) return error.message;
  console.error(error);
  return words().failed ?? String(error);
}

/**
 * fetch, whose failure is a sentence: there is no connection, or none from a proxy to the app.
 * @param {URL} url @param {RequestInit} [options]
 */
export async function reach(url, options) {
  const answer = await fetch(url, options).catch(() => null);
  if (!answer || answer.status === 502 || answer.status === 504) throw new AnswerError(words().gone ?? 'no connection', 0);
  return answer;
}

/**
 * What comes from an address is no path: each value of the template is escaped.
 * @param {TemplateStringsArray} parts @param {unknown[]} values
 */
export const path = (parts, ...values) => String.raw({raw: parts}, ...values.map(value => encodeURIComponent(String(value))));

/** @param {string} path */
export const base = path => new URL(`playground/${path}`, document.baseURI);

/** @param {string} path @param {Record<string, unknown>} [query] */
export function address(path, query = {}) {
  const url = base(path);
  for (const [key, value] of Object.entries({lang: lang(), ...query})) url.searchParams.set(key, String(value));
  return url;
}

/** @param {Response} answer @returns {Promise<any>} what it holds; AnswerError with the server's own sentence where there is one */
export async function understood(answer) {
  const found = await answer.json().catch(() => ({}));
  const why = found.error || (answer.status >= 500 ? words().failed : null) || String(answer.status);
  if (!answer.ok) throw new AnswerError(why, answer.status);
  return found;
}

/** @param {string} path @param {Record<string, unknown>} [query] */
export const get = async (path, query) => understood(await reach(address(path, query)));

/** @param {string} path @param {FormData | object} body */
export async function post(path, body) {
  const sent = body instanceof FormData ? {body} : {body: JSON.stringify(body), headers: {'Content-Type': 'application/json'}};
  const found = await understood(await reach(address(path), {method: 'POST', ...sent}));
  const begun = path === 'runs' ? [found.run] : path === 'sweeps' ? found.runs : [];
  for (const run of begun) mine(run, true);
  return found;
}

/** Numbers that come as bytes. @param {string} path */
export async function numbers(path) {
  const answer = await reach(base(path));
  if (!answer.ok) await understood(answer);
  return new Float32Array(await answer.arrayBuffer());
}

/** Why a run cannot be shown: it is not on this machine any more, or what the app says of it; "" where it can. @param {string} run */
export async function wrong(run) {
  const answer = await reach(address(path`runs/${run}/live`));
  if (answer.status === 404) return words().missing ?? '';
  if (answer.ok || answer.status === 503) return '';  // the latter while a file of it is replaced
  return understood(answer).then(() => '', error => filled(words().unshown ?? '{sentence}', {sentence: sentence(error)}));
}

/** @param {number} ms */
export const wait = ms => new Promise(done => { setTimeout(done, ms); });

/**
 * Asks one question at a time, and of those that come meanwhile only the last.
 * Who shows an answer keeps it in another place than what a person did, who may have done more since it was asked.
 * @template Q, A
 * @param {(question: Q) => Promise<A>} ask @param {(answer: A, question: Q) => void} show @param {(error: unknown) => void} failed
 */
export function latest(ask, show, failed) {
  /** @type {{question: Q} | null} */
  let next = null;
  let busy = false;
  return async (/** @type {Q} */ question) => {
    next = {question};
    if (busy) return;
    busy = true;
    while (next) {
      const {question: now} = /** @type {{question: Q}} */ (next);
      next = null;
      try { show(await ask(now), now); } catch (error) { failed(error); }
    }
    busy = false;
  };
}
