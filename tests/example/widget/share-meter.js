import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';

/** A share as a bar with its percentage. A click fires `choose` with the share that lies there. */
export class ShareMeter extends widget({share: 0, name: ''}) {
  render() {
    const text = `${Math.round(100 * this.share)}%`;
    return html`<div role="meter" aria-valuenow=${this.share} aria-label=${this.name} @click=${this.press}><i
      style="width: ${text}"></i>${text}</div>`;
  }

  /** @param {MouseEvent} event */
  press(event) {
    const {left, width} = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    this.tell('choose', Math.min(1, Math.max(0, (event.clientX - left) / width)));
  }
}

define('share-meter', ShareMeter);
