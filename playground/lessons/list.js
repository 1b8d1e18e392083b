// The list of all lessons: what one knows afterwards, how long it takes, and how far this browser is.
import {get} from '../page/ask.js';
import {html, nothing} from '../page/lit.js';
import {progress} from '../page/owner.js';
import {plain} from '../page/terms.js';
import {filled} from '../page/words.js';
import {lessons} from './lessons.js';

/** @typedef {import('./answers').Catalogue} Catalogue */

export class List {
  catalogue = /** @type {Catalogue | null} */ (null);

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    document.addEventListener('lesson', () => changed());
  }

  async ask() { this.catalogue ??= await get('lessons'); }

  view() {
    const {catalogue} = this;
    if (!catalogue) return nothing;
    const say = (/** @type {string} */ key, values = {}) => filled(catalogue.words[key] ?? key, values), known = progress();
    return html`<h2>${say('title')}</h2><p class="learn-lead">${say('intro')}</p>
      <div class="lesson-cards">${catalogue.lessons.map(({name, number, title, after, minutes, steps}) => {
        const {at = 1, done = false} = known[name] ?? {}, begun = !done && at > 1;
        return html`<section class="lesson-card" data-lesson=${name} data-done=${String(done)}>
          <h3><span>${number}</span>${title}</h3><p>${plain(after)}</p>
          <div class="lesson-begin"><small>${say('minutes', {minutes})} · ${say('steps', {steps})}${
            done ? ` · ${say('done')}` : ''}</small><button type="button" class=${done ? 'small' : 'small primary'}
            @click=${() => lessons().open(name)}>${say(done ? 'again' : begun ? 'go_on' : 'begin', {at, of: steps})}</button></div>
        </section>`;
      })}</div>`;
  }
}
