// What stations of one step in slow motion are made of.
import {html, styleMap} from '../page/lit.js';
import {place} from '../widgets/entry-matrix.js';
import {written} from '../widgets/text.js';

/** @typedef {import('./answers').Walked} Walked */

/** A number with three digits. @param {number} value */
export const digits = value => written(value, '.3g');

/** Rows of pictures, each with its name. @param {Walked} found @param {string[]} names */
export const strips = (found, names) => names.filter(name => name in found.strips).map(name => html`<figure class="walk-strip"
  data-row=${name}><figcaption>${found.rows[name]}</figcaption><img alt=${found.rows[name]} src=${found.strips[name]}
  style=${styleMap({'--count': String(found.sides[name])})}></figure>`);

/** One of a row of pictures, small. @param {{src: string, count: number}} sheet @param {number} at */
export const thumb = ({src, count}, at) => html`<b class="walk-thumb" style=${styleMap({
  'background-image': `url("${src}")`, ...place({src, count, at: []}, at)})}></b>`;

/** The picture, or the name, at a row of a table. @param {Walked} found @param {import('./answers').WalkTable} table @param {number} row */
export const rowHead = (found, table, row) => table.row_names.length
  ? html`<span class="walk-name" title=${table.row_names[row]}>${table.row_names[row]}</span>`
  : thumb({src: found.strips[table.strip], count: found.sides[table.strip]}, table.rows[row]);
