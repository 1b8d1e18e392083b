import {query} from '../page/address.js';
import {html, nothing, repeat, styleMap} from '../page/lit.js';
import {words} from '../page/words.js';
import {labelled, toggled} from '../widgets/embedding-map/colours.js';
import '../widgets/embedding-map/legend.js';
import {imageStyle} from '../widgets/sprite.js';
import {choice, heading} from '../widgets/forms.js';
import {ALL, Pane} from './pane.js';
import {linkTo, say} from './parts.js';

/** @typedef {import('./compare.js').Comparer} Comparer */
/** @typedef {import('./answers').Comparison} Comparison */
/** @typedef {import('./answers').Run} Run */
/** @typedef {import('../widgets/embedding-map/types').Spec} Spec */

const THUMB = 34;  // px of the picture of the kept image

/** The runs' maps side by side, linked by image where runs look at the same ones. */
export class Maps {
  /** @type {Pane[]} */
  panes = [];
  kind = query.get('maps') === 'pca' ? 'pca' : 'umap';
  /** The image under the mouse, and in which pane. @type {{pane: Pane, index: number} | null} */
  pointed = null;
  /** Classes that are not shown, of each set of images. @type {Map<string, Set<number>>} */
  hidden = new Map();
  /** The legend's spec, of a pane: made once, since another one is drawn anew. @type {{pane: Pane, spec: Spec} | null} */
  coded = null;

  /** @param {Comparer} page */
  constructor(page) { this.page = page; }

  /** @param {Run[]} runs */
  sync(runs) {
    const there = runs.filter(run => run.last !== null);
    for (const pane of this.panes) if (!there.some(run => run.run === pane.run)) pane.close();
    this.panes = there.map(info => this.panes.find(pane => pane.run === info.run) ?? new Pane(this, info));
    for (const pane of this.panes) pane.update(/** @type {Run} */ (there.find(run => run.run === pane.run)));
  }

  /** @param {string} kind */
  choose(kind) {
    this.kind = kind;
    this.page.draw();
    this.page.remember();
    for (const pane of this.panes) if (pane.about) pane.place();
  }

  /** A pane has its images. @param {Pane} pane */
  opened(pane) {
    const {picked} = this.page, {about} = pane;
    if (picked?.set === pane.info.set && about && picked.index >= about.count) this.page.picked = null;  // of a link that somebody wrote
    this.page.draw();
  }

  /** @param {Pane} pane @param {number} index -1 for none */
  point(pane, index) {
    if (index < 0 && !this.pointed) return;
    this.pointed = index < 0 ? null : {pane, index};
    this.page.draw();
  }

  /** The pane that an image is named by. */
  first(set = this.page.picked?.set) { return this.panes.find(pane => pane.about && (set === undefined || pane.info.set === set)); }

  /** To the next image, or the one before. @param {1 | -1} by */
  go(by) {
    const {picked} = this.page, pane = this.first();
    if (!pane?.about) return;
    const from = picked?.index ?? (by > 0 ? -1 : 0);
    this.page.pick((from + by + pane.about.count) % pane.about.count, pane.info.set);
  }

  /** @param {string} set @param {{group: number, alone: boolean}} pressed @param {number} count of all groups */
  toggle(set, {group, alone}, count) {
    this.hidden.set(set, toggled(this.hidden.get(set) ?? new Set(), group, alone, count));
    this.page.draw();
  }

  /** What a pane's map has rings around. @param {Pane} pane */
  rings(pane) {
    const {page: {picked}, pointed} = this, {set} = pane.info;
    return {
      picked: picked?.set === set ? picked.index : -1,
      linked: pointed && pointed.pane !== pane && pointed.pane.info.set === set ? pointed.index : -1,
    };
  }

  /** @param {Comparison} found */
  view(found) {
    const there = found.runs.filter(run => run.last !== null), main = there[0], sets = new Set(there.map(run => run.set));
    const note = !there.length ? say('maps_wait') : sets.size > 1 ? say('maps_other') : '';
    const beside = there.slice(1).filter(run => run.set === main.set).map(run => run.run).join(',');
    return html`<section class="compare-maps">${heading(say('maps'), say('maps_help'))}<div class="compare-row"><div>${
      choice([['umap', say('map_umap')], ['pca', say('map_pca')]], this.kind, kind => this.choose(kind))}</div><div class="compare-steps">${
      this.step(-1, '‹', say('image_before'))}${this.step(1, '›', say('image_next'))}</div><a class="compare-link" ?hidden=${!main}
      href=${main ? linkTo({tab: 'explore', run: main.run, with: beside}) : nothing}>${say('maps_explore')}</a></div>
      <div class="panes" data-count=${this.panes.length}>${repeat(this.panes, pane => pane.run, pane =>
        pane.view(found.runs.findIndex(run => run.run === pane.run), this.rings(pane)))}</div>${this.legend()}${this.kept()}
      <p class="hint">${note}</p></section>`;
  }

  /** @param {1 | -1} by @param {string} sign @param {string} name */
  step(by, sign, name) {  // without a mouse, too
    return html`<button type="button" class="small" aria-label=${name} title=${name} @click=${() => this.go(by)}>${sign}</button>`;
  }

  legend() {
    const pane = this.panes.find(one => one.about);
    if (!pane?.about) return html`<map-legend class="map-legend"></map-legend>`;
    if (this.coded?.pane !== pane) this.coded = {pane, spec: labelled(pane.about, say('images'), pane.classes)};
    const {spec} = this.coded, {set} = pane.info;
    return html`<map-legend class="map-legend" .spec=${spec} .hiddenGroups=${this.hidden.get(set) ?? ALL}
      .help=${words().explore?.legend_help ?? ''} .each=${words().explore?.legend_each ?? ''}
      @toggle=${(/** @type {CustomEvent} */ {detail}) =>
        this.toggle(set, detail, spec.names?.length ?? 0)}></map-legend>`;
  }

  /** The image that somebody clicked. */
  kept() {
    const {picked} = this.page, pane = picked && this.first(picked.set);
    if (!picked || !pane?.about) return html`<p class="compare-kept"></p>`;
    return html`<p class="compare-kept" data-index=${picked.index}>${say('kept')} <span class="thumb-image"
      style=${styleMap(imageStyle(pane.about, pane.sheet, picked.index, THUMB))}></span> ${
      pane.name(picked.index)} · ${say('kept_image', {number: picked.index + 1})}</p>`;
  }
}
