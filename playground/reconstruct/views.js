// The views of Reconstruct: what a run must have for each, and what of all that is set here belongs to it.
import './beside.js';
import './between.js';
import './mask.js';
import './noise.js';
import './rebuild.js';
import './sizes.js';
import './walk.js';

/** @typedef {import('./reconstruct.js').Reconstructor} Reconstructor */
/** @typedef {import('./answers').Maker} Maker */

/**
 * needs: what the run must have, '' for nothing. fields: what the view has beside the run and the image. set: the setting that it fires.
 * @type {Record<string, {tag: string, needs: '' | 'patches' | 'damage' | 'code', fields?: (page: Reconstructor) => object, set?: string}>}
 */
const VIEWS = {
  mask: {tag: 'mask-view', needs: 'patches', fields: ({settings}) => ({setting: settings.mask}), set: 'mask'},
  noise: {tag: 'noise-view', needs: 'damage', fields: ({settings}) => ({setting: settings.noise}), set: 'noise'},
  rebuild: {tag: 'rebuild-view', needs: 'code'},
  walk: {tag: 'walk-view', needs: 'code', fields: ({choice}) => ({choice})},
  between: {tag: 'between-view', needs: 'code', fields: ({settings, choice}) => ({second: settings.second ?? 0, choice}), set: 'second'},
  sizes: {tag: 'sizes-view', needs: 'code'},
  compare: {tag: 'beside-view', needs: '', fields: ({settings, list}) => ({setting: settings.damage, list: list ?? []}), set: 'damage'},
};

/** The views that a run's network has. @param {Maker} maker */
export const able = maker => Object.keys(VIEWS).filter(name => VIEWS[name].needs === '' || maker[VIEWS[name].needs] !== undefined);

/** What a view shows now. @param {string} name @param {Reconstructor} page */
export const fieldsOf = (name, page) => ({maker: page.maker, image: page.image, ...VIEWS[name].fields?.(page)});

/**
 * A view, which tells the page what it sets and what was answered, also while another one is shown.
 * @param {string} name @param {Reconstructor} page
 */
export function viewOf(name, page) {
  const {tag, set} = VIEWS[name], view = Object.assign(document.createElement(tag), {className: 'activity'});
  const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ act) => view.addEventListener(type, event => {
    if (event.target === view) act(/** @type {CustomEvent} */ (event).detail);
  });
  on('answered', () => page.answer());
  on('failed', error => page.failed(error));
  on('slow', question => page.waits(question));
  if (set) on('set', value => page.setting({[set]: value}));
  return view;
}
