import {html, nothing} from '../page/lit.js';
import {percent} from '../page/words.js';
import {define, widget} from '../page/widget.js';
import {image} from '../widgets/sprite.js';
import '../widgets/code-plane.js';
import {asker} from './api.js';
import {VIEW, another, gap, heading, say, shot} from './parts.js';

const SIDE = 116;  // px of the nearest image

/** "Walk the codes": a plane through an image's code, and what the network makes of each place on it. */
export class WalkView extends widget({
  ...VIEW, choice: /** @type {import('./types').Choice | null} */ (null),
  at: /** @type {number[] | null} */ (null),  // where a person has gone; null: nowhere, and so the image's own place
  plane: /** @type {import('./answers').Plane | null} */ (null), walked: /** @type {import('./answers').Decoded | null} */ (null),
}) {
  ask = asker('plane', this, plane => {
    this.plane = plane;
    if (plane) this.askWalked({at: this.at ?? plane.at});
    else this.walked = null;
  });
  askWalked = asker('walk', this, walked => { this.walked = walked; });

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    const before = /** @type {import('./answers').Maker | undefined} */ (changed.get('maker'));
    if (changed.has('image') || before && before.run !== this.maker?.run) this.at = null;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) { if (another(this, changed)) this.ask({}); }

  /** @param {CustomEvent<number[]>} event */
  go({detail: at}) {
    this.at = at;
    this.askWalked({at});
  }

  truth() {
    const {plane} = this;
    if (!plane) return '';
    return say(plane.returns_holes === null ? 'holes_none' : 'holes', {
      share: percent(plane.holes), far: plane.far, real: plane.returns.toFixed(1), made: plane.returns_holes?.toFixed(1)});
  }

  render() {
    const {maker, plane, walked, choice} = this;
    if (!maker) return html``;
    return html`${heading('walk')}<div class="walk">
      <div><code-plane data-plane=${plane?.side ?? nothing} .plane=${plane} .at=${this.at ?? plane?.at ?? [0, 0]}
        .name=${say('plane_keys')} @walk=${this.go}></code-plane>
        <p class="hint">${say('plane_legend')}</p></div>
      <div><div class="shots">${shot(maker, say('decoded'), walked?.made ?? '')}<figure class="shot"><div class="near">${walked && choice
        ? image(choice.sheet, choice.sheet.src, walked.near, SIDE, 'thumb-image')
        : ''}</div><figcaption><b>${say('nearest_real')}</b></figcaption></figure></div>
        <p class="hint">${walked ? gap(walked) : ''}</p><p class="reconstruct-truth">${this.truth()}</p></div></div>`;
  }
}

define('walk-view', WalkView);
