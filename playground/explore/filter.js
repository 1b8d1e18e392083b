// Which images the maps show: conditions, each a chip that a person adds and removes.
import {query} from '../page/address.js';
import {sentence} from '../page/ask.js';
import {html, live, nothing} from '../page/lit.js';
import {current} from '../page/tabs.js';
import {sayer} from '../page/words.js';
import {button} from '../widgets/forms.js';
import {nameOf, stepOf} from './colours.js';
import {grouped} from './selection.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */
/**
 * What a number of an image has to be. Of one `by`, any `is` will do; all else has to hold.
 * @typedef {{by: string, how: string, value: number}} Condition how: is, most or least
 */

/** What images can be filtered by, and how. @type {Record<string, string[]>} */
const BY = {label: ['is'], vote: ['is'], purity: ['most', 'least'], error: ['least', 'most']};
const SIGNS = /** @type {Record<string, string>} */ ({most: '≤', least: '≥'});
const RARE = 0.1;  // of all images, that the first limit of a number leaves
const say = sayer('explore');

/** The conditions that an address says: "label-is-3,error-least-0.02". @param {string | null} text @returns {Condition[]} */
export const conditionsOf = text => (text ?? '').split(',').map(one => one.split('-'))
  .map(([by, how, ...value]) => ({by, how, value: value.length ? Number(value.join('-')) : Number.NaN}))
  .filter(({by, how, value}) => Object.hasOwn(BY, by) && BY[by].includes(how) && Number.isFinite(value));

/** @param {Condition[]} conditions */
export const addressOf = conditions => conditions.map(({by, how, value}) => `${by}-${how}-${value}`).join(',');

/** Those that can be asked of a run. @param {Condition[]} conditions @param {Pane} pane */
const askable = (conditions, {info, classes}) =>
  conditions.filter(({by, value}) => info.colours.includes(by) && (by !== 'label' || classes[value] !== undefined));

/**
 * 1 for each image that is shown.
 * @param {Condition[]} conditions @param {Record<string, ArrayLike<number>>} numbers of the images, by what is asked of them
 * @param {number} count of images
 */
export function passing(conditions, numbers, count) {
  const only = new Uint8Array(count).fill(1), limits = conditions.filter(({how}) => how !== 'is')
    .map(({by, how, value}) => ({of: numbers[by], low: how === 'least' ? value : -Infinity, high: how === 'most' ? value : Infinity}));
  const wanted = Object.keys(BY).map(by => ({of: numbers[by], any: conditions.filter(one => one.by === by && one.how === 'is')}))
    .filter(({any}) => any.length).map(({of, any}) => ({of, any: new Set(any.map(({value}) => value))}));
  for (let i = 0; i < count; i++) {
    for (const {of, low, high} of limits) if (!(of[i] >= low && of[i] <= high)) only[i] = 0;
    for (const {of, any} of wanted) if (!any.has(of[i])) only[i] = 0;
  }
  return only;
}

/** A limit that leaves few images, in as many digits as one reads. @param {ArrayLike<number>} numbers @param {string} how */
export function firstLimit(numbers, how) {
  const sorted = Float32Array.from(numbers).sort(), at = Math.floor((how === 'most' ? RARE : 1 - RARE) * (sorted.length - 1));
  return Number(sorted[at].toPrecision(2));
}

export class Filter {
  /** What a person asks for. @type {Condition[]} */
  conditions = [];
  /** What came of it: 1 for each image that is shown, null for all. @type {Uint8Array | null} */
  only = null;
  of = '';  // what that came of, or is being worked out for
  waiting = 0;  // questions whose answer is still to come
  open = false;  // whether what can be chosen is shown

  /** @param {Explorer} on */
  constructor(on) { this.on = on; }

  /**
   * Another run is explored, whose images may be others.
   * @param {import('./link.js').Link | null} link @param {Pane | undefined} before @param {Pane} pane
   */
  begin(link, before, pane) {
    const kept = before?.info.set === pane.info.set ? this.conditions : [];
    Object.assign(this, {conditions: askable(link?.only ?? kept, pane), only: null, of: ''});
  }

  /** Back has led here, or Forward: all else stays as it is shown. */
  back() {
    const main = this.on.panes[0];
    if (!main || current() !== 'explore') return;
    const wanted = askable(conditionsOf(query.get('only')), main);
    if (addressOf(wanted) === addressOf(this.conditions)) return;
    this.conditions = wanted;
    this.apply();
    this.on.remember();
  }

  /** A person asks for these: a step that Back undoes. @param {Condition[]} conditions */
  set(conditions) {
    this.conditions = conditions;
    this.on.remember(true);
    return this.apply();
  }

  /** The numbers of the first run that a condition is about. @param {string} by @returns {Promise<ArrayLike<number>>} */
  async numbers(by) {
    const main = this.on.panes[0];
    if (by === 'label') return main.about.labels ?? [];
    this.waiting++;
    this.on.draw();
    try { return await main.numbers(by, stepOf(by, main, this.on.wanted(main).step)); } finally { this.waiting--; }
  }

