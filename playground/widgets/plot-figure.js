import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {inked, plotly} from './plotly-loader.js';

/** @typedef {import('./plotly-loader.js').Figure} Figure */

const MARGIN = '300px', AGAIN = 2500;  // ms till plotly is asked for again where it did not come

/**
 * A figure of plotly in the page's colours, or its note where there is nothing to draw. Fires `drawn`.
 * gone: what it says where plotly did not come.
 */
export class PlotFigure extends widget({figure: /** @type {Figure | null} */ (null), gone: '', problem: ''}) {
  /** @type {ResizeObserver | null} */
  resizing = null;
  /** @type {any} */ plotly = null;
  near = false;  // whether it is in sight, or soon will be: who does not come by fetches no plotly
  coming = new IntersectionObserver(seen => {
    this.near = seen[seen.length - 1].isIntersecting;
    this.draw();
  }, {rootMargin: MARGIN});
  drawing = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  again = undefined;

  render() {
    const note = this.figure?.note || this.problem;
    return note ? html`<p class="hint" role="status">${note}</p>` : html`<div class="plot-figure"></div>`;
  }

  /** The lines of the figure, as plotly has them too. */
  get data() { return this.figure?.data ?? []; }

  get plot() { return /** @type {HTMLElement | null} */ (this.querySelector('.plot-figure')); }

  connectedCallback() {
    super.connectedCallback();
    let wide = 0;
    this.resizing = new ResizeObserver(() => {  // behind another tab it has no size, and plotly would draw with that
      if (this.clientWidth && this.clientWidth !== wide) this.draw();
      wide = this.clientWidth;
    });
    this.resizing.observe(this);
    this.coming.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resizing?.disconnect();
    this.coming.disconnect();
    clearTimeout(this.again);
    if (this.plot) this.plotly?.purge(this.plot);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) { if (changed.has('figure')) this.draw(); }

  draw() {
    this.drawing = this.drawing.then(async () => {
      const {figure} = this;
      if (!figure || figure.note || !this.clientWidth || !this.near) return;
      if (!await this.begun()) return;
      await new Promise(done => { setTimeout(done); });  // one after another: what else the page has to show comes between them
      const {plot: node, plotly: Plotly} = this;
      if (!node || figure !== this.figure) return;
      await Plotly.react(node, figure.data, inked(figure.layout), {displayModeBar: false, responsive: false});
      if (node.clientWidth && Math.abs(/** @type {any} */ (node)._fullLayout.width - node.clientWidth) > 1) await Plotly.Plots.resize(node);
      this.tell('drawn');
    }).catch(error => console.error(error));
  }

  /** Whether plotly has come; where it has not, that is said, and it is asked for again. */
  async begun() {
    clearTimeout(this.again);
    try { this.plotly = await plotly(); } catch (error) {
      this.problem = this.gone || String(error);
      if (this.isConnected) this.again = setTimeout(() => this.draw(), AGAIN);
      return false;
    }
    this.problem = '';
    return true;
  }
}

define('plot-figure', PlotFigure);
