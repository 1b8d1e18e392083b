// Several images: those that a search finds, or a lasso holds.
import {html, live, nothing, styleMap} from '../page/lit.js';
import {percent, sayer} from '../page/words.js';
import {COLOURS} from '../widgets/embedding-map/colours.js';
import {button, choice} from '../widgets/forms.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */
/** @typedef {import('./thumbs.js').Item} Item */

const GALLERY = 60;  // images shown of a selection
const say = sayer('explore');
export const grouped = (/** @type {number} */ number) => number.toLocaleString('en');

/** The images that have a text. @param {Pane} pane @param {string} text */
export function hits(pane, text) {
  const wanted = text.trim().toLowerCase();
  return wanted ? Array.from({length: pane.about.count}, (_, i) => i).filter(i => pane.text(i).includes(wanted)) : null;
}

/**
 * How many of some images each class has, the most first.
 * @param {number[]} selection @param {ArrayLike<number> | null | undefined} labels @returns {[number, number][]}
 */
export function counts(selection, labels) {
  const count = new Map();
  if (labels) for (const i of selection) count.set(labels[i], (count.get(labels[i]) || 0) + 1);
  return [...count].sort((a, b) => b[1] - a[1]);
}

/** @type {WeakMap<number[], Item[]>} */
const galleries = new WeakMap();

/** @param {number[]} selection @returns {Item[]} */
function gallery(selection) {
  const found = galleries.get(selection) ?? selection.slice(0, GALLERY).map(index => ({index}));
  galleries.set(selection, found);
  return found;
}

/** What a search has found, as a sentence. @param {string} text @param {number} number @param {boolean} reads */
export function foundText(text, number, reads) {
  if (!text.trim()) return '';
  return number ? say('found', {number: grouped(number)}) : say(reads ? 'found_none_reads' : 'found_none');
}

/** @param {Explorer} on @param {Pane} main */
export const searchView = (on, main) => html`<section class="search"><h3>${say('search')}</h3><input type="search" id="explore-search"
  placeholder=${say('search_help')}
  aria-label=${say('search')} .value=${live(on.points.text)}
    @input=${(/** @type {Event} */ event) => on.points.search(/** @type {HTMLInputElement} */ (event.target).value)}
  @keydown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter' && main.info.reads) on.own.addText(on.points.text); }}><p
  class="hint">${foundText(on.points.text, on.points.found, main.info.reads)}</p><button type="button" class="small"
    ?hidden=${!main.info.reads}
  @click=${() => on.own.addText(on.points.text)}>${say('place_text')}</button></section>`;

/** @param {Explorer} on @param {Pane} main */
export function selectionView(on, {about, classes, images}) {
  const {points} = on, {selection} = points;
  if (!selection) return html`<section class="selection"></section>`;
  const more = selection.length - GALLERY;
  return html`<section class="selection" data-count=${selection.length}><h3>${say('selected', {number: grouped(selection.length)})}${
    button(say('clear'), () => points.clear())}</h3>${counts(selection, about.labels).map(([label, number]) => html`<div
      class="count" data-label=${label}><span>${classes[label]}</span><div><i
      style=${styleMap({width: percent(number / selection.length), background: COLOURS[label % COLOURS.length]})}></i></div><b>${
        number}</b></div>`)}<image-buttons class="gallery"
    .images=${images} .items=${gallery(selection)} .side=${34} .bare=${true} @pick=${points.picks}
      @hover=${points.hovers}></image-buttons>${
    more > 0 ? html`<p class="hint">${say('more', {number: grouped(more)})}</p>` : nothing}</section>`;
}

/** How many are selected, and what becomes of them with the next lasso or search. @param {Explorer} on */
export function joiningView({points}) {
  const {selection, joining} = points;
  if (!selection && joining === 'new') return nothing;
  return html`<div class="joining"><span>${say('selected', {number: grouped(selection?.length ?? 0)})}</span><span
    class="hint">${say('joining')}</span>${choice(['new', 'add', 'take'].map(how => [how, say(`joining_${how}`)]), joining,
    how => points.join(/** @type {import('./points.js').Joining} */ (how)), undefined, {label: say('joining')})}${
    button(say('clear'), () => points.clear())}</div>`;
}
