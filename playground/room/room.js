// The Room tab: a room is opened, or entered; then the wall of all runs in it, and for its host what only a host may do.
import {query, remember} from '../page/address.js';
import {address, AnswerError, get, path, post, sentence} from '../page/ask.js';
import {code, copy} from '../page/giving.js';
import {html, nothing, render} from '../page/lit.js';
import {forget, owner} from '../page/owner.js';
import {leave, stay, stays} from '../page/room.js';
import {empty, failed, waiting} from '../page/state.js';
import {sayer} from '../page/words.js';
import {Tiles} from './wall.js';

/** @typedef {import('./answers').Wall} Wall */

const EVERY = 2000;  // ms between two questions
const NAME = 60, PERSON = 24, LEAST = 8, MOST = 100;  // letters, as the server has it
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';  // none that is taken for another
const say = sayer('room');

/** A secret that nobody guesses and everybody can type. */
export const secret = () => [...crypto.getRandomValues(new Uint8Array(12))].map(byte => LETTERS[byte % LETTERS.length]).join('');

/** @param {Event} event @param {string} name */
const field = (event, name) => /** @type {HTMLInputElement} */ (
  /** @type {HTMLFormElement} */ (event.target).elements.namedItem(name)).value;

export class Room {
  wall = /** @type {Wall | null} */ (null);
  problem = '';  // of the last question
  closed = '';  // why there is no such room
  followed = '';  // the room of the wall: it is asked why it went, whoever was told first
  said = '';  // what came of the last press
  closing = false;  // the host is asked once more
  proposed = secret();
  tiles = new Tiles();
  question = {};  // the newest: an answer to another one comes too late
  timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.draw();
    new IntersectionObserver(seen => { if (seen.some(one => one.isIntersecting)) this.follow(); }).observe(root);
  }

  get id() { return query.get('room') ?? stay()?.room ?? ''; }

  /** What this browser is in this room. */
  get stay() {
    const found = stay();
    return found?.room === this.id ? found : null;
  }

  visible() { return this.root.offsetParent !== null && !document.hidden; }

  async follow() {
    clearTimeout(this.timer);
    const id = this.id || (this.wall ? this.followed : ''), question = {};
    this.question = question;
    if (!id) return this.draw();
    try {
      if (this.visible()) {
        const found = await get(path`rooms/${id}/wall`, {after: this.wall?.version ?? ''});
        if (this.question !== question) return;
        if (found.version) this.wall = found;
        this.followed = id;
        this.problem = this.closed = '';
      }
    } catch (error) {
      if (this.question !== question) return;
      if (error instanceof AnswerError && error.status === 404) return this.gone(error.message);
      this.problem = sentence(error);
    }
    this.draw();
    this.timer = setTimeout(() => this.follow(), EVERY);
  }

  /** @param {string} why */
  gone(why) {
    Object.assign(this, {wall: null, closed: why, question: {}});  // a wall that was asked for before comes too late
    if (stay()?.room === this.id) stays(null);
    remember({room: null});
    this.draw();
  }

  /** What a person presses, and what came of it. @param {() => Promise<void>} act */
  async press(act) {
    this.said = '';
    try { await act(); } catch (error) { this.said = sentence(error); }
    this.draw();
  }

  /** @param {SubmitEvent} event */
  open(event) {
    event.preventDefault();
    const name = field(event, 'name'), host = field(event, 'host');
    return this.press(async () => {
      const {room} = await post('rooms', {name, host, secret: owner()});
      Object.assign(this, {wall: null, closed: ''});
      stays({room, person: '', host});
      await this.follow();
    });
  }

  /** @param {SubmitEvent} event */
  join(event) {
    event.preventDefault();
    const name = field(event, 'person'), {id} = this;
    return this.press(async () => {
      const {name: person} = await post(path`rooms/${id}/guests`, {name, secret: owner()});
      stays({room: id, person, host: this.stay?.host ?? ''});
      await this.follow();
    });
  }

  /** @param {SubmitEvent} event */
  host(event) {
    event.preventDefault();
    const host = field(event, 'host'), {id} = this;
    return this.press(async () => {
      await post(path`rooms/${id}/host`, {host});
      stays({room: id, person: this.stay?.person ?? '', host});
    });
  }

  /** @param {string} run */
  pin(run) {
    return this.press(async () => {
      await post(path`rooms/${this.id}/pin`, {run, host: this.stay?.host});
      if (this.wall) this.wall = {...this.wall, pinned: run, version: ''};
      document.dispatchEvent(new Event('room'));
      await this.follow();  // a wall that was asked for before knows nothing of it
    });
  }

  close() {
    return this.press(async () => {
      await post(path`rooms/${this.id}/close`, {host: this.stay?.host});
      this.closing = false;
      this.gone(say('closed'));
    });
  }

  /** @param {boolean} all whether what one made goes too */
  leave(all) {
    return this.press(async () => {
      await leave(this.id);
      if (all) {
        await post('deletion', {secret: owner()});
        forget();
      }
      Object.assign(this, {wall: null, question: {}, closed: say(all ? 'left_nothing' : 'left')});
    });
  }

  /** Where others come in. */
  get link() {
    const url = new URL(location.pathname, location.href);
    url.search = new URLSearchParams({tab: 'room', room: this.id}).toString();
    return url.href;
  }

  draw() { render(this.view(), this.root); }

  view() {
    const {id, wall, closed, problem, said} = this;
    const note = problem || said;
    return html`${closed ? html`<p class="room-closed" role="status">${closed}</p>` : nothing}
      ${!id ? this.opening() : !wall ? problem ? failed(problem) : waiting(say('loading')) : html`${this.head(wall)}
        ${this.stay ? nothing : this.entrance(wall)}${wall.runs.length ? this.tiles.view(wall.runs, wall.pinned,
          this.stay?.host ? run => this.pin(run) : null) : empty(say('empty_title'), say('empty'))}`}
      ${note && id ? html`<p class="hint bad" role="alert">${note}</p>` : nothing}`;
  }

  opening() {
    return html`<form class="room-form" @submit=${(/** @type {SubmitEvent} */ event) => this.open(event)}><h2>${say('open_title')}</h2>
      <p class="hint">${say('open_help')}</p>
      <label class="field"><span>${say('name')}</span><input name="name" required maxlength=${NAME} autocomplete="off"></label>
      <label class="field"><span>${say('secret')}</span><input name="host" required minlength=${LEAST} maxlength=${MOST} autocomplete="off"
        spellcheck="false" .defaultValue=${this.proposed}></label>
      <p class="hint">${say('secret_help')}</p><button type="submit" class="small primary">${say('open')}</button>
      <p class="hint bad" role="alert">${this.said}</p></form>`;
  }

  /** @param {Wall} wall */
  entrance(wall) {
    return html`<div class="room-entrance"><form class="room-form" @submit=${(/** @type {SubmitEvent} */ event) => this.join(event)}>
      <h2>${say('join_title', {name: wall.name})}</h2><p class="hint">${say('join_help')}</p>
      <label class="field"><span>${say('person')}</span><input name="person" required maxlength=${PERSON} autocomplete="off"></label>
      <button type="submit" class="small primary">${say('join')}</button></form>
      <details><summary>${say('i_host')}</summary><form class="room-form"
      @submit=${(/** @type {SubmitEvent} */ event) => this.host(event)}>
      <label class="field"><span>${say('secret')}</span><input name="host" type="password" required maxlength=${MOST}
        autocomplete="off"></label><button type="submit" class="small">${say('host')}</button></form></details></div>`;
  }

  /** @param {Wall} wall */
  head(wall) {
    const {link, stay: at} = this, large = query.get('wall') === 'code';
    const turn = () => {
      remember({wall: large ? null : 'code'});
      this.draw();
    };
    const button = (/** @type {string} */ key, /** @type {() => void} */ act) => html`<button type="button" class="small" data-key=${key}
      @click=${act}>${say(key)}</button>`;
    return html`<header class="room-head"><div><h2>${wall.name}</h2>
        <p class="hint">${say('count', {people: wall.people.length, runs: wall.runs.length})}</p></div>
      <div class="room-acts">${at?.person ? html`${at.host ? nothing : button('invite', turn)}${button('leave', () => this.leave(false))}${
          button('leave_nothing', () => this.leave(true))}` : nothing}${at?.host ? this.hosting(button) : nothing}</div></header>
      ${large || at?.host ? html`<div class="room-join" data-large=${large || nothing}><img src=${code(link)} alt=${say('code')}><div>
        <p>${say('come_in')}</p><code>${link}</code><div class="room-acts"><button type="button" class="small" @click=${async () => {
          await copy(link);
          this.said = say('copied');
          this.draw();
        }}>${say('copy')}</button><button type="button" class="small" aria-pressed=${large}
          @click=${turn}>${say('large')}</button></div></div></div>` : nothing}
      ${wall.people.length ? html`<p class="room-people">${wall.people.join(' · ')}</p>` : nothing}`;
  }

  /** @param {(key: string, act: () => void) => unknown} button */
  hosting(button) {
    return html`<form method="post" action=${address(path`rooms/${this.id}/runs.zip`)}><input type="hidden" name="host"
      .value=${this.stay?.host ?? ''}><button type="submit" class="small">${say('download')}</button></form>
      ${this.closing ? html`<span>${say('close_question')}</span>${button('close_act', () => this.close())}${
        button('close_keep', () => { this.closing = false; this.draw(); })}`
        : button('close', () => { this.closing = true; this.draw(); })}`;
  }
}

/** Called once when Gradio first draws the tab. @param {HTMLElement} element */
export function open(element) {
  const root = element.querySelector('.room');
  if (root instanceof HTMLElement) new Room(root);
}
