import {html} from '../page/lit.js';
import {define, widget} from '../page/widget.js';
import {inked, plotly} from './plotly-loader.js';

/** @typedef {import('./plotly-loader.js').Figure} Figure */

const MARGIN = '300px';

/** A figure of plotly in the page's colours, or its note where there is nothing to draw. Fires `drawn`. */
export class PlotFigure extends widget({figure: /** @type {Figure | null} */ (null)}) {
  /** @type {ResizeObserver | null} */
  resizing = null;
  /** @type {any} */ plotly = null;
  near = false;  // whether it is in sight, or soon will be: who does not come by fetches no plotly
  coming = new IntersectionObserver(seen => {
    this.near = seen[seen.length - 1].isIntersecting;
    this.draw();
  }, {rootMargin: MARGIN});
  drawing = Promise.resolve();

  render() { return this.figure?.note ? html`<p class="hint">${this.figure.note}</p>` : html`<div class="plot-figure"></div>`; }

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
    if (this.plot) this.plotly?.purge(this.plot);
  }

  updated() { this.draw(); }

  draw() {
    this.drawing = this.drawing.then(async () => {
      const {figure} = this;
      if (!figure || figure.note || !this.clientWidth || !this.near) return;
      this.plotly = await plotly();
      const {plot: node, plotly: Plotly} = this;
      await new Promise(done => { setTimeout(done); });  // one after another: what else the page has to show comes between them
      if (!node || figure !== this.figure) return;
      await Plotly.react(node, figure.data, inked(figure.layout), {displayModeBar: false, responsive: false});
      if (node.clientWidth && Math.abs(/** @type {any} */ (node)._fullLayout.width - node.clientWidth) > 1) await Plotly.Plots.resize(node);
      this.tell('drawn');
    }).catch(error => console.error(error));
  }
}

define('plot-figure', PlotFigure);
