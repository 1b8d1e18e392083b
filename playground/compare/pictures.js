import {number, query} from '../page/address.js';
import {get, path, post, sentence} from '../page/ask.js';
import {html, keyed, nothing, ref, repeat} from '../page/lit.js';
import {shown} from '../page/words.js';
import {button, heading} from '../widgets/forms.js';
import {paint} from '../widgets/pixels.js';
import {say, swatch} from './parts.js';

/** @typedef {import('./compare.js').Comparer} Comparer */
/** @typedef {import('./answers').Run} Run */
/** @typedef {import('../widgets/embedding-map/types').About} About */
/** @typedef {{pixels: string, mse?: number}} Made pixels of an original, or of what a run made of it */
/** @typedef {{runs: Run[], indices: number[], about: About}} Shown */

const SHOWN = 8, SIDE = 64;  // reconstructions of a run, and their px
const FARTHEST = 999_999;

/** Some of the images, a kept one first. @param {number} count @param {number} shift @param {number[]} first */
export function some(count, shift, first) {
  const step = Math.floor(count / SHOWN) | 1;  // odd: classes often take turns
  return [...new Set([...first, ...Array.from({length: SHOWN}, (_, i) => (i * step + 7 * shift) % count)])].slice(0, SHOWN);
}

/** The runs that rebuild images, of the set that most of them look at. @param {Run[]} runs */
export function rebuilding(runs) {
  const can = runs.filter(run => run.rebuilds && run.last !== null);
  const most = (/** @type {string} */ set) => can.filter(run => run.set === set).length;
  const set = can.map(run => run.set).sort((a, b) => most(b) - most(a))[0];
  return can.filter(run => run.set === set);
}

/** What each run that rebuilds images makes of the same ones. */
export class Pictures {
  shift = Math.floor(number(query.get('other'), FARTHEST) ?? 0);  // how often somebody asked for others
  key = '';  // what was asked for last: an answer to another question comes too late
  /** What the table holds. @type {Shown | null} */
  shown = null;
  /** By run and image, '' for the original. @type {Map<string, Made>} */
  made = new Map();
  ready = false;
  error = '';
  hidden = true;

  /** @param {Comparer} page */
  constructor(page) { this.page = page; }

  other() {
    this.shift++;
    this.sync(this.page.found?.runs ?? []);
    this.page.remember();
  }

  /** @param {Run[]} all */
  async sync(all) {
    const runs = rebuilding(all), {picked} = this.page;
    this.hidden = !runs.length;
    if (!runs.length) return;
    const index = picked?.set === runs[0].set ? picked.index : -1;
    const key = JSON.stringify([runs.map(run => [run.run, run.label, run.last]), this.shift, index]), over = () => this.key !== key;
    if (!over()) return;
    this.key = key;
    try {
      const about = await get(path`runs/${runs[0].run}/images.json`);
      if (over()) return;
      const own = index >= 0 && index < about.count ? [index] : [];
      Object.assign(this, {shown: {runs, about, indices: some(about.count, this.shift, own)}, made: new Map(), ready: false});
      this.page.draw();
      for (const index of this.shown?.indices ?? []) {  // each column by itself: nobody waits for the last one
        const asked = {image: {index}, runs: runs.map(run => run.run), damage: 'none', level: 0, seed: 0};
        const found = await post(path`runs/${runs[0].run}/repair/compare`, asked);
        if (over()) return;
        this.made.set(`/${index}`, {pixels: found.image});
        for (const one of found.runs) this.made.set(`${one.run}/${index}`, {pixels: one.made, mse: one.mse});
        this.page.draw();
      }
      Object.assign(this, {ready: true, error: ''});
    } catch (error) {
      if (over()) return;
      Object.assign(this, {error: sentence(error), key: ''});  // the next look tries again
    }
    this.page.draw();
  }

  view() {
    const {shown} = this;
    return html`<section class="compare-pictures" ?hidden=${this.hidden}>${heading(say('pictures'), say('pictures_help'))}
      <div class="compare-row">${button(say('pictures_other'), () => this.other())}</div><div
      class="compare-scroll" tabindex="0" role="region" aria-label=${say('pictures')}><table data-ready=${
      shown && this.ready ? shown.indices.join(',') : nothing}>${shown ? this.rows(shown) : nothing}</table></div>
      <p class="hint bad">${this.error}</p></section>`;
  }

  /** @param {Shown} shown */
  rows({runs, indices, about}) {
    const all = this.page.found?.runs ?? [], place = (/** @type {Run} */ run) => all.findIndex(one => one.run === run.run);
    const cells = (/** @type {string} */ run, /** @type {string} */ name) => indices.map(index => this.cell(run, name, index, about));
    return html`<tbody><tr><th scope="row">${say('original')}</th>${cells('', say('original'))}</tr>${
      repeat(runs, run => run.run, run => html`<tr class="made" data-run=${run.run}><th scope="row">${swatch(Math.max(0, place(run)))}${
        run.label}</th>${cells(run.run, run.label)}</tr>`)}</tbody>`;
  }

  /** @param {string} run @param {string} name @param {number} index @param {About} about */
  cell(run, name, index, about) {
    const made = this.made.get(`${run}/${index}`), mse = made?.mse === undefined || made.mse === null ? undefined : shown('mse', made.mse);
    const label = mse ? say('pictures_row', {name, number: index + 1, mse}) : `${name} ${index + 1}`;
    return keyed(index, html`<td><canvas width=${about.width} height=${about.height} style="width: ${SIDE}px; height: ${
      SIDE * about.height / about.width}px" role="img" aria-label=${label} ${
      ref(node => painted(node, made, about))}></canvas><small>${run ? mse ?? '–' : ''}</small></td>`);
  }
}

/** @type {WeakMap<Element, Made>} */
const done = new WeakMap();

/** Paints a canvas once it is known what with. @param {Element | undefined} node @param {Made | undefined} made @param {About} about */
function painted(node, made, about) {
  if (!(node instanceof HTMLCanvasElement) || done.get(node) === made) return;
  if (made) {
    paint(node, made.pixels, about);
    done.set(node, made);
  } else {
    node.getContext('2d')?.clearRect(0, 0, node.width, node.height);
    done.delete(node);
  }
}
