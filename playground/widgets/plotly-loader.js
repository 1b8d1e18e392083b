// plotly.js, which is large: fetched and begun once, by whatever first needs it.

/** @typedef {{data: any[], layout: Record<string, any>, note?: string}} Figure */

/** @type {Promise<any> | null} */
let loading = null;

/** @returns {Promise<any>} plotly, once it has begun */
export function plotly() {
  const found = /** @type {any} */ (globalThis).Plotly;
  if (found) return Promise.resolve(found);
  loading ??= painted().then(begun);
  return loading;
}

/** Till the page shows what was drawn: plotly takes most of a second to begin, in which nothing else is done. @returns {Promise<void>} */
const painted = () => new Promise(done => {
  if (document.hidden) done();
  else requestAnimationFrame(() => setTimeout(done));
});

const begun = () => new Promise((done, failed) => {
  const script = document.createElement('script');
  script.src = new URL('./plotly.min.js', import.meta.url).href;
  script.onload = () => done(/** @type {any} */ (globalThis).Plotly);
  script.onerror = () => { loading = null; failed(new Error('plotly.min.js did not come')); };
  document.head.append(script);
});

/** A figure's layout in the colours and letters of the page. @param {Record<string, any>} layout @returns {Record<string, any>} */
export function inked(layout) {
  const style = getComputedStyle(document.body), colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const ink = colour('--body-text-color') || '#333', grid = colour('--border-color-primary') || '#ddd';
  const axis = (/** @type {object} */ own) => ({...own, gridcolor: grid, linecolor: grid, zerolinecolor: grid});
  return {
    ...layout, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: {color: ink, size: 11, family: style.fontFamily},
    xaxis: axis(layout.xaxis), yaxis: axis(layout.yaxis), hoverlabel: {bgcolor: colour('--background-fill-primary'), font: {color: ink}},
    annotations: (layout.annotations ?? []).map((/** @type {object} */ one) => ({...one, font: {size: 11, color: ink}})),
  };
}
