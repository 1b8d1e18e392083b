import {html} from '../../page/lit.js';
import {define, widget} from '../../page/widget.js';
import {written} from '../text.js';
import {binned, legible, paletteOf, SCALE} from './colours.js';

/** @typedef {import('./types').Spec} Spec */
/** @typedef {import('./types').Values} Values */

/**
 * What the colours of a map mean: `<map-legend class="map-legend">`.
 * Fields: spec (the map's), hiddenGroups, name (of a scale of numbers), help (of a group); each, "{number} images each", to be said
 * once in place of a number a group where all are as large; counted: whether numbers are told, which a map of some images has others of.
 * Event: `toggle` ({group, alone}), alone with Shift or a double click; toggled() of colours.js makes the next hiddenGroups.
 */
export class MapLegend extends widget({
  spec: /** @type {Spec | null} */ (null), hiddenGroups: /** @type {Set<number>} */ (new Set()), name: '', help: '', each: '',
  counted: true,
}) {
  render() {
    if (!this.spec) return html``;
    return this.spec.values ? this.scale(this.spec) : this.groups(this.spec.names, this.spec);
  }

  /** @param {Values} spec */
  scale({low, high}) {
    return html`<span>${this.name}</span><span>${written(low, '.2g')}</span><div
      class="legend-scale" style="background: linear-gradient(90deg, ${
      SCALE.join(',')})"></div><span>${written(high, '.2g')}</span>`;
  }

  /** @param {string[]} names @param {Spec} spec */
  groups(names, spec) {
    const count = new Array(names.length).fill(0), ink = getComputedStyle(document.body).color;
    const palette = paletteOf(spec).map(colour => legible(colour, ink));
    for (const bin of binned(spec)) if (bin >= 0) count[bin]++;
    const alike = this.each && names.length > 1 && count.every(one => one === count[0]);
    return html`${names.map((name, group) => html`<button type="button" title=${this.help} aria-pressed=${!this.hiddenGroups.has(group)}
      @click=${(/** @type {MouseEvent} */ event) => this.tell('toggle', {group, alone: event.shiftKey})}
      @dblclick=${() => this.tell('toggle', {group, alone: true})}><i style="background: ${palette[group]}"></i>${
      name}${alike || !this.counted ? '' : html`<small>${count[group]}</small>`}</button>`)}${
      alike && this.counted ? html`<small class="legend-each">${this.each.replace('{number}', String(count[0]))}</small>` : ''}`;
  }
}

define('map-legend', MapLegend);
