import {html, nothing} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {cosineColour} from './cosine.js';

const MANY = 6, LONG = 24;  // columns, letters of a column's name: beyond them the names stand upright
/** @type {Record<string, [number, number] | undefined>} */
const STEPS = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};

/**
 * @typedef {object} Heat
 * @property {unknown[]} rows their names, as templates
 * @property {string[]} columns their names
 * @property {number[][]} values
 * @property {(value: number) => number} strength −1…1, of the colour, which is that of a cosine
 * @property {(value: number) => string} text
 * @property {(row: number, column: number) => string} sentence about a cell
 * @property {(row: number, column: number) => boolean} [best] whether a cell has a frame
 */

/** @param {number} value @param {number} count */
const within = (value, count) => Math.max(0, Math.min(count - 1, value));

/** Whether a colour is so strong that another ink is read on it. @param {number} strength */
const strong = strength => strength > 0.87 ? 'above' : strength < -0.93 ? 'below' : '';

/** A table of numbers as colours; the mouse or the arrow keys say in a sentence what a cell holds. */
export class HeatTable extends widget({heat: /** @type {Heat | null} */ (null), name: ''}) {
  /** @type {[number, number] | null} */
  at = null;  // the cell that is told of

  render() {
    return html`<div class="heat-frame" tabindex="0" role="group" aria-label=${this.name} @pointerover=${this.point} @click=${this.point}
      @keydown=${this.key}>${this.heat ? this.table(this.heat) : nothing}</div><p class="hint heat-line" aria-live="polite"></p>`;
  }

  /** @param {Heat} heat */
  table({rows, columns, values, strength, text, best = () => false}) {
    const wide = columns.length > MANY || columns.some(name => name.length > LONG);
    const cell = (/** @type {number} */ v, /** @type {number} */ i, /** @type {number} */ j) => html`<td class=${best(i, j) ? 'best' : ''}
      data-row=${i} data-column=${j} data-value=${v.toFixed(4)} data-strong=${strong(strength(v))}
      style=${`background: ${cosineColour(strength(v))}`}>${text(v)}</td>`;
    return html`<table data-wide=${wide ? '1' : ''}><thead><tr><td class="corner"></td>${columns.map(name => html`<th scope="col"
      title=${name}><span>${name}</span></th>`)}</tr></thead><tbody>${rows.map((row, i) => html`<tr><th scope="row">${row}</th>${
      values[i].map((v, j) => cell(v, i, j))}</tr>`)}</tbody></table>`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (!changed.has('heat')) return;
    this.line.textContent = '';
    this.querySelector('td.at')?.classList.remove('at');
    if (this.at) this.go(...this.at);
  }

  get line() { return /** @type {HTMLElement} */ (this.querySelector('.heat-line')); }

  /** @param {Event} event */
  point(event) {
    const cell = /** @type {Element} */ (event.target).closest('td');
    if (cell?.dataset.row) this.go(Number(cell.dataset.row), Number(cell.dataset.column));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = STEPS[event.key];
    if (!step || !this.heat) return;
    event.preventDefault();
    const at = this.at ?? [-step[0], -step[1]];
    this.go(at[0] + step[0], at[1] + step[1]);
    this.querySelector('td.at')?.scrollIntoView({block: 'nearest', inline: 'nearest'});
  }

  /** Tells of a cell, or of the one nearest to it that there is. @param {number} row @param {number} column */
  go(row, column) {
    const values = this.heat?.values ?? [], i = within(row, values.length), j = within(column, values[i]?.length ?? 0);
    this.querySelector('td.at')?.classList.remove('at');
    const cell = this.querySelector(`td[data-row="${i}"][data-column="${j}"]`);
    this.at = cell ? [i, j] : null;
    cell?.classList.add('at');
    if (cell && this.heat) this.line.textContent = this.heat.sentence(i, j);
  }
}

define('heat-table', HeatTable);
