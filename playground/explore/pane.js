// One run's map: its time axis, its frames as far as they are here, and what is shown of them.
import {html, nothing, ref} from '../page/lit.js';
import {base, get, numbers, path, sentence, wait} from '../page/ask.js';
import {waiting} from '../page/state.js';
import {className, lang, percent, sayer, words} from '../page/words.js';
import {button} from '../widgets/forms.js';
import {labelled} from '../widgets/embedding-map/colours.js';
import '../widgets/embedding-map/element.js';
import {nameIn} from './thumbs.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./answers').Timeline} Timeline */
/** @typedef {import('../maps/answers').MapProgress} MapProgress */
/** @typedef {import('../widgets/embedding-map/types').About} About */
/** @typedef {import('../widgets/embedding-map/types').Spec} Spec */
/** @typedef {import('../widgets/embedding-map/types').Placed} Placed */
/** @typedef {import('../widgets/embedding-map/element.js').EmbeddingMap} EmbeddingMap */
/** @typedef {{visible(): boolean, draw(): void, note(text: string): void, wanted(pane: Pane): {key: string, step: number},
 *   arrived(pane: Pane): void, shown(pane: Pane): void, grown(pane: Pane, before: Timeline): void}} Host says what a pane shows */

const EVERY = 350, RUNNING = 1000;  // ms between two questions: while a map is made, while the run trains
const say = sayer('explore');
const who = Math.random().toString(36).slice(2);
export const NONE = /** @type {any[]} */ ([]);

/** @type {MapProgress} */
const DONE = {key: '', ready: [], state: 'done', progress: 1, sentence: ''};

/** Whether a usual map is ready at its last frame, or soon is. @param {Timeline} info */
export async function soon(info) {
  const found = /** @type {MapProgress} */ (await get(path`runs/${info.run}/maps/${info.keys.umap}`, {who, frames: 'last'}));
  return found.ready.length > 0 || info.ended;
}

export class Pane {
  /** @type {Map<string, Promise<Float32Array>>} "key/step" -> positions */
  frames = new Map();
  /** @type {Map<string, Promise<Float32Array>>} "name/step" -> a number a point */
  values = new Map();
  /** @type {EmbeddingMap | null} */
  map = null;
  /** @type {number[]} the steps whose frame is ready */
  ready = [];
  /** @type {string | null} the map that is made */
  following = null;
  shows = '';  // the frame that is, or soon will be, on the map
  /** @type {{key: string, step: number} | null} the frame that is on the map */
  frameShown = null;
  busy = {...DONE, hidden: true};
  closed = false;
  overlap = {text: '', title: ''};
  overlapOf = '';  // the question whose answer that is, or soon will be
  // what the points' colours mean now, by which name, and what was wanted last
  colour = 'label';
  coded = 'label';
  wantedCode = 'label';
  /** @type {Set<number>} */
  hidden = new Set();
  /** @type {number[]} */
  near = NONE;
  /** @type {import('./own.js').Placing | null} */
  own = null;
  /** @type {{given: import('./own.js').Given, key: string} | null} what is being placed */
  placing = null;
  /** @type {Placed[]} a person's own on the map that is shown */
  points = NONE;
  /** @type {object | null} */
  turn = null;
  /** @type {string[] | null} */
  words = null;

  /** @param {Timeline} info @param {About} about @param {Host} host */
  constructor(info, about, host) {
    const classes = about.classes.map(className), sheet = base(path`runs/${info.run}/images.png`).href;
    this.run = info.run;
    this.info = info;
    this.about = about;
    this.host = host;
    this.classes = classes;
    this.sheet = sheet;
    this.images = {about, sheet, classes};
    this.labels = labelled(about, say('images'), classes);
    /** @type {Spec} */
    this.spec = this.labels;
    this.attach = (/** @type {Element | undefined} */ node) => { if (node) this.map = /** @type {EmbeddingMap} */ (node); };
  }

  /** @param {string} run @param {Host} host */
  static async open(run, host) {
    const [info, about] = await Promise.all([get(path`runs/${run}/timeline`), get(path`runs/${run}/images.json`)]);
    return new Pane(info, about, host);
  }

