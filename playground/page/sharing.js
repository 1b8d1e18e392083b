// Where a link to this page is made: what it hides, what it fixes, what it says, and how it is given to others.
import {query} from './address.js';
import {code, copy} from './giving.js';
import {fixed, hidden, kept, NOTE} from './link.js';
import {html, nothing} from './lit.js';
import {playground} from './playground.js';
import {sayer, words} from './words.js';
import {choice, select} from '../widgets/forms.js';

/** @typedef {'' | 'fix' | 'hide'} State */

const say = sayer('share');
const NEXT = /** @type {Record<State, State>} */ ({'': 'fix', fix: 'hide', hide: ''});
/** @type {Record<string, string>} */
const PLACES = {method: '#method', budget: '#budget', data: '#data', seed: '#seed', train: '#act', knobs: '#knobs'};
const ALONE = ['train', 'language', 'tabs'];  // to hide, and not to fix
const CODE = 1500;  // letters of an address that a camera still reads, as the server has it

/** The tab of rooms is there for who asks for it: the page begins anew with it. */
function openRoom() { location.href = kept(new URL('?tab=room', location.href).href); }

/** The part of the page that is a control, where it is there. @param {string} name */
const place = name => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(PLACES[name]
  ?? `[id^=knob-][id$="-${name.replace('knob.', '')}"]`)]).filter(one => one.offsetParent !== null);

/** Knobs of the method that is shown, with their names as they stand there. @returns {[string, string][]} */
function knobs() {
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('#knobs [id^=knob-]')]);
  const found = all.filter(one => one.offsetParent !== null);
  return found.map(one => [`knob.${one.id.replace(/^knob-[^-]+-/, '')}`,
    one.querySelector('[data-testid=block-info], label span')?.textContent?.trim() || one.id]);
}

/**
 * An address of the page as it is now.
 * @param {URLSearchParams} now what its own says @param {Record<string, string>} controls what it is to say of controls
 * @param {Record<string, string>} said what of the whole page, '' for nothing
 */
export function made(now, controls, said) {
  const url = new URL(location.href), found = new URLSearchParams(now);
  for (const [key, value] of Object.entries({...controls, ...said})) {
    if (value) found.set(key, value);
    else found.delete(key);
  }
  url.hash = '';
  url.search = found.toString();
  return url.href;
}

export class Sharing {
  states = /** @type {Map<string, State>} */ (new Map());
  note = query.get('note') ?? '';
  lesson = query.get('lesson') ?? '';
  language = '';
  embed = query.get('embed') === '1';
  pointing = false;  // clicks on the page choose what is hidden and fixed
  copied = '';  // what was put on the clipboard

  /** @param {() => void} draw @param {() => void} close */
  constructor(draw, close) {
    this.redraw = draw;
    this.close = close;
    for (const name of fixed()) this.states.set(name, 'fix');
    for (const name of hidden()) this.states.set(name, 'hide');
    this.press = (/** @type {Event} */ event) => this.pressed(event);
    for (const type of ['pointerdown', 'mousedown', 'click']) document.addEventListener(type, this.press, true);
    document.addEventListener('address', this.moved);
    this.mark();
  }

  moved = () => this.redraw();

  end() {
    document.removeEventListener('address', this.moved);
    for (const type of ['pointerdown', 'mousedown', 'click']) document.removeEventListener(type, this.press, true);
    for (const one of document.querySelectorAll('[data-held]')) one.removeAttribute('data-held');
    delete document.body.dataset.pointing;
  }

  /** What can be hidden, with its name. @returns {[string, string][]} */
  controls() {
    const {controls = {}, tabs = {}} = words();
    const others = Object.keys(tabs).filter(name => name !== 'train' && document.querySelector(`[aria-controls=tab-${name}]`));
    /** @type {[string, string][]} */
    const own = Object.keys(PLACES).map(name => [name, controls[name] ?? name]);
    /** @type {[string, string][]} */
    const rest = [...others.map(name => /** @type {[string, string]} */ ([name, say('tab', {name: tabs[name]})])),
      ['tabs', say('tabs')], ['language', say('language_button')]];
    return [...own, ...knobs(), ...rest];
  }

  /** @param {string} name */
  turn(name) {
    const tab = name in (words().tabs ?? {}), now = this.states.get(name) ?? '';
    this.set(name, tab || ALONE.includes(name) ? (now ? '' : 'hide') : NEXT[now]);
  }

  /** @param {string} name @param {State} state */
  set(name, state) {
    if (state) this.states.set(name, state);
    else this.states.delete(name);
    this.draw();
  }

