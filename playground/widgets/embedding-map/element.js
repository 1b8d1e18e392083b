import {html} from '../../page/lit.js';
import {define, widget} from '../../page/widget.js';

/** @typedef {import('./types').About} About */
/** @typedef {import('./types').Spec} Spec */
/** @typedef {import('./types').Placed} Placed */

/**
 * A map of images: `<embedding-map class="map" tabindex="0">`. It draws itself once it has `about` and a size on the page, follows
 * its size, and can be taken out and put back. Its parent gives it role, aria-label, data-*.
 *
 * Fields, all states that the parent owns; the map never sets them:
 *   about         what the images are (images.json); another one begins the map anew
 *   sheet         address of the picture that holds all images (images.png)
 *   positions     Float32Array x0 y0 (z0) x1 …: of 2 or 3 dimensions by its length; the points glide there, the first time they jump
 *   spec          what the colours mean, {names, of} or {values, low, high}; null: the labels, as labelled() of colours.js has them
 *   hiddenGroups  a Set of groups that are not drawn; the parent empties it with another spec; toggled() of colours.js makes the next one
 *   selection     indices whose points stay bright, null for all
 *   picked, near  an index with a ring, and those with a small ring; -1 and []
 *   linked        the index that the mouse is over elsewhere, -1
 *   placed        a person's own images and words, [{at, name, picture}]
 *   images        true: points as images; null: where few are in view
 *   tool          what dragging does: 'pan' or 'lasso'
 *   wheel         whether the mouse's wheel zooms
 *   classes       names of the classes in the reader's language; null: about's own
 *   language      of the captions, 'en'
 *   unlabelled    what points without labels are called
 *
 * Methods:
 *   await frame(positions)       sets `positions`; done when these are on the way, in space when they are drawn
 *   reset()                      gives the view back to the points' spread after zooming
 *   await figure(format, title)  an address of the map as 'png' or 'svg'
 *   name(i)                      what an image is called
 *   dress(node, i, side)         lets an element of the page show an image; in templates: styleMap(thumbStyle(about, sheet, i, side)) of sprite.js
 *   colourOf(i), shown(i), find(x, y, near), toX(), toY()
 * To read: where (positions now), bins, palette, coding (spec, or the labels'), drawn, begun, gliding, frames, hovered, dimensions, plot (plotly's element), root.
 *
 * Events: `hover` (index, -1 for none, -2 - j for placed[j]), `pick` (index), `own` (a placed point), `select` (indices, or null).
 *
 * Beside it: `<map-legend class="map-legend">` of legend.js with spec, hiddenGroups, name, help; it fires `toggle` ({group, alone}).
 */
export class EmbeddingMap extends widget({
  about: /** @type {About | null} */ (null), sheet: '', positions: /** @type {Float32Array | null} */ (null),
  spec: /** @type {Spec | null} */ (null), hiddenGroups: /** @type {Set<number>} */ (new Set()),
  selection: /** @type {Iterable<number> | null} */ (null), picked: -1, near: /** @type {number[]} */ ([]), linked: -1,
  placed: /** @type {Placed[]} */ ([]), images: /** @type {boolean | null} */ (null), tool: /** @type {'pan' | 'lasso'} */ ('pan'),
  wheel: true, classes: /** @type {string[] | null} */ (null), language: 'en', unlabelled: '',
}) {
  render() { return html``; }

  /** @param {Float32Array} positions */
  async frame(positions) {
    this.positions = positions;
    await this.updateComplete;
  }
}

define('embedding-map', EmbeddingMap);
