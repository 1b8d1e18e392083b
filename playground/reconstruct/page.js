import {html, nothing} from '../page/lit.js';
import {runList} from '../page/runs.js';
import {empty, failed, waiting} from '../page/state.js';
import {lang} from '../page/words.js';
import {choice} from '../widgets/forms.js';
import '../widgets/embedding-map/element.js';
import '../widgets/picture-strip.js';
import './given.js';
import {say} from './parts.js';
import {able} from './views.js';

/** @typedef {import('./reconstruct.js').Reconstructor} Reconstructor */
/** @typedef {import('./answers').Maker} Maker */

/** All that Reconstruct shows. @param {Reconstructor} page */
export function page(page) {
  const {maker, list, note, missing} = page;
  return html`<div class="link-gone" role="alert" ?hidden=${!missing}>${missing}</div>${maker ? columns(page, maker)
    : list?.length === 0 ? empty(say('empty_title'), say('empty')) : note ? failed(note) : waiting(say('loading'))}`;
}

/** @param {Reconstructor} page @param {Maker} maker */
function columns(page, maker) {
  const {settings: {doing}, slow, upload} = page;
  const doings = able(maker).map(name => /** @type {[string, string]} */ ([name, say(`do_${name}`)]));
  return html`<div class="reconstruct-columns" data-doing=${doing} data-upload=${upload || nothing}>
    <div class="reconstruct-left">${runs(page, maker)}${given(page)}${images(page)}</div>
    <div class="reconstruct-main">${choice(doings, doing, name => page.turnTo(name), undefined, {cls: 'doing'})}
      <p class="hint working" role="status" ?hidden=${!slow.size}>${say('working')}</p><div class="stage">${page.view()}</div></div></div>`;
}

/** @param {Reconstructor} page @param {Maker} maker */
function runs(page, maker) {
  return html`<label class="field"><span>${say('run')}</span>
      ${runList(page.list ?? [], page.wanted, run => page.pickRun(run), 'reconstruct-run', say('run'))}</label>
    <p class="hint">${maker.trained}</p>`;
}

/** @param {Reconstructor} page */
function given(page) {
  const {maker, image, first, note, drawing} = page;
  const drawn = (/** @type {CustomEvent<string>} */ {detail}) => page.use(detail, say('drawn'));
  return html`<given-image .maker=${maker} .image=${image} .first=${first} .note=${note} .drawing=${drawing} @drawn=${drawn}
    @other=${() => page.otherImages()} @photo=${(/** @type {CustomEvent<File>} */ {detail}) => page.fit(detail)}
    @pen=${(/** @type {CustomEvent<boolean>} */ {detail}) => page.set({drawing: detail})}></given-image>`;
}

/** @param {Reconstructor} page */
function images(page) {
  const {about, choice, image, positions} = page, pick = (/** @type {CustomEvent<number>} */ {detail}) => page.pick(detail);
  return html`<picture-strip .sheet=${choice?.sheet ?? null} .shown=${choice?.shown ?? []} .chosen=${image?.index ?? -1}
    @choose=${pick}></picture-strip>
    <p class="hint">${say('map_help')}</p>
    <embedding-map class="map" role="group" aria-label=${say('map_help')} .about=${about} .sheet=${choice?.sheet.src ?? ''}
      .positions=${positions} .picked=${image?.index ?? -1} .classes=${page.classes} .language=${lang()} .unlabelled=${say('images')}
      @pick=${pick}></embedding-map>`;
}