  /** Works out which images are shown, in all maps those of the first run; of two questions the later one counts. */
  async apply() {
    const {on, conditions} = this, main = on.panes[0], kinds = [...new Set(conditions.map(({by}) => by))];
    const steps = kinds.map(by => stepOf(by, main, on.wanted(main).step));
    const of = conditions.length ? [main.run, addressOf(conditions), ...steps].join(' ') : '';
    if (of === this.of) return;
    this.of = of;
    try {
      const all = Object.fromEntries(await Promise.all(kinds.map(async by => [by, await this.numbers(by)])));
      if (this.of !== of) return;
      this.only = of ? passing(conditions, all, main.about.count) : null;
    } catch (error) {
      if (this.of !== of) return;
      Object.assign(this, {of: '', only: null, conditions: []});
      on.remember();
      on.note(sentence(error));
    }
    on.draw();
  }

  /** A person chooses what to filter by: a condition comes, or goes. @param {string} by @param {string} how @param {number} [value] */
  async choose(by, how, value) {
    try {
      const limit = value ?? (by === 'purity' ? 0.5 : firstLimit(await this.numbers(by), how));
      const others = this.conditions.filter(one => one.by !== by || one.how !== how || how === 'is' && one.value !== value);
      await this.set(others.length < this.conditions.length ? others : [...others, {by, how, value: limit}]);
    } catch (error) { this.on.note(sentence(error)); }
  }

  /** @param {boolean} open */
  unfold(open) {
    this.open = open;
    this.on.draw();
  }

  /** @param {Condition} gone */
  remove(gone) {
    /** @type {HTMLElement | null} */ (this.on.root.querySelector('.filter button'))?.focus();  // the chip's own goes with it
    this.set(this.conditions.filter(one => one !== gone));
  }

  /** Another limit. @param {Condition} of @param {string} text */
  limit(of, text) {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value)) this.set(this.conditions.map(one => one === of ? {...one, value} : one));
    else this.on.draw();
  }
}

/** What an image can be called of one kind. @param {string} by @param {Pane} main */
const members = (by, {classes}) => by === 'label' ? classes : [say('one_vote_0'), say('one_vote_1')];

/** @param {Condition} one @param {Filter} filter @param {Pane} main */
function chip(one, filter, main) {
  const {by, how, value} = one, name = by === 'label' ? members(by, main)[value]
    : how === 'is' ? say('only_is', {name: nameOf(main, by), value: members(by, main)[value]}) : `${nameOf(main, by)} ${SIGNS[how]}`;
  return html`<span class="chip"><span>${name}</span>${how === 'is' ? nothing : html`<input type="number" step="any" aria-label=${name}
    .value=${live(String(value))} @change=${(/** @type {Event} */ {target}) =>
      filter.limit(one, /** @type {HTMLInputElement} */ (target).value)}>`}<button type="button"
    aria-label=${say('only_remove', {name})} @click=${() => filter.remove(one)}>×</button></span>`;
}

/** What can be chosen of one kind. @param {string} by @param {Filter} filter @param {Pane} main */
function kind(by, filter, main) {
  const pressed = (/** @type {string} */ how, /** @type {number} */ value) =>
    filter.conditions.some(one => one.by === by && one.how === how && (how !== 'is' || one.value === value));
  const one = (/** @type {string} */ how, /** @type {string} */ text, /** @type {number} */ value = Number.NaN) => html`<button
    type="button" aria-pressed=${pressed(how, value)} @click=${() => filter.choose(by, how, how === 'is' ? value : undefined)}>${
    text}</button>`;
  return html`<div class="filter-by" data-by=${by}><span>${nameOf(main, by)}</span>${BY[by].map(how => how === 'is'
    ? members(by, main).map((name, value) => one(how, name, value)) : one(how, say(`only_${how}`)))}</div>`;
}

/** How many of its images a map shows. @param {Pane} main @param {Uint8Array | null} only */
function shownOf({spec, hidden, about: {count}}, only) {
  let shown = 0;
  for (let i = 0; i < count; i++) if ((!only || only[i]) && (spec.values || !hidden.has(spec.of[i]))) shown++;
  return say('shown', {shown: grouped(shown), all: grouped(count)});
}

/** @param {Explorer} on @param {Pane} main */
export function filterView({filter}, main) {
  const {conditions, only, open} = filter, kinds = Object.keys(BY).filter(by => main.info.colours.includes(by));
  const some = only || main.hidden.size;
  if (!kinds.length) return nothing;
  return html`<div class="filter" role="group" aria-label=${say('only')}><button type="button" class="small" aria-expanded=${open}
    @click=${() => filter.unfold(!open)}>${say('only')}</button>${conditions.map(one => chip(one, filter, main))}${
    conditions.length > 1 ? button(say('only_all'), () => filter.set([])) : nothing}<span class="hint" role="status">${
    filter.waiting ? say('only_waiting') : some ? shownOf(main, only) : nothing}</span></div><div class="filter-kinds" ?hidden=${!open}>${
    open ? kinds.map(by => kind(by, filter, main)) : nothing}</div>`;
}
