// Parts of forms that several views of Match have.
import {html, nothing} from '../page/lit.js';
import {sayer, uploads, words} from '../page/words.js';
import {PICTURES} from '../widgets/drop.js';
import {choice, select} from '../widgets/forms.js';

const say = sayer('match');

const TOLD = 5;  // texts that were cut
export const TEMPLATES = ['none', 'one', 'ensemble'];

/** A list of lines in the page's words. @param {string} key */
export const sayLines = key => say(key).split(' / ');

/** @param {string} name @param {unknown} control */
export const field = (name, control) => html`<label class="field"><span>${name}</span>${control}</label>`;

/** What went wrong, or nothing. @param {string} text */
export const alert = text => html`<p class="match-error" role="alert">${text}</p>`;

/** @typedef {{multiple?: boolean, accept?: string, folder?: boolean}} Files which files can be chosen */

/**
 * A button that lets a person choose files; nothing where none may be brought.
 * @param {string} name @param {string} id @param {(files: File[]) => void} act @param {Files} [files]
 */
export function chooser(name, id, act, {multiple = true, accept = PICTURES, folder = false} = {}) {
  if (!uploads()) return nothing;
  const chosen = (/** @type {Event} */ {target}) => {
    const input = /** @type {HTMLInputElement} */ (target), files = [...input.files ?? []];
    input.value = '';
    act(files);
  };
  return html`<label class="small-file"><span>${name}</span><input type="file" ?multiple=${multiple} accept=${folder ? '' : accept} id=${id}
    ?webkitdirectory=${folder} @change=${chosen}></label>`;
}

/** What to say of pictures of one's own. @param {string} key */
export const ownHelp = key => uploads() ? say(key) : words().no_uploads;

/**
 * Which texts were too long for the model.
 * @param {import('./answers').Cut[]} cut
 */
export const cutNotes = cut => [
  ...cut.slice(0, TOLD).map(({start, end}) => say('cut', {text: start, end})),
  ...(cut.length > TOLD ? [say('cut_more', {number: cut.length - TOLD})] : []),
].join(' ');

/** How one's own set was understood. @param {import('./sets').Sets} sets @param {Parameters<import('./sets').Sets['notes']>[0]} [fits] */
export function understood(sets, fits) {
  const notes = sets.notes(fits);
  return notes.length ? html`<p class="hint understood">${notes.join(' ')}</p>` : nothing;
}

/** In how many sentences a text is read. @param {string} template @param {(template: string) => void} act */
export const templateChoice = (template, act) => html`<div class="field"><span>${say('template')}</span>${
  choice(TEMPLATES.map(name => [name, say(`template_${name}`)]), template, act, undefined, {label: say('template')})}</div>`;

/** @param {{id: string, title: string}[]} sets @param {string} chosen @param {string} id @param {(set: string) => void} act */
export const setChoice = (sets, chosen, id, act) => field(say('set'), select(sets.map(set => [set.id, set.title]), chosen, act, {id}));

/** An element that one view draws into, as long as the page is open. */
export function activity() {
  const node = document.createElement('div');
  node.className = 'activity';
  return node;
}
