import {shown} from '../page/words.js';
import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {asker} from './api.js';
import {VIEW, another, heading, judged, say, shot} from './parts.js';

/** "Size of the code": the image through codes of all sizes, beside PCA of the same size. */
export class SizesView extends widget({...VIEW, found: /** @type {import('./answers').Sizes | null} */ (null)}) {
  ask = asker('sizes', this, found => { this.found = found; });

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) { if (another(this, changed)) this.ask({}); }

  /** @param {import('./answers').Size} one */
  row(one) {
    const {mse, mse_pca: pca} = one.held_out, maker = /** @type {import('./answers').Maker} */ (this.maker);
    const all = mse === undefined || mse === null ? '' : say('sizes_all', {mse: shown('mse', mse), pca: shown('mse', pca)});
    return html`<div class="size" data-latent=${one.latent}>
      <div><h4>${say('numbers', {latent: one.latent})}</h4><p class="hint">${one.title}</p><p class="hint">${all}</p></div>
      <div class="shots">${shot(maker, say('autoencoder'), one.made, judged(one))}
        ${shot(maker, say('pca'), one.pca.made, judged(one.pca))}</div></div>`;
  }

  render() {
    const {maker, found} = this;
    if (!maker) return html``;
    return html`${heading('sizes')}<div class="sizes">${found?.runs.map(one => this.row(one))}</div>
      <p class="hint">${found && found.runs.length < 2 ? say('sizes_more') : ''}</p>`;
  }
}

define('sizes-view', SizesView);
