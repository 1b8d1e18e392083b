// What a person points at: one image, several, or those that a search finds.
import {hits} from './selection.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */

/** @typedef {'new' | 'add' | 'take'} Joining what becomes of a selection with the next one */

const TYPED = 'input, select, textarea, [role=tab], [contenteditable]';

/**
 * A selection and the next one: the next alone, both, or the one without the other.
 * @param {number[] | null} before @param {number[]} next @param {Joining} how @param {number} count of images
 */
export function joined(before, next, how, count) {
  const held = new Uint8Array(count);
  if (how !== 'new') for (const i of before ?? []) held[i] = 1;
  for (const i of next) held[i] = how === 'take' ? 0 : 1;
  const found = [...held.keys()].filter(i => held[i]);
  return found.length ? found : null;
}

export class Points {
  /** @type {number[] | null} */
  selection = null;
  /** @type {Joining} */
  joining = 'new';
  picked = -1;
  text = '';  // searched for
  /** @type {number[] | null} the selection before the search */
  before = null;
  found = 0;  // how many images have it
  /** @type {{index: number, from: Pane | null}} the image that the mouse is over, and the map that it is over in */
  linked = {index: -1, from: null};

  picks = (/** @type {CustomEvent<number>} */ {detail}) => this.pick(detail);
  hovers = (/** @type {CustomEvent<number>} */ {detail}) => this.hover(detail, null);

  /** @param {Explorer} on */
  constructor(on) { this.on = on; }

  /** Another run is explored: what was written is searched for in it. @param {{selection: number[] | null, picked: number}} start */
  begin({selection, picked}) {
    Object.assign(this, {selection, before: null, joining: 'new', picked, linked: {index: -1, from: null}});
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

  /** A person draws a lasso around some images. @param {number[] | null} indices @param {Joining} [how] */
  select(indices, how = this.joining) {
    const {count} = this.on.panes[0].about;
    this.selection = this.before = joined(this.selection, indices?.filter(i => i < count) ?? [], how, count);
    if (!this.selection) return this.clear();
    this.changed();
  }

  /** Nothing is selected any more, or searched for. */
  clear() {
    Object.assign(this, {selection: null, before: null, joining: 'new', text: ''});
    this.changed();
  }

  /** Selects what has a text, of the images that are shown. @param {string} text */
  search(text) {
    const {panes: [main], filter: {only}} = this.on, found = (hits(main, text) ?? []).filter(i => !only || only[i]);
    if (!this.text) this.before = this.selection;
    Object.assign(this, {text, found: found.length, selection: joined(this.before, found, this.joining, main.about.count)});
    this.changed();
  }

  changed() {
    this.on.remember();
    this.on.draw();
  }

  /** @param {Joining} joining */
  join(joining) {
    this.joining = joining;
    this.on.draw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const {on} = this;
    if (event.key !== 'Escape' || !on.visible() || !on.panes.length || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/** @type {Element} */ (event.target).closest(TYPED)) return;
    event.preventDefault();
    this.clear();
    this.pick(-1);
  }
}
