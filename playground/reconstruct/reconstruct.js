// The Reconstruct tab: one image, and what a run's network makes of it when it is squeezed, damaged or partly hidden. Every move of
// a slider is a question to the server. What a person has set and what was answered are different fields, here and in each view.
import {query, remember} from '../page/address.js';
import {sentence, wrong} from '../page/ask.js';
import {render} from '../page/lit.js';
import {playground} from '../page/playground.js';
import {ordered} from '../page/runs.js';
import {received, shownRun, visited} from '../page/tabs.js';
import {className} from '../page/words.js';
import {dropping} from '../widgets/drop.js';
import * as api from './api.js';
import {page} from './page.js';
import {say} from './parts.js';
import {cut, deal, loaded, nameOf} from './pictures.js';
import {filled, read, written} from './settings.js';
import {able, fieldsOf, viewOf} from './views.js';

/** @typedef {import('./answers').Maker} Maker */
/** @typedef {import('./types').Picture} Picture */

const RUNNING = 1500, STRIP = 12;  // ms between looks at a run that trains; images to choose from

export class Reconstructor {
  list = /** @type {Maker[] | null} */ (null);  // null: they have not come yet
  maker = /** @type {Maker | null} */ (null);  // as it was when its network last moved on
  about = /** @type {import('./types').About | null} */ (null);  // of the images
  classes = /** @type {string[]} */ ([]);  // their names in the reader's language
  sheet = /** @type {HTMLImageElement | null} */ (null);
  choice = /** @type {import('./types').Choice | null} */ (null);
  positions = /** @type {Float32Array | null} */ (null);
  first = '';  // pixels of the first image
  image = /** @type {Picture | null} */ (null);
  views = /** @type {Record<string, HTMLElement>} */ ({});
  slow = /** @type {Set<string>} */ (new Set());  // questions that take long
  note = '';
  complained = false;  // whether the note is of an answer
  missing = '';  // why the run of the address is not there
  upload = '';
  drawing = false;
  picky = false;  // whether a person chose a run here
  wanted = '';  // the run that was last chosen
  followed = '';  // the run that Train showed when this tab was last opened
  parcel = /** @type {{run: string, index: number | null} | null} */ (null);  // what another tab wants to be looked at here
  linked = /** @type {import('./types').Settings | null} */ (null);  // what the address wants, until its run is there
  acts = 0;  // what a person has done to the image, so that what was asked before does not undo it
  answered = 0;
  opening = false;
  looking = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.settings = read(query);
    const {over, drop} = dropping(files => this.fit(files[0]));
    root.addEventListener('dragover', over);
    root.addEventListener('drop', drop);
    this.draw();
    new IntersectionObserver(seen => { if (seen.some(one => one.isIntersecting)) this.opened(); }).observe(root);
    setInterval(() => { if (this.visible() && this.maker && !this.newest?.ended) this.relearned(); }, RUNNING);
  }

  visible() { return this.root.offsetParent !== null && !document.hidden; }

  get map() { return /** @type {import('../widgets/embedding-map/element.js').EmbeddingMap} */ (this.root.querySelector('embedding-map')); }

  get columns() { return /** @type {HTMLElement | null} */ (this.root.querySelector('.reconstruct-columns')); }

  /** What the list says of the run that is looked at. */
  get newest() { return this.list?.find(one => one.run === this.maker?.run) ?? null; }

  draw() { render(page(this), this.root); }

  // -- which run ---------------------------------------------------------------------------------------------------

  async opened() {
    this.parcel = received('reconstruct') ?? this.parcel;
    if (this.opening) return;
    this.opening = true;
    const {parcel} = this;
    try {
      const now = parcel?.run || shownRun(), list = await this.listRuns(now);
      if (list.length && this.parcel === parcel) {  // or another run was chosen since
        const can = list.some(one => one.run === now), wanted = parcel || !this.maker || can && now !== this.followed && !this.picky;
        if (parcel && parcel.index !== null) this.index(parcel.index);
        Object.assign(this, {followed: now, parcel: null});
        if (wanted) await this.load(can ? now : this.maker?.run ?? list[0].run);
      }
    } catch (error) { this.failed(error); } finally { this.opening = false; }
    this.draw();
    this.remember();
    if (this.parcel && this.parcel !== parcel) this.opened();
  }

  /** The address wants another view. */
  follow() {
    this.linked = read(query);
    this.parcel = {run: query.get('run') ?? '', index: this.linked.index};
    this.opened();
  }

  /** @param {string} [also] */
  async listRuns(also = '') {
    const linked = query.get('run') ?? '';
    const list = await api.makers([linked, also, shownRun(), this.maker?.run ?? '']);
    if (linked && !this.maker && !list.some(one => one.run === linked)) this.missing = await wrong(linked);
    this.list = ordered(list);
    return this.list;
  }

  /** The network may have moved on. */
  async relearned() {
    if (this.looking) return;
    this.looking = true;
    try {
      await this.listRuns();
      const {newest} = this;
      if (newest && newest.last !== this.maker?.last) {
        this.maker = newest;
        this.place();
      }
      this.draw();
    } catch { /* the page says elsewhere that the app is gone */ } finally { this.looking = false; }
  }

  /** @param {string} run */
  pickRun(run) {
    Object.assign(this, {picky: true, missing: '', parcel: null});
    this.load(run).catch(error => this.failed(error));
  }

  /** @param {string} run */
  async load(run) {
    const maker = this.list?.find(one => one.run === run), fits = this.maker?.set === maker?.set && this.maker?.width === maker?.width;
    this.wanted = run;
    if (!maker) return;
    if (!fits || !this.about) {
      const found = await this.images(run);
      if (!found || this.wanted !== run) return;  // another was chosen since
      Object.assign(this, {...found, classes: found.about.classes.map(className), image: null, positions: null});
    }
    this.acts++;
    this.settings = filled(this.linked ?? this.settings, maker);
    this.linked = null;
    if (!able(maker).includes(this.settings.doing)) this.settings.doing = able(maker)[0];
    Object.assign(this, {maker, drawing: false, first: this.pixels(0, maker)});
    this.deal();
    if (!this.image || this.image.index !== null && this.image.index !== this.settings.index) this.index(this.settings.index);
    this.draw();
    this.remember();
    this.place();
  }

  /** The held-out images of a run; where they cannot be had, the list says again which run is shown. @param {string} run */
  async images(run) {
    try { return {about: await api.about(run), sheet: await loaded(api.sheet(run))}; } catch (error) {
      if (this.wanted !== run) return null;
      this.wanted = this.maker?.run ?? '';
      throw error;
    }
  }

  place() {
    const {maker} = this;
    if (!maker) return;
    api.positions(maker.run, maker.last, positions => {
      if (this.maker?.run !== maker.run) return;
      this.positions = positions;
      this.draw();
    }).catch(error => this.failed(error));
  }

  // -- which image -------------------------------------------------------------------------------------------------

  /** Some of the held-out images: the same ones wherever the link is opened. */
  deal() {
    const {about, sheet, settings} = this;
    if (!about || !sheet) return;
    const shown = deal(about.count, STRIP, settings.dealt).map(index => ({index, name: nameOf(about, index)}));
    this.choice = {sheet: {...about, src: sheet.src}, shown};
    if (settings.second === null || settings.second >= about.count) settings.second = Math.floor(about.count / 2);
  }

  /** @param {number} index @param {Maker | null} [maker] */
  pixels(index, maker = this.maker) { return this.sheet && this.about && maker ? cut(this.sheet, this.about, index, maker.channels) : ''; }

  /** @param {number} index */
  index(index) {
    const {about} = this;
    const at = about ? Math.min(index, about.count - 1) : index;
    this.settings.index = at;
    this.image = null;
    if (!about || !this.maker) return;
    this.image = {index: at, pixels: this.pixels(at), name: `${nameOf(about, at)} · ${say('image_number', {number: at + 1})}`};
  }

  /** What a person chooses takes the place of what was wanted before. @param {number | null} index */
  chose(index) {
    this.acts++;
    if (this.parcel) this.parcel.index = index;
    if (this.linked && index !== null) this.linked.index = index;
  }

  /** @param {number} index */
  pick(index) {
    this.chose(index);
    this.index(index);
    this.set({note: '', drawing: false});
  }

  /** A person's own image. @param {string} pixels @param {string} name @param {Partial<Reconstructor>} [values] */
  use(pixels, name, values = {}) {
    this.chose(null);
    this.set({...values, image: {index: null, pixels, name}});
  }

  /** @param {File | undefined} file */
  async fit(file) {
    const run = this.maker?.run;
    if (!file || !run) return;
    const act = ++this.acts;
    this.set({upload: 'busy'});
    try {
      const {pixels, name, note} = await api.fit(run, file);
      if (act === this.acts) this.use(pixels, name, {drawing: false, note});
    } catch (error) { this.failed(error); }
    this.set({upload: 'done'});
  }

  // -- what a person sets, and what is answered --------------------------------------------------------------------

  /** @param {Partial<Reconstructor>} values */
  set(values) {
    Object.assign(this, values);
    this.draw();
    this.remember();
  }

  /** What a view or a person has set: nothing else on the page follows from it. @param {Partial<import('./types').Settings>} values */
  setting(values) {
    Object.assign(this.settings, values);
    this.remember();
  }

  /** @param {string} doing */
  turnTo(doing) {
    this.setting({doing});
    this.draw();
  }

  otherImages() {
    this.setting({dealt: this.settings.dealt + 1});
    this.deal();
    this.draw();
  }

  /** The view of what is done, which stays as it is while others are shown. */
  view() {
    const {doing} = this.settings;
    this.views[doing] ??= viewOf(doing, this);
    return Object.assign(this.views[doing], fieldsOf(doing, this));
  }

  answer() {
    const {columns} = this;
    if (columns) columns.dataset.answered = String(++this.answered);
    if (this.complained) this.set({note: '', complained: false});
  }

  /** @param {[string, boolean]} question a kind, and whether it takes long */
  waits([kind, long]) {
    if (this.slow.has(kind) === long) return;
    if (long) this.slow.add(kind);
    else this.slow.delete(kind);
    this.draw();
  }

  /** @param {unknown} error */
  failed(error) {
    this.note = sentence(error);
    this.complained = true;
    this.draw();
  }

  remember() {
    if (!this.maker || !this.image || !this.visible()) return;
    remember({tab: 'reconstruct', run: this.maker.run, ...written(this.settings, this.image.index === null)});
  }
}

/** @param {HTMLElement} element */
export function open(element) {
  const reconstructor = new Reconstructor(/** @type {HTMLElement} */ (element.querySelector('.reconstruct')));
  document.addEventListener('parcel', event => {
    if (/** @type {CustomEvent<string>} */ (event).detail === 'reconstruct') reconstructor.opened();
  });
  visited('reconstruct', () => reconstructor.follow());
  playground.reconstructor = reconstructor;
}
