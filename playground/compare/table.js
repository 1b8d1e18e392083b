import {html, nothing, repeat} from '../page/lit.js';
import {term} from '../page/terms.js';
import {linkTo, say, swatch} from './parts.js';

/** @typedef {import('./compare.js').Comparer} Comparer */
/** @typedef {import('./answers').Comparison} Comparison */
/** @typedef {import('./answers').Run} Run */

const narrow = matchMedia('(max-width: 760px)');  // as in compare.css

/** @param {() => void} then */
export const onTurned = then => narrow.addEventListener('change', then);

/** What differs between runs, what came out, and what is reached without training. @param {Comparer} page @param {Comparison} found */
export function table(page, found) {
  const measured = found.columns.map((column, at) => ({at, last: narrow.matches && !column.measured}));
  const order = measured.sort((a, b) => Number(a.last) - Number(b.last)).map(one => one.at);  // a phone shows two columns
  const turned = (/** @type {any[]} */ row) => order.map(at => row[at]);
  return drawn(page, {...found, columns: turned(found.columns), cells: found.cells.map(turned),
    beaten: found.beaten.map(row => ({...row, texts: turned(row.texts)}))});
}

/** @param {Comparer} page @param {Comparison} found */
const drawn = (page, {columns, cells, beaten, runs}) => html`<table class="compare-table"><thead><tr><th scope="col"><b>${
  say('run')}</b></th>${columns.map(head)}</tr></thead><tbody>${repeat(runs, run => run.run, (run, at) => html`<tr data-run=${run.run}
    data-state=${run.state} title=${run.ended ? nothing : say('so_far')}>${name(page, run, at)}${cells[at].map((cell, i) => html`<td
    data-key=${columns[i].key} class=${cell.best ? 'best' : nothing}>${cell.best ? star() : nothing}${cell.text}</td>`)}</tr>`)}</tbody>${
  beaten.length ? html`<tfoot>${beaten.map(row => html`<tr data-beaten=${row.key}><th scope="row">${term(row.key, row.name)}</th>${
    row.texts.map((text, i) => html`<td data-key=${columns[i].key}>${text}</td>`)}</tr>`)}</tfoot>` : nothing}</table>`;

/** @param {import('./answers').Column} column */
const head = ({key, name, means, better, measured}) => html`<th scope="col" data-key=${key} title=${measured ? nothing : means}><b>${
  term(key, name)}</b>${better ? html`<small class="better">${say(`better_${better}`)}</small>` : nothing}${
  measured ? html`<small>${means}</small>` : nothing}</th>`;

const star = () => html`<span class="compare-star" role="img" aria-label=${say('best')}>★</span> `;

/** @param {Comparer} page @param {Run} run @param {number} at */
const name = (page, run, at) => html`<th scope="row"><div class="compare-name">${swatch(at)}<a href=${linkTo({run: run.run})}
  title=${`${run.title} · ${say('open_run')}`} data-key=${`open ${run.run}`}>${run.label}</a><button type="button" class="compare-remove"
  aria-label=${say('remove', {name: run.label})} data-key=${`remove ${run.run}`} @click=${() => page.remove(run.run)}>×</button></div>${
  under(page, run)}</th>`;

/** Below a run's name: that it has collapsed, where it stands, of which sweep it is. @param {Comparer} page @param {Run} run */
function under(page, run) {
  const {sweep, status} = run, other = sweep && sweep !== page.sweep.id, stands = !['finished', 'stopped'].includes(run.state);
  if (!run.collapsed && !stands && !other) return nothing;
  return html`<div class="compare-under">${
    run.collapsed ? html`<em class="compare-collapsed" title=${run.collapsed}>${say('collapsed')}</em>` : nothing}${
    stands ? html`<small>${status}</small>` : nothing}${
    other ? html`<button type="button" class="compare-link" data-key=${`sweep ${run.run}`} @click=${() => page.sweep.open(sweep)}>${
      say('of_sweep')}</button>` : nothing}</div>`;
}
