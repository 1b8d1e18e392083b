// What happens in a step of training: the method's data flow, with the run's own pictures and numbers in it, or with those of one
// batch that is taken through in slow motion.
import {get, path, sentence} from '../page/ask.js';
import {html, nothing, unsafeHTML} from '../page/lit.js';
import {waiting} from '../page/state.js';
import {words} from '../page/words.js';
import '../widgets/flow-drawing.js';
import {symbolsAt} from '../widgets/flow-drawing.js';

/**
 * @typedef {import('./train.js').Seen} Seen
 * @typedef {import('./answers').Moment} Moment
 * @typedef {import('../learn/answers').FlowAnswer} Flow
 */

export class Step {
  flows = /** @type {Map<string, Flow>} */ (new Map());  // by method and knobs
  kept = '';  // symbols that a click keeps lit and explained
  pointed = '';  // those under the mouse or with the focus
  at = 0;  // which of the pictures is seen
  walk = /** @type {import('./walk.js').Walk | null} */ (null);  // the batch that is taken through; its scripts come with the first
  problem = '';  // why they did not

  /** @param {() => void} changed */
  constructor(changed) { this.changed = changed; }

  /** Fetches the flow of a run's method with its knobs, once. @param {Moment} moment */
  async follow(moment) {
    const key = keyOf(moment);
    if (this.flows.has(key)) return;
    try {
      this.flows.set(key, await get(path`flows/${moment.method}`, {knobs: JSON.stringify(moment.knobs)}));
      this.problem = '';
    } catch (error) {  // asked for again with the next moment
      this.problem = sentence(error);
    }
    this.changed();
  }

  /** @param {string} symbols */
  keep(symbols) {
    this.kept = this.kept === symbols ? '' : symbols;
    this.changed();
  }

  /** @param {string} symbols */
  point(symbols) {
    if (symbols === this.pointed) return;
    this.pointed = symbols;
    this.changed();
  }

  another() {
    this.at++;
    this.changed();
  }

  /** Takes a batch of a run through in slow motion, or leaves it. @param {string} run */
  async slow(run) {
    if (this.walk?.open(run)) return this.walk.close();
    try {
      const {Walk} = await import('./walk.js');
      this.walk ??= new Walk(this.changed);
    } catch (error) {
      this.problem = sentence(error);
      return this.changed();
    }
    Object.assign(this, {kept: '', problem: ''});
    await this.walk.take(run);
  }

  /** What a walk through a run shows in the drawing, where it has begun. @param {Seen} seen */
  walked({run, moment}) {
    const walk = this.walk?.open(run) ? this.walk : null;
    return {walk, live: walk?.found ? walk.drawn(this.at, moment?.labels.step_spread ?? '') : null};
  }

  /** The part of the panel. @param {Seen} seen @param {string} old */
  view(seen, old) {
    const {moment, run} = seen, flow = moment && this.flows.get(keyOf(moment));
    const problem = this.problem ? html`<p class="walk-problem" role="alert">${this.problem}</p>` : nothing;
    if (!moment || !flow) return html`<div class="live-step">${this.problem ? problem : waiting(words().loading)}</div>`;
    const {labels} = moment, {walk, live: walked} = this.walked(seen);
    const slow = html`<button type="button" class="small walk-begin walk-icon" aria-pressed=${walk !== null}
      ?disabled=${!moment.maps.pca.length} @click=${() => this.slow(run)}>${labels.step_walk}</button>`;
    const below = html`${problem}${walk?.view() ?? nothing}`;
    if (!flow.wide) {  // a method that nobody has drawn
      return html`<section class=${`live-step${old}`}><div class="map-head"><h3>${labels.step}</h3>${slow}</div>${below}</section>`;
    }
    const known = (/** @type {string} */ key) => flow.symbols.some(one => one.key === key);
    const lit = (this.pointed || this.kept).split(' ').filter(known).join(' ');  // another method has other symbols
    const keep = (/** @type {Event} */ {target}) => { if (symbolsAt(target)) this.keep(symbolsAt(target)); };
    const point = (/** @type {Event} */ {target}) => this.point(symbolsAt(target));
    return html`<section class=${`live-step${old}`} @pointerover=${point} @pointerleave=${() => this.point('')}
        @focusin=${point} @focusout=${() => this.point('')}>
      <div class="map-head"><h3>${labels.step}</h3>${slow}<button type="button" class="small" ?disabled=${!seen.pictures && !walked}
        @click=${() => this.another()}>${labels.step_other}</button></div>
      <flow-drawing class="flow-card" .wide=${flow.wide} .tall=${flow.tall} .lit=${lit} .station=${walk?.part ?? ''}
        .live=${walked ?? live(seen, this.at)} @click=${keep}></flow-drawing>
      ${below}
      <div class="step-signs" ?hidden=${walk !== null} role="group" aria-label=${labels.step_parts}>${flow.symbols.map(one => html`<button
        type="button" class=${lit.split(' ').includes(one.key) ? 'lit' : ''} data-sym=${one.key} aria-pressed=${this.kept === one.key}
        aria-label=${one.text} @click=${() => this.keep(one.key)}>${unsafeHTML(one.sign)}</button>`)}</div>
      <div class="step-said" role="status" ?hidden=${walk !== null && !this.kept}>${this.explained(flow, labels)}</div></section>`;
  }

  /** What the parts are that were clicked, or what the whole is. @param {Flow} flow @param {Record<string, string>} labels */
  explained({symbols, text, shapes}, labels) {
    const chosen = symbols.filter(one => this.kept.split(' ').includes(one.key));
    if (!chosen.length) return html`<p>${text}</p><p class="hint">${labels.step_hint}</p>`;
    return html`<ul>${chosen.map(one => html`<li><span class="sign">${unsafeHTML(one.sign)}</span><span>${one.text}</span>
      <code>${one.shape}</code></li>`)}</ul>${chosen.some(one => one.shape) ? html`<p class="hint">${shapes}</p>` : nothing}`;
  }
}

/** @param {Moment} moment */
const keyOf = ({method, knobs}) => JSON.stringify([method, knobs]);

/**
 * What the run has in the places of the drawing.
 * @param {Seen} seen @param {number} at @returns {import('../widgets/flow-drawing.js').Live}
 */
export function live({moment, pictures}, at) {
  const value = (/** @type {string} */ key) => moment?.tiles.find(one => one.key === key)?.value, labels = moment?.labels ?? {};
  const [loss, spread] = [value('loss'), value('std')].map(one => Number.isNaN(Number(one)) ? undefined : one);
  const count = pictures?.count ?? 1, figures = Object.entries(pictures?.tables ?? {}), place = at % count;
  const words = figures.flatMap(([, {data}]) => data[0].customdata?.[0] ?? [])[place];
  return {
    rows: Object.fromEntries((pictures?.rows ?? []).map(({key, src}) => [key, src])), count, at: place,
    tables: Object.fromEntries(figures.filter(([, {data}]) => data[0].z).map(([key, {data}]) => [key, data[0].z])),
    said: {...loss ? {loss} : {}, ...spread ? {spread: `${labels.step_spread} ${spread}`} : {}, ...words ? {caption: short(words)} : {}},
    spread: spread === undefined ? null : Number(spread),
  };
}

/** @param {string} text */
const short = text => text.length > 16 ? `${text.slice(0, 15)}…` : text;
