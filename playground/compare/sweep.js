import {query} from '../page/address.js';
import {get, path, post, sentence} from '../page/ask.js';
import {html, nothing, repeat} from '../page/lit.js';
import {mine, owner} from '../page/owner.js';
import {percent, words} from '../page/words.js';
import {button, select} from '../widgets/forms.js';
import '../widgets/plot-figure.js';
import {EVERY, field, RETRY, say} from './parts.js';

/** @typedef {import('./compare.js').Comparer} Comparer */
/** @typedef {import('./answers').Sweep} Found */

/** Copies of a run with one knob at several values, as they train, and a curve of what came out. */
export class Sweep {
  // what a person, or the address, wants
  id = '';
  linked = query.get('sweep') ?? '';  // of the address, until the tab is looked at
  measure = query.get('measure') ?? '';
  // what the server says
  /** @type {Found | null} */
  found = null;
  failure = '';  // of the last question
  refusal = '';  // to stop it
  stopping = false;
  seen = '';  // the sweep that the page has moved to
  /** The newest question: an answer to another one comes too late. @type {object | null} */
  question = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {Comparer} page */
  constructor(page) { this.page = page; }

  /** Opens the address's sweep, unless somebody has opened another one or closed it. */
  follow() { if (this.linked) this.open(this.linked); }

  /** @param {string} id '' closes it */
  async open(id) {
    clearTimeout(this.timer);
    Object.assign(this, {id, linked: '', found: null, failure: '', refusal: '', question: null});
    this.page.draw();
    this.page.remember();
    if (!id) return;
    await this.ask();
    if (this.id !== id || this.seen === id) return;
    this.seen = id;
    this.page.root.querySelector('.compare-sweep')?.scrollIntoView({block: 'nearest', behavior: 'smooth'});
  }

  async ask() {
    clearTimeout(this.timer);
    const {id} = this, question = {};
    if (!id) return;
    this.question = question;
    let next = EVERY;
    try {
      if (this.page.visible() || !this.found) {
        const found = await get(path`sweeps/${id}`, {measure: this.measure});
        if (this.question !== question) return;
        Object.assign(this, {found, failure: ''});
        if (found.ended) next = 0;
      }
    } catch (error) {
      if (this.question !== question) return;
      this.failure = sentence(error);
      next = this.found ? RETRY : 0;
    }
    this.page.draw();
    if (next) this.timer = setTimeout(() => this.ask(), next);
  }

  /** @param {string} measure */
  choose(measure) {
    this.measure = measure;
    this.page.remember();
    this.ask();
  }

  async stop() {
    const {id} = this;
    this.stopping = true;
    this.refusal = '';
    this.page.draw();
    try {
      await post(path`sweeps/${id}/stop`, {secret: owner()});
      if (this.id === id) await this.ask();
    } catch (error) { if (this.id === id) this.refusal = sentence(error); }
    this.stopping = false;
    this.page.draw();
  }

  view() {
    const {found, failure, refusal} = this, close = button(say('sweep_close'), () => this.open(''));
    const error = html`<p class="match-error" role="alert">${refusal || failure}</p>`;
    if (!found) return html`<section class="compare-sweep" ?hidden=${!failure}><div class="compare-row">${close}</div>${error}</section>`;
    const stop = !found.ended && mine(found.runs[0].run) ? button(say('sweep_stop'), () => this.stop(), 'small', this.stopping) : nothing;
    return html`<section class="compare-sweep" data-done=${`${found.done}/${found.of}`}><h3>${say('sweep', {knob: found.label})}</h3>
      <p class="hint">${say('sweep_of', {...found})}</p><p class="reconstruct-truth" role="status">${found.seen}</p>
      <div class="compare-row bottom">${found.figure ? this.measures(found) : nothing}${
        button(say('sweep_show'), () => this.page.set(found.runs.map(run => run.run)))}${stop}${close}</div>${
      found.figure ? html`<plot-figure class="compare-curve" .figure=${found.figure} .gone=${words().gone ?? ''}></plot-figure>`
        : html`<p class="hint">${say('sweep_wait')}</p>`}
      <ul class="compare-sweep-runs" aria-label=${say('sweep_runs')}>${repeat(found.runs, run => run.run, run => html`<li
        data-state=${run.state} title=${run.status}><b>${run.value}</b><span>${run.number ?? run.status}</span><div class="live-bar"><div
        style="width: ${percent(run.ended ? 1 : run.progress)}"></div></div></li>`)}</ul>${error}</section>`;
  }

  /** What it is measured by. @param {Found} found */
  measures({measures, measure}) {
    const chosen = measures.some(one => one.key === this.measure) ? this.measure : measure;
    const list = select(measures.map(one => [one.key, one.name]), chosen, key => this.choose(key), {id: 'compare-measure'});
    return field(say('sweep_measure'), list);
  }
}
