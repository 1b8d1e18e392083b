import {base, get, numbers, path, sentence, wait} from '../page/ask.js';
import {html, nothing, ref} from '../page/lit.js';
import {failed, waiting} from '../page/state.js';
import {className, lang} from '../page/words.js';
import '../widgets/embedding-map/element.js';
import {nameOf} from '../widgets/sprite.js';
import {RETRY, say, swatch} from './parts.js';

/** @typedef {import('./answers').Run} Run */
/** @typedef {import('./maps.js').Maps} Maps */
/** @typedef {import('../widgets/embedding-map/types').About} About */
/** @typedef {import('../widgets/embedding-map/element.js').EmbeddingMap} EmbeddingMap */

const MAP_EVERY = 400;  // ms between two questions for a map that is being made
const WHO = Math.random().toString(36).slice(2);  // this page, to the server that makes maps
/** @type {Set<number>} */
export const ALL = new Set();  // no group is hidden: always the same object, since another one is drawn anew

/** The map of one run. */
export class Pane {
  /** @type {About | null} */
  about = null;
  /** @type {string[]} */
  classes = [];
  /** Which map is shown, and of which step. @type {{key: string, step: number, positions: Float32Array} | null} */
  shown = null;
  /** @type {EmbeddingMap | null} */
  box = null;
  closed = false;
  problem = '';  // why its images, or the map that is wanted, did not come
  /** The newest question for positions: an answer to another one comes too late. @type {object | null} */
  placing = null;
  /** @type {Promise<void> | null} */
  opening = null;

  /** @param {Maps} maps @param {Run} info */
  constructor(maps, info) {
    this.maps = maps;
    this.info = info;
    this.run = info.run;
    this.sheet = base(path`runs/${this.run}/images.png`).href;
  }

  /** Its element, once it has its images. @returns {EmbeddingMap | null} */
  get map() { return this.about && this.box; }

  /** @param {Element | undefined} node */
  take = node => { this.box = /** @type {EmbeddingMap | undefined} */ (node) ?? null; };

  /** @param {Run} info how the run stands now */
  update(info) {
    const moved = this.info.last !== info.last || this.info.ended !== info.ended;
    this.info = info;
    if (this.about) { if (moved) this.place(); }
    else this.opening ??= this.open();
  }

  async open() {
    while (!this.about && !this.closed) {
      try {
        const about = await get(path`runs/${this.run}/images.json`);
        if (this.closed) return;
        Object.assign(this, {about, classes: about.classes.map(className), problem: ''});
        this.maps.opened(this);
        this.place();
      } catch (error) {
        if (this.closed) return;
        this.fails(sentence(error));
        await wait(RETRY);
      }
    }
  }

  /** @param {string} problem */
  fails(problem) {
    this.problem = problem;
    this.maps.page.draw();
  }

  /** Shows the map that is wanted; where it does not come, that is said, and it is asked for again. */
  async place() {
    const question = {}, over = () => this.placing !== question || this.closed;
    this.placing = question;
    while (!over()) {
      try { return await this.put(over); } catch (error) {
        if (over()) return;
        this.fails(sentence(error));
        await wait(RETRY);
      }
    }
  }

  /** PCA takes no time; UMAP once it has been made. @param {() => boolean} over whether another question was asked since */
  async put(over) {
    const {page} = this.maps, {last, ended} = this.info;
    if (!page.found || last === null) return;
    const {keys} = page.found;
    const show = async (/** @type {string} */ key) => {
      const positions = await numbers(path`runs/${this.run}/maps/${key}/${last}`);
      if (over()) return;
      Object.assign(this, {shown: {key, step: last, positions}, problem: ''});
      page.draw();
    };
    if (this.shown?.key !== keys.umap || !ended || this.maps.kind === 'pca') await show(keys.pca);
    while (!over() && ended && this.maps.kind === 'umap') {
      const found = page.visible() ? await this.ask(keys.umap) : {state: '', ready: [], sentence: ''};
      if (over()) return;
      if (found.ready.includes(last)) return show(keys.umap);
      if (found.state === 'failed') return this.fails(found.sentence);
      await wait(MAP_EVERY);
    }
  }

  /** How far a map is. @param {string} key @returns {Promise<{state: string, ready: number[], sentence: string}>} */
  ask(key) { return get(path`runs/${this.run}/maps/${key}`, {who: WHO, frames: 'last'}); }

  /** What an image is called. @param {number} index */
  name(index) { return this.about ? nameOf(this.about, index, this.classes, lang()) : ''; }

  close() { this.closed = true; }

  /** @param {number} at its run's place in the table @param {{picked: number, linked: number}} rings */
  view(at, {picked, linked}) {
    const {about, shown, info, maps, problem} = this, {set} = info;
    const name = about && say('map_of', {number: about.count, title: info.label});
    return html`<div class="pane" data-run=${this.run}><div class="pane-head">${swatch(at)}<b>${info.label}</b></div><div
      class="pane-map"><embedding-map class="map" ${ref(this.take)} role=${about ? 'group' : nothing} aria-label=${name ?? nothing}
      data-key=${shown?.key ?? nothing} data-step=${shown?.step ?? nothing} .about=${about} .sheet=${about ? this.sheet : ''}
      .positions=${shown?.positions ?? null} .classes=${this.classes} .language=${lang()} .unlabelled=${say('images')}
      .hiddenGroups=${maps.hidden.get(set) ?? ALL} .picked=${picked} .linked=${linked}
      @hover=${(/** @type {CustomEvent<number>} */ {detail}) => maps.point(this, detail)}
      @pick=${(/** @type {CustomEvent<number>} */ {detail}) => maps.page.pick(detail, set)}></embedding-map>${
      shown ? nothing : problem ? failed(problem) : waiting(say('working'))}</div>${
      shown && problem ? html`<p class="hint bad" role="status">${problem}</p>` : nothing}</div>`;
  }
}
