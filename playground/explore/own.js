// A person's own images and words on the maps.
import {path, post, sentence} from '../page/ask.js';
import {html, live, nothing} from '../page/lit.js';
import {sayer, shown, uploads, words} from '../page/words.js';
import {PICTURES} from '../widgets/drop.js';
import {button} from '../widgets/forms.js';
import {keyOf, kindOf} from './choosing.js';
import {Elsewhere, ofOwn} from './neighbours.js';
import {NONE} from './pane.js';
import {nearItems} from './thumbs.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */
/** @typedef {import('./thumbs.js').Item} Item */
/** @typedef {import('../maps/answers').ImagePlacements} ImagePlacements */
/** @typedef {import('../maps/answers').TextPlacements} TextPlacements */
/**
 * @typedef {{at: number[], how: string, name: string, items: Item[], picture?: string, note?: string, known?: boolean, end?: string}} Point
 */
/** @typedef {{files: File[], texts: string[], closed: boolean}} Given by a person; closed: whether texts are moved onto the images */
/**
 * @typedef {{given: Given, key: string, points: Point[], skipped: string[], problem: string, gap: number | null,
 *   plane: import('../maps/answers').Plane | null}} Placing what became of it on a map
 */

const FILES = 12, TEXTS = 8, NEAR = 8;
const say = sayer('explore');

/** @param {File[]} files */
function form(files) {
  const found = new FormData();
  for (const file of files) found.append('images', file, file.name);
  return found;
}

export class Own {
  /** @type {Given | null} */
  given = null;
  /** @type {Given | null} whose rows are shown: until the new ones are placed, the ones before */
  shown = null;

  /** @param {Explorer} on */
  constructor(on) {
    this.on = on;
    this.elsewhere = new Elsewhere(on);
  }

  /** @param {File[]} files */
  addFiles(files) {
    if (files.length && this.on.panes.length) this.give({files: files.slice(0, FILES), texts: [], closed: this.given?.closed ?? false});
  }

  /** @param {string} text */
  addText(text) {
    const {files = [], texts = [], closed = false} = this.given ?? {};
    if (text.trim() && this.on.panes.length) this.give({files, texts: [...texts, text.trim()].slice(-TEXTS), closed});
  }

  /** @param {Given} given */
  give(given) {
    this.given = given;
    this.on.go(Infinity);  // the network that places them is the last one
    this.place();
  }

  /** Whether a person's images are being placed. */
  get busy() { return !!this.given?.files.length && this.shown !== this.given; }

  clear() {
    Object.assign(this, {given: null, shown: null});
    this.elsewhere.clear();
    for (const pane of this.on.panes) Object.assign(pane, {own: null, placing: null, points: NONE});
    this.on.draw();
  }

  /** Places on every map what is not there yet. A map that is still made is asked once its last frame has come. */
  place() {
    const {given, on} = this, key = keyOf(on.choice);
    if (!given) return;
    for (const pane of on.panes) {
      const last = pane.info.steps.at(-1) ?? 0, failed = pane.busy.state === 'failed' && !pane.busy.hidden;
      const there = pane.following === key && pane.ready.includes(last);
      if (is(pane.own, given, key) || is(pane.placing, given, key) || !failed && !there) continue;
      this.placeOn(pane, given, key, failed ? pane.busy.sentence || say('failed') : '');
    }
    this.settle();
  }

  /** @param {Pane} pane @param {Given} given @param {string} key @param {string} problem why there is no map */
  async placeOn(pane, given, key, problem) {
    const placing = {given, key};
    pane.placing = placing;
    const own = problem ? nothingPlaced(given, key, problem) : await this.ask(pane, given, key);
    if (pane.placing !== placing) return;
    pane.placing = null;
    if (this.given !== given || keyOf(this.on.choice) !== key) return;  // more was given meanwhile, or another map chosen
    pane.own = own;
    this.fit(pane);
    this.settle();
  }

  /** A person's own points are on the map that they were placed on. @param {Pane} pane */
  fit(pane) { pane.points = pane.own && pane.own.key === pane.frameShown?.key ? pane.own.points : NONE; }

  /** Shows the rows once all maps have what was given. */
  settle() {
    const {on, given} = this, main = on.panes[0], key = keyOf(on.choice);
    if (!given || !on.panes.every(pane => is(pane.own, given, key))) return on.draw();
    this.shown = given;
    if (!given.files.length || !main.own?.points.length) this.elsewhere.clear();
    else {
      const {pca} = main.info.keys;
      this.elsewhere.ask(given.files, async other => ofOwn(await post(path`runs/${other.run}/maps/${pca}/place`, form(given.files))));
    }
    on.draw();
  }

