// What Train's panel looks like: the map first, what was learned beside it, below both the curves and the rest.
import {html, nothing, styleMap} from '../page/lit.js';
import {address, path} from '../page/ask.js';
import {holds} from '../page/link.js';
import {empty} from '../page/state.js';
import {explained, mark, term} from '../page/terms.js';
import {filled, percent, words} from '../page/words.js';
import '../widgets/plot-figure.js';
import {kept} from './kept.js';
import {map} from './map.js';

/**
 * @typedef {import('./train.js').Panel} Panel
 * @typedef {import('./train.js').Seen} Seen
 * @typedef {import('./answers').Moment} Moment
 */

/** @type {Record<string, string>} */
const TERMS = {'view 1': 'view', 'view 2': 'view', visible: 'mask'};  // what rows of pictures show
const ROOM = ['', '', ''];  // of the curves, until they are known

/** @param {Panel} panel */
export function panel(panel) {
  if (!panel.run) return html`${empty(words().title, panel.note || words().text)}${panel.deletion.view()}`;
  const {seen} = panel, old = seen !== panel ? ' old' : '', moment = panel.moment ?? seen.moment;
  return html`${head(panel)}${map(panel)}
    <div class="live-side">${learned(moment)}${said(panel)}${tiles(moment)}${pictures(seen, old)}</div>
    ${panel.stepping.view(seen, old)}${curves(seen.moment, old)}${kept(panel)}
    <div class=${`live-more${old}`}>${tables(seen)}${result(seen.moment)}${skipped(panel)}${program(seen)}</div>
    ${panel.deletion.view()}`;
}

/** The run's name, its method in one sentence, and how it stands. @param {Panel} panel */
const head = ({run, moment, problem, naming}) => html`<div class="live-head">${
  naming.view(moment ? run : '', moment?.name ?? '', moment?.title ?? words().loading)}
  <p class="live-line">${moment?.line}</p></div>
  <div class="live-now"><div class=${problem ? 'live-status gone' : 'live-status'} data-tone=${moment?.tone ?? nothing}>
  <span class="live-sentence" role="status">${problem || moment?.status}</span></div>
  <div class="live-bar" data-tone=${moment?.tone ?? nothing}><div
  style=${styleMap({width: `${100 * (moment?.progress ?? 0)}%`})}></div></div></div>
  <div class="live-warning" role="alert" ?hidden=${!moment?.warning}>${moment?.warning}</div>`;

/** What was learned, beside what it has to beat. @param {Moment | null} moment */
function learned(moment) {
  const found = moment?.learned;
  if (!found) return html`<div class="tile learned empty"></div>`;
  return html`<div class="tile learned helped" data-key=${found.key} title=${found.help}>
    <span>${term(found.key, found.name)}</span><b>${found.bars[0]?.value ?? '–'}</b>
    ${found.bars.map((bar, at) => html`<div class=${at ? 'learned-bar' : 'learned-bar own'}><span>${bar.name}</span>
      <i><u style=${styleMap({width: percent(bar.share, 1)})}></u></i><em>${bar.value}</em></div>`)}
    ${found.note ? html`<p class="hint">${found.note}</p>` : nothing}</div>`;
}

/** What a run came to, or what one that came with the app is, and where to go from there. @param {Panel} panel */
function said(panel) {
  const {moment, busy, note} = panel, {ending, example} = moment ?? {};
  return html`<div class="live-verdict" data-tone=${ending?.tone ?? nothing}>
    ${ending ? html`<p class="live-ending">${explained(ending.text)}</p>
      <p class="live-ways"><span>${moment?.labels.next}</span>${ending.ways.map(way => html`
        <a href=${way.address} data-tab=${way.tab}>${way.text}</a>`)}</p>`
      : moment && !moment.ended ? html`<p class="hint">${moment.labels.end_wait}</p>` : nothing}
    <div class="live-example" ?hidden=${!example}><span>${example?.text}</span>
      ${holds() ? nothing : html`<button type="button" class="small primary" ?disabled=${busy}
        @click=${() => panel.again()}>${example?.act}</button>`}</div>
    <span class="live-said" role="alert">${note}</span></div>`;
}

