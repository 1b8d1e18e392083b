import {html, nothing} from '../page/lit.js';
import {percent, uploads} from '../page/words.js';
import {define, widget} from '../page/widget.js';
import {PICTURES} from '../widgets/drop.js';
import {button, slider} from '../widgets/forms.js';
import '../widgets/drawing-board.js';
import {say} from './parts.js';
import {blank} from './pictures.js';

const BRUSH = 2, RED = '#ef4444';  // px and colour of a new brush

/**
 * The image that a network is given, a person's own among them: a photo, or a drawing. It is drawn as two parts, the image and
 * what is below the note. `first`: the pixels of a held-out image, whose corner a blank sheet is like.
 * Fires `photo` with a file, `drawn` with pixels, `pen` with whether a person draws, `other` for other images.
 */
export class GivenImage extends widget({
  maker: /** @type {import('./answers').Maker | null} */ (null), image: /** @type {import('./types').Picture | null} */ (null),
  first: '', note: '', drawing: false, brush: BRUSH, light: 1, colour: RED,
}) {
  get pen() {
    const grey = Math.round(255 * this.light);
    return {width: this.brush, colour: this.maker?.channels === 1 ? `rgb(${grey},${grey},${grey})` : this.colour};
  }

  /** @param {Event} event */
  choose(event) {
    const field = /** @type {HTMLInputElement} */ (event.target), file = field.files?.[0];
    if (file) this.tell('photo', file);
    field.value = '';
  }

  blank() {
    const {width, height, channels} = /** @type {import('./answers').Maker} */ (this.maker);
    this.tell('drawn', blank(this.first, width * height, channels));
  }

  render() {
    const {maker, image, drawing} = this;
    if (!maker || !image) return html``;
    const {channels, patches} = maker;
    return html`<drawing-board .pixels=${image.pixels} .size=${maker} .channels=${channels}
        .name=${say(patches ? 'fitted_mask' : 'fitted')}
        .note=${image.name} .drawable=${drawing} .pen=${this.pen}
        @draw=${(/** @type {CustomEvent<string>} */ event) => this.tell('drawn', event.detail)}></drawing-board>
      <p class="reconstruct-note" role="alert">${this.note}</p>
      <div class="reconstruct-row">${uploads() ? html`<label class="small-file"><span>${say('upload')}</span><input type="file"
          accept=${PICTURES} id="reconstruct-own" @change=${this.choose}></label>` : nothing}
        <button type="button" class="small toggle" aria-pressed=${drawing}
          @click=${() => this.tell('pen', !drawing)}>${say('draw')}</button>
        ${button(say('other_images'), () => this.tell('other'))}</div>
      <div class="draw-tools" ?hidden=${!drawing}>
        ${slider(say('brush'), {min: 1, max: 6, step: 0.5, value: this.brush}, v => `${v} px`, v => { this.brush = v; })}
        ${slider(say('brightness'), {min: 0, max: 1, step: 0.05, value: this.light, hidden: channels !== 1}, v => percent(v),
          v => { this.light = v; })}
        <input type="color" .value=${this.colour} aria-label=${say('colour')} ?hidden=${channels === 1}
          @input=${(/** @type {Event} */ event) => {
          this.colour = /** @type {HTMLInputElement} */ (event.target).value; }}>
        ${button(say('blank'), () => this.blank())}</div>`;
  }
}

define('given-image', GivenImage);
