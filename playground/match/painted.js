// A word painted on a picture, to see whether a model reads it: the typographic attack.
import {html, live, nothing} from '../page/lit.js';
import {sayer} from '../page/words.js';
import {button} from '../widgets/forms.js';
import {share} from './format.js';
import {keyOf, nameOf, paintable} from './pictures.js';

const say = sayer('match');

/** @typedef {import('./answers').Matched} Matched */
/** @typedef {import('./pictures.js').Picture} Picture */

export const APPLE = {set: 'emoji', index: 723};  // a red apple, as in the first report of this attack

/** @param {string} word @param {(word: string) => void} changed @param {() => void} act */
export const paintRow = (word, changed, act) => html`<div class="reconstruct-row bottom match-paint"><label class="field"><span>${
  say('painted_word')}</span><input id="match-word" type="text" maxlength="20" spellcheck="false" autocomplete="off" .value=${live(word)}
  @input=${(/** @type {Event} */ {target}) => changed(/** @type {HTMLInputElement} */ (target).value)}
  @keydown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter') act(); }}></label>${
  button(say('painted_try'), act, 'small', !paintable(word))}</div>`;

/** What a painted word did to the answer, beside the same picture without it. @param {Matched} found @param {Picture[]} pictures */
export function paintedNotes(found, pictures) {
  return pictures.flatMap((picture, i) => {
    const {word = '', ...bare} = picture, before = pictures.findIndex(p => keyOf(p) === keyOf(bare));
    const at = found.texts.findIndex(text => text.toLowerCase() === word.toLowerCase());
    if (!word || before < 0 || at < 0) return [];
    const top = (/** @type {number} */ row) => found.to_text[row].indexOf(Math.max(...found.to_text[row]));
    const [was, now] = [top(before), top(i)], kind = now === at && was !== at ? 'won' : now === was ? 'same' : 'other';
    return [say(`painted_${kind}`, {
      name: nameOf(bare), word, was: found.texts[was], now: found.texts[now],
      before: share(found.to_text[before][at]), after: share(found.to_text[i][at]),
    })];
  });
}

/** @param {string[]} notes */
export const drawNotes = notes => notes.length ? html`<div class="reconstruct-truth match-painted" role="status">${
  notes.map(note => html`<p>${note}</p>`)}<p>${say('painted_about')}</p></div>` : nothing;
