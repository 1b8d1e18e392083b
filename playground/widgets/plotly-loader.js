// plotly.js, which is large: a bundle of it is fetched and begun once, by whatever first needs it.

/** @typedef {{data: any[], layout: Record<string, any>, note?: string}} Figure */

/** Its bundles: curves and heat maps, and what is in space. */
const BUNDLES = {plane: './plotly-cartesian.min.js', space: './plotly-gl3d.min.js'};
/** @typedef {keyof typeof BUNDLES} Bundle */

/** @type {Map<Bundle, Promise<any>>} */
const loading = new Map();

/** @param {Bundle} [bundle] @returns {Promise<any>} plotly, once it has begun */
export function plotly(bundle = 'plane') {
  const {Plotly} = /** @type {any} */ (globalThis);
  if (Plotly && !loading.size) return Promise.resolve(Plotly);  // a page that was saved brings its own
  const found = loading.get(bundle) ?? painted().then(() => begun(bundle));
  loading.set(bundle, found);
  found.catch(() => loading.delete(bundle));  // the next one tries again
  return found;
}

/** Till the page shows what was drawn: plotly takes long to begin, and nothing else is done meanwhile. @returns {Promise<void>} */
const painted = () => new Promise(done => {
  if (document.hidden) done();
  else requestAnimationFrame(() => setTimeout(done));
});

/** @param {Bundle} bundle */
const begun = bundle => new Promise((done, failed) => {
  const script = document.createElement('script');
  script.src = new URL(BUNDLES[bundle], import.meta.url).href;
  script.onload = () => done(/** @type {any} */ (globalThis).Plotly);  // each bundle puts itself there
  script.onerror = () => failed(new Error(`${BUNDLES[bundle]} did not come`));
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
