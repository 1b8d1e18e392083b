// Train's panel: the run that is shown, live. What the server says of it is in `moment`, `about`, `pictures` and `place`; what a
// person chose to see in `chosen`, `step`, `playing` and `hiddenGroups`. Till a run has its first map, `last` holds the one before.
import {known, query, remember} from '../page/address.js';
import {base, get, numbers, path, post, sentence} from '../page/ask.js';
import {render} from '../page/lit.js';
import {mine, owner} from '../page/owner.js';
import {playground} from '../page/playground.js';
import {current as currentTab, open as openTab} from '../page/tabs.js';
import {className, lang, words} from '../page/words.js';
import {labelled, toggled} from '../widgets/embedding-map/colours.js';
import {Deletion} from './deletion.js';
import {Follower} from './follow.js';
import {axis, Frames, placeOf, scattered} from './frames.js';
import {Linked} from './linked.js';
import {Naming} from './naming.js';
import {panel} from './panel.js';
import {Step} from './step.js';

/**
 * @typedef {import('./answers').Moment} Moment
 * @typedef {import('./answers').About} About
 * @typedef {import('../widgets/plotly-loader.js').Figure} Figure
 * @typedef {{step: number, count: number, rows: {key: string, name: string, src: string}[], tables: Record<string, Figure>}} Pictures
 * @typedef {Pick<Panel, 'run' | 'moment' | 'about' | 'spec' | 'classes' | 'pictures' | 'place' | 'hiddenGroups'>} Seen
 */

export class Panel {
  run = '';
  shipped = false;  // whether it is shown as the one of its method that came with the app
  moment = /** @type {Moment | null} */ (null);
  problem = '';  // why nothing new comes
  note = '';  // beside the button of a run that came with the app
  busy = false;  // that button was pressed
  about = /** @type {About | null} */ (null);
  spec = /** @type {import('../widgets/embedding-map/types').Spec | null} */ (null);
  classes = /** @type {string[]} */ ([]);
  pictures = /** @type {Pictures | null} */ (null);
  place = /** @type {{name: string, positions: Float32Array, some: number} | null} */ (null);
  placing = '';  // the map that is on its way
  unplaced = '';  // why the frame that is looked at did not come
  chosen = /** @type {'' | import('./frames.js').Kind} */ ('');  // '': the best there is
  step = /** @type {number | null} */ (null);  // of the frame that a person looks at; null: the end, which is now while it trains
  playing = false;
  frames = new Frames('');
  last = /** @type {Seen | null} */ (null);  // what was seen before, until this run has a map
  hiddenGroups = /** @type {Set<number>} */ (new Set());
  deletion = new Deletion(() => this.draw(), () => this.deleted());
  stepping = new Step(() => this.draw());
  naming = new Naming(() => this.draw(), () => this.follower?.wake());
  follower = /** @type {Follower | null} */ (null);

  /** @param {HTMLElement} root @param {Linked} linked */
  constructor(root, linked) {
    this.root = root;
    this.linked = linked;
    this.fromAddress = true;  // the view of the run that is shown next is in the address
  }

  /**
   * Shows a run, or for '' the one of the chosen method that came with the app.
   * @param {string} run @param {object} [said] more for the address
   */
  show(run, said = {}) {
    const shipped = !run, {method} = this.linked;
    if (!run && method in words().shipped) run = method;
    if (run === this.run && run) {
      this.fromAddress = false;
      this.remember();
      this.follower?.wake();
      return;
    }
    const {fromAddress} = this, groups = fromAddress ? query.get('without') ?? '' : '';
    const hidden = groups.split(',').filter(one => /^\d+$/.test(one)).map(Number);
    if (this.place) {
      const {run, moment, about, spec, classes, pictures, place, hiddenGroups} = this;
      this.last = {run, moment, about, spec, classes, pictures, place, hiddenGroups};
    }
    Object.assign(this, {
      run, shipped, fromAddress: false, moment: null, problem: '', note: '', about: null, spec: null, pictures: null, place: null,
      placing: '', unplaced: '', step: null, playing: false, frames: new Frames(run),
      chosen: fromAddress ? known(query.get('view'), ['pca', 'sphere']) ?? '' : '', hiddenGroups: new Set(hidden),
    });
    document.body.dataset.run = !run ? 'none' : shipped ? 'example' : 'starting';
    document.body.toggleAttribute('data-mine', mine(run));
    const address = currentTab() === 'train' ? {run: shipped ? null : run} : {};
    remember({...said, ...(fromAddress ? {} : {view: null, without: null}), ...address});
    this.draw();
    this.follower = run ? this.watch(run) : null;
    this.follower?.follow();
  }

