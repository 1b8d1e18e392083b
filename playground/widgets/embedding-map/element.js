import {html} from '../../page/lit.js';
import {define, widget} from '../../page/widget.js';
import {plotly} from '../plotly-loader.js';
import {imageStyle, nameOf} from '../sprite.js';
import {Camera} from './camera.js';
import {binned, labelled, NO_GROUP, paletteOf} from './colours.js';
import {Dots} from './dots.js';
import {enclosed, GLIDE, glided, nearest, SPHERE, spread} from './geometry.js';
import {Gestures} from './gestures.js';
import {Names} from './heaps.js';
import {paint} from './painter.js';
import {Pointer} from './pointer.js';
import {Space} from './space.js';
import {figure} from './traces.js';

/** @typedef {import('./types').About} About */
/** @typedef {import('./types').Spec} Spec */
/** @typedef {import('./types').Placed} Placed */
/** @typedef {import('./types').Span} Span */

/**
 * A map of images: `<embedding-map class="map" tabindex="0">`. It draws itself once it has `about` and a size on the page, follows
 * its size, and can be taken out and put back. Its parent gives it role, aria-label, data-*.
 *
 * Fields, all states that the parent owns; the map never sets them:
 *   about         what the images are (images.json); another one begins the map anew
 *   sheet         address of the picture that holds all images (images.png)
 *   positions     Float32Array x0 y0 (z0) x1 …, NaN of a point that is nowhere: of 2 or 3 dimensions by its length
 *   pace          ms in which the points glide there; the first time they jump
 *   spec          what the colours mean, {names, of} or {values, low, high}; null: the labels, as labelled() of colours.js has them
 *   hiddenGroups  a Set of groups that are not drawn; the parent empties it with other groups; toggled() of colours.js makes the next one
 *   only          Uint8Array, 1 for each point that is drawn; null for all
 *   selection     indices whose points stay bright, null for all
 *   picked, near  an index with a ring, and those with a small ring; -1 and []
 *   linked        the index that the mouse is over elsewhere, -1
 *   placed        a person's own images and words, [{at, name, picture}]
 *   images        true: points as images; null: where few are in view
 *   sphere        whether positions lie within the unit circle, the side of a sphere, which is drawn and always in view
 *   named         whether heaps of a map in the plane have names, those of their groups
 *   contours      whether lines show where the points of a map in the plane lie densely
 *   tool          what dragging does: 'pan' or 'lasso'
 *   wheel         whether the mouse's wheel zooms
 *   classes       names of the classes in the reader's language; null: about's own
 *   language      of the captions, 'en'
 *   unlabelled    what points without labels are called; gone: what a map in space says where plotly did not come
 *
 * Methods:
 *   await frame(positions)       sets `positions`; done when these are on the way, in space when they are drawn
 *   reset()                      gives the view back to the points' spread after zooming
 *   await figure(format, title)  an address of the map as 'png' or 'svg'
 *   name(i)                      what an image is called
 *   dress(node, i, side)         lets an element show an image; in templates: styleMap(imageStyle(…)) of ../sprite.js
 *   colourOf(i), shown(i), find(x, y, near), toX(), toY()
 * To read: where (positions now), bins, palette, coding (spec, or the labels'), drawn, begun, gliding, frames, hovered, dimensions,
 *   camera (of a map in the plane), space (of one in space), root, joining (the last lasso: 'add' with Shift, 'take' with Alt).
 *
 * Events: `hover` (index, -1 for none, -2 - j for placed[j]), `pick` (index), `own` (a placed point), `select` (indices, or null).
 *
 * Beside it: `<map-legend class="map-legend">` of legend.js with spec, hiddenGroups, name, help; it fires `toggle` ({group, alone}).
 */
