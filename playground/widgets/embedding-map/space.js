// A map in space: all of it is plotly's, which is fetched for it.
import {plotly} from '../plotly-loader.js';
import {traces} from './traces.js';

/** @typedef {import('./element.js').EmbeddingMap} EmbeddingMap */

const CLEAR = 'rgba(0,0,0,0)', AGAIN = 2500;  // ms till plotly is asked for again where it did not come
const PLAIN = {paper_bgcolor: CLEAR, plot_bgcolor: CLEAR, margin: {l: 0, r: 0, t: 0, b: 0}, showlegend: false, hovermode: false};

export class Space {
  /** plotly's element. @type {any} */
  plot = Object.assign(document.createElement('div'), {className: 'map-plot'});
  /** @type {any} */ plotly = null;

  /** @param {EmbeddingMap} map */
  constructor(map) { this.map = map; }

  /** Begins anew. @param {() => boolean} wanted whether it still is, once plotly has come */
  async begin(wanted) {
    try { this.plotly = await plotly('space'); } catch (error) {
      if (wanted()) this.missed(String(error), wanted);
      throw error;
    }
    if (!wanted()) return;
    const {map, plot} = this, ink = getComputedStyle(map).color, side = {visible: false, showspikes: false};
    await this.plotly.newPlot(plot, traces(map, 'scatter3d', ink), {
      ...PLAIN, hovermode: 'closest', uirevision: 'keep', font: {color: ink},
      scene: {xaxis: side, yaxis: side, zaxis: side, aspectmode: 'data', dragmode: 'orbit', camera: {eye: {x: 1.3, y: 1.3, z: 0.8}}},
    }, {displaylogo: false, responsive: false, scrollZoom: map.wheel, showSendToCloud: false, displayModeBar: false, doubleClick: false});
    const under = (/** @type {any} */ event) => event.points[0].customdata ?? -1;
    plot.on('plotly_hover', (/** @type {any} */ event) => map.hover(under(event), event.event));
    plot.on('plotly_unhover', () => map.hover(-1));
    plot.on('plotly_click', (/** @type {any} */ event) => { if (under(event) >= 0) map.tell('pick', under(event)); });
  }

  /** plotly did not come: that is said, and the map is built anew a little later. @param {string} problem @param {() => boolean} wanted */
  missed(problem, wanted) {
    this.plot.replaceChildren(Object.assign(document.createElement('p'), {className: 'hint', textContent: this.map.gone || problem}));
    setTimeout(() => { if (wanted()) this.map.build(); }, AGAIN);
  }

  end() {
    if (this.plot._fullLayout) this.plotly.purge(this.plot);
    else this.plot.replaceChildren();
  }

  redraw() { this.plotly.react(this.plot, traces(this.map, 'scatter3d', getComputedStyle(this.map).color), this.plot.layout); }

  /** Follows the size of the map. @returns {Promise<void>} */
  fit() { return this.plotly.Plots.resize(this.plot); }
}
