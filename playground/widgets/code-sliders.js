import {html, live} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {filled, written} from './text.js';

/** @typedef {{code: number[], dimensions: number[], mean: number[], spread: number[]}} Code what an image is to its network */

/**
 * Where the slider of a number of a code begins and ends: three deviations from its mean, and never short of the image's own.
 * @param {Code} code @param {number} d
 */
export function range({code, mean, spread}, d) {
  const reach = 3 * spread[d];
  return {min: Math.min(code[d], mean[d] - reach), max: Math.max(code[d], mean[d] + reach)};
}

/**
 * Some numbers of a code, each with a slider. value: an image's own code, and how the codes of all images lie.
 * turned: what a person has made of some of the numbers, by their dimension, which it sets like an input its value.
 * label: of a slider, with {place}, counted from 1. note: a line below. Fires `turn` with `turned`.
 */
export class CodeSliders extends widget({
  value: /** @type {Code} */ ({code: [], dimensions: [], mean: [], spread: []}), turned: /** @type {Record<number, number>} */ ({}),
  note: '', label: 'z{place}',
}) {
  render() {
    return html`<div class="latents">${this.value.dimensions.map(d => this.slider(d))}
      ${this.note ? html`<p class="hint">${this.note}</p>` : ''}</div>`;
  }

  /** @param {number} d */
  slider(d) {
    const {min, max} = range(this.value, d), name = filled(this.label, {place: d + 1}), now = this.turned[d] ?? this.value.code[d];
    const text = written(now, '.2f');  // a hair less than a 200th: rounded up, 200 steps would not fit, and no key reached the end
    return html`<label class="slider"><span>${name}</span><input type="range" aria-label=${name} aria-valuetext=${text} data-dimension=${d}
      min=${min} max=${max} step=${(max - min) / (200 + 1e-6) || 1e-3} .value=${live(String(now))} @input=${(/** @type {Event} */ event) =>
        this.turn(d, Number(/** @type {HTMLInputElement} */ (event.target).value))}><output>${text}</output></label>`;
  }

  /** @param {number} d @param {number} to */
  turn(d, to) {
    const turned = {...this.turned, [d]: to};
    Object.assign(this, {turned});
    this.tell('turn', turned);
  }
}

define('code-sliders', CodeSliders);
