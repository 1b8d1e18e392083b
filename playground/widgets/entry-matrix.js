import {html, nothing, styleMap} from '../page/lit.js';
import {define, widget} from '../page/widget.js';

/** @typedef {{src: string, count: number, at: number[]}} Pictures `count` of them side by side, and which one stands at each place */

/** @type {Record<string, [number, number] | undefined>} */
const STEPS = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};

/**
 * A table of entries as colours, with pictures or names at its rows and columns, some entries framed. The mouse, a finger or the
 * arrow keys point at an entry, of which `point` tells as [row, column]; `at` is the one that is pointed at.
 */
export class EntryMatrix extends widget({
  name: '',
  values: /** @type {(number | null)[][]} */ ([]),
  colour: /** @type {(value: number) => string} */ (/** @type {unknown} */ (null)),
  framed: /** @type {boolean[][] | null} */ (null),
  rows: /** @type {Pictures | null} */ (null), columns: /** @type {Pictures | null} */ (null),
  names: /** @type {string[]} */ ([]),  // of rows, where they have no pictures
  at: /** @type {[number, number] | null} */ (null),
}) {
  render() {
    const {values, rows, columns, names, name} = this, many = values[0]?.length ?? 0;
    const style = {'--many': String(many), ...sheet('rows', rows), ...sheet('columns', columns)};
    return html`<div class="entry-table" tabindex="0" role="group" aria-label=${name} style=${styleMap(style)}
      data-named=${names.length ? '' : nothing} @pointerover=${this.point} @click=${this.point} @keydown=${this.key}>
      ${columns ? html`<b class="corner"></b>${columns.at.map(at => html`<b class="column"
        style=${styleMap(place(columns, at))}></b>`)}` : nothing}
      ${values.map((row, i) => html`${this.head(i)}${row.map((value, j) => this.cell(value, i, j))}`)}</div>`;
  }

  /** @param {number} i */
  head(i) {
    const {rows, names} = this;
    if (rows) return html`<b class="row" style=${styleMap(place(rows, rows.at[i]))}></b>`;
    return html`<b class="said" title=${names[i] ?? ''}>${names[i] ?? ''}</b>`;
  }

  /** @param {number | null} value @param {number} i @param {number} j */
  cell(value, i, j) {
    const {at, framed} = this, here = at?.[0] === i && at[1] === j;
    const cls = `${value === null ? 'none' : ''}${framed?.[i]?.[j] ? ' framed' : ''}${here ? ' at' : ''}`;
    return html`<i class=${cls} data-row=${i} data-column=${j} style=${value === null ? '' : `background: ${this.colour(value)}`}></i>`;
  }

  /** @param {Event} event */
  point(event) {
    const {row, column} = /** @type {HTMLElement} */ (event.target).dataset;
    if (row !== undefined) this.go(Number(row), Number(column));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();  // whoever holds this table has keys of its own
    if (!this.at) return this.go(0, 0);
    this.go(this.at[0] + step[0], this.at[1] + step[1]);
  }

  /** @param {number} row @param {number} column */
  go(row, column) {
    const value = this.values[row]?.[column];
    if (value === undefined || this.at?.[0] === row && this.at[1] === column) return;
    Object.assign(this, {at: [row, column]});
    this.tell('point', [row, column]);
  }
}

/** @param {string} name @param {Pictures | null} pictures */
const sheet = (name, pictures) => pictures ? {[`--${name}`]: `url("${pictures.src}")`} : {};

/** Which part of a sheet is seen. @param {Pictures} pictures @param {number} at */
export const place = ({count}, at) => ({
  'background-size': `${100 * count}% 100%`, 'background-position': `${count > 1 ? 100 * at / (count - 1) : 0}% 0`,
});

define('entry-matrix', EntryMatrix);