  /** @param {string} run */
  watch(run) {
    const follower = new Follower(run, {
      current: () => this.follower === follower,
      show: moment => this.arrived(moment),
      gone: () => this.gone(),
      problem: sentence => { this.problem = sentence; this.draw(); },
    });
    return follower;
  }

  /** The run is not on this machine any more. */
  gone() {
    const {shipped} = this;  // then it is the one that came with the app which is gone, and there is no other
    document.body.dataset.run = 'none';
    this.run = '';
    this.place = this.last = null;
    this.follower = null;
    this.note = words().missing;
    if (shipped || !(this.linked.method in words().shipped)) return this.draw();
    this.show('');
    this.note = words().missing;
    this.draw();
  }

  /** The view is in the address. */
  remember() {
    remember({view: known(this.chosen, ['pca', 'sphere']), ...(this.about ? {without: [...this.hiddenGroups].join(',')} : {})});
  }

  /** The map that is shown: the chosen one where it is there; the one that moves while it does. @param {Moment} moment */
  kind(moment) {
    const fallen = !this.chosen && moment.warning;  // a collapse is seen where the loss acts, and nowhere else
    if ((fallen || this.chosen === 'sphere') && moment.looks.planes > 1) return 'sphere';
    const better = moment.maps.umap.length && (moment.ended ? this.chosen !== 'pca' : this.chosen === 'umap');
    return /** @type {'pca' | 'umap'} */ (better ? 'umap' : 'pca');
  }

  /** What is to be seen: of this run, or of the last one. @returns {Seen} */
  get seen() { return this.place ? this : this.last ?? this; }

  /** Shows a frame of the time axis; the last one is the end. @param {number} place */
  seek(place) {
    if (!this.moment) return;
    this.moves();
    const {steps} = axis(this.moment, this.kind(this.moment));
    this.step = place < steps.length - 1 ? steps[place] : null;
    this.moved();
  }

  /** @param {boolean} playing */
  play(playing) {
    this.playing = playing;
    if (playing) this.moves();
    this.moved();
  }

  /** A map that has its end alone cannot move: then it is the other one that does. */
  moves() { if (this.moment && this.kind(this.moment) === 'umap' && this.moment.maps.umap.length < 2) this.chosen = 'pca'; }

  moved() {
    this.draw();
    if (this.moment) this.placed(this.moment).catch(() => this.follower?.again());
  }

  /** @param {import('./frames.js').Kind} kind */
  choose(kind) {
    Object.assign(this, {chosen: kind, step: null, playing: false});
    this.remember();
    this.moved();
  }

  /** @param {{group: number, alone: boolean}} press */
  toggle({group, alone}) {
    this.hiddenGroups = toggled(this.hiddenGroups, group, alone, this.spec?.names?.length ?? 0);
    this.remember();
    this.draw();
  }

  /** @param {Moment} moment */
  async arrived(moment) {
    this.moment = moment;
    document.body.dataset.run = moment.example ? 'example' : moment.state;
    if (!moment.example) this.linked.mine[moment.method] = this.run;
    this.draw();
    await Promise.all([this.pictured(moment), this.placed(moment), this.stepping.follow(moment)]);
  }

  /** Rows of pictures are shown once all of them have come. @param {Moment} moment */
  async pictured({pictures}) {
    const {run} = this;
    if (!pictures || pictures.step === this.pictures?.step) return;
    const rows = await Promise.all(pictures.rows.map(async ({key, name}) => {
      const src = base(path`runs/${run}/pictures/${pictures.step}?row=${key}`).href;
      await Object.assign(new Image(), {src}).decode();
      return {key, name, src};
    }));
    if (run !== this.run) return;
    this.pictures = {step: pictures.step, count: pictures.count, rows, tables: pictures.tables};
    this.draw();
  }

