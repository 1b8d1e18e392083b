// A small line a metric over the run's time, with the place that is shown.
import {html, svg} from '../page/lit.js';
import {term} from '../page/terms.js';
import {shown} from '../page/words.js';
import {COLOURS} from '../widgets/embedding-map/colours.js';

/** @typedef {import('./answers').Timeline} Timeline */
/** @typedef {import('./answers').Metric} Metric */

const WIDTH = 100, HEIGHT = 26, MARGIN = 3, INKS = [8, 7, 5];

/** The corners of a metric's line, left out where it was not measured. @param {(number | null)[]} values @param {number[]} seconds */
export function corners(values, seconds) {
  const known = values.filter(value => value !== null), low = Math.min(...known), high = Math.max(...known), last = seconds.at(-1) || 1;
  const y = (/** @type {number} */ v) => HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (v - low) / (high - low || 1);
  return values.map((v, i) => v === null ? '' : `${WIDTH * seconds[i] / last},${y(v)}`).join(' ');
}

/** The snapshot that is nearest to a share of the run's time. @param {number[]} seconds @param {number} share */
export function nearestTo(seconds, share) {
  const at = share * (seconds.at(-1) || 1);
  return seconds.reduce((best, s, i) => Math.abs(s - at) < Math.abs(seconds[best] - at) ? i : best, 0);
}

/** @type {WeakMap<Metric, string>} */
const drawn = new WeakMap();

/** @param {Metric} metric @param {number[]} seconds */
function line(metric, seconds) {
  if (!drawn.has(metric)) drawn.set(metric, corners(metric.values, seconds));
  return drawn.get(metric);
}

/** @param {Timeline} info @param {number} index @param {(index: number) => void} seek */
export function curves({metrics, seconds}, index, seek) {
  const x = WIDTH * (seconds[index] ?? 0) / (seconds.at(-1) || 1);
  const clicked = (/** @type {MouseEvent} */ event) => {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    seek(nearestTo(seconds, (event.clientX - box.left) / box.width));
  };
  return html`<div class="spark">${metrics.map((metric, number) => html`<div class="spark-row" data-metric=${metric.key}><span>${
    term(metric.key, metric.name)}</span><svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" @click=${clicked}>${svg`<polyline
      points=${line(metric, seconds)}
      stroke=${COLOURS[INKS[number % INKS.length]]}></polyline><line y1="0" y2=${HEIGHT} class="cursor" x1=${x}
      x2=${x}></line>`}</svg><b>${shown(metric.key, metric.values[index])}</b></div>`)}</div>`;
}
