// What Train's panel looks like.
import {html, keyed, nothing, styleMap} from '../page/lit.js';
import {base, path} from '../page/ask.js';
import {filled, lang, words} from '../page/words.js';
import '../widgets/embedding-map/element.js';
import '../widgets/embedding-map/legend.js';
import {choice} from '../widgets/forms.js';
import '../widgets/plot-figure.js';

/**
 * @typedef {import('./train.js').Panel} Panel
 * @typedef {import('./answers').Moment} Moment
 */

const ROOM = ['', '', ''];  // of the curves, until they are known

/** @param {Panel} panel */
export const panel = panel => html`${panel.run ? keyed(panel.run, html`${example(panel)}${status(panel)}${warning(panel.moment)}
  <div class="live-tiles">${panel.moment?.tiles.map(tile) ?? nothing}</div>${curves(panel.moment)}
  <div class="live-columns">${map(panel)}<div class="live-side">${pictures(panel)}${result(panel.moment)}${skipped(panel)}</div></div>`)
  : html`<div class="live-empty"><h2>${words().title}</h2><p>${panel.note || words().text}</p></div>`}${panel.deletion.view()}`;

/** What a run that came with the app says of itself, and the button for one's own. @param {Panel} panel */
const example = panel => html`<div class="live-example" ?hidden=${!panel.moment?.example}><span>${panel.moment?.example?.text}</span>
  <button type="button" class="small primary" ?disabled=${panel.busy} @click=${() => panel.again()}>${panel.moment?.example?.act}</button>
  <span class="live-said" role="alert">${panel.note}</span></div>`;

/** @param {Panel} panel */
const status = ({moment, problem}) => html`<div class=${problem ? 'live-status gone' : 'live-status'} data-tone=${moment?.tone ?? nothing}>
  <span class="live-sentence" role="status">${problem || moment?.status}</span><span class="live-title">${moment?.title}</span></div>
  <div class="live-bar" data-tone=${moment?.tone ?? nothing}><div
  style=${styleMap({width: `${100 * (moment?.progress ?? 0)}%`})}></div></div>`;

/** @param {Moment | null} moment */
const warning = moment => html`<div class="live-warning" role="alert" ?hidden=${!moment?.warning}>${moment?.warning}</div>`;

/** @param {Moment['tiles'][0]} tile */
const tile = ({key, name, value, help}) => html`<div class=${help ? 'tile helped' : 'tile'} data-key=${key} title=${help}><b>${value}</b>
  <span>${name}</span></div>`;

/** Which curves there are is known with the first step. @param {Moment | null} moment */
function curves(moment) {
  const names = Object.keys(moment?.figures ?? {});
  return html`<div class="live-curves" data-count=${names.length || nothing}>${(names.length ? names : ROOM).map(name => html`<plot-figure
    class="live-curve" data-key=${name || nothing} .figure=${moment?.figures[name] ?? null}></plot-figure>`)}</div>`;
}

/** @param {Panel} panel */
function map(panel) {
  const {moment, about, run, spec, hiddenGroups} = panel;
  const kinds = /** @type {[string, string][]} */ (moment && about ? [
    ['pca', moment.labels.map_pca], ['umap', moment.umap_pending ? moment.labels.map_wait : moment.labels.map_umap]] : []);
  const choose = (/** @type {string} */ kind) => panel.choose(/** @type {'pca' | 'umap'} */ (kind));
  const missing = (/** @type {string} */ kind) => !moment?.maps[/** @type {'pca' | 'umap'} */ (kind)].length;
  return html`<div class="live-map"><div class="map-head"><h3>${moment?.map_title}</h3>
    ${kinds.length && moment ? choice(kinds, panel.kind(moment), choose, missing) : nothing}</div>
    <embedding-map class="map" .about=${about} .sheet=${about ? base(path`runs/${run}/images.png`).href : ''} .classes=${panel.classes}
      .positions=${panel.place?.positions ?? null} .spec=${spec} .hiddenGroups=${hiddenGroups} .language=${lang()}
      .wheel=${false}></embedding-map>
    <map-legend class="map-legend" .spec=${spec} .hiddenGroups=${hiddenGroups} .help=${words().explore?.legend_help ?? ''}
      @toggle=${(/** @type {CustomEvent} */ event) => panel.toggle(event.detail)}></map-legend>
    <p class="hint">${moment?.labels.map_hint}</p></div>`;
}

/** @param {Panel} panel */
const pictures = ({moment, pictures}) => html`<div class="live-pictures">${pictures ? html`<h3>${moment?.labels.pictures}</h3>
  ${pictures.rows.map(row => html`<div class="picture-row"><span>${row.name}</span><img alt=${row.name} src=${row.src}></div>`)}`
  : nothing}</div><div class="live-tables">${Object.entries(pictures?.tables ?? {}).map(([name, figure]) => html`<plot-figure
  class="live-table" data-key=${name} style=${styleMap({height: `${figure.layout.height}px`})} .figure=${figure}></plot-figure>`)}</div>`;

/** @param {Moment | null} moment */
function result(moment) {
  const {table: [head, ...body], lines} = moment?.result ?? {table: [], lines: []};
  if (!head && !lines.length) return html`<div class="live-result"></div>`;
  return html`<div class="live-result"><h3>${moment?.labels.result}</h3>
    ${head ? html`<table class="compared"><thead><tr>${head.map(cell => cell ? html`<th>${cell}</th>` : html`<td></td>`)}</tr></thead>
      <tbody>${body.map(row => html`<tr>${row.map(cell => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>` : nothing}
    ${lines.length ? html`<table>${lines.map(line => html`<tr><td>${line.name}</td><td>${line.value}</td></tr>`)}</table>`
      : nothing}</div>`;
}

/** Why some images are not there. @param {Panel} panel */
function skipped({about, moment}) {
  if (!about?.skipped?.length) return nothing;
  return html`<details class="skipped"><summary>${filled(moment?.labels.skipped ?? '', {number: about.skipped.length})}</summary>
    <ul>${about.skipped.map(line => html`<li>${line}</li>`)}</ul></details>`;
}
