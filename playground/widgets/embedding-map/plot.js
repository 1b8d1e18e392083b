// plotly below a map: the camera of the plane (pan, zoom, lasso), and all of a map in space.
import {ranges} from './geometry.js';
import {traces} from './traces.js';

/** @typedef {import('./element.js').EmbeddingMap} EmbeddingMap */

const CLEAR = 'rgba(0,0,0,0)';
const PLAIN = {paper_bgcolor: CLEAR, plot_bgcolor: CLEAR, margin: {l: 0, r: 0, t: 0, b: 0}, showlegend: false, hovermode: false};
// the corners of the world, unseen: plotly has something to frame and to lasso
const CORNERS = {type: 'scatter', mode: 'markers', x: [-1e3, 1e3], y: [-1e3, 1e3], marker: {opacity: 0}, hoverinfo: 'skip'};

/** @param {boolean} wheel */
const config = wheel => ({
  displaylogo: false, responsive: false, scrollZoom: wheel, showSendToCloud: false, displayModeBar: false, doubleClick: false,
});

/** Begins a map in the plane. @param {any} Plotly @param {EmbeddingMap} map */
export async function drawPlane(Plotly, map) {
  const {plot} = map, axis = {visible: false, fixedrange: false, range: [-2.6, 2.6]}, ink = getComputedStyle(map).color;
  await Plotly.newPlot(plot, [{...CORNERS}], {
    ...PLAIN, dragmode: map.tool, xaxis: {...axis}, yaxis: {...axis, scaleanchor: 'x'}, newselection: {line: {color: ink, width: 1.5}},
  }, config(map.wheel));
  plot.on('plotly_relayouting', () => { map.zoomed = true; map.paint(); });
  plot.on('plotly_relayout', (/** @type {object} */ change) => { if ('xaxis.range[0]' in change) map.zoomed = true; map.paint(); });
  plot.on('plotly_doubleclick', () => map.reset());
  plot.on('plotly_selected', (/** @type {any} */ event) => {
    if (!event?.lassoPoints) return;
    Plotly.relayout(plot, {selections: []});
    map.lasso(event.lassoPoints);
  });
}

/** Begins a map in space. @param {any} Plotly @param {EmbeddingMap} map */
export async function drawSpace(Plotly, map) {
  const {plot} = map, ink = getComputedStyle(map).color, side = {visible: false, showspikes: false};
  await Plotly.newPlot(plot, traces(map, 'scatter3d', ink), {
    ...PLAIN, hovermode: 'closest', uirevision: 'keep', font: {color: ink},
    scene: {xaxis: side, yaxis: side, zaxis: side, aspectmode: 'data', dragmode: 'orbit', camera: {eye: {x: 1.3, y: 1.3, z: 0.8}}},
  }, config(map.wheel));
  const under = (/** @type {any} */ event) => event.points[0].customdata ?? -1;
  plot.on('plotly_hover', (/** @type {any} */ event) => map.hover(under(event), event.event));
  plot.on('plotly_unhover', () => map.hover(-1));
  plot.on('plotly_click', (/** @type {any} */ event) => { if (under(event) >= 0) map.tell('pick', under(event)); });
}

/**
 * Lets the plane show a span, as a relayout would without its 20 ms: nothing of plotly's own is to be drawn anew.
 * @param {any} layout plotly's @param {import('./types').Span} span @returns {boolean} whether that is another view
 */
export function aim({xaxis, yaxis}, span) {
  const {scale, x, y} = ranges(span, xaxis._length, yaxis._length);
  const both = /** @type {[any, number[]][]} */ ([[xaxis, x], [yaxis, y]]);
  if (both.every(([axis, range]) => range.every((v, i) => Math.abs(axis.range[i] - v) < 1e-4 * scale))) return false;
  for (const [axis, range] of both) {
    axis.range = range;
    axis._input.range = [...range];
    axis.setScale?.();
  }
  return true;
}
