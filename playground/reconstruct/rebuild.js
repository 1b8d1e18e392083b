import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {button} from '../widgets/forms.js';
import '../widgets/code-sliders.js';
import {asker} from './api.js';
import {VIEW, another, errorScale, gap, heading, heat, judged, say, shot} from './parts.js';

/** @param {import('./answers').Rebuilt | null} rebuilt @returns {import('../widgets/code-sliders.js').Code} */
const codeOf = rebuilt => {
  const {code = [], dimensions = [], mean = [], spread = []} = rebuilt ?? {};
  return {code, dimensions, mean, spread};
};

/** "Squeeze and rebuild": an image, its code, and what the network makes of the code when its numbers are turned. */
export class RebuildView extends widget({
  ...VIEW,
  turned: /** @type {Record<number, number>} */ ({}),  // numbers of the code that a person has turned, by their dimension
  rebuilt: /** @type {import('./answers').Rebuilt | null} */ (null), decoded: /** @type {import('./answers').Decoded | null} */ (null),
}) {
  ask = asker('rebuild', this, rebuilt => {
    this.rebuilt = rebuilt;
    this.decode();  // what was turned since it was asked stays turned
  });
  code = codeOf(null);
  askDecoded = asker('decode', this, decoded => { if (Object.keys(this.turned).length) this.decoded = decoded; });

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    const before = /** @type {import('./answers').Maker | undefined} */ (changed.get('maker'));
    if (changed.has('image') || before && before.run !== this.maker?.run) this.reset();
    if (changed.has('rebuilt')) this.code = codeOf(this.rebuilt);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) { if (another(this, changed)) this.ask({}); }

  reset() { Object.assign(this, {turned: {}, decoded: null}); }

  decode() {
    const code = this.rebuilt?.code;
    if (code && Object.keys(this.turned).length) this.askDecoded({code: code.map((v, d) => this.turned[d] ?? v)});
  }

  /** @param {CustomEvent<Record<number, number>>} event */
  turn({detail}) {
    this.turned = detail;
    this.decode();
  }

  render() {
    const {maker, rebuilt, decoded, code} = this, {dimensions} = code, few = dimensions.length < code.code.length;
    if (!maker) return html``;
    return html`${heading('rebuild')}
      <div class="shots">${shot(maker, say('original'), rebuilt?.image ?? '')}
        ${shot(maker, say('made'), rebuilt?.made ?? '', rebuilt ? judged(rebuilt) : '')}
        ${heat(maker, say('error'), rebuilt?.error ?? '')}
        ${shot(maker, say('turned'), (decoded ?? rebuilt)?.made ?? '', rebuilt && !decoded ? say('turned_not') : '')}</div>${errorScale()}
      <div class="reconstruct-row"><h4>${say('latents')}</h4>${button(say('latents_reset'), () => this.reset())}</div>
      <p class="hint">${say('latents_help')}</p><p class="hint">${decoded ? gap(decoded) : ''}</p>
      <code-sliders .value=${code} .turned=${this.turned} .label=${say('latent', {place: '{place}'})} @turn=${this.turn}
        .note=${few ? say('latents_few', {shown: dimensions.length, of: code.code.length}) : ''}></code-sliders>`;
  }
}

define('rebuild-view', RebuildView);