  /** @param {Pane} pane @param {Given} given @param {string} key @returns {Promise<Placing>} */
  async ask(pane, given, key) {
    const placing = nothingPlaced(given, key);
    try {
      if (given.files.length) {
        const found = /** @type {ImagePlacements} */ (await post(path`runs/${pane.run}/maps/${key}/place`, form(given.files)));
        placing.points.push(...found.placed.map(one => ({...one, items: nearItems(one.near.slice(0, NEAR))})));
        placing.skipped.push(...found.skipped);
      }
      if (given.texts.length && pane.info.reads) {
        const asked = {texts: given.texts, closed: given.closed};
        const {placed, gap, plane} = /** @type {TextPlacements} */ (await post(path`runs/${pane.run}/maps/${key}/words`, asked));
        placing.points.push(...placed.map((one, i) => ({...one, name: given.texts[i], items: nearItems(one.near.slice(0, NEAR))})));
        Object.assign(placing, {gap, plane});
      }
    } catch (error) { placing.problem = sentence(error); }
    return placing;
  }

  /** A person's own point was pressed: its row comes into view. @param {{name: string}} point */
  find({name}) {
    this.on.root.querySelector(`.own [data-name="${CSS.escape(name)}"]`)?.scrollIntoView({block: 'nearest', behavior: 'smooth'});
  }

  /** @param {Pane} main */
  view(main) {
    const {on} = this, files = (/** @type {Event} */ event) => {
      const input = /** @type {HTMLInputElement} */ (event.target);
      this.addFiles([...input.files ?? []]);
      input.value = '';
    };
    const place = () => html`<label class="drop"><span>${say('own_help')}</span><input type="file" multiple accept=${PICTURES}
      id="explore-own" @change=${files}><br><b>${say('own_choose')}</b></label>`;
    return html`<section><h3>${say('own')}</h3>${uploads() ? place() : html`<p class="hint">${words().no_uploads}</p>`}<section
      class="own">${
      this.shown && main.own ? this.rows(main, main.own, on.panes) : nothing}</section></section>`;
  }

  /** @param {Pane} main @param {Placing} own @param {Pane[]} panes */
  rows(main, own, panes) {
    const problems = [...own.skipped, ...panes.map(pane => pane.own?.problem ?? '')].filter(Boolean);
    return html`${problems.map(text => html`<p class="hint bad">${text}</p>`)}${
      own.points.map((point, j) => this.row(point, j, own.key, panes))}${
      own.given.texts.length && own.points.length && own.gap !== null ? this.gap(own, own.gap) : nothing}${
      own.points.length ? button(say('clear'), () => this.clear()) : nothing}${
      own.given.files.length && own.points.length ? this.elsewhere.view(main) : nothing}`;
  }

  /** @param {Point} point @param {number} j @param {string} key @param {Pane[]} panes */
  row({picture, name, note, how, known, end}, j, key, panes) {
    const near = (/** @type {Pane} */ pane) => html`<image-buttons class="neighbours" data-run=${pane.run} .images=${pane.images}
      .items=${pane.own?.points[j]?.items ?? NONE} .side=${34}
      @pick=${this.on.points.picks} @hover=${this.on.points.hovers}></image-buttons>`;
    return html`<div class="own-row" data-name=${name}><div
      class="picked-head">${picture ? html`<img src=${picture} alt=${name} class="own-image">` : html`<b
      class="own-word">${name}</b>`}<div><b>${
      picture ? name : ''}</b><p class="hint">${say(`how_${how}${how === 'transform' ? `_${kindOf(key)}` : ''}`)}</p>${
      note ? html`<p class="hint own-note">${note}</p>` : nothing}${
      end ? html`<p class="hint own-note">${say('cut', {end})}</p>` : nothing}${
      known === false ? html`<p class="hint bad own-unknown">${say('unknown', {text: name})}</p>` : nothing}</div></div>${
      panes.map(pane => panes.length > 1 ? html`<div><h4>${pane.info.method}</h4>${near(pane)}</div>` : near(pane))}</div>`;
  }

  /** How far apart images and texts lie in a CLIP's space, and the texts put back by it. @param {Placing} own @param {number} gap */
  gap({given, plane}, gap) {
    const close = (/** @type {Event} */ event) => {
      const closed = /** @type {HTMLInputElement} */ (event.target).checked;
      if (this.given) this.give({...this.given, closed});
    };
    const key = (/** @type {string} */ name, /** @type {string} */ cls) => html`<span><i class=${cls}></i>${say(name)}</span>`;
    return html`<div class="gap" data-gap=${gap}><h4>${say('gap', {gap: shown('cosine', gap)})}</h4><p class="hint">${
      say('gap_help')}</p><label
      class="check"><input type="checkbox"
      .checked=${live(this.given?.closed ?? false)} @change=${close}><span>${say('gap_close')}</span></label>${plane ? html`<two-clouds
        .plane=${plane}
      .name=${say(given.closed ? 'gap_plane_closed' : 'gap_plane')}></two-clouds><p class="hint gap-key">${
        key('gap_images', 'of-images')}${key('gap_texts', 'of-texts')}</p>` : nothing}</div>`;
  }
}

/** @param {Given} given @param {string} key @param {string} [problem] @returns {Placing} */
const nothingPlaced = (given, key, problem = '') => ({given, key, points: [], skipped: [], problem, gap: null, plane: null});

/** @param {{given: Given, key: string} | null} one @param {Given} given @param {string} key */
const is = (one, given, key) => one?.given === given && one.key === key;
