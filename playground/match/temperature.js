// The temperature of a softmax as a slider: 1 over the logit scale, and in powers of ten.
import {html, live, nothing} from '../page/lit.js';
import {sayer} from '../page/words.js';

const COLDEST = -2.5;  // log10 of the least temperature that can be set
const say = sayer('match');

/** The logit scale of a place of the slider. @param {number} log10 of the temperature */
export const scaleOf = log10 => Number((10 ** -log10).toPrecision(3));

/** The place of the slider's mark, from 0 to 1. @param {number} scale */
export const placeOf = scale => Math.max(0, Math.min(1, 1 + Math.log10(scale) / COLDEST));

/**
 * @param {number | null} scale that a person chose @param {number | null} own the model's, null until it is known
 * @param {(scale: number) => void} act
 */
export function temperature(scale, own, act) {
  const known = scale ?? own, log10 = -Math.log10(known ?? 1), name = say('temperature');
  const text = known ? (10 ** log10).toPrecision(2) : '…';
  return html`<label class="slider"><span>${name}</span><span class="match-slider"><input type="range" min=${COLDEST} max="0" step="0.01"
    .value=${live(String(log10))} aria-label=${name} aria-valuetext=${text} id="match-temperature"
    @input=${(/** @type {Event} */ {target}) => act(scaleOf(Number(/** @type {HTMLInputElement} */ (target).value)))}>${own ? html`<i
    class="match-own" title=${say('temperature_own')}
    style="left: calc(8px + ${placeOf(own)} * (100% - 16px))"></i>` : nothing}</span><output>${text}</output></label>`;
}
