// What leaves the page: a map as a file, and a link to the view.
import {address, path} from '../page/ask.js';
import {html} from '../page/lit.js';
import {sayer, shown} from '../page/words.js';
import {kindOf} from './choosing.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */

const say = sayer('explore');

/** When a snapshot was taken, as a sentence. @param {import('./answers').Timeline} info @param {number} index */
export const when = ({steps, seconds}, index) =>
  say('when', {step: steps[index].toLocaleString('en'), seconds: shown('seconds', seconds[index]), at: index + 1, of: steps.length});

/** What a drawing is called. @param {string} method @param {string} key @param {number} step @param {string} format */
export const fileName = (method, key, step, format) => `${method}-${kindOf(key)}-step${step}.${format}`.replace(/ /g, '-').toLowerCase();

/** @param {Explorer} on @param {Pane} main */
export function exportsView(on, main) {
  const {info, frameShown} = main;
  const link = (/** @type {string} */ kind, /** @type {string} */ name) => html`<a data-kind=${kind} download="" href=${frameShown
    ? address(path`runs/${main.run}/maps/${frameShown.key}/${frameShown.step}/export.${kind}`).href : '#'}>${name}</a>`;
  const drawing = async (/** @type {'png' | 'svg'} */ format) => {
    if (!frameShown || !main.map) return;
    const {key, step} = frameShown, node = document.createElement('a');
    node.href = await main.map.figure(format, `${info.title} · ${say(kindOf(key))} · ${when(info, on.index)}`);
    node.download = fileName(info.method, key, step, format);
    node.click();
  };
  const copied = async () => {
    on.remember();
    try { await navigator.clipboard.writeText(location.href); on.note(say('copied')); } catch { on.note(location.href); }
  };
  const act = (/** @type {string} */ name, /** @type {string} */ kind, /** @type {() => void} */ work) =>
    html`<button type="button" class="link" data-kind=${kind} @click=${work}>${name}</button>`;
  const drawings = [act('PNG', 'png', () => drawing('png')), act('SVG', 'svg', () => drawing('svg'))];
  return html`<details class="export"><summary>${say('export')}</summary><div
    class="exports">${link('parquet', 'Parquet')}${link('csv', 'CSV')}${link('html', say('export_html'))}${
    link('zip', 'TensorBoard Projector')}${drawings}${act(say('copy_link'), 'link', copied)}</div></details>`;
}
