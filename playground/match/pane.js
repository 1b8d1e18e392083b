// One of two runs of CLIP that are compared while they learn.
import {AnswerError, base, get, path, sentence, wait} from '../page/ask.js';
import {html, nothing} from '../page/lit.js';
import {percent, sayer, shown, words} from '../page/words.js';
import {select} from '../widgets/forms.js';
import '../widgets/plot-figure.js';
import '../widgets/similarity-matrix.js';
import {asCosine, number} from './format.js';
import {field} from './parts.js';

const LOOK = 700;  // ms between two looks at a run
const REFUSED = [400, 404];  // what is no run of CLIP, or no run, will not be one
const LIVE = ['queued', 'starting', 'running'];
const TILES = /** @type {const} */ (['diagonal', 'rest', 'scale', 'match_1', 'match_5']);
const say = sayer('match');

/** @typedef {import('./answers').Lesson} Lesson */

export class Pane {
  run = '';  // that a person, or the page, chose
  /** @type {Lesson | null} */
  found = null;
  error = '';
  acts = 0;  // how often a run was chosen

  /**
   * @typedef {{changed: () => void, visible: () => boolean, chosen: (run: string) => void, seen: (found: Lesson) => void}} Page
   * @param {number} at @param {Page} page
   */
  constructor(at, page) {
    this.at = at;
    this.page = page;
    this.symmetric = at === 0;
  }

  /** Shows a run for as long as it is this pane's, and looks again while it trains. @param {string} run */
  async follow(run) {
    const act = ++this.acts, over = () => this.acts !== act;
    Object.assign(this, {run, found: null, error: ''});
    this.page.changed();
    for (let live = Boolean(run); live && !over();) {
      if (this.page.visible()) live = await this.look(over);
      if (live) await wait(LOOK);
    }
  }

  /** @param {() => boolean} over @returns {Promise<boolean>} whether there will be more */
  async look(over) {
    try {
      const found = /** @type {Lesson} */ (await get(path`runs/${this.run}/lesson`));
      if (over()) return false;
      Object.assign(this, {found, symmetric: found.symmetric, error: ''});
      this.page.seen(found);
    } catch (error) {
      if (over()) return false;
      this.error = sentence(error);
      this.page.changed();
      return !(error instanceof AnswerError && REFUSED.includes(error.status));
    }
    this.page.changed();
    return LIVE.includes(this.found?.state ?? '');
  }

  /** @param {[string, string][]} runs that can be chosen */
  draw(runs) {
    const {at, run, found} = this, title = say(this.symmetric ? 'symmetric' : 'one_way');
    /** @type {[string, string][]} */
    const options = run ? runs : [['', say('lesson_choose')], ...runs];
    return html`<section class="match-pane" data-at=${at} data-symmetric=${this.symmetric} data-ready=${found?.table ? '1' : ''}
        data-run=${found?.run ?? nothing} data-state=${found?.state ?? nothing} data-step=${found?.step ?? nothing}><h4>${title}</h4>
      ${field(say('run'), select(options, run, this.page.chosen, {id: `match-lesson-${at}`}))}
      <p class="match-none" ?hidden=${Boolean(run)}>${say('pane_none')}</p>
      <div class="match-pane-body" ?hidden=${!run}>${this.drawBody()}</div></section>`;
  }

  drawBody() {
    const {found, error} = this, tone = {finished: 'good', failed: 'bad'}[found?.state ?? ''] ?? '';
    const curve = (/** @type {Record<string, any> | null | undefined} */ figure) => html`<div class="match-curve">${
      figure ? html`<plot-figure .figure=${figure} .gone=${words().gone ?? ''}></plot-figure>`
        : html`<p class="hint">${say('curve_wait')}</p>`}</div>`;
    return html`<p class="hint match-status" role="status">${error || (found?.words ?? '')}</p>
      <div class="live-bar" data-tone=${tone}><div style="width: ${percent(found?.progress ?? 0)}"></div></div>${this.drawMatrix()}
      <div class="match-tiles">${TILES.map(name => html`<div class="tile" data-tile=${name}><b>${
        found ? shownValue(found, name) : '–'}</b><span>${labelOf(found, name)}</span></div>`)}</div>
      ${curve(found?.losses)}${curve(found?.scales)}`;
  }

  drawMatrix() {
    const {found} = this, strip = found?.picture ? base(found.picture).href : null;
    const name = !found ? '' : found.diagonal === null || found.rest === null ? say('matrix_wait')
      : say('matrix_label', {diagonal: asCosine(found.diagonal), rest: asCosine(found.rest)});
    return html`<similarity-matrix .table=${found?.table ?? null} .strip=${strip} .name=${name}
      .help=${found?.table ? say('matrix_help') : name} .sentence=${this.cell}></similarity-matrix>`;
  }

  /** @param {number} row @param {number} column */
  cell = (row, column) => {
    if (!this.found?.table) return '';
    const {columns, values} = this.found.table, cosine = asCosine(values[row][column]);
    return say(row === column ? 'matrix_right' : 'matrix_wrong', {picture: columns[row], caption: columns[column], cosine});
  };
}

/** @param {Lesson} found @param {typeof TILES[number]} name */
function shownValue(found, name) {
  if (name === 'match_1' || name === 'match_5') return found.match ? percent(found.match[name]) : '–';
  const value = found[name];
  return shown(name === 'scale' ? 'scale' : 'cosine', value);
}

/** @param {Lesson | null} found @param {typeof TILES[number]} name */
const labelOf = (found, name) => found?.match && (name === 'match_1' || name === 'match_5')
  ? say(`tile_${name}_of`, {of: number(found.match.match_of)}) : say(`tile_${name}`);
