// What happens in a step of training: the method's data flow, with the run's own pictures and numbers in it.
import {get, path} from '../page/ask.js';
import {html, nothing, unsafeHTML} from '../page/lit.js';
import '../widgets/flow-drawing.js';
import {symbolsAt} from '../widgets/flow-drawing.js';

/**
 * @typedef {import('./train.js').Seen} Seen
 * @typedef {import('./answers').Moment} Moment
 * @typedef {import('../learn/answers').FlowAnswer} Flow
 */

export class Step {
  flows = /** @type {Map<string, Flow>} */ (new Map());  // by method
  kept = '';  // symbols that a click keeps lit and explained
  pointed = '';  // those under the mouse or with the focus
  at = 0;  // which of the pictures is seen

  /** @param {() => void} changed */
  constructor(changed) { this.changed = changed; }

  /** Fetches the flow of a method, once. @param {string} method */
  async follow(method) {
    if (this.flows.has(method)) return;
    this.flows.set(method, await get(path`flows/${method}`));
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

  /** The part of the panel. @param {Seen} seen @param {string} old */
  view(seen, old) {
    const {moment} = seen, flow = moment && this.flows.get(moment.method);
    if (!moment || !flow) return html`<div class="live-step"></div>`;
    if (!flow.wide) return nothing;  // a method that nobody has drawn
    const {labels} = moment, known = (/** @type {string} */ key) => flow.symbols.some(one => one.key === key);
    const lit = (this.pointed || this.kept).split(' ').filter(known).join(' ');  // another method has other symbols
    const keep = (/** @type {Event} */ {target}) => { if (symbolsAt(target)) this.keep(symbolsAt(target)); };
    const point = (/** @type {Event} */ {target}) => this.point(symbolsAt(target));
    return html`<section class=${`live-step${old}`} @pointerover=${point} @pointerleave=${() => this.point('')}
        @focusin=${point} @focusout=${() => this.point('')}>
      <div class="map-head"><h3>${labels.step}</h3><button type="button" class="small" ?disabled=${!seen.pictures}
        @click=${() => this.another()}>${labels.step_other}</button></div>
      <flow-drawing class="flow-card" .wide=${flow.wide} .tall=${flow.tall} .lit=${lit} .live=${live(seen, this.at)}
        @click=${keep}></flow-drawing>
      <div class="step-signs" role="group" aria-label=${labels.step_parts}>${flow.symbols.map(one => html`<button type="button"
        class=${lit.split(' ').includes(one.key) ? 'lit' : ''} data-sym=${one.key} aria-pressed=${this.kept === one.key}
        aria-label=${one.text} @click=${() => this.keep(one.key)}>${unsafeHTML(one.sign)}</button>`)}</div>
      <div class="step-said" role="status">${this.explained(flow, labels)}</div></section>`;
  }

  /** What the parts are that were clicked, or what the whole is. @param {Flow} flow @param {Record<string, string>} labels */
  explained({symbols, text, shapes}, labels) {
    const chosen = symbols.filter(one => this.kept.split(' ').includes(one.key));
    if (!chosen.length) return html`<p>${text}</p><p class="hint">${labels.step_hint}</p>`;
    return html`<ul>${chosen.map(one => html`<li><span class="sign">${unsafeHTML(one.sign)}</span><span>${one.text}</span>
      <code>${one.shape}</code></li>`)}</ul>${chosen.some(one => one.shape) ? html`<p class="hint">${shapes}</p>` : nothing}`;
  }
}

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
