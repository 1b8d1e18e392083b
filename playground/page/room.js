// The room that this browser is in: it keeps which, the top of the page says so, and what the host shows to everybody is heard here.
import {query, remember} from './address.js';
import {AnswerError, get, path, post} from './ask.js';
import {html, nothing} from './lit.js';
import {owner} from './owner.js';
import {playground} from './playground.js';
import {open} from './tabs.js';
import {sayer} from './words.js';

/** @typedef {{room: string, person: string, host: string}} Stay person: one's name there, '' of none; host: its secret, '' of a guest */

const KEY = 'playground-room', EVERY = 4000;  // ms between two questions
const say = sayer('room');

/** Where this browser is. @returns {Stay | null} */
export function stay() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return typeof found?.room === 'string' ? {person: '', host: '', ...found} : null;
  } catch { return null; }
}

/** It is there from now on; null: nowhere. @param {Stay | null} found */
export function stays(found) {
  try {
    if (found) localStorage.setItem(KEY, JSON.stringify(found));
    else localStorage.removeItem(KEY);
  } catch { /* nothing is kept in a frame of another site */ }
  remember({room: found?.room ?? null});
  document.dispatchEvent(new Event('room'));
}

/** Leaves a room. @param {string} room */
export async function leave(room) {
  await post(path`rooms/${room}/leave`, {secret: owner()});
  stays(null);
}

export class Line {
  said = /** @type {import('../room/answers').Brief | null} */ (null);
  note = '';
  question = {};  // the newest: another one goes on from here
  timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
    document.addEventListener('room', () => this.follow());
    this.follow();
  }

  async follow() {
    clearTimeout(this.timer);
    const at = stay(), question = {};
    this.question = question;
    if (!at) {
      this.said = playground.pinned = null;
      return this.draw();
    }
    try {
      if (!document.hidden) this.told(await get(path`rooms/${at.room}`), at);
    } catch (error) {
      if (error instanceof AnswerError && error.status === 404 && stay()?.room === at.room) {
        this.note = error.message;
        return stays(null);
      }
    }
    if (this.question === question) this.timer = setTimeout(() => this.follow(), EVERY);
  }

  /** @param {import('../room/answers').Brief} found @param {Stay} at */
  told(found, at) {
    if (stay()?.room !== at.room) return;
    const pinned = found.pinned !== this.said?.pinned;
    this.said = found;
    this.note = '';
    if (!query.get('room')) remember({room: at.room});
    playground.pinned = found.pinned ? {run: found.pinned, title: found.title} : null;
    if (pinned && found.pinned) document.dispatchEvent(new Event('pinned'));
    this.draw();
  }

  view() {
    const at = stay(), {said, note} = this;
    if (!at || !said) return note ? html`<p class="top-room" role="status">${note}</p>` : nothing;
    const name = say(at.person ? 'in' : 'host_of', {name: said.name, person: at.person});
    return html`<p class="top-room"><span>${name}</span><button type="button" @click=${() => open('room')}>${say('to_wall')}</button>
      ${said.pinned ? html`<span class="top-pinned">${say('shows', {title: said.title})}</span><button type="button"
        @click=${() => open('compare')}>${say('to_compare')}</button>` : nothing}</p>`;
  }
}
