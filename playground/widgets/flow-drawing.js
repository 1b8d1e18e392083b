import {html, unsafeHTML} from '../page/lit.js';
import {define, widget} from '../page/widget.js';

/**
 * A data flow as its maker drew it, along the page and down it, of which a style sheet shows the one that fits; the parts that
 * stand for the symbols in `lit` (keys, by spaces) have the class lit. A part names its own symbols in data-sym.
 */
export class FlowDrawing extends widget({wide: '', tall: '', lit: ''}) {
  render() { return html`${unsafeHTML(this.wide)}${unsafeHTML(this.tall)}`; }

  updated() { light(this, this.lit); }
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
