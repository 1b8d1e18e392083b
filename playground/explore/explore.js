// The Explore tab: the maps of one to eight runs with a time axis, and what a person asks of their points. All frames of a
// run are fetched once; scrubbing, playing, colouring, lasso and search then happen here, with no round trip.
import {remember} from '../page/address.js';
import {sentence} from '../page/ask.js';
import {render} from '../page/lit.js';
import {playground} from '../page/playground.js';
import {shownRun, visited} from '../page/tabs.js';
import {dropping} from '../widgets/drop.js';
import {keyOf, kindOf, same} from './choosing.js';
import {colours, recolourAll, STEPPED} from './colours.js';
import {Filter} from './filter.js';
import {follow, keysOf, linkOf, startOf, viewOf} from './link.js';
import {Measures} from './measures.js';
import {Neighbours} from './neighbours.js';
import {Own} from './own.js';
import {Pane, soon} from './pane.js';
import {Points} from './points.js';
import {Runs} from './runs.js';
import {view} from './view.js';

/** @typedef {import('./choosing.js').Choice} Choice */

export const MOST = 8;  // maps side by side
const SETTLED = 250;  // ms after which a view stands still

export class Explorer {
  // what the server has answered
  runs = new Runs();
  /** @type {Pane[]} the maps on the page; the run of the first is the one that is explored */
  panes = [];
  loaded = false;
  problem = '';
  // what a person does
  choice = viewOf().choice;
  colour = 'label';
  groups = '';  // words by which is coloured
  run = '';
  /** @type {string[]} */
  beside = [];
  picky = false;  // a person chose the run
  index = 0;
  playing = false;
  /** @type {'pan' | 'lasso'} */
  tool = 'pan';
  asImages = false; named = true; contours = false;  // points as images; heaps with names; lines where points lie densely
  /** @type {object | null} */
  loading = null;
  opening = false;
  followed = /** @type {string | undefined} */ (undefined);  // the run of Train that was shown last
  shownKind = 'pca';

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    Object.assign(this, viewOf());
    /** @type {import('./link.js').Link | null} what the address says, until a run is shown */
    this.link = linkOf(MOST - 1);
    this.points = new Points(this);
    this.filter = new Filter(this);
    this.neighbours = new Neighbours(this);
    this.own = new Own(this);
    this.measures = new Measures(this);
    this.draw();
  }

  listen() {
    new IntersectionObserver(seen => { if (seen.some(one => one.isIntersecting)) this.opened(); }).observe(this.root);
    document.addEventListener('keydown', event => this.points.key(event));
    addEventListener('popstate', () => this.filter.back());
    visited('explore', () => follow(this, MOST - 1));
    addEventListener('pagehide', () => { for (const pane of this.panes) pane.leave(); });
    const {over, drop} = dropping(files => this.own.addFiles(files));
    this.root.addEventListener('dragover', over);
    this.root.addEventListener('drop', drop);
    return this;
  }

  visible() { return this.root.offsetParent !== null && !document.hidden; }
  main() { return this.panes[0]; }
  key_() { return keyOf(this.choice); }
  get selection() { return this.points.selection; }
  get params() { return this.choice.values; }
  draw() { render(view(this), this.root); }

  /** @param {string} text */
  note(text) { this.problem = text; this.draw(); }

  /** Which frame a pane is to show: the one of the slider's step, or of that share of the run's time. @param {Pane} pane */
  wanted(pane) {
    const {steps, seconds} = this.panes[0]?.info ?? pane.info, index = Math.min(this.index, steps.length - 1);
    const own = pane === this.panes[0] || !this.panes.length;
    return {key: keyOf(this.choice), step: own ? steps[index] : pane.stepAt(seconds[index] / (seconds.at(-1) || 1))};
  }

  // -- which runs --------------------------------------------------------------------------------------------------

  async opened() {
    if (this.opening) return;
    this.opening = true;
    try {
      const {runs} = this, linked = this.link?.beside ?? [];
      await runs.ask([this.run, ...linked, ...this.beside]);
      if (!this.loaded) runs.look().then(() => this.draw(), () => {});
      const now = shownRun(), followed = !this.picky && runs.has(now) && now !== this.followed;
      if (!this.picky && runs.expects(now, () => this.visible() && this.opened())) return this.draw();
      if (runs.list.length && (!this.run || followed)) {
        this.followed = now;
        await this.load(runs.has(now) ? now : runs.list[0].run, this.run ? [] : linked);
      }
    } catch (error) { this.note(sentence(error)); } finally { this.opening = false; }
    this.draw();
  }

  /** A person chooses the run. @param {string} run */
  async choose(run) {
    Object.assign(this, {picky: true, problem: ''});
    this.runs.missing = '';
    try { await this.load(run); } catch (error) { this.note(sentence(error)); }
  }

  /** @param {string} run @param {string[]} [beside] */
  async load(run, beside = []) {
    const before = this.panes[0]?.run ?? '', loading = {}, over = () => this.loading !== loading;  // another run was chosen meanwhile
    this.loading = loading;
    this.run = run;
    this.play(false);
    let pane;
    try {
      pane = await Pane.open(run, this);
      const usual = this.choice.chosen || await soon(pane.info).catch(() => false) ? 'umap' : 'pca';
      if (over()) return;
      if (!this.choice.chosen) this.choice = {...this.choice, kind: usual};  // unless a person has chosen one meanwhile
    } catch (error) {
      if (over()) return;
      this.run = before;
      throw error;
    }
    this.begin(pane, beside);
    await this.openBeside(over);
    if (over()) return;
    this.loaded = true;
    this.remember();
  }

  /** Another run is explored from now on. @param {Pane} pane @param {string[]} beside */
  begin(pane, beside) {
    for (const old of this.panes) old.close();
    this.filter.begin(this.link, this.panes[0], pane);
    this.panes = [pane];
    const start = startOf(this.link, pane);
    this.index = start.index;
    Object.assign(this, {link: null, problem: ''});  // nor what went wrong with the run before
    this.beside = beside.filter(one => same(this.runs.list, pane.run).some(other => other.run === one));
    this.measures.quality = null;
    this.own.clear();
    this.neighbours.clear();
    this.points.begin(start);
    this.refresh();
    this.neighbours.ask();
  }

  /** Opens the maps that are to stand beside the first, in the order in which they were wanted. @param {() => boolean} over */
  async openBeside(over) {
    for (const run of this.beside) {
      if (this.panes.some(pane => pane.run === run)) continue;
      try {
        const pane = await Pane.open(run, this);
        if (over()) return;
        if (this.beside.includes(run) && !this.panes.some(one => one.run === run)) this.panes = [...this.panes, pane];
      } catch (error) {
        if (over()) return;
        this.beside = this.beside.filter(one => one !== run);
        this.note(sentence(error));
      }
      this.refresh();
    }
  }

  /** Puts a run beside the first, or takes it away. @param {string} run @param {boolean} on */
  async putBeside(run, on) {
    const {loading} = this, without = this.beside.filter(one => one !== run);
    Object.assign(this, {beside: on && without.length < MOST - 1 ? [...without, run] : without, problem: ''});
    for (const pane of this.panes.slice(1)) if (!this.beside.includes(pane.run)) pane.close();
    this.panes = this.panes.filter(pane => !pane.closed);
    this.refresh();
    await this.openBeside(() => this.loading !== loading);
    this.neighbours.ask();
  }

  // -- the map and its time axis -----------------------------------------------------------------------------------

  /** Another map is wanted, or of other runs: every pane has it made. */
  refresh() {
    const main = this.panes[0], names = colours(main);
    if (!names.includes(this.colour)) this.colour = names[0] || 'none';
    this.draw();
    recolourAll(this);
    for (const pane of this.panes) pane.follow(keyOf(this.choice));
    this.go(this.index);
    this.measures.overlaps();
    this.own.place();
  }

  /** A person chooses a reducer, or a parameter of it. @param {Choice} choice */
  reduce(choice) {
    Object.assign(this, {choice, problem: ''});
    if (this.panes.length) this.refresh();
    else this.draw();
  }

  /** @param {Pane} pane */
  cancel(pane) {
    pane.leave();
    pane.busy = {...pane.busy, hidden: true};
    const back = pane.info.keys[/** @type {'pca'} */ (this.shownKind)] ? this.shownKind : 'pca';  // what can be shown at once
    if (!pane.ready.length && this.choice.kind !== back) this.reduce({...this.choice, kind: back});
    else this.draw();
  }

  /** @param {Pane} pane */
  again(pane) {
    pane.leave();
    pane.follow(keyOf(this.choice));
  }

  /** New frames of a pane can be had. @param {Pane} pane */
  arrived(pane) {
    if (pane.ready.length) this.shownKind = kindOf(pane.following ?? 'pca');
    pane.show();
    this.own.place();
  }

  /** A pane shows another frame. @param {Pane} pane */
  shown(pane) {
    this.own.fit(pane);
    if (pane === this.panes[0]) this.measures.assess();
  }

  /**
   * The run of a pane has got further: who looks at its end goes on doing so.
   * @param {Pane} pane @param {import('./answers').Timeline} before
   */
  grown(pane, before) {
    if (pane !== this.panes[0]) return this.go(this.index);
    const atEnd = this.index >= before.steps.length - 1;
    if (pane.info.ended) {
      pane.values.clear();
      this.runs.ask([this.run, ...this.beside]).then(() => this.draw(), () => {});
    }
    this.go(atEnd && !this.playing ? pane.info.steps.length - 1 : this.index);
  }

  /** @param {number} index */
  go(index) {
    const main = this.panes[0];
    if (!main) return;
    const before = this.index;
    this.index = Math.max(0, Math.min(index, main.info.steps.length - 1));
    if (this.index !== before) this.problem = '';  // of a frame that nobody looks at any more
    for (const pane of this.panes) pane.show();
    this.draw();
    this.measures.assess();
    if (STEPPED.includes(this.colour)) recolourAll(this);
    this.filter.apply();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.remember();
      this.measures.overlaps();
      if (this.points.picked >= 0) this.neighbours.ask();
    }, SETTLED);
  }

  /** @param {boolean} on */
  play(on) {
    this.playing = on;
    this.draw();
  }

  /** @param {string} colour @param {string} [groups] */
  paint(colour, groups = this.groups) {
    Object.assign(this, {colour, groups, problem: ''});
    this.draw();
    recolourAll(this);
    this.remember();
  }

  /** The view is in the address. @param {boolean} [entry] Back leads to how it was before */
  remember(entry) {
    const main = this.panes[0];
    if (main && this.loaded && this.visible()) remember(keysOf(this, main), entry);
  }
}

/** @param {HTMLElement} element */
export function open(element) {
  playground.explorer = new Explorer(/** @type {HTMLElement} */ (element.querySelector('.explore'))).listen();
}