  get box() { return this.map; }

  /** What can be searched of an image, in small letters. @param {number} i */
  text(i) {
    const {about, classes, images} = this;
    this.words ??= Array.from({length: about.count}, (_, j) => [
      ...Object.values(about.captions ?? {}).map(texts => texts[j]), about.names?.[j], nameIn(images, j),
      ...(about.labels ? [about.classes[about.labels[j]], classes[about.labels[j]]] : []),
    ].filter(Boolean).join('\n').toLowerCase());
    return this.words[i];
  }

  /** The snapshot at a share of the run's time. @param {number} share */
  stepAt(share) {
    const {seconds, steps} = this.info, last = seconds.at(-1) || 1;
    let best = 0;
    seconds.forEach((s, i) => { if (Math.abs(s / last - share) < Math.abs(seconds[best] / last - share)) best = i; });
    return steps[best];
  }

  /** @param {string} key @param {number} step */
  frame(key, step) { return kept(this.frames, `${key}/${step}`, () => numbers(path`runs/${this.run}/maps/${key}/${step}`)); }

  /** Numbers by which points can be coloured. @param {string} name @param {number} step */
  numbers(name, step) { return kept(this.values, `${name}/${step}`, () => numbers(path`runs/${this.run}/values/${name}/${step}`)); }

  /** Has a map made as long as it is wanted, and shows frames as they come. @param {string} key */
  async follow(key) {
    if (this.following === key) return;
    this.leave();
    const turn = {}, over = () => this.turn !== turn || this.closed;
    this.turn = turn;
    this.following = key;
    this.ready = [];
    if (!this.shows) this.standIn();
    while (!over()) {
      if (!this.host.visible()) { await wait(EVERY); continue; }
      const found = await this.ask(key);
      if (over()) return;
      const fresh = found.ready.filter(step => !this.ready.includes(step)), making = found.state === 'working' || found.state === 'waiting';
      this.ready = found.ready;
      this.busy = {...found, hidden: found.state === 'done'};
      if (fresh.length || found.state === 'failed') this.host.arrived(this);
      this.host.draw();
      for (const step of fresh) await this.frame(key, step).catch(() => {});
      await wait(making ? EVERY : this.info.ended ? 0 : RUNNING);
      if (!making && (this.info.ended || over() || !await this.grow())) return;
    }
  }

  /** @param {string} key @returns {Promise<MapProgress>} */
  async ask(key) {
    try { return await get(path`runs/${this.run}/maps/${key}`, {who}); } catch (error) {
      return {key, ready: this.ready, state: 'failed', sentence: sentence(error), progress: 0};
    }
  }

  /** Looks whether the run has got further. @returns {Promise<boolean>} whether somebody still looks at it */
  async grow() {
    const before = this.info;
    const info = /** @type {Timeline | null} */ (await get(path`runs/${this.run}/timeline`).catch(() => null));
    if (this.closed) return false;
    if (!info) return true;
    this.info = info;
    if (info.steps.length !== before.steps.length || info.ended) this.host.grown(this, before);
    return true;
  }

  /** PCA takes no time: nobody looks at an empty box while another map is made. */
  async standIn() {
    const {pca} = this.info.keys, {step} = this.host.wanted(this);
    if (this.following === pca) return;
    try { await this.put(pca, step, () => !this.shows); } catch { /* the map that is made comes, or says why it does not */ }
  }

  /** Shows a frame of the map that is followed: until that step's own is there, the nearest. */
  async show() {
    const {key, step} = this.host.wanted(this);
    if (!this.ready.length || this.following !== key) return;
    const near = this.ready.reduce((a, b) => Math.abs(b - step) < Math.abs(a - step) ? b : a);
    if (this.shows === `${key}/${near}`) return;
    this.shows = `${key}/${near}`;
    try { await this.put(key, near, () => this.shows === `${key}/${near}`); } catch (error) {
      if (this.shows === `${key}/${near}`) this.shows = '';
      this.host.note(sentence(error));
    }
  }

