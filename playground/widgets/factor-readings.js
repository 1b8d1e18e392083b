import {html, nothing, svg} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {written} from './text.js';

/**
 * @typedef {object} Factor how well something is read at each moment, as R² or as a share that is right
 * @property {string} key
 * @property {string} name
 * @property {string} help
 * @property {boolean} share
 * @property {number} guess what one gets who sees nothing: there a bar is empty, and at 1 it is full
 * @property {number | null} pixels
 * @property {(number | null)[]} features
 * @property {(number | null)[]} embedding none where no head makes one
 */

const LINES = /** @type {const} */ (['features', 'embedding']);

/** From 0, no better than guessing, to 1, without a fault. @param {Factor} factor @param {number | null | undefined} value */
export const height = ({guess}, value) => Math.max(0, Math.min(1, ((value ?? guess) - guess) / (1 - guess)));

/** As a person reads it; R² below 0 is no better than guessing. @param {Factor} factor @param {number | null | undefined} value */
export const reading = ({share}, value) => value === null || value === undefined ? '–'
  : written(Math.max(0, value), share ? '.0%' : '.2f');

/** Where a curve goes, in a frame of 100 × 100. @param {Factor} factor @param {(number | null)[]} line @param {number[]} seconds */
export function course(factor, line, seconds) {
  const end = seconds.at(-1) || 1;
  return line.map((value, at) => `${(100 * seconds[at] / end).toFixed(2)},${(100 - 100 * height(factor, value)).toFixed(2)}`).join(' ');
}

/**
 * Of each factor a bar of the features above one of the embedding, with a mark where the untrained network stood, and beside
 * them how they came about. The mouse on a course, or the arrow keys, show what the bars were at another moment.
 */
export class FactorReadings extends widget({
  factors: /** @type {Factor[]} */ ([]),
  seconds: /** @type {number[]} */ ([]),  // of each moment
  labels: /** @type {Record<string, string>} */ ({}),  // of features, embedding, untrained, pixels, axis
  at: -1,  // the moment that is shown; -1: the last
}) {
  /** The moment that the bars show. */
  get shown() { return this.at >= 0 && this.at < this.seconds.length ? this.at : this.seconds.length - 1; }

  render() {
    if (!this.factors.length || !this.seconds.length) return nothing;
    const {labels} = this, heads = this.factors.some(({embedding}) => embedding.length);
    return html`<div class="readings" tabindex="0" role="group" aria-label=${labels.axis} @keydown=${this.key}>
      <div class="readings-legend"><span data-line="features">${labels.features}</span>
        ${heads ? html`<span data-line="embedding">${labels.embedding}</span>` : nothing}
        <span data-line="untrained">${labels.untrained}</span><span data-line="pixels">${labels.pixels}</span>
        <output>${this.seconds[this.shown].toFixed(this.seconds[this.shown] < 10 ? 1 : 0)} ${labels.axis}</output></div>
      <ul>${this.factors.map(factor => this.row(factor))}</ul></div>`;
  }

  /** @param {Factor} factor */
  row(factor) {
    const {labels, seconds, shown} = this, first = factor.features[0], lines = LINES.filter(line => factor[line].length);
    const now = lines.map(line => reading(factor, factor[line][shown]));
    const said = [...lines.map((line, i) => `${labels[line]} ${now[i]}`), `${labels.untrained} ${reading(factor, first)}`,
      ...(factor.pixels === null ? [] : [`${labels.pixels} ${reading(factor, factor.pixels)}`])].join(', ');
    const left = (/** @type {number | null} */ value) => `left: ${(100 * height(factor, value)).toFixed(1)}%`;
    return html`<li data-key=${factor.key} title=${`${factor.help}\n${said}`} aria-label=${`${factor.name}: ${said}`}>
      <span class="readings-name">${factor.name}</span>
      <div class="readings-bars">${lines.map(line => html`<i data-line=${line}
        style="width: ${(100 * height(factor, factor[line][shown])).toFixed(1)}%"></i>`)}
        <u data-line="untrained" style=${left(first)}></u>
        ${factor.pixels === null ? nothing : html`<u data-line="pixels" style=${left(factor.pixels)}></u>`}</div>
      <span class="readings-values">${lines.map((line, i) => html`${i ? html`<span>→</span>` : nothing}<b
        data-line=${line}>${now[i]}</b>`)}</span>
      <svg viewBox="0 -4 100 108" preserveAspectRatio="none" aria-hidden="true" @pointermove=${this.point}
        @pointerleave=${() => { this.at = -1; }}><line class="untrained" x1="0" x2="100" y1=${100 - 100 * height(factor, first)}
        y2=${100 - 100 * height(factor, first)}></line>${lines.map(line => this.line(factor, line))}<line class="now"
        x1=${100 * seconds[shown] / (seconds.at(-1) || 1)} x2=${100 * seconds[shown] / (seconds.at(-1) || 1)} y1="-4" y2="104"></line></svg>
    </li>`;
  }

  /** @param {Factor} factor @param {typeof LINES[number]} line */
  line(factor, line) {
    return svg`<polyline data-line=${line} points=${course(factor, factor[line], this.seconds)}></polyline>`;
  }

  /** The moment nearest to the mouse. @param {PointerEvent} event */
  point(event) {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect(), end = this.seconds.at(-1) || 1;
    const at = end * (event.clientX - box.left) / (box.width || 1);
    this.at = this.seconds.reduce((best, one, i) => Math.abs(one - at) < Math.abs(this.seconds[best] - at) ? i : best, 0);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    this.at = Math.max(0, Math.min(this.seconds.length - 1, this.shown + (event.key === 'ArrowLeft' ? -1 : 1)));
  }
}

define('factor-readings', FactorReadings);
