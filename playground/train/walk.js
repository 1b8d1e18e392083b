// One step in slow motion: a batch goes through a copy of the run's network, station by station. What the server measured is in
// `found`; what a person chose is `place`, `mode`, `table`, `entry`, `image` and `temperature`.
import {get, path, sentence} from '../page/ask.js';
import {html, nothing, ref} from '../page/lit.js';
import {filled, shown} from '../page/words.js';
import {rowLosses} from './walk-numbers.js';
import {station} from './walk-stations.js';

/**
 * @typedef {import('./answers').Walked} Walked
 * @typedef {'cosine' | 'softmax' | 'gradient' | 'change'} Mode what the colours of entries are
 */

export class Walk {
  run = '';
  turn = {};  // an answer to an earlier question comes too late
  number = 0;  // of the batch, counted from the one that the run takes next
  busy = false;
  problem = '';
  found = /** @type {Walked | null} */ (null);
  place = 0;  // of the station
  mode = /** @type {Mode} */ ('cosine');
  table = 0;
  entry = /** @type {[number, number] | null} */ (null);
  image = 0;  // whose patches are seen
  temperature = /** @type {number | null} */ (null);  // null: the run's own

  /** @param {() => void} changed */
  constructor(changed) { this.changed = changed; }

  /** Whether this run is walked through. @param {string} run */
  open(run) { return run !== '' && run === this.run; }

  /** Takes a batch through, from its first station. @param {string} run @param {number} [number] */
  async take(run, number = 0) {
    const turn = {};
    Object.assign(this, {run, number, turn, busy: true, problem: ''});
    this.changed();
    try {
      const found = await get(path`runs/${run}/walk/${number}`);
      if (this.turn !== turn) return;  // another one is wanted by now, or none
      Object.assign(this, {found, place: 0, table: 0, entry: null, image: 0, temperature: null, mode: 'cosine', busy: false});
    } catch (error) {
      if (this.turn !== turn) return;
      Object.assign(this, {problem: sentence(error), busy: false});
    }
    this.changed();
  }

  close() {
    Object.assign(this, {run: '', turn: {}, found: null, problem: '', busy: false});
    this.changed();
  }

  /** @param {number} place */
  go(place) {
    const last = (this.found?.stations.length ?? 1) - 1;
    this.place = Math.max(0, Math.min(last, place));
    this.changed();
  }

  /** @param {Partial<Pick<Walk, 'mode' | 'table' | 'entry' | 'image' | 'temperature'>>} chosen */
  choose(chosen) {
    Object.assign(this, chosen);
    this.changed();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step || /** @type {Element} */ (event.target).closest('input')) return;
    event.preventDefault();
    this.go(this.place + step);
  }

  /** Which part of the drawing is meant just now. */
  get part() { return this.found?.stations[this.place].key ?? ''; }

  /** How many times larger than the run's own logits those of the chosen temperature are. */
  get factor() {
    const own = this.found?.temperature;
    return own && this.temperature ? own / this.temperature : 1;
  }

  /** The loss, at the chosen temperature. */
  get loss() { return this.found?.tables.flatMap(table => rowLosses(table, this.factor)).reduce((a, b) => a + b, 0) ?? 0; }

  /** What it has in the places of the drawing. @param {number} at which image is seen @param {string} spread the word for it */
  drawn(at, spread) { return this.found && drawn(this.found, at, spread); }

  /** The keys are those of a walk from its first moment on, without a click into it. @param {Element | undefined} element */
  entered = element => {
    if (!element) return;
    /** @type {HTMLElement} */ (element).focus({preventScroll: true});
    element.scrollIntoView({block: 'nearest'});
  };

  view() {
    const {found, place, problem, busy, run, number} = this;
    if (problem) return html`<section class="live-walk"><p class="walk-problem" role="alert">${problem}</p></section>`;
    if (!found) return html`<section class="live-walk" aria-busy="true"></section>`;
    const {stations, words} = found, {key: at, title, text} = stations[place], last = place === stations.length - 1;
    const key = (/** @type {KeyboardEvent} */ event) => this.key(event);
    return html`<section class="live-walk" tabindex="0" aria-label=${words.say_keys} aria-busy=${busy} @keydown=${key}
      ${ref(this.entered)}>
      <nav class="walk-places">${stations.map((one, i) => html`<button type="button" class=${i < place ? 'passed' : ''}
        aria-current=${i === place ? 'step' : nothing} @click=${() => this.go(i)}>${one.title}</button>`)}</nav>
      <div class="walk-head"><h4>${title}</h4><span class="hint">${filled(words.say_batch, {number: number + 1})}</span>
        <button type="button" class="small" ?disabled=${!place} @click=${() => this.go(place - 1)}>${words.say_back}</button>
        ${last ? html`<button type="button" class="small main walk-icon" ?disabled=${busy} @click=${() => this.take(run, number + 1)}>${
          words.say_again}</button>` : html`<button type="button" class="small main" @click=${() => this.go(place + 1)}>${
          words.say_next}</button>`}
        <button type="button" class="small" aria-label=${words.say_close} title=${words.say_close}
          @click=${() => this.close()}>✕</button></div>
      <p class="walk-text" role="status">${text}</p>
      <div class="walk-station" data-station=${at}>${station(this, found, at)}</div></section>`;
  }
}

/**
 * What a walk has in the places of the drawing.
 * @param {Walked} found @param {number} at which image is seen @param {string} spread the word for it
 * @returns {import('../widgets/flow-drawing.js').Live}
 */
function drawn(found, at, spread) {
  const {strips, tables, count, loss} = found, place = at % count, [table] = tables, cosine = found.temperature;
  const square = table?.kind === 'softmax' && cosine && table.columns.length
    ? table.values.map(row => row.slice(0, table.values.length).map(value => value === null ? 1 : value * cosine)) : null;
  const wide = table?.names[place] ?? '';
  return {
    rows: {...strips, input: strips.image}, count, at: place,
    tables: square ? {similarity: square, image_text: square} : {},
    said: {loss: shown('loss', loss), spread: `${spread} ${shown('std_sqrt_d', found.spread)}`,
      ...wide ? {caption: wide.length > 16 ? `${wide.slice(0, 15)}…` : wide} : {}},
    spread: found.spread,
  };
}
