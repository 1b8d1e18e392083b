// The name of a run of this browser's own, which a person may change where it stands.
import {path, post, sentence} from '../page/ask.js';
import {html, nothing} from '../page/lit.js';
import {mine, owner} from '../page/owner.js';
import {sayer} from '../page/words.js';

const say = sayer('naming'), MOST = 40;  // letters, as the server has it

export class Naming {
  run = '';  // that is being named, '' while none is
  problem = '';
  turn = {};  // of the form: an answer to an earlier one comes too late

  /** @param {() => void} draw @param {() => void} named */
  constructor(draw, named) {
    this.draw = draw;
    this.named = named;
  }

  /** @param {string} run '' to leave it as it is */
  ask(run) {
    Object.assign(this, {run, problem: '', turn: {}});
    this.draw();
  }

  /** @param {string} name */
  async give(name) {
    const {run, turn} = this;
    try {
      await post(path`runs/${run}/name`, {name, secret: owner()});
      if (this.turn === turn) this.ask('');
      this.named();
    } catch (error) {
      if (this.turn !== turn) return;
      this.problem = sentence(error);
      this.draw();
    }
  }

  /**
   * The name and what the run is, and for its owner a way to change the name.
   * @param {string} run @param {string} name @param {string} title what the run is
   */
  view(run, name, title) {
    const field = () => /** @type {HTMLInputElement} */ (document.querySelector('.live-naming input'));
    const key = (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') this.ask(''); };
    if (run && this.run === run) {
      return html`<form class="live-naming" @submit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        this.give(field().value);
      }} @keydown=${key}><input type="text" maxlength=${MOST} aria-label=${say('field')} placeholder=${say('field')} .value=${name}>
        <button type="submit" class="small primary">${say('give')}</button><button type="button" class="small"
        @click=${() => this.ask('')}>${say('keep')}</button><span role="alert">${this.problem}</span></form>`;
    }
    const button = mine(run) ? html` <button type="button" class="small live-rename" @click=${() => {
      this.ask(run);
      field().focus();
    }}>${say(name ? 'change' : 'begin')}</button>` : nothing;
    return html`<h3 class="live-title">${name ? html`<b>${name}</b> · ` : nothing}${title}${button}</h3>`;
  }
}
