// What a person points at: one image, several, or those that a search finds.
import {hits} from './selection.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */

export class Points {
  /** @type {number[] | null} */
  selection = null;
  picked = -1;
  text = '';  // searched for
  found = 0;  // how many images have it
  /** @type {{index: number, from: Pane | null}} the image that the mouse is over, and the map that it is over in */
  linked = {index: -1, from: null};

  picks = (/** @type {CustomEvent<number>} */ {detail}) => this.pick(detail);
  hovers = (/** @type {CustomEvent<number>} */ {detail}) => this.hover(detail, null);

  /** @param {Explorer} on */
  constructor(on) { this.on = on; }

  /** Another run is explored: what was written is searched for in it. @param {{selection: number[] | null, picked: number}} start */
  begin({selection, picked}) {
    Object.assign(this, {selection, picked, linked: {index: -1, from: null}});
    if (this.text) this.search(this.text);
  }

  /** @param {number} index @param {Pane | null} from */
  hover(index, from) {
    const {panes} = this.on, before = panes.map(pane => this.linkedOn(pane));
    this.linked = {index: Math.max(-1, index), from};
    if (panes.some((pane, p) => this.linkedOn(pane) !== before[p])) this.on.draw();  // on the map itself the mouse says enough
  }

  /** The image that the mouse is over elsewhere than on this map, -1 for none. @param {Pane} pane */
  linkedOn(pane) { return this.linked.from === pane ? -1 : this.linked.index; }

  /** @param {number} index of an image, -1 for none */
  pick(index) {
    this.picked = index;
    const asked = this.on.neighbours.ask();  // before the page is drawn, which it may be meanwhile
    this.on.remember();
    this.on.draw();
    return asked;
  }

  /** A person selects some images; none also ends the search. @param {number[] | null} indices */
  select(indices) {
    const {count} = this.on.panes[0].about, found = indices?.filter(i => i < count) ?? [];
    this.selection = found.length ? found : null;
    if (!this.selection) this.text = '';
    this.on.remember();
    this.on.draw();
  }

  /** @param {string} text */
  search(text) {
    const found = hits(this.on.panes[0], text) ?? [];
    Object.assign(this, {text, found: found.length, selection: found.length ? found : null});
    this.on.remember();
    this.on.draw();
  }
}
