import {shown} from '../page/words.js';
import {html} from '../page/lit.js';
import {heat, say, shot} from './parts.js';

/**
 * Several masks of the same share: each completion, their mean, and how much they differ.
 * @param {import('./answers').Draws} found @param {import('./answers').Maker} maker
 */
export const drawsOf = ({mean, spread, made, mse, mse_std: std, most}, maker) => html`<h4>${say('draws')}</h4>
  <p class="hint">${say('draws_help', {number: made.length})}</p>
  <div class="draws-row">
    <div class="shots">${shot(maker, say('draws_mean'), mean, say('draws_mse', {mse: shown('mse', mse), std: shown('mse', std)}))}
    ${heat(maker, say('draws_spread'), spread, {top: 1, note: say('draws_most', {most: most.toFixed(2)})})}</div>
  <div class="draws-all">${made.map(pixels => html`<pixel-canvas .pixels=${pixels} .size=${maker}></pixel-canvas>`)}</div></div>`;
