// Questions about pictures and texts (POST match/KIND). While the server still works at one, the same is asked again.
import {AnswerError, post, sentence, wait} from '../page/ask.js';
import {html, nothing} from '../page/lit.js';
import {bones} from '../page/state.js';
import {percent, sayer} from '../page/words.js';

const AGAIN = 300, SLOW = 400;  // ms: till asked again, till an answer that comes late says so
const say = sayer('match');
const who = Math.random().toString(36).slice(2);

/** @typedef {{on: '' | '1' | 'idle', words: string, progress: number}} Status what is being done, or why nothing is */

/** @type {Status} */
export const REST = {on: '', words: '', progress: 0};
/** @param {string} [words] @param {number} [progress] @returns {Status} */
export const working = (words, progress = 0) => ({on: '1', words: words || say('working'), progress});

/** A sentence about what went wrong. @param {unknown} error */
export const said = error => error instanceof AnswerError && !error.status ? say('gone') : sentence(error);

/** What the server is at, in its words, with a bar; its room stays when it rests. @param {Status} status */
export const statusLine = ({on, words, progress}) => html`<div class="match-working" role="status" data-on=${on}><span>${words}</span><div
  class="live-bar"><div style="width: ${percent(progress)}"></div></div></div>`;

/**
 * @param {string} kind @param {object} body @param {(words: string, progress: number) => void} [told] how far it is
 * @param {() => boolean} [over] whether nobody waits any more @returns {Promise<any>}
 */
export async function answered(kind, body, told = () => {}, over = () => false) {
  for (;;) {
    const found = await post(`match/${kind}`, {who, ...body});
    if (found.state === 'done' || over()) return found;
    told(found.words, found.progress);
    await wait(AGAIN);
  }
}

/**
 * Questions of one kind, one at a time: of those that come meanwhile only the last is asked. An answer that comes when
 * something else is asked already is left out; one that is shown comes with what it is an answer to.
 * @template A, C
 */
export class Question {
  /** @type {{found: A, body: any, about: C} | null} */
  answer = null;
  ready = false;  // whether the answer is to what is asked now
  error = '';
  status = working();
  turn = 0;
  busy = false;
  /** @type {{body: object, about: C} | null} */
  next = null;

  /** @param {string} kind @param {() => string | null} model @param {() => void} changed */
  constructor(kind, model, changed) {
    this.kind = kind;
    this.model = model;
    this.changed = changed;
  }

  /** What is under way answers a question that is not asked any more. */
  stale() {
    this.turn++;
    this.next = null;
    this.ready = false;
  }

  /** Nothing is asked, and why. @param {string} words */
  idle(words) {
    this.stale();
    this.error = '';
    this.answer = null;
    this.status = {on: 'idle', words, progress: 0};
  }

  /** @param {object} body @param {C} about what of a person's acts the answer will be about */
  async ask(body, about) {
    this.stale();
    this.next = {body, about};
    if (this.busy) return;
    this.busy = true;
    while (this.next && this.model()) await this.#askNext();
    this.busy = false;
  }

  async #askNext() {
    const {turn, next} = this, over = () => turn !== this.turn;
    if (!next) return;
    this.next = null;
    const tell = (/** @type {string} */ words, /** @type {number} */ progress) => {
      if (over()) return;
      this.status = working(words, progress);
      this.changed();
    };
    const slow = setTimeout(() => tell('', 0), this.answer ? SLOW : 0);
    try {
      const found = await answered(this.kind, {model: this.model(), ...next.body}, tell, over);
      if (over()) return;
      Object.assign(this, {answer: {found, ...next}, ready: true, error: '', status: REST});
    } catch (error) {
      if (over()) return;
      Object.assign(this, {error: said(error), status: REST});
    } finally { clearTimeout(slow); }
    this.changed();
  }

  /** Where the answer stands. @param {(answer: {found: A, body: any, about: C}) => unknown} content @param {{accuracy?: number}} [data] */
  draw(content, {accuracy} = {}) {
    const {kind, status, error, answer, ready} = this;
    return html`<div class="match-part" data-kind=${kind}>${statusLine(status)}
      <p class="match-error" role="alert">${error}</p>${!answer && status.on === '1' ? bones : nothing}
      <div class="match-answer" ?hidden=${!answer} data-ready=${ready ? '1' : ''} data-accuracy=${accuracy ?? nothing}>${
        answer ? content(answer) : nothing}</div></div>`;
  }
}