export class EmbeddingMap extends widget({
  about: /** @type {About | null} */ (null), sheet: '', positions: /** @type {Float32Array | null} */ (null),
  spec: /** @type {Spec | null} */ (null), hiddenGroups: /** @type {Set<number>} */ (new Set()),
  only: /** @type {Uint8Array | null} */ (null),
  selection: /** @type {Iterable<number> | null} */ (null), picked: -1, near: /** @type {number[]} */ ([]), linked: -1,
  placed: /** @type {Placed[]} */ ([]), images: /** @type {boolean | null} */ (null), tool: /** @type {'pan' | 'lasso'} */ ('pan'),
  sphere: false, named: false, contours: false, wheel: true, pace: GLIDE, classes: /** @type {string[] | null} */ (null), language: 'en',
  unlabelled: '', gone: '',
}) {
  /** What the colours mean now. @type {Spec} */
  coding = {names: [], of: []};
  /** @type {number[]} */ bins = [];
  /** @type {string[]} */ palette = [];
  /** @type {Set<number>} */ off = new Set();  // groups that are not drawn; asked for every point of a frame, and lit's fields are slow
  /** @type {Uint8Array | null} */ drawable = null;  // likewise
  /** @type {Set<number> | null} */ chosen = null;
  /** @type {Map<Placed, HTMLImageElement>} */ pictures = new Map();  // of placed points
  sprite = new Image();
  dimensions = 2;
  /** @type {Float32Array} */ where = new Float32Array(0);  // the points are now
  /** @type {Span | null} */ span = null;
  /** @type {import('./geometry.js').Glide | null} */ gliding = null;
  stepping = false;
  frames = 0;  // painted of glides so far: what the benchmark counts
  begun = false;  // whether there was a frame
  /** @type {'add' | 'take' | undefined} */ joining = undefined;  // of the last lasso
  zoomed = false;  // by a person, whom the view then no longer follows

  pointer = new Pointer(this);
  gestures = new Gestures(this);
  camera = new Camera();
  names = new Names(this);
  dots = new Dots();
  space = new Space(this);
  canvas = Object.assign(document.createElement('canvas'), {className: 'map-paint'});
  drawn = false;
  unseen = false;  // whether it was to be drawn, and had no size
  wanted = 0;  // how often it was to be drawn anew
  building = Promise.resolve();  // till a map in space has begun or ended
  resizing = new ResizeObserver(() => {
    if (!this.clientWidth) return;  // behind another tab
    if (this.unseen) this.build();
    this.building.then(() => this.fit()).catch(error => console.error(error));
  });

  render() { return html`${this.space.plot}${this.canvas}${this.pointer.card.element}`; }

  get root() { return this; }
  get flat() { return this.dimensions === 2 && this.drawn; }

  connectedCallback() {
    super.connectedCallback();
    this.resizing.observe(this);
    this.pointer.begin();
    if (this.hasUpdated) this.build();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resizing.disconnect();
    this.pointer.end();
    this.gestures.end();
    if (this.gliding) this.jump(this.gliding.to, this.gliding.span);
    this.build();
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    const {about} = this;
    if (changed.has('sheet') && this.sheet) this.sprite = Object.assign(new Image(), {onload: () => this.paint(), src: this.sheet});
    if (changed.has('selection')) this.chosen = this.selection && new Set(this.selection);
    if (changed.has('placed')) this.pictures = new Map(this.placed.filter(point => point.picture).map(point =>
      [point, Object.assign(new Image(), {onload: () => this.paint(), src: point.picture})]));
    if (!about) return;
    if (changed.has('about')) this.begin(about.count);
    if (['about', 'spec', 'classes', 'unlabelled'].some(name => changed.has(name))) {
      this.coding = this.spec ?? labelled(about, this.unlabelled, this.classes);
      this.bins = binned(this.coding);
      this.palette = paletteOf(this.coding);
    }
    this.off = this.coding.values ? new Set() : this.hiddenGroups;
    this.drawable = this.only;
    const known = changed.has('about') && !changed.get('about');  // for the first time: positions may have been there before
    if (this.positions && (known || changed.has('positions'))) this.go(this.positions);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (changed.has('about') || (changed.has('wheel') && this.dimensions === 3)) this.build();
    this.dataset.tool = this.tool;
    if (!this.drawn) return;
    if ([...changed.keys()].some(name => name !== 'positions' && name !== 'tool')) this.redraw();
  }

  async getUpdateComplete() {
    const done = await super.getUpdateComplete();
    await this.building;
    return done;
  }

  /** @param {number} count */
  begin(count) {
    Object.assign(this, {where: new Float32Array(2 * count), dimensions: 2, span: null, gliding: null, begun: false});
    this.hover(-1);
  }

  /** Draws the map anew, or ends it where it is no longer on the page. In space plotly does, which takes its time and takes turns. */
  build() {
    const wanted = ++this.wanted, deep = this.dimensions === 3;
    this.unseen = this.isConnected && !this.clientWidth;
    const seen = this.isConnected && !this.unseen && !!this.about;
    this.drawn = seen && !deep;
    this.zoomed = false;
    this.canvas.hidden = deep;
    if (seen) this.measure();
    this.redraw();
    this.building = this.building.then(async () => {
      this.space.end();
      if (wanted !== this.wanted || !seen || !deep) return;
      await this.space.begin(() => wanted === this.wanted);
      if (wanted !== this.wanted) return;
      this.drawn = true;
      this.redraw();
    }).catch(error => console.error(error));
  }

  /** Follows the size that the map has. */
  measure() {
    Object.assign(this.camera, {width: this.clientWidth, height: this.clientHeight});
    if (this.span && !this.zoomed) this.camera.look(this.span);
  }

  /** @param {Float32Array} positions */
  async frame(positions) {
    this.positions = positions;
    await this.updateComplete;
  }

  /** Glides there from where the points are, or jumps. @param {Float32Array} positions */
  go(positions) {
    const dimensions = positions.length / this.bins.length, span = this.sphere ? SPHERE : spread(positions, dimensions);
    if (dimensions !== this.dimensions) {
      this.dimensions = dimensions;
      this.hover(-1);
      this.build();
    }
    const calm = !this.drawn || !this.begun || matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.begun = true;
    if (calm || !this.span) return this.jump(positions, span);
    const {where: from, span: before, pace: ms, gliding} = this;
    this.gliding = {from, to: positions, before, span, since: performance.now(), ms, even: gliding !== null};
    if (!this.stepping) this.step();
  }

  /** @param {Float32Array} positions @param {Span} span */
  jump(positions, span) {
    this.gliding = null;
    this.where = positions;
    this.place(span);
  }

  step() {
    this.stepping = false;
    if (!this.gliding || !this.drawn) return;
    const {where, span, done} = glided(this.gliding, performance.now());
    this.where = where;
    this.frames++;
    if (done) this.gliding = null;  // what is painted now is at rest
    this.place(span);
    if (done) return;
    this.stepping = true;
    requestAnimationFrame(() => this.step());
  }

  /** The view follows the points' spread until a person zooms; a double click gives it back. @param {Span} span */
  place(span) {
    this.span = span;
    if (!this.drawn) return;
    if (!this.zoomed) this.camera.look(span);
    this.redraw();
  }

  reset() {
    this.zoomed = false;
    if (this.span) this.place(this.span);
  }

  async fit() {
    if (!this.drawn || !this.clientWidth) return;
    const {width, height} = this.camera;
    if (width === this.clientWidth && height === this.clientHeight) return;
    if (!this.flat) await this.space.fit();
    this.measure();
    this.paint();
  }

  redraw() {
    if (!this.drawn) return;
    if (this.flat) this.paint();
    else this.space.redraw();
  }

  paint() { if (this.flat && this.begun) paint(this); }

  colourOf(/** @type {number} */ i) { return this.bins[i] < 0 ? NO_GROUP : this.palette[this.bins[i]]; }
  /** @param {number} i */
  shown(i) { return !this.off.has(this.bins[i]) && (!this.drawable || this.drawable[i] === 1); }
  /** @param {number} i */
  name(i) { return this.about ? nameOf(this.about, i, this.classes ?? this.about.classes, this.language) : ''; }

  /** @template {HTMLElement} E @param {E} node @param {number} i @param {number} side @returns {E} */
  dress(node, i, side) {
    if (this.about) Object.assign(node.style, imageStyle(this.about, this.sheet, i, side));
    return node;
  }

  toX() { return this.camera.toX(); }
  toY() { return this.camera.toY(); }

  /** What is there: an index, -2 - j for placed[j], -1 for none. @param {number} x @param {number} y @param {number} near px of the map */
  find(x, y, near) { return nearest([x, y], near, [this.toX(), this.toY()], this.where, i => this.shown(i), this.placed); }

  /** @param {[number, number][]} polygon positions */
  lasso(polygon) {
    const found = enclosed(this.where, i => this.shown(i), {x: polygon.map(at => at[0]), y: polygon.map(at => at[1])});
    this.tell('select', found.length ? found : null);
  }

  /** @param {string} format @param {string} title @returns {Promise<string>} */
  async figure(format, title) {
    const Plotly = await plotly(this.dimensions === 3 ? 'space' : 'plane');
    return Plotly.toImage(figure(this, title), {format, width: 1100, height: 800, scale: format === 'png' ? 2 : 1});
  }

  get hovered() { return this.pointer.hovered; }
  /** @param {number} i @param {PointerEvent} [event] */
  hover(i, event) { this.pointer.hover(i, event); }
}

define('embedding-map', EmbeddingMap);
