// What every custom element of the page is made from.
import {LitElement} from './lit.js';

/**
 * A class of elements with these fields: a parent sets them, a change of one draws the element anew, and events go up. It is
 * drawn into the page itself, whose style sheets it uses.
 * @template {object} F
 * @param {F} fields the fields and their first values, which must be data
 */
export function widget(fields) {
  class Widget extends LitElement {
    static properties = Object.fromEntries(Object.keys(fields).map(name => [name, {attribute: false}]));

    constructor() {
      super();
      Object.assign(this, structuredClone(fields));
    }

    createRenderRoot() { return this; }

    /** @param {string} event @param {unknown} [detail] */
    tell(event, detail) { this.dispatchEvent(new CustomEvent(event, {detail, bubbles: true})); }
  }
  return /** @type {new () => Widget & F} */ (/** @type {unknown} */ (Widget));
}

/** Defines an element once, however often its module is loaded. @param {string} tag @param {CustomElementConstructor} made */
export function define(tag, made) { if (!customElements.get(tag)) customElements.define(tag, made); }
