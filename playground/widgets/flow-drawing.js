import {html, unsafeHTML} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {ABOVE, BELOW} from './cosine.js';

/**
 * What a run has just now in the places of a drawing.
 * @typedef {{
 *   rows: Record<string, string>, count: number, at: number, tables: Record<string, number[][]>, said: Record<string, string>,
 *   spread: number | null,
 * }} Live rows: addresses of rows of `count` pictures, of which the one `at` is seen; said: words; spread: from 0 to 1
 */

/** @type {Live} */
const NOTHING = {rows: {}, count: 1, at: 0, tables: {}, said: {}, spread: null};

/**
 * A data flow as its maker drew it, along the page and down it, of which the style sheet shows the one that fits; the parts that
 * stand for the symbols in `lit` (keys, by spaces) have the class lit. A part names its own symbols in data-sym, and a place for
 * something of a run that thing in data-live. `station` is a stop on the way through, which the nodes that have it in data-at show.
 */
export class FlowDrawing extends widget({wide: '', tall: '', lit: '', station: '', live: /** @type {Live | null} */ (null)}) {
  render() { return html`${unsafeHTML(this.wide)}${unsafeHTML(this.tall)}`; }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    light(this, this.lit);
    this.classList.toggle('lighting', this.lit !== '');
    this.classList.toggle('walking', this.station !== '');
    for (const node of /** @type {NodeListOf<SVGElement>} */ (this.querySelectorAll('[data-at]'))) {
      node.classList.toggle('here', (node.dataset.at ?? '').split(' ').includes(this.station));
    }
    if (changed.has('live') || changed.has('wide') || changed.has('tall')) fill(this, this.live ?? NOTHING);
  }
}

/** Puts into each place what a run has there. @param {Element} root @param {Live} live */
function fill(root, {rows, count, at, tables, said, spread}) {
  for (const place of /** @type {NodeListOf<SVGElement>} */ (root.querySelectorAll('[data-live]'))) {
    const {live = '', other = '0'} = place.dataset, src = rows[live];
    if (place.localName === 'text') place.textContent = said[live] ?? '';
    else if (place.localName === 'image') given(place, 'href', tables[live] ? drawn(tables[live]) : '');
    else {
      const image = /** @type {SVGElement} */ (place.firstElementChild);
      given(place, 'viewBox', `${(at + Number(other)) % count} 0 1 1`);
      given(image, 'width', String(count));
      given(image, 'href', src ?? '');
    }
  }
  /** @type {HTMLElement} */ (root).style.setProperty('--spread', spread === null ? '' : String(Math.max(0, Math.min(1, spread))));
}

/**
 * What is there already is left alone: a picture would be read again.
 * @param {SVGElement} node @param {string} name @param {string} value
 */
function given(node, name, value) {
  if ((node.getAttribute(name) ?? '') === value) return;
  if (value) node.setAttribute(name, value);
  else node.removeAttribute(name);
}

/** Tables that were drawn: several times a second all else is said anew. @type {WeakMap<number[][], string>} */
const pictures = new WeakMap();

/** Cosines as a picture of a pixel each, in their colours. @param {number[][]} table @returns {string} its address */
function drawn(table) {
  const found = pictures.get(table) ?? painted(table);
  pictures.set(table, found);
  return found;
}

/** @param {number[][]} table */
function painted(table) {
  const canvas = Object.assign(document.createElement('canvas'), {width: table[0].length, height: table.length});
  const paper = canvas.getContext('2d');
  if (!paper) return '';
  const pixels = paper.createImageData(canvas.width, canvas.height), colours = [BELOW, ABOVE].map(one => one.split(' ').map(Number));
  for (const [i, value] of table.flat().entries()) {
    pixels.data.set([...colours[value < 0 ? 0 : 1], Math.round(255 * Math.min(1, Math.abs(value)))], 4 * i);
  }
  paper.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}

/**
 * Gives the class lit to the parts of an element that stand for one of these symbols.
 * @param {Element} root @param {string} keys by spaces
 */
export function light(root, keys) {
  const wanted = keys.split(' ').filter(Boolean);
  for (const node of root.querySelectorAll('[data-sym]')) {
    node.classList.toggle('lit', (/** @type {HTMLElement} */ (node).dataset.sym ?? '').split(' ').some(key => wanted.includes(key)));
  }
}

/** The symbols that the part under an event stands for, '' for none. @param {EventTarget | null} target @returns {string} */
export function symbolsAt(target) {
  const part = /** @type {HTMLElement | null | undefined} */ (/** @type {Element | null} */ (target)?.closest?.('[data-sym]'));
  return part?.dataset.sym ?? '';
}

define('flow-drawing', FlowDrawing);