  /** Shows the frame that is looked at; where it did not come, that is said. @param {Moment} moment */
  async placed(moment) {
    const {run} = this;
    try { await this.put(moment); } catch (error) {
      if (run !== this.run) return;
      this.unplaced = sentence(error);
      this.draw();
      throw error;
    }
  }

  /** The frame that is looked at, of the kind that is shown. @param {Moment} moment */
  async put(moment) {
    const {run} = this;
    if (!moment.maps.pca.length && !moment.looks.count) return;
    if (!this.about) {
      const about = await get(path`runs/${run}/images.json`);
      if (run !== this.run) return;
      const classes = about.classes.map(className), spec = labelled(about, moment.labels.unlabelled, classes);
      const groups = spec.names?.length ?? 0;
      Object.assign(this, {about, classes, spec, hiddenGroups: new Set([...this.hiddenGroups].filter(group => group < groups))});
    }
    const kind = this.kind(moment), sphere = kind === 'sphere', {steps, looks} = axis(moment, kind);
    const past = this.step === null ? null : steps[placeOf(steps, this.step)], look = sphere || looks && (past !== null || !moment.ended);
    const map = kind === 'umap' ? 'umap' : 'pca', key = moment.map_keys[map], step = past ?? (look ? steps : moment.maps[map]).at(-1) ?? 0;
    const name = `${sphere ? kind : look ? 'look' : key}/${step}`;
    if (name === this.placing) return;
    this.placing = name;
    try {
      const part = await (look ? this.frames.look(moment, step, sphere) : numbers(path`runs/${run}/maps/${key}/${step}`));
      if (run !== this.run || this.placing !== name) return;  // another one was chosen meanwhile
      const {count} = /** @type {About} */ (this.about);
      this.place = {name, positions: look ? scattered(part, count) : part, some: part.length / 2};
      Object.assign(this, {last: null, unplaced: ''});
      this.draw();
    } catch (error) {
      if (run !== this.run || this.placing !== name) return;
      this.placing = '';
      throw error;
    }
  }

  /** The same config, from the start, as a run of this browser's own; with some knobs changed. @param {Record<string, number>} [knobs] */
  async again(knobs = {}) {
    Object.assign(this, {busy: true, note: ''});
    this.draw();
    try {
      const {run} = await post('runs', {like: this.run, knobs, secret: owner()});
      show(this, run);
    } catch (error) { this.note = sentence(error); }
    this.busy = false;
    this.draw();
  }

  /** What this browser began is gone; a run of somebody else, or one that came with the app, is shown on. */
  deleted() {
    this.linked.mine = {};
    if (document.body.hasAttribute('data-mine')) this.show('');
  }

  draw() { render(panel(this), this.root); }
}

/** Shows a run of another tab; Back leads to what was shown before. @param {Panel} panel @param {string} run */
function show(panel, run) {
  if (currentTab() !== 'train') openTab('train');
  else if (run !== panel.run) remember({}, true);
  panel.show(run);
  panel.linked.restore({run});
  scrollTo(0, 0);
}

/**
 * The panel, and what the controls beside it and other tabs reach of it.
 * @param {HTMLElement} element @param {import('../page/playground.js').Component} component
 */
export function open(element, {props, watch, trigger}) {
  const linked = new Linked(() => trigger('submit'));
  const panel = new Panel(/** @type {HTMLElement} */ (element.querySelector('.live')), linked);
  linked.panel = panel;
  Object.assign(playground, {
    run: () => panel.run,
    linkedRun: () => panel.shipped ? null : panel.run || null,
    shown: () => ({run: panel.run, owner: owner(), lang: lang()}),
    asked: () => linked.asked,
    controls: linked.controls,
    said: linked.said,
    restored: linked.restored,
    follow: () => linked.follow(linked.defaults()),
    show: (/** @type {string} */ run) => show(panel, run),
  });
  document.title = words().page;
  linked.name();
  linked.follow();
  watch('value', () => {
    if (props.value?.run) mine(props.value.run, true);
    panel.show(props.value?.run || '', {method: linked.method});
  });
}
