// The Explore tab as it stands on the page.
import {html, repeat} from '../page/lit.js';
import {empty, failed, waiting} from '../page/state.js';
import {sayer, words} from '../page/words.js';
import {button, select} from '../widgets/forms.js';
import '../widgets/timeline/element.js';
import {besides, choices, dimensionsOf, same} from './choosing.js';
import {legend, options} from './colours.js';
import {curves} from './curves.js';
import {exportsView} from './exports.js';
import {MOST} from './explore.js';
import {filterView} from './filter.js';
import {paneView} from './pane.js';
import {joiningView, searchView, selectionView} from './selection.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */

const say = sayer('explore');

/** @type {{play: string, pause: string, time: string, when: string} | null} */
let named = null;

/** What the time line calls its parts: one object for ever, as another one would draw it anew. */
function timeWords() {
  named ??= {play: say('play'), pause: say('pause'), time: say('time'), when: String(words().explore?.when ?? '')};
  return named;
}

/** @param {string} name @param {boolean} on @param {() => void} act @param {boolean} [disabled] */
const toggle = (name, on, act, disabled = false) =>
  html`<button type="button" class="small toggle" aria-pressed=${on} ?disabled=${disabled} @click=${act}>${say(name)}</button>`;

/** Lasso, images, colours. @param {Explorer} on @param {Pane} main */
function tools(on, main) {
  const lasso = on.tool === 'lasso';
  const drawn = (/** @type {Partial<Explorer>} */ values) => {
    Object.assign(on, values).draw();
    on.remember();
  };
  const buttons = [
    toggle('lasso', lasso, () => { on.tool = lasso ? 'pan' : 'lasso'; on.draw(); }, dimensionsOf(on.choice) === 3),
    toggle('as_images', on.asImages, () => drawn({asImages: !on.asImages})),
    toggle('named', on.named, () => drawn({named: !on.named}), dimensionsOf(on.choice) === 3),
    toggle('contours', on.contours, () => drawn({contours: !on.contours}), dimensionsOf(on.choice) === 3),
    button(say('reset'), () => { for (const pane of on.panes) pane.map?.reset(); }),
  ];
  return html`<div class="explore-tools">${buttons}<label class="field"><span>${say('colour')}</span>${
    select(options(main), on.colour, colour => on.paint(colour), {id: 'explore-colour'})}</label><input placeholder=${say('groups_help')}
    ?hidden=${on.colour !== 'words'} aria-label=${say('colour_words')} .value=${on.groups} @change=${(/** @type {Event} */ event) =>
      on.paint(on.colour, /** @type {HTMLInputElement} */ (event.target).value)}></div>`;
}

/** @param {Explorer} on @param {Pane} main */
function time(on, {info}) {
  const seek = (/** @type {number} */ index) => { on.play(false); on.go(index); };
  return html`<time-line class="timeline" .steps=${info.steps} .seconds=${info.seconds} .index=${on.index} .playing=${on.playing}
    .running=${!info.ended} .words=${timeWords()}
    @seek=${(/** @type {CustomEvent<number>} */ {detail}) => on.go(detail)}
      @play=${(/** @type {CustomEvent<boolean>} */ {detail}) => on.play(detail)}></time-line>${
    curves(info, on.index, seek)}`;
}

/** The map, and below it its time. @param {Explorer} on @param {Pane} main */
const maps = (on, main) => html`<div class="explore-main">${tools(on, main)}<div class="panes" data-count=${on.panes.length}>${
  repeat(on.panes, pane => pane, pane => paneView(pane, on))}</div>${joiningView(on)}${filterView(on, main)}${legend(on, main)}${
  time(on, main)}${on.measures.view()}<p class="hint">${say('caveat')}</p></div>`;

/** What is asked of the map's points, and what leaves the page. @param {Explorer} on @param {Pane} main */
const side = (on, main) => html`<div class="explore-side">${searchView(on, main)}${on.neighbours.view(main)}${selectionView(on, main)}${
  on.own.view(main)}${besides(same(on.runs.list, main.run), on.beside, on.panes.length >= MOST, (run, to) => on.putBeside(run, to))}${
  exportsView(on, main)}<p class="hint" role="status">${
  on.own.busy ? say('placing') : on.problem}</p></div>`;

/** @param {Explorer} on @param {Pane} main */
const body = (on, main) => html`<div>${choices(on.runs.list, on.run, on.choice, {
  run: run => on.choose(run), choose: choice => on.reduce(choice),
})}<div class="explore-columns">${maps(on, main)}${side(on, main)}</div></div>`;

/** @param {Explorer} on */
export function view(on) {
  const main = on.panes[0], {runs} = on, none = runs.known && !runs.list.length && !on.problem && !runs.expecting;
  return html`<div class="link-gone" role="alert" ?hidden=${!on.runs.missing || on.picky}>${on.runs.missing}</div>${
    runs.damaged.map(one => html`<p class="hint bad" role="status">${say('damaged', {...one})}</p>`)}${
    main ? body(on, main) : none ? empty(say('empty_title'), say('empty'))
      : on.problem ? failed(on.problem) : waiting(say(runs.expecting ? 'first' : 'loading'))}`;
}
