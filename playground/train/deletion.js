// Delete my data: asks once, and then says what is gone.
import {post, sentence} from '../page/ask.js';
import {html} from '../page/lit.js';
import {forget, owner} from '../page/owner.js';
import {sayer} from '../page/words.js';

const say = sayer('deletion');

export class Deletion {
  asking = false;
  busy = false;
  said = '';  // what was deleted, or why nothing was

  /** @param {() => void} draw @param {() => void} deleted */
  constructor(draw, deleted) {
    this.draw = draw;
    this.deleted = deleted;
  }

  /** @param {boolean} asking */
  ask(asking) {
    Object.assign(this, {asking, said: ''});
    this.draw();
  }

  async act() {
    this.busy = true;
    this.draw();
    try {
      const found = /** @type {import('./answers').Deleted} */ (await post('deletion', {secret: owner()}));
      forget();
      this.said = say('done', {...found});
      this.deleted();
    } catch (error) { this.said = sentence(error); }
    Object.assign(this, {asking: false, busy: false});
    this.draw();
  }

  view() {
    const button = (/** @type {string} */ key, /** @type {() => void} */ press) => html`<button type="button" class="small"
      data-key=${key} ?disabled=${this.busy} @click=${press}>${say(key)}</button>`;
    return html`<div class="live-deletion" role="group">${this.asking
      ? html`<span>${say('question')}</span> ${button('act', () => this.act())} ${button('keep', () => this.ask(false))}`
      : button('button', () => this.ask(true))} <span role="status">${this.said}</span></div>`;
  }
}
