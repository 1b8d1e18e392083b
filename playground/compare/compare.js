// The Compare tab: up to eight runs as a table, their curves over each other, their maps and reconstructions linked by image,
// copies with one knob changed and sweeps of a knob. While something trains the server is asked again and again.
import {query, remember} from '../page/address.js';
import {get, sentence} from '../page/ask.js';
import {holds} from '../page/link.js';
import {html, nothing, render} from '../page/lit.js';
import {playground} from '../page/playground.js';
import {ordered} from '../page/runs.js';
import {empty, failed, waiting} from '../page/state.js';
import {visited} from '../page/tabs.js';
import {Change} from './change.js';
import {choosing} from './choosing.js';
import {curves, toggled, wanted} from './curves.js';
import {factors} from './factors.js';
import {Maps} from './maps.js';
import {EVERY, RETRY, say} from './parts.js';
import {Pictures} from './pictures.js';
import {Sweep} from './sweep.js';
import {onTurned} from './table.js';

/** @typedef {import('./answers').Comparison} Comparison */
/** @typedef {import('./answers').Run} Run */
/** @typedef {{run: string, title: string, changed: string}} Listed a run of this app */
/** @typedef {{index: number, set: string}} Picked an image, and the set that it is of */

/** @param {string} key */
const list = key => (query.get(key) ?? '').split(',').filter(Boolean);
/** @param {Comparison | null} found */
const ended = found => found?.runs.filter(run => run.ended).length ?? null;

