import {html, repeat} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {button, choice, slider} from '../widgets/forms.js';
import {asker} from './api.js';
import {VIEW, another, errorScale, heading, heat, judged, say, shot} from './parts.js';
import {NOISES, fresh} from './settings.js';

/** @typedef {import('./answers').Maker} Maker */
/** @typedef {import('./types').DamageSetting} DamageSetting */

/** Of each method on the same images one run: the one that is looked at, or else the newest. @param {Maker[]} list @param {Maker} maker */
export function rivals(list, maker) {
  const same = list.filter(one => one.set === maker.set), methods = [...new Set(same.map(one => one.method))].sort();
  return {
    runs: methods.map(method => maker.method === method ? maker.run : same.find(one => one.method === method)?.run ?? ''),
    patches: same.some(one => one.patches),
  };
}

/** "Side by side": the same damage for every method. Fires `set` with the setting. */
export class BesideView extends widget({
  ...VIEW, list: /** @type {Maker[]} */ ([]), setting: /** @type {DamageSetting} */ ({damage: 'gaussian', level: 0.5, seed: 0}),
  found: /** @type {import('./answers').Compared | null} */ (null),
}) {
  ask = asker('compare', this, found => { this.found = found; });
  asked = '';  // runs that were asked for
  /** @type {ReturnType<typeof rivals>} */
  rivals = {runs: [], patches: false};

  kinds() { return ['none', ...NOISES, ...this.rivals.patches ? ['patches'] : []]; }

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    if (!this.maker) return;
    if (changed.has('list') || changed.has('maker')) this.rivals = rivals(this.list, this.maker);
    if (!this.kinds().includes(this.setting.damage)) this.set({damage: 'gaussian'});
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (!this.maker || !this.image) return;
    const {runs} = this.rivals;
    if (!another(this, changed) && !changed.has('setting') && runs.join() === this.asked) return;
    this.asked = runs.join();
    this.ask({...this.setting, runs});
  }

  /** @param {Partial<DamageSetting>} values */
  set(values) {
    const setting = {...this.setting, ...values};
    Object.assign(this, {setting});
    this.tell('set', setting);
  }

  /** @param {import('./answers').Beside} one */
  row(one) {
    const maker = /** @type {Maker} */ (this.maker);
    return html`<div class="compared-run" data-run=${one.run}><div><h4>${one.method}</h4><p class="hint">${one.trained}</p></div>
      <div class="shots">${shot(maker, say('made'), one.made, judged(one))}${heat(maker, say('error'), one.error)}</div></div>`;
  }

  render() {
    const {maker, setting, found} = this;
    if (!maker) return html``;
    const nameOf = (/** @type {string} */ kind) => say(NOISES.includes(kind) ? `noise_${kind}` : `damage_${kind}`);
    const named = this.kinds().map(kind => /** @type {[string, string]} */ ([kind, nameOf(kind)]));
    const range = {min: 0, max: 1, step: 0.01, value: setting.level, hidden: setting.damage === 'none'};
    return html`${heading('compare')}
      <div class="reconstruct-row">${choice(named, setting.damage, damage => this.set({damage}))}
        ${slider(say('level_compare'), range, v => v.toFixed(2), level => this.set({level}))}
        ${button(say('again'), () => this.set({seed: fresh()}))}</div>
      <div class="shots">${shot(maker, say('original'), found?.image ?? '')}
        ${shot(maker, say('damaged'), found?.damaged.made ?? '', found ? judged(found.damaged) : '')}</div>
      <div class="compared-runs">${repeat(found?.runs ?? [], one => one.run, one => this.row(one))}</div>${errorScale()}
      <p class="hint">${this.rivals.runs.length < 3 ? say('compare_missing') : ''}</p>`;
  }
}

define('beside-view', BesideView);
