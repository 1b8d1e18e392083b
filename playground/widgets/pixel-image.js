import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {paint} from './pixels.js';

const FIELDS = {pixels: '', size: {width: 0, height: 0}, heat: 0};

/** @param {PixelCanvas | PixelImage} node @param {Map<PropertyKey, unknown>} changed */
function repaint(node, changed) {
  const canvas = node.querySelector('canvas');  // another size alone is of pixels that are still to come
  if (canvas && node.pixels && (changed.has('pixels') || changed.has('heat'))) paint(canvas, node.pixels, node.size, node.heat);
}

/** A picture of pixels, as pixels.js reads them. heat: the error that is brightest, 0 for a picture. */
export class PixelCanvas extends widget({...FIELDS}) {
  render() { return html`<canvas></canvas>`; }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) { repaint(this, changed); }
}

/** A picture of pixels with its name, and a line of numbers under it. cls: another class of the figure. */
export class PixelImage extends widget({...FIELDS, name: '', note: '', cls: ''}) {
  render() {
    return html`<figure class=${`shot ${this.cls}`.trim()}><canvas role="img" aria-label=${this.name}></canvas>
      <figcaption><b>${this.name}</b><small>${this.note}</small></figcaption></figure>`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) { repaint(this, changed); }
}

define('pixel-canvas', PixelCanvas);
define('pixel-image', PixelImage);
