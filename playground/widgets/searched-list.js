import {html, nothing} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {select} from './forms.js';

const MANY = 12;  // a list of more can be searched

/**
 * Which of the options hold all of the words, in any order, letters large or small.
 * @param {[string, string][]} options value and name @param {string} words
 */
export function found(options, words) {
  const all = words.toLowerCase().split(/\s+/);
  return options.filter(([, name]) => all.every(word => name.toLowerCase().includes(word)));
}

/**
 * A list to choose from, with a field to search it where it is long. What is chosen stays in it, and an option of the value '', which
 * says what the list is. Fires `choose` with a value. listed and name: the id and the name of the list itself. boxes: those that are
 * ticked, and then the list is one of boxes, of which `choose` fires what was pressed; full: no more may be ticked.
 */
export class SearchedList extends widget({
  options: /** @type {[string, string][]} */ ([]), chosen: '', listed: '', name: '', search: '', disabled: false, typed: '', full: false,
  boxes: /** @type {string[] | null} */ (null),
}) {
  render() {
    const {options, search, typed, boxes} = this, kept = (/** @type {string} */ value) => !value || value === this.chosen ||
      boxes?.includes(value);
    const hits = new Set(found(options, typed).map(([value]) => value));
    const shown = options.filter(([value]) => hits.has(value) || kept(value));
    return html`${options.length > MANY ? html`<input type="search" placeholder=${search} aria-label=${search} .value=${typed}
      @input=${(/** @type {Event} */ event) => { this.typed = /** @type {HTMLInputElement} */ (event.target).value; }}>` : nothing}${
      boxes ? this.ticks(shown, boxes) : this.list(shown)}`;
  }

  /** @param {[string, string][]} shown */
  list(shown) {
    const {chosen, listed, name, disabled} = this, choose = (/** @type {string} */ value) => {
      this.typed = '';
      this.tell('choose', value);
      this.requestUpdate();  // it shows what is chosen, which may be the same as before
    };
    return select(shown, chosen, choose, {id: listed || undefined, label: name || undefined, disabled});
  }

  /** @param {[string, string][]} shown @param {string[]} boxes */
  ticks(shown, boxes) {
    return html`<div class="others">${shown.map(([value, name]) => html`<label><input type="checkbox" .checked=${boxes.includes(value)}
      ?disabled=${this.full && !boxes.includes(value)} @change=${() => this.tell('choose', value)}><span>${name}</span></label>`)}</div>`;
  }
}

define('searched-list', SearchedList);
