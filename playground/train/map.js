// The map of Train's panel: its name and kinds above, its time axis and colours below.
import {html, nothing} from '../page/lit.js';
import {base, path} from '../page/ask.js';
import {failed, waiting} from '../page/state.js';
import {mark} from '../page/terms.js';
import {filled, lang, words} from '../page/words.js';
import '../widgets/embedding-map/element.js';
import '../widgets/embedding-map/legend.js';
import {choice} from '../widgets/forms.js';
import '../widgets/timeline/element.js';
import {axis, placeOf} from './frames.js';

/**
 * @typedef {import('./train.js').Panel} Panel
 * @typedef {import('./train.js').Seen} Seen
 * @typedef {import('./answers').Moment} Moment
 */

const PACE = 420;  // ms from one look to the next, and the glide between them
const NAMELESS = {play: '', pause: '', time: '', when: ''};

/** @param {Panel} panel */
export function map(panel) {
  const {moment, seen} = panel, old = seen !== panel, {about, run, spec, hiddenGroups, place} = seen;
  const kinds = /** @type {[string, string][]} */ (moment && panel.about ? [
    ['pca', moment.labels.map_pca], ['umap', moment.umap_pending ? moment.labels.map_wait : moment.labels.map_umap],
    ...(moment.looks.planes > 1 ? [['sphere', moment.labels.map_sphere]] : [])] : []);
  const choose = (/** @type {string} */ kind) => panel.choose(/** @type {import('./frames.js').Kind} */ (kind));
  const missing = (/** @type {string} */ kind) => kind !== 'sphere' && !moment?.maps[kind === 'umap' ? 'umap' : 'pca'].length;
  const sphere = place?.name.startsWith('sphere') ?? false, moves = sphere || place?.name.startsWith('look');
  return html`<div class=${old ? 'live-map old' : 'live-map'}><div class="map-head"><h3>${titled(seen)}</h3>
    ${kinds.length && moment && !old ? html`<span class="map-kind">${choice(kinds, panel.kind(moment), choose, missing)}${
      explained(panel.kind(moment), moment)}</span>` : nothing}</div>
    <div class="live-stage"><embedding-map class="map" .about=${about} .sheet=${about ? base(path`runs/${run}/images.png`).href : ''}
      .classes=${seen.classes} .positions=${place?.positions ?? null} .spec=${spec} .hiddenGroups=${hiddenGroups} .language=${lang()}
      .wheel=${false} .sphere=${sphere}
      .images=${sphere ? false : null} .named=${!moves} .pace=${moves ? PACE : undefined}></embedding-map>${state(panel)}</div>
    ${time(panel)}
    ${about?.labels ? html`<p class="live-colours">${seen.moment?.labels.map_colours}</p>` : nothing}
    <map-legend class="map-legend" .spec=${spec} .hiddenGroups=${hiddenGroups} .help=${words().explore?.legend_help ?? ''}
      .each=${words().explore?.legend_each ?? ''} .counted=${!sphere}
      @toggle=${(/** @type {CustomEvent} */ event) => panel.toggle(event.detail)}></map-legend>
    ${sphere ? html`<p class="hint live-sphere">${seen.moment?.labels.map_on_hint}</p>`
      : html`<p class="hint">${seen.moment?.labels.map_hint}</p>`}</div>`;
}

/** What a kind of map is. @param {import('./frames.js').Kind} kind @param {Moment} moment */
const explained = (kind, {labels}) => mark(kind === 'sphere' ? 'embedding' : kind, labels[`map_${kind}`]);

/** How many images are on it. @param {Seen} seen */
function titled({moment, about, place}) {
  if (moment && about && place?.name.startsWith('sphere')) {
    return filled(moment.labels.map_on, {some: place.some.toLocaleString('en')});
  }
  if (!moment || !about || !place || place.some === about.count) return moment?.map_title;
  return filled(moment.labels.map_some, {some: place.some.toLocaleString('en'), number: about.count.toLocaleString('en')});
}

/** What stands over the map, or in its place, until there is one of this run. @param {Panel} panel */
function state(panel) {
  const {moment, place, last, unplaced} = panel;
  if (unplaced) return failed(unplaced);
  if (place) return nothing;
  if (moment?.ended && !moment.maps.pca.length) return failed(moment.labels.map_none);
  return waiting(moment ? (last ? moment.labels.map_last : moment.labels.map_first) : words().loading, last ? 'over' : 'map');
}

/** @param {Panel} panel */
function time(panel) {
  const {moment, step, playing} = panel;
  const {steps, seconds} = moment ? axis(moment, panel.kind(moment)) : {steps: [], seconds: []};
  return html`<time-line class="timeline" .keys=${false} .steps=${steps} .seconds=${seconds} .index=${placeOf(steps, step)}
    .playing=${playing} .running=${!moment?.ended} ?inert=${steps.length < 2}
    .words=${words().explore ?? NAMELESS}
    @seek=${(/** @type {CustomEvent} */ event) => panel.seek(event.detail)}
    @play=${(/** @type {CustomEvent} */ event) => panel.play(event.detail)}></time-line>`;
}
