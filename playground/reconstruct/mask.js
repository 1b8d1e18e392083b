import {html} from '../page/lit.js';
import {percent, shown} from '../page/words.js';
import {define, widget} from '../page/widget.js';
import {button, choice, slider} from '../widgets/forms.js';
import '../widgets/patch-painter.js';
import {asker} from './api.js';
import {drawsOf} from './draws.js';
import {VIEW, another, errorScale, heading, heat, say, shot} from './parts.js';
import {Reveal} from './reveal.js';
import {MASKS, fresh} from './settings.js';

const SETTLED = 350;  // ms till a slider rests

/** @typedef {import('./types').MaskSetting} MaskSetting */
/** @typedef {import('./answers').Attention & {patch: number}} Look the answer, and of which patch it is */

/** "Hide patches": a person hides patches of an image, and the network paints them. Fires `set` with the setting. */
export class MaskView extends widget({
  ...VIEW, setting: /** @type {MaskSetting} */ ({mask: 'random', ratio: 0.75, seed: 0, hidden: null}),
  mode: /** @type {'paint' | 'attention'} */ ('paint'), patch: -1,  // which a person wants to know the attention of
  playing: false, few: false,  // few: there is nothing to draw other masks of
  found: /** @type {import('./answers').Completed | null} */ (null), draws: /** @type {import('./answers').Draws | null} */ (null),
  look: /** @type {Look | null} */ (null),
}) {
  ask = asker('mask', this, found => { if (!this.playing) this.found = found; });
  askDraws = asker('draws', this, draws => Object.assign(this, {draws, few: !this.several}));
  askLook = asker('attention', this, (found, /** @type {{patch: number}} */ {patch}) => {
    if (patch === this.patch) this.look = found && {...found, patch};
  });
  original = '';  // pixels of the image that was completed
  reveal = new Reveal(this);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  settling;

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    const before = /** @type {import('./answers').Maker | undefined} */ (changed.get('maker'));
    const other = before && before.run !== this.maker?.run;
    if (changed.has('image') || other) this.reveal.stop();
    if (other) Object.assign(this, {found: null, draws: null, patch: -1});  // another network may have other patches
    if (changed.has('image') || other) this.look = null;
    if (changed.has('found')) this.original = this.found && this.image?.pixels || '';
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (!this.maker?.patches || !this.image || this.playing) return;
    if (another(this, changed) || changed.has('setting') || changed.has('playing') && changed.get('playing')) this.askAll();
  }

  get number() { return this.maker?.patches ? this.maker.patches.rows * this.maker.patches.columns : 0; }

  /** What a question says of the mask. */
  get body() {
    const {hidden, mask, ratio, seed} = this.setting;
    return hidden ? {hidden} : {ratio, mask, seed};
  }

  askAll() {
    const {body} = this;
    this.ask(body);
    if (this.mode === 'attention' && this.patch >= 0) this.askLook({...body, patch: this.patch});
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      if (this.several) this.askDraws(body);
      else this.few = true;
    }, SETTLED);
  }

  /** Whether other masks can be drawn alike. */
  get several() { return !this.setting.hidden && Boolean(this.setting.ratio); }

  /** @param {Partial<MaskSetting>} values */
  set(values) {
    this.reveal.stop();
    const setting = {...this.setting, hidden: null, ...values};
    Object.assign(this, {setting});
    this.tell('set', setting);
  }

  /** Nobody wants to know of any patch. */
  forget() { Object.assign(this, {patch: -1, look: null}); }

  /** @param {'paint' | 'attention'} mode */
  turn(mode) {
    this.forget();
    this.mode = mode;
  }

  /** @param {number} patch */
  attend(patch) {
    this.patch = patch;
    this.askLook({...this.body, patch});
  }

  where() {
    if (this.mode === 'paint') return say('by_hand_help');
    if (!this.look) return say('attention_help');
    const {weights, where, patch} = this.look, most = Math.max(...weights), columns = this.maker?.patches?.columns ?? 1;
    const place = (/** @type {number} */ i) => say('place', {row: Math.floor(i / columns) + 1, column: i % columns + 1});
    return say(`attention_${where}`, {patch: place(patch), most: percent(most), other: place(weights.indexOf(most))});
  }

  truth() {
    const {found} = this;
    if (!found) return '';
    if (found.mse === null) return say('nothing_hidden');
    const [mse, mean, here] = [found.mse, found.mse_mean, found.mse_here].map(error => shown('mse', error));
    return say('mse_hidden', {number: found.hidden.length, of: this.number, mse, mean, here});
  }

  render() {
    const {maker, image, found} = this;
    if (!maker?.patches || !image) return html``;
    return html`${heading('mask')}${this.tools()}
      <div class="mask-columns">${this.painter()}
        <div class="shots">${shot(maker, say('painted'), found?.made ?? '')}${shot(maker, say('pasted'), found?.pasted ?? '')}
          ${heat(maker, say('error'), found?.error ?? '')}${shot(maker, say('original'), this.original)}</div></div>
      ${errorScale()}
      <p class="reconstruct-truth">${this.truth()}</p><div class="draws">${this.others()}</div>`;
  }

  tools() {
    const {setting, playing} = this, share = setting.hidden ? setting.hidden.length / this.number : setting.ratio ?? 0;
    return html`<div class="reconstruct-row">
      ${choice(MASKS.map(kind => [kind, say(`mask_${kind}`)]), setting.hidden ? '' : setting.mask, mask => this.set({mask}))}
      ${slider(say('ratio'), {min: 0, max: 0.95, step: 0.01, value: share}, v => percent(v), ratio => this.set({ratio}))}
      ${button(say('new_mask'), () => this.set({seed: fresh()}))}${button(say('clear_mask'), () => this.set({hidden: []}))}
      ${button(say(playing ? 'stop' : 'reveal'), () => playing ? this.reveal.stop() : this.reveal.play())}</div>`;
  }

  painter() {
    const {maker, image, setting, found, mode} = this, look = mode === 'attention' ? this.look : null;
    return html`<div class="mask-paint">
      <patch-painter .pixels=${image?.pixels} .size=${maker} .grid=${maker?.patches} .masked=${setting.hidden ?? found?.hidden ?? []}
        .mode=${mode} .weights=${look?.weights ?? null} .marked=${look ? this.patch : -1} .where=${look?.where ?? ''}
        .name=${say('mask_keys')} @look=${(/** @type {CustomEvent<number>} */ event) => this.attend(event.detail)}
        @paint=${(/** @type {CustomEvent<number[]>} */ event) => this.set({hidden: event.detail})}></patch-painter>
      <b>${say('visible')}</b>${choice([['paint', say('by_hand')], ['attention', say('attention')]], mode, one => this.turn(
        /** @type {'paint' | 'attention'} */ (one)))}<p class="hint">${this.where()}</p></div>`;
  }

  /** Other masks of the same share. */
  others() {
    if (this.few) return html`<h4>${say('draws')}</h4><p class="hint">${say('draws_not')}</p>`;
    return this.draws && this.maker ? drawsOf(this.draws, this.maker) : '';
  }
}

define('mask-view', MaskView);