export class Comparer {
  // what a person, or the address, wants
  /** @type {string[] | null} */
  chosen = list('runs');  // runs that the server has not answered for yet
  /** @type {string[] | null} */
  curves = query.has('curve') ? list('curve') : null;
  over = query.get('over') === 'steps' ? 'steps' : 'seconds';
  off = new Set(list('off'));  // runs whose curves are not drawn
  /** @type {Picked | null} */
  picked = null;
  /** An image of the address, and which run it is of. @type {number[] | null} */
  linked = /^\d{1,6}(_\d)?$/.test(query.get('kept') ?? '') ? String(query.get('kept')).split('_').map(Number) : null;
  // what the server says
  /** @type {Comparison | null} */
  found = null;
  /** @type {Listed[]} */
  list = [];
  note = '';  // on the address
  pinned = {run: '', title: ''};  // what the host of one's room showed last
  failure = '';  // of the last question
  unlisted = '';  // why the runs to add are not known
  /** The runs to add, as long as somebody chooses among them. @type {{of: string, runs: Listed[]} | null} */
  shown = null;
  opening = false;
  /** The newest questions: an answer to another one comes too late. @type {object | null} */
  question = null;
  /** @type {object | null} */
  listing = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.maps = new Maps(this);
    this.pictures = new Pictures(this);
    this.change = new Change(this);
    this.sweep = new Sweep(this);
    this.draw();
    onTurned(() => this.draw());
    document.addEventListener('pinned', () => { if (this.found) this.pin(); });
    new IntersectionObserver(seen => { if (seen.some(one => one.isIntersecting)) this.opened(); }).observe(root);
  }

  /** The address wants other runs. */
  follow() {
    Object.assign(this, {chosen: list('runs'), curves: query.has('curve') ? list('curve') : null, note: ''});
    this.off = new Set(list('off'));
    this.draw();
    this.refresh();
  }

  visible() { return this.root.offsetParent !== null && !document.hidden; }

  /** The runs that are to be shown. */
  get runs() { return this.chosen ?? this.found?.runs.map(run => run.run) ?? []; }

  /** The tab is looked at. */
  async opened() {
    if (this.opening) return;
    this.opening = true;
    try {
      await Promise.all([this.listRuns(), this.refresh()]);
      this.remember();
      this.sweep.follow();
    } finally { this.opening = false; }
  }

  // -- which runs ----------------------------------------------------------------------------------------------------

  async listRuns() {
    const question = {}, also = [new URLSearchParams(location.search).get('run'), playground.run?.(), ...this.runs].filter(Boolean);
    this.listing = question;
    try {
      const found = await get('runs', {also: also.join(',')});
      if (this.listing !== question) return;
      Object.assign(this, {list: ordered(found), unlisted: ''});
    } catch (error) {
      if (this.listing !== question) return;
      this.unlisted = sentence(error);
      setTimeout(() => { if (this.listing === question) this.listRuns(); }, RETRY);
    }
    this.draw();
  }

  /** Runs that can be added; a list that is open stays as it is. */
  others() {
    const of = String(this.runs), held = document.activeElement?.id === 'compare-add';
    if (!held || this.shown?.of !== of) this.shown = {of, runs: this.list.filter(one => !this.runs.includes(one.run))};
    return this.shown.runs;
  }

  /** @param {string[]} runs */
  set(runs) {
    this.chosen = [...new Set(runs)];
    this.off.clear();
    this.draw();
    this.refresh();
  }

  /** The host of one's room shows a run to everybody: it is here too, in the last one's place where there is no other. */
  pin() {
    const {pinned} = playground, most = this.found?.most ?? 8;
    if (!pinned || pinned.run === this.pinned.run) return;
    this.pinned = pinned;
    if (this.runs.includes(pinned.run)) this.draw();
    else this.set([pinned.run, ...this.runs.slice(0, most - 1)]);
  }

  /** @param {string[]} runs of an example */
  open(runs) {
    this.note = '';
    this.set(runs);
  }

  get full() { return this.runs.length >= (this.found?.most ?? 8); }

  /** @param {string} run */
  add(run) { if (!this.full) this.set([...this.runs, run]); }

  /** @param {string} run */
  remove(run) { this.set(this.runs.filter(other => other !== run)); }

  /** Asks how they stand; again as long as one of them trains. @param {boolean} [fresh] also what is known already */
  async refresh(fresh = true) {
    clearTimeout(this.timer);
    const question = {};
    this.question = question;
    let next = 0;
    try {
      if (fresh || this.visible()) {
        const asked = {runs: this.runs.join(','), curves: wanted(this.curves).join(','), over: this.over};
        const found = await get('compare', {...asked, after: fresh ? '' : this.found?.version ?? ''});
        if (this.question !== question) return;
        this.failure = '';
        if (found.version) this.answered(found);
        else this.draw();
      }
      next = this.found?.runs.every(run => run.ended) ? 0 : EVERY;
    } catch (error) {
      if (this.question !== question) return;
      this.failure = sentence(error);
      this.draw();
      next = RETRY;
    }
    if (next) this.timer = setTimeout(() => this.refresh(false), next);
  }

  /** @param {Comparison} found */
  answered(found) {
    const before = ended(this.found), of = new Set(this.runs).size;
    const notes = [of > found.most && say('cut', {most: found.most, of}), found.gone && say('gone', {number: found.gone})].filter(Boolean);
    if (notes.length) this.note = notes.join('\n');
    this.found = found;
    this.chosen = null;
    if (this.linked && found.runs.length) {
      const [index, at = 0] = this.linked, set = found.runs[at]?.set;
      this.picked = set ? {index, set} : null;
      this.linked = null;
    }
    this.maps.sync(found.runs);
    this.pictures.sync(found.runs);
    this.change.sync();
    this.draw();
    this.pin();
    if (!found.runs.length) return;
    this.root.dataset.runs = this.runs.join(',');
    this.remember();
    if (before !== null && before !== ended(found)) this.listRuns();
  }

  // -- curves --------------------------------------------------------------------------------------------------------

  /** @param {string} key */
  toggleCurve(key) {
    this.curves = toggled(this.curves, key, this.found?.offered.map(one => one.key) ?? []);
    this.draw();
    this.refresh();
  }

  /** @param {string} over */
  setOver(over) {
    this.over = over;
    this.draw();
    this.refresh();
  }

  /** @param {string} run */
  toggleRun(run) {
    if (!this.off.delete(run)) this.off.add(run);
    this.draw();
    this.remember();
  }

  // -- one image -----------------------------------------------------------------------------------------------------

  /** @param {number} index @param {string} set */
  pick(index, set) {
    this.picked = {index, set};
    this.pictures.sync(this.found?.runs ?? []);
    this.draw();
    this.remember();
  }

  // -- the page ------------------------------------------------------------------------------------------------------

  draw() { render(this.view(), this.root); }

  view() {
    const {found, failure, note} = this;
    if (!found) return failure ? failed(failure) : waiting(say('working'));
    if (!found.runs.length) {
      return html`${(failure || note).split('\n').filter(Boolean).map(text => html`<p class="match-error">${text}</p>`)}
        ${empty(say('empty_title'), say('empty'))}`;
    }
    return html`<div class="compare-body">${choosing(this, found)}${factors(found.factors)}${curves(this, found)}${
      this.maps.view(found)}${this.pictures.view()}${
      holds() ? nothing : html`${this.change.view(found)}${this.sweep.view()}`}</div>`;
  }

  /** The view is in the address. */
  remember() {
    if (!this.found || !this.visible()) return;
    const {picked, sweep, found} = this, of = picked ? found.runs.findIndex(run => run.set === picked.set) : -1;
    remember({
      tab: 'compare', runs: this.runs.join(','), curve: this.curves?.join(','), over: this.over === 'steps' ? 'steps' : null,
      off: this.runs.filter(run => this.off.has(run)).join(','), maps: this.maps.kind === 'pca' ? 'pca' : null,
      kept: !picked || of < 0 ? null : of ? `${picked.index}_${of}` : picked.index, other: this.pictures.shift || null,
      sweep: sweep.id || sweep.linked || null, measure: sweep.id && sweep.measure ? sweep.measure : null,
    });
  }
}

/** Called once when Gradio first draws the tab. @param {HTMLElement} element */
export function open(element) {
  const root = element.querySelector('.compare');
  if (!(root instanceof HTMLElement)) return;
  const comparer = new Comparer(root);
  playground.comparer = comparer;
  visited('compare', () => comparer.follow());
}
