import {html, nothing} from '../page/lit.js';
import {runList} from '../page/runs.js';
import {field, say} from './parts.js';
import {table} from './table.js';

/** @typedef {import('./compare.js').Comparer} Comparer */
/** @typedef {import('./answers').Comparison} Comparison */

/**
 * Which runs are compared: examples, the table of them, and a list to add another one from.
 * @param {Comparer} page @param {Comparison} found
 */
export const choosing = (page, found) => html`<section><h3>${say('title')}</h3><p class="hint">${say('help', {most: found.most})}</p>
  <div class="compare-row" ?hidden=${!found.examples.length}>${found.examples.map(one => html`<button type="button"
    class="small toggle" aria-pressed=${String(one.runs) === String(page.runs)} data-example=${one.key}
    @click=${() => page.open(one.runs)}>${one.name}</button>`)}</div>
  <p class="match-error" role="alert">${page.failure || page.note}</p>
  ${page.runs.includes(page.pinned.run) ? html`<p class="compare-pinned" role="status">${
    say('pinned', {title: page.pinned.title})}</p>` : nothing}
  <p class="reconstruct-truth compare-seen" role="status" aria-label=${say('seen')}>${found.seen}</p>
  <div class="compare-scroll" tabindex="0" role="region" aria-label=${say('table_keys')}>${table(page, found)}</div>
  <div class="compare-row">${field(say('add'), adding(page, found))}</div>
  <div class="compare-notes">${found.notes.map(note => html`<p class="hint">${note}</p>`)}${
    found.runs.length > 1 ? html`<p class="hint">${say('best_help')}</p>` : nothing}</div></section>`;

/** @param {Comparer} page @param {Comparison} found */
function adding(page, {most}) {
  const {runs, unlisted} = page, full = runs.length >= most, others = page.others();
  const first = full ? say('add_full', {most}) : others.length ? say('add_choose', {number: others.length}) : unlisted || say('add_none');
  const add = (/** @type {string} */ run) => { if (run) page.add(run); };
  return runList(full ? [] : others, '', add, 'compare-add', say('add'), {first, disabled: full || !others.length});
}
