import {html, repeat} from '../page/lit.js';
import {mark} from '../page/terms.js';
import {words} from '../page/words.js';
import {choice} from '../widgets/forms.js';
import '../widgets/plot-figure.js';
import {say, swatch} from './parts.js';

/** @typedef {import('./compare.js').Comparer} Comparer */
/** @typedef {import('./answers').Comparison} Comparison */
/** @typedef {import('./answers').Figure} Figure */

const DRAWN = ['loss', 'std_sqrt_d', 'mse', 'knn'];  // where nobody has chosen

/** The curves to ask for. @param {string[] | null} chosen */
export const wanted = chosen => chosen ?? DRAWN;

/**
 * The choice once one of the curves was pressed: it comes last, or goes.
 * @param {string[] | null} chosen @param {string} key @param {string[]} offered
 */
export function toggled(chosen, key, offered) {
  const now = offered.filter(other => wanted(chosen).includes(other));
  return now.includes(key) ? now.filter(other => other !== key) : [...now, key];
}

/**
 * Figures without some lines, the same object as long as these are the same: another one is drawn anew.
 * @type {WeakMap<Figure, Map<string, Figure>>}
 */
const parts = new WeakMap();

/** @param {Figure} figure @param {string[]} off names of the lines that are not drawn */
export function without(figure, off) {
  if (!off.length) return figure;
  const key = JSON.stringify(off), known = parts.get(figure) ?? new Map();
  parts.set(figure, known);
  if (!known.has(key)) known.set(key, {...figure, data: figure.data.filter(line => !off.includes(line.name))});
  return /** @type {Figure} */ (known.get(key));
}

/** The quantities of all runs over each other. @param {Comparer} page @param {Comparison} found */
export function curves(page, found) {
  const chosen = wanted(page.curves), offered = found.offered.map(one => one.key), shown = offered.filter(key => chosen.includes(key));
  const off = found.runs.filter(run => page.off.has(run.run)).map(run => run.label), drawn = shown.filter(key => found.curves[key]);
  /** @type {[string, string][]} */
  const axes = [['seconds', say('over_seconds')], ['steps', say('over_steps')]];
  const note = !offered.length ? say('curves_wait') : !shown.length ? say('curves_none') : '';
  return html`<section><h3>${say('curves')}</h3><div class="compare-row"><div class="compare-offered" role="group"
    aria-label=${say('curves_choose')}>${found.offered.map(({key, name}) => html`<button type="button" class="small toggle"
      data-curve=${key} aria-pressed=${chosen.includes(key)} @click=${() => page.toggleCurve(key)}>${name}</button>`)}</div>
    <div class="field"><span>${say('over')}</span>${choice(axes, page.over, over => page.setOver(over))}</div></div>
    <div class="map-legend compare-legend">${repeat(found.runs, run => run.run, (run, at) => html`<button type="button"
      title=${say('legend_help')} data-run=${run.run} aria-pressed=${!page.off.has(run.run)}
      @click=${() => page.toggleRun(run.run)}>${swatch(at)}${run.label}</button>`)}</div>
    <p class="hint" ?hidden=${!note}>${note}</p>
    <div class="compare-curves" data-count=${drawn.length}>${repeat(drawn, key => key, key => html`<div class="with-mark"><plot-figure
      class="compare-curve" data-curve=${key} .figure=${without(found.curves[key], off)}
      .gone=${words().gone ?? ''}></plot-figure>${
      mark(key === 'std_sqrt_d' ? 'std' : key, found.offered.find(one => one.key === key)?.name ?? key)}</div>`)}</div></section>`;
}
