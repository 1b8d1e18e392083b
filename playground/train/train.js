// Train's panel: the run that is shown, live. What the server says of it is in `moment`, `about`, `pictures` and `place`; what a
// person chose to see in `chosen` and `hiddenGroups`.
import {query, remember} from '../page/address.js';
import {base, get, numbers, path, post, sentence} from '../page/ask.js';
import {render} from '../page/lit.js';
import {mine, owner} from '../page/owner.js';
import {playground} from '../page/playground.js';
import {current as currentTab, open as openTab} from '../page/tabs.js';
import {className, lang, words} from '../page/words.js';
import {labelled, toggled} from '../widgets/embedding-map/colours.js';
import {plotly} from '../widgets/plotly-loader.js';
import {Deletion} from './deletion.js';
import {Follower} from './follow.js';
import {Linked} from './linked.js';
import {panel} from './panel.js';

/**
 * @typedef {import('./answers').Moment} Moment
 * @typedef {import('./answers').About} About
 * @typedef {import('../widgets/plotly-loader.js').Figure} Figure
 * @typedef {{step: number, rows: {name: string, src: string}[], tables: Record<string, Figure>}} Pictures
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
  place = /** @type {{name: string, positions: Float32Array} | null} */ (null);
  placing = '';  // the map that is on its way
  chosen = /** @type {'' | 'pca' | 'umap'} */ ('');  // '': the best there is
  hiddenGroups = /** @type {Set<number>} */ (new Set());
  deletion = new Deletion(() => this.draw(), () => this.deleted());
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
    const {fromAddress} = this, groups = fromAddress ? query.get('hide') ?? '' : '';
    const hidden = groups.split(',').filter(one => /^\d+$/.test(one)).map(Number);
    Object.assign(this, {
      run, shipped, fromAddress: false, moment: null, problem: '', note: '', about: null, spec: null, pictures: null, place: null,
      placing: '',
      chosen: fromAddress && query.get('view') === 'pca' ? 'pca' : '', hiddenGroups: new Set(hidden),
    });
    document.body.dataset.run = !run ? 'none' : shipped ? 'example' : 'starting';
    document.body.toggleAttribute('data-mine', mine(run));
    const address = currentTab() === 'train' ? {run: shipped ? null : run} : {};
    remember({...said, ...(fromAddress ? {} : {view: null, hide: null}), ...address});
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
    this.follower = null;
    this.note = words().missing;
    if (shipped || !(this.linked.method in words().shipped)) return this.draw();
    this.show('');
    this.note = words().missing;
    this.draw();
  }

  /** The view is in the address. */
  remember() { remember({view: this.chosen === 'pca' ? 'pca' : null, ...(this.about ? {hide: [...this.hiddenGroups].join(',')} : {})}); }

  /** The map that is shown: the chosen one where it is there. @param {Moment} moment @returns {'pca' | 'umap'} */
  kind = moment => !moment.maps.umap.length || this.chosen === 'pca' ? 'pca' : 'umap';

  /** @param {'pca' | 'umap'} kind */
  choose(kind) {
    this.chosen = kind;
    this.remember();
    this.draw();
    if (this.moment) this.placed(this.moment).catch(error => console.warn(error));
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
    plotly().catch(error => console.error(error));  // there will be curves, even where there are none yet
    await Promise.all([this.pictured(moment), this.placed(moment)]);
  }

  /** Rows of pictures are shown once all of them have come. @param {Moment} moment */
  async pictured({pictures}) {
    const {run} = this;
    if (!pictures || pictures.step === this.pictures?.step) return;
    const rows = await Promise.all(pictures.rows.map(async ({key, name}) => {
      const src = base(path`runs/${run}/pictures/${pictures.step}?row=${key}`).href;
      await Object.assign(new Image(), {src}).decode();
      return {name, src};
    }));
    if (run !== this.run) return;
    this.pictures = {step: pictures.step, rows, tables: pictures.tables};
    this.draw();
  }

  /** The newest map of the kind that is shown. @param {Moment} moment */
  async placed(moment) {
    const {run} = this;
    if (!moment.maps.pca.length) return;
    if (!this.about) {
      const about = await get(path`runs/${run}/images.json`);
      if (run !== this.run) return;
      const classes = about.classes.map(className), spec = labelled(about, moment.labels.unlabelled, classes);
      const groups = spec.names?.length ?? 0;
      Object.assign(this, {about, classes, spec, hiddenGroups: new Set([...this.hiddenGroups].filter(group => group < groups))});
    }
    const kind = this.kind(moment), step = moment.maps[kind].at(-1), key = moment.map_keys[kind], name = `${key}/${step}`;
    if (name === this.placing) return;
    this.placing = name;
    try {
      const positions = await numbers(path`runs/${run}/maps/${key}/${step}`);
      if (run !== this.run || this.placing !== name) return;  // another one was chosen meanwhile
      this.place = {name, positions};
      this.draw();
    } catch (error) {
      if (this.placing === name) this.placing = '';
      throw error;
    }
  }

  /** The same config, from the start, as a run of this browser's own. */
  async again() {
    Object.assign(this, {busy: true, note: ''});
    this.draw();
    try {
      const {run} = await post('runs', {like: this.run, secret: owner()});
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
