// One image: its nearest by features in each run on the page, and where it lies in others.
import {get, numbers, path, sentence} from '../page/ask.js';
import {html, keyed, nothing} from '../page/lit.js';
import {send} from '../page/tabs.js';
import {sayer} from '../page/words.js';
import {button} from '../widgets/forms.js';
import './clouds.js';
import {NONE} from './pane.js';
import {image, nameIn, nearItems} from './thumbs.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */
/** @typedef {import('./thumbs.js').Item} Item */
/** @typedef {import('../maps/answers').Entry} Entry */
/** @typedef {[number, number][]} Near indices and cosines, the nearest first */

const ELSEWHERE = 7, FEW = 3;  // other runs of one image, and images shown of each
const say = sayer('explore');

/** The runs that are not on the page: a small map of each, with an image or a person's own in it. */
export class Elsewhere {
  /** @type {Entry[]} */
  others = [];
  /** @type {{other: Entry, positions: Float32Array, marks: number[][], near: number[]}[]} */
  found = [];
  /** @type {unknown[]} */
  of = [];
  turn = {};

  /** @param {Explorer} on */
  constructor(on) { this.on = on; }

  clear() { Object.assign(this, {others: [], found: [], of: [], turn: {}}); }

  /**
   * @param {unknown} of what it is about: asked again about the same, it keeps what it has
   * @param {(other: Entry, positions: Float32Array) => Promise<{marks: number[][], near: number[]}>} ask
   */
  async ask(of, ask) {
    const {on} = this, main = on.panes[0], shown = on.panes.map(pane => pane.run);
    const others = on.runs.list.filter(one => one.set === main.info.set && one.ended && !shown.includes(one.run)).slice(0, ELSEWHERE);
    const all = [of, ...others.map(one => `${one.run}/${one.last}`)];
    if (all.length === this.of.length && all.every((one, i) => one === this.of[i])) return;
    const turn = {};
    Object.assign(this, {others, of: all, found: [], turn});
    for (const other of others) {
      try {
        const positions = await numbers(path`runs/${other.run}/maps/${main.info.keys.pca}/${other.last}`);
        const {marks, near} = await ask(other, positions);
        if (this.turn !== turn) return;
        this.found = [...this.found, {other, positions, marks, near}];
        on.draw();
      } catch { /* a run that has gone since */ }
      if (this.turn !== turn) return;
    }
  }

  /** @param {Pane} main */
  view(main) {
    const minis = this.found.map(({other, positions, marks, near}) => html`<button type="button" class="mini" data-run=${other.run}
      title=${`${other.title}: ${say('elsewhere_help')}`} @click=${() => this.on.putBeside(other.run, true)}><mini-map
      .positions=${positions} .spec=${main.spec} .marks=${marks}></mini-map><span>${other.method}${
        other.changed ? ` · ${other.changed}` : ''}</span><div class="mini-near">${
        near.map(i => image(main.images, i, 22))}</div></button>`);
    const all = html`<h4>${say('elsewhere')}</h4><div class="minis">${minis}</div>`;
    return html`<div class="elsewhere">${this.others.length ? all : nothing}</div>`;
  }
}

/** The image that a person has picked. The pick itself is the explorer's; here is what was answered about it. */
export class Neighbours {
  /** @type {{index: number, lists: Map<string, {items: Item[], same: number, problem: string}>} | null} */
  found = null;
  turn = {};

  /** @param {Explorer} on */
  constructor(on) {
    this.on = on;
    this.elsewhere = new Elsewhere(on);
  }

  clear() {
    this.turn = {};
    this.found = null;
    this.elsewhere.clear();
    for (const pane of this.on.panes) pane.near = NONE;
  }

  /** Asks about the image that is picked, as the snapshots that are shown have it. */
  async ask() {
    const {on} = this, index = on.points.picked, panes = [...on.panes], turn = {};
    this.turn = turn;
    if (index < 0) { this.clear(); on.draw(); return; }
    if (this.found?.index !== index) for (const pane of panes) pane.near = NONE;
    const all = await Promise.allSettled(panes.map(pane =>
      /** @type {Promise<Near>} */ (get(path`runs/${pane.run}/neighbours/${on.wanted(pane).step}/${index}`))));
    if (this.turn !== turn) return;  // another image, or another snapshot
    const labels = on.panes[0].about.labels;
    this.found = {index, lists: new Map(panes.map((pane, p) => {
      const answer = all[p], items = answer.status === 'fulfilled' ? nearItems(answer.value, labels, index) : NONE;
      pane.near = items.map(item => item.index);
      const problem = answer.status === 'fulfilled' ? '' : sentence(answer.reason);
      return [pane.run, {items, same: items.filter(item => item.kind === 'same').length, problem}];
    }))};
    on.draw();
    await this.elsewhere.ask(index, async (other, positions) => ({
      marks: [[positions[2 * index], positions[2 * index + 1]]],
      near: /** @type {Near} */ (await get(path`runs/${other.run}/neighbours/${other.last}/${index}`)).slice(0, FEW).map(([i]) => i),
    }));
  }

  /** @param {Pane} main */
  view(main) {
    const {on, found} = this;
    if (!found) return html`<section class="picked"><h3>${say('picked')}</h3><p class="hint">${say('picked_help')}</p></section>`;
    const {index} = found, {images, info} = main;
    const rebuild = () => send('reconstruct', {run: main.run, index});
    return html`<section class="picked" data-index=${index}><h3>${say('picked')}</h3><div class="picked-head">${
      image(images, index, 84)}<div><b>${nameIn(images, index)}</b><p class="hint">${say('image_number', {number: index + 1})}</p>${
        info.rebuilds ? button(say('rebuild_it'), rebuild) : nothing}</div></div>${on.panes.map(pane => this.row(pane, main))}${
      this.elsewhere.view(main)}</section>`;
  }

  /** The nearest in one run, or why they did not come. @param {Pane} pane @param {Pane} main */
  row({run, info, images}, {about}) {
    const {on, found} = this, list = found?.lists.get(run), same = list && say('same_class', {same: list.same, of: list.items.length});
    if (list?.problem) return html`<p class="hint bad" role="status">${list.problem}</p>`;
    return list && keyed(run, html`<div><h4>${on.panes.length > 1 ? info.method : say('neighbours')}${
      about.labels ? html`<small> ${same}</small>` : nothing}</h4><image-buttons class="neighbours" data-run=${run} .images=${images}
      .items=${list.items} @pick=${on.points.picks} @hover=${on.points.hovers}></image-buttons></div>`);
  }
}

/** What other runs say of a person's own images. @param {import('../maps/answers').ImagePlacements} found */
export const ofOwn = ({placed}) =>
  ({marks: placed.map(one => one.at), near: placed.flatMap(one => one.near.slice(0, FEW).map(([i]) => i))});