  /** @param {string} key @param {number} step @param {() => boolean} wanted whether no other frame was asked for meanwhile */
  async put(key, step, wanted) {
    const positions = await this.frame(key, step);
    if (!wanted() || this.closed || !this.map) return;
    this.shows = `${key}/${step}`;
    await this.map.frame(positions);
    if (this.shows !== `${key}/${step}` || this.closed) return;
    this.frameShown = {key, step};
    this.host.shown(this);
    this.host.draw();
  }

  /** Nobody here waits for the map any more. */
  leave() {
    if (this.following) {
      fetch(base(path`runs/${this.run}/maps/${this.following}?who=${who}`), {method: 'DELETE', keepalive: true}).catch(() => {});
    }
    this.following = this.turn = null;
  }

  close() {
    this.closed = true;
    this.leave();
  }
}

/**
 * What is fetched once; what failed may be tried again.
 * @param {Map<string, Promise<Float32Array>>} all @param {string} name @param {() => Promise<Float32Array>} load
 */
function kept(all, name, load) {
  let found = all.get(name);
  if (!found) {
    found = load();
    all.set(name, found);
    found.catch(() => all.delete(name));
  }
  return found;
}

/** How far the making of a map is. @param {Pane} pane @param {Explorer} on */
function progress(pane, on) {
  const {busy, info} = pane, making = busy.state === 'working' || busy.state === 'waiting';
  const told = {done: percent(busy.progress), ready: busy.ready.length, of: info.steps.length};
  return html`<div class="map-busy" ?hidden=${busy.hidden} data-state=${busy.state}>${busy.hidden ? nothing : html`<span>${
    making ? say(busy.state, told) : busy.sentence || say('failed')}</span>${making ? html`<div class="live-bar"><div
      style="width: ${percent(busy.progress)}"></div></div>` : nothing}${
    button(say(making ? 'cancel' : 'again'), () => { if (making) on.cancel(pane); else on.again(pane); })}`}</div>`;
}

/** A pane as it stands on the page. @param {Pane} pane @param {Explorer} on */
export function paneView(pane, on) {
  const {info, about, frameShown} = pane;
  // what differs first: there may be no room for all of it
  const which = [info.changed, ...info.title.split(' · ').slice(1)].filter(Boolean).join(' · ');
  return html`<div class="pane" data-run=${pane.run}><div
    class="pane-head"><b>${info.method}</b><span title=${which}>${which}</span><i
      class="pane-overlap" title=${pane.overlap.title || nothing}>${pane.overlap.text}</i></div><div class="pane-map"><embedding-map
        class="map" tabindex="0" role="application"
      aria-label=${say('map_of', {number: about.count, title: info.title})} data-step=${frameShown?.step ?? nothing}
        data-key=${frameShown?.key ?? nothing}
      .about=${about} .sheet=${pane.sheet} .spec=${pane.spec} .hiddenGroups=${pane.hidden} .only=${on.filter.only}
        .selection=${on.points.selection} .picked=${on.points.picked} .near=${pane.near}
      .linked=${on.points.linkedOn(pane)} .placed=${pane.points} .images=${on.asImages || null} .named=${on.named} .contours=${on.contours}
        .tool=${on.tool} .classes=${pane.classes}
      .language=${lang()} .unlabelled=${say('images')} .gone=${words().gone ?? ''} ${ref(pane.attach)}
      @hover=${(/** @type {CustomEvent<number>} */ {detail}) => on.points.hover(detail, pane)}
        @pick=${(/** @type {CustomEvent<number>} */ {detail}) => on.points.pick(detail)}
      @select=${(/** @type {CustomEvent<number[] | null>} */ {detail}) => on.points.select(detail, pane.map?.joining)}
      @own=${(/** @type {CustomEvent<Placed>} */ {detail}) => on.own.find(detail)}></embedding-map>${
    frameShown || pane.busy.state === 'failed' ? nothing : waiting(say('first'))}${progress(pane, on)}</div></div>`;
}