  /** A control on the page, instead of being used. @param {Event} event */
  pressed(event) {
    const at = /** @type {Element} */ (event.target);
    if (!this.pointing || !at.closest?.('#controls')) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type !== 'click') return;
    const name = this.controls().map(([name]) => name).filter(name => name.startsWith('knob.') || name in PLACES)
      .findLast(name => place(name).some(one => one.contains(at) || one === at));
    if (name) this.turn(name);
  }

  /** Marks on the page what the link holds. */
  mark() {
    for (const one of document.querySelectorAll('[data-held]')) one.removeAttribute('data-held');
    for (const [name, state] of this.states) {
      if (name in PLACES || name.startsWith('knob.')) for (const one of place(name)) one.dataset.held = state;
    }
    document.body.toggleAttribute('data-pointing', this.pointing);
  }

  draw() {
    this.copied = '';
    this.mark();
    this.redraw();
  }

  /** @param {State} state */
  named(state) { return [...this.states].filter(([, one]) => one === state).map(([name]) => name).join(','); }

  /** The link as it is now. */
  address() {
    const {states, note, lesson, language, embed} = this, all = new Set(states.keys());
    const held = (/** @type {string} */ key) => {
      const knob = key.split('.')[1];
      return knob ? all.has('knobs') || all.has(`knob.${knob}`) : all.has(key === 'seconds' ? 'budget' : key) || all.has('knobs');
    };
    const controls = states.size ? playground.said?.(held) ?? {} : {};
    return made(new URLSearchParams(location.search), controls, {
      hide: this.named('hide'), fix: this.named('fix'), note: note.trim().slice(0, NOTE), lesson, lang: language, embed: embed ? '1' : '',
    });
  }

  /** @param {string} text */
  async copy(text) {
    await copy(text);
    this.copied = text;
    this.redraw();
  }

  view() {
    const {copied} = this, {lessons = []} = words(), address = this.address();
    const src = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    const frame = `<iframe src="${src}" width="100%" height="720" style="border:0"></iframe>`;
    /** @type {[string, string][]} */
    const taught = [['', say('no_lesson')], ...lessons.map((/** @type {string} */ one) => [one, one])];
    /** @type {[string, string][]} */
    const languages = ['', ...words().languages].map(one => [one, say(`language_${one || 'any'}`)]);
    const text = (/** @type {Event} */ event) => /** @type {HTMLTextAreaElement} */ (event.target).value;
    const out = (/** @type {string} */ key, /** @type {string} */ value) => html`<label class="field share-out"><span>${say(key)}</span>
      <span class="share-line"><input type="text" readonly data-key=${key} .value=${value} @focus=${(/** @type {Event} */ event) =>
        /** @type {HTMLInputElement} */ (event.target).select()}><button type="button" class="small primary"
        @click=${() => this.copy(value)}>${say(copied === value ? 'copied' : 'copy')}</button></span></label>`;
    return html`<section class="share workbench" aria-labelledby="share-title"><div class="share-head"><h2 id="share-title"
        tabindex="-1">${say('title')}</h2><span><button type="button" class="small"
        @click=${openRoom}>${say('room')}</button> <button type="button" class="small"
        @click=${() => this.close()}>${say('close')}</button></span></div>
      <p class="hint">${say('help')}</p>
      <div class="share-body"><div class="share-form">
        <div class="share-row"><h3>${say('controls')}</h3><button type="button" class="small" aria-pressed=${this.pointing}
          @click=${() => {
            this.pointing = !this.pointing;
            this.draw();
          }}>${say('point')}</button><span class="hint">${say('turn')}</span></div>
        <div class="share-controls">${this.controls().map(([name, title]) => html`<button type="button" class="share-control"
          data-name=${name} data-state=${this.states.get(name) ?? ''} @click=${() => this.turn(name)}>${title}
          ${this.states.has(name) ? html`<span>${say(`is_${this.states.get(name)}`)}</span>` : nothing}</button>`)}</div>
        <label class="field"><span>${say('note', {most: NOTE})}</span><textarea rows="2" maxlength=${NOTE} .value=${this.note}
          @input=${(/** @type {Event} */ event) => { this.note = text(event); this.draw(); }}></textarea></label>
        <div class="share-row">${lessons.length ? html`<label
          class="field"><span>${say('lesson')}</span>${select(taught, this.lesson, value => {
            this.lesson = value;
            this.draw();
          })}</label>` : nothing}
          <div class="field"><span>${say('language')}</span>${choice(languages, this.language, value => {
            this.language = value;
            this.draw();
          }, undefined, {label: say('language')})}</div>
          <label class="share-check"><input type="checkbox" .checked=${this.embed} @change=${() => {
            this.embed = !this.embed;
            this.draw();
          }}>${say('embed')}</label></div>
        ${out('link', address)}${this.embed ? out('frame', frame) : nothing}
        <p class="hint" role="status">${copied ? say('copied_help') : nothing}</p></div>
      ${address.length > CODE ? html`<p class="hint">${say('code_long')}</p>`
        : html`<a class="share-code" href=${address} target="_blank" rel="noopener"><img alt=${say('code')}
          src=${code(address)}><span>${say('open')}</span></a>`}
      </div></section>`;
  }
}