/** @param {Moment | null} moment */
const tiles = moment => html`<div class="live-tiles">${moment?.tiles.map(({key, name, value, help}) => html`<div
  class=${help ? 'tile helped' : 'tile'} data-key=${key} title=${help}><b>${value}</b><span>${term(key, name)}</span></div>`)}</div>`;

/** @param {Seen} seen @param {string} old */
const pictures = ({moment, pictures}, old) => html`<div class=${`live-pictures${old}`}>${pictures
  ? html`<h3>${moment?.labels.pictures}</h3>${pictures.rows.map(row => html`<div class="picture-row"><span>${
      term(TERMS[row.key] ?? row.key, row.name)}</span><img alt=${row.name} src=${row.src}></div>`)}` : nothing}</div>`;

/** Which curves there are is known with the first step. @param {Moment | null} moment @param {string} old */
function curves(moment, old) {
  const names = Object.keys(moment?.figures ?? {});
  const all = (names.length ? names : ROOM).map(name => html`<div class="live-curve with-mark"><plot-figure
    data-key=${name || nothing} .figure=${moment?.figures[name] ?? null} .gone=${words().gone ?? ''}></plot-figure>${
    mark(name, moment?.figures[name]?.layout?.title?.text ?? '')}</div>`);
  return html`<div class=${`live-curves${old}`} data-count=${names.length || nothing}>${all}</div>`;
}

/** @param {Seen} seen */
const tables = ({pictures}) => html`<div class="live-tables">${Object.entries(pictures?.tables ?? {}).map(([name, figure]) => html`
  <plot-figure class="live-table" data-key=${name} style=${styleMap({height: `${figure.layout.height}px`})}
    .figure=${figure} .gone=${words().gone ?? ''}></plot-figure>`)}</div>`;

/** @param {Moment | null} moment */
function result(moment) {
  const {table: [head, ...body], keys, sides, lines} = moment?.result ?? {table: [], keys: [], sides: [], lines: []};
  if (!head && !lines.length) return html`<div class="live-result"></div>`;
  return html`<div class="live-result"><h3>${moment?.labels.result}</h3>
    ${head ? html`<table class="compared"><thead><tr>${head.map((cell, i) => cell ? html`<th>${
      term(sides[i], cell)}</th>` : html`<td></td>`)}</tr></thead>
      <tbody>${body.map((row, at) => html`<tr>${row.map((cell, i) => html`<td>${
      i ? cell : term(keys[at], cell)}</td>`)}</tr>`)}</tbody></table>` : nothing}
    ${lines.length ? html`<table>${lines.map(line => html`<tr><td>${term(line.key, line.name)}</td><td>${line.value}</td></tr>`)}</table>`
      : nothing}</div>`;
}

/** The run as a script and as a notebook. @param {Seen} seen */
function program({run, moment}) {
  if (!run || !moment) return nothing;
  return html`<p class="live-program">${moment.labels.program} ${['py', 'ipynb'].map(kind => html`<a download
    href=${address(path`runs/${run}/program.${kind}`)}>${moment.labels[`program_${kind}`]}</a> `)}</p>`;
}

/** How a person's own images were understood, and why some are not there. @param {Panel} panel */
function skipped({about, moment}) {
  const notes = about?.notes?.length ? html`<p class="understood">${about.notes.join(' ')}</p>` : nothing;
  if (!about?.skipped?.length) return notes;
  return html`${notes}<details class="skipped"><summary>${filled(moment?.labels.skipped ?? '', {number: about.skipped.length})}</summary>
    <ul>${about.skipped.map(line => html`<li>${line}</li>`)}</ul></details>`;
}
