import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {button, choice, slider} from '../widgets/forms.js';
import {words} from '../page/words.js';
import '../widgets/plot-figure.js';
import {asker} from './api.js';
import {VIEW, another, errorScale, heading, heat, judged, say, shot} from './parts.js';
import {NOISES, fresh} from './settings.js';

const INFINITE = 99;  // dB that stand for no error at all

/** @typedef {import('./types').NoiseSetting} NoiseSetting */

/** @param {number} v */
const signed = v => `${v < 0 ? '−' : '+'}${Math.abs(v).toFixed(1)}`;

/**
 * The curve over all levels, with lines where a network was trained and where a person's slider is.
 * @param {import('./answers').Curve} found @param {number} level
 */
export function curveFigure(found, level) {
  const line = (/** @type {'noisy' | 'filter' | 'denoised'} */ name, /** @type {string} */ color, /** @type {string} */ dash) => ({
    x: found.levels, y: found[name], name: say(name), mode: 'lines', line: {color, width: 2.5, dash}, hovertemplate: '%{y:.1f} dB'});
  const at = (/** @type {number} */ x, /** @type {string} */ dash) => ({
    type: 'line', x0: x, x1: x, yref: 'paper', y0: 0, y1: 1, line: {color: '#888', width: 1.5, dash}});
  const {trained} = found;
  return {data: [line('noisy', '#960F00', 'dot'), line('filter', '#E1C300', 'dash'), line('denoised', '#4B96FF', 'solid')], layout: {
    margin: {l: 48, r: 12, t: 24, b: 42}, height: 280, hovermode: 'x', legend: {orientation: 'h', y: 1.14, x: 0},
    xaxis: {title: {text: say('level')}, range: [0, 1.02]}, yaxis: {title: {text: 'PSNR, dB'}},
    shapes: [...trained === null ? [] : [at(trained, 'dash')], at(level, 'solid')],
    annotations: trained === null ? [] : [
      {x: trained, y: 1, yref: 'paper', text: say('trained_here'), showarrow: false, xanchor: 'left', yanchor: 'top', xshift: 4}]}};
}

/** "Add noise": an image with noise, repaired by the network and by a classical filter. Fires `set` with the setting. */
export class NoiseView extends widget({
  ...VIEW, setting: /** @type {NoiseSetting} */ ({noise: 'gaussian', level: 0.3, seed: 0}),
  found: /** @type {import('./answers').Denoised | null} */ (null), curve: /** @type {import('./answers').Curve | null} */ (null),
}) {
  ask = asker('noise', this, found => { this.found = found; });
  askCurve = asker('curve', this, curve => { this.curve = curve; });
  /** @type {import('../widgets/plotly-loader.js').Figure | null} */
  figure = null;

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('curve') || changed.has('setting')) this.figure = this.curve && curveFigure(this.curve, this.setting.level ?? 0);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    const before = /** @type {NoiseSetting | undefined} */ (changed.get('setting'));
    if (!this.maker || !this.image || !['maker', 'image', 'setting'].some(name => changed.has(name))) return;
    this.ask(this.setting);
    if (another(this, changed) || before?.noise !== this.setting.noise) this.askCurve({noise: this.setting.noise});
  }

  /** @param {Partial<NoiseSetting>} values */
  set(values) {
    const setting = {...this.setting, ...values};
    Object.assign(this, {setting});
    this.tell('set', setting);
  }

  truth() {
    const {found} = this;
    if (!found) return '';
    if (found.noisy.psnr === null) return say('no_noise');
    const of = (/** @type {'noisy' | 'denoised' | 'filter'} */ name) => found[name].psnr ?? INFINITE;
    return say('gain', {gain: signed(of('denoised') - of('noisy')), over: signed(of('denoised') - of('filter'))});
  }

  /** @param {'noisy' | 'denoised' | 'filter'} name */
  pair(name) {
    const maker = /** @type {import('./answers').Maker} */ (this.maker), one = this.found?.[name];
    return html`<div class="pair">${shot(maker, say(name), one?.made ?? '', one ? judged(one) : '')}
      ${heat(maker, say('error'), one?.error ?? '', {cls: 'small'})}</div>`;
  }

  render() {
    const {maker, setting, curve} = this;
    if (!maker) return html``;
    return html`${heading('noise')}
      <div class="reconstruct-row">${choice(NOISES.map(kind => [kind, say(`noise_${kind}`)]), setting.noise, noise => this.set({noise}))}
        ${slider(say('level'), {min: 0, max: 1, step: 0.01, value: setting.level ?? 0}, v => v.toFixed(2), level => this.set({level}))}
        ${button(say('new_noise'), () => this.set({seed: fresh()}))}</div>
      <div class="shots"><div class="pair">${shot(maker, say('clean'), this.found?.image ?? '')}</div>
        ${this.pair('noisy')}${this.pair('denoised')}${this.pair('filter')}</div>${errorScale()}
      <p class="reconstruct-truth">${this.truth()}</p><h4>${say('curve')}</h4><p class="hint">${say('curve_help')}</p>
      <div class="psnr-curve" data-trained=${curve?.trained ?? ''}><plot-figure .figure=${this.figure}
        .gone=${words().gone ?? ''}></plot-figure></div>`;
  }
}

define('noise-view', NoiseView);
