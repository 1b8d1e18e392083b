// Which map a person chooses: its runs, its reducer, and the reducer's parameters.
import {html, keyed, live, nothing} from '../page/lit.js';
import {named, runList} from '../page/runs.js';
import {mark, term} from '../page/terms.js';
import {sayer, words} from '../page/words.js';
import {choice} from '../widgets/forms.js';

/** @typedef {import('../maps/answers').Entry} Entry */
/** @typedef {import('../maps/answers').Parameter} Parameter */
/** @typedef {Record<string, any>} Values of a reducer's parameters */
/** @typedef {{kind: string, values: Record<string, Values>, chosen: boolean}} Choice chosen: by a person; values: of all reducers */

const say = sayer('explore');

/** @returns {Record<string, Parameter[]>} */
export const reducers = () => words().reducers ?? {};

/** A value as a parameter may have it; null where it may not. @param {Parameter} parameter @param {string | undefined} text */
function value({options, low = -Infinity, high = Infinity}, text) {
  if (text === undefined || text === '') return null;
  if (options) return options.includes(text) ? text : null;
  const number = Number(text);
  return number >= low && number <= high ? number : null;
}

/**
 * The choice that an address names: "umap-15-0.1-cosine-0-2"; what it may not say is left as it is usual.
 * @param {string | null} text @returns {Choice}
 */
export function choiceOf(text) {
  const [named, ...said] = (text ?? '').split('-'), all = reducers(), chosen = Object.hasOwn(all, named), kind = chosen ? named : 'pca';
  const values = Object.fromEntries(Object.entries(all).map(([name, fields]) =>
    [name, Object.fromEntries(fields.map((field, i) => [field.name, (name === named ? value(field, said[i]) : null) ?? field.default]))]));
  return {kind, values, chosen};
}

/** The name of a map, as its files and addresses have it. @param {Choice} choice */
export const keyOf = ({kind, values}) => [kind, ...reducers()[kind].map(field => values[kind][field.name])].join('-');

/** The reducer of such a name. @param {string} key */
export const kindOf = key => key.split('-')[0];

/** Whether a reducer can fill a space. @param {string} kind */
const hasSpace = kind => reducers()[kind].some(field => field.name === 'dimensions' && (field.high ?? 2) > 2);

/** How many dimensions the map of a choice has. @param {Choice} choice @returns {number} */
export const dimensionsOf = ({kind, values}) => values[kind].dimensions;

/**
 * A choice with another value. Plane or space is one choice for all reducers that can do both.
 * @param {Choice} choice @param {string} name @param {any} to @returns {Choice}
 */
export function changed({kind, values}, name, to) {
  const both = (/** @type {string} */ other) => other === kind || name === 'dimensions' && hasSpace(other);
  return {kind, chosen: true, values: Object.fromEntries(Object.entries(values)
    .map(([other, own]) => [other, both(other) ? {...own, [name]: to} : own]))};
}

/** What a person wrote into a field, within its limits. @param {Parameter} parameter @param {string} text */
export const limited = ({options, low = 0, high = 0}, text) => options ? text : Math.min(high, Math.max(low, Number(text) || 0));

/** Which runs look at the same images as this one. @param {Entry[]} list @param {string} run @returns {Entry[]} */
export function same(list, run) {
  const own = list.find(one => one.run === run)?.set;
  return list.filter(one => one.run !== run && one.set === own);
}

/** A parameter of the reducer. @param {Parameter} field @param {any} now @param {(value: any) => void} act */
function control(field, now, act) {
  const {name, options, low, high, step} = field;
  const taken = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target), to = limited(field, input.value);
    input.value = String(to);
    act(to);
  };
  const whole = Number.isInteger(field.default) && name !== 'min_dist';
  return html`<label class="field"><span>${term(name, say(`param_${name}`))}</span>${options
    ? html`<select data-param=${name} .value=${live(now)}
      @change=${taken}>${options.map(one => html`<option value=${one} ?selected=${one === now}>${say(one)}</option>`)}</select>`
    : html`<input type="number" min=${low ?? nothing} max=${high ?? nothing} step=${step || (whole ? 1 : 0.01)} data-param=${name}
      .value=${String(now)} @change=${taken}>`}</label>`;
}

/**
 * The row above the map: run, reducer, parameters.
 * @param {Entry[]} list @param {string} run @param {Choice} chosen
 * @param {{run: (run: string) => void, choose: (choice: Choice) => void}} act
 */
export function choices(list, run, chosen, act) {
  const {kind, values} = chosen, fields = reducers()[kind], flat = !hasSpace(kind), deep = values[kind].dimensions === 3;
  const kinds = choice(Object.keys(reducers()).map(one => [one, say(one)]), kind, one => act.choose({...chosen, kind: one, chosen: true}));
  const runs = runList(list, run, act.run, 'explore-run', say('run'));
  return html`<div class="explore-top"><label
    class="field"><span>${say('run')}</span>${runs}</label><div
    class="field"><span>${say('reducer')} ${mark(kind, say(kind))}</span>${kinds}</div><button
    type="button" class="small toggle" ?disabled=${flat} title=${flat ? say('space_tsne') : ''} aria-pressed=${deep}
    @click=${() => act.choose(changed(chosen, 'dimensions', deep ? 2 : 3))}>${say('space')}</button><div
      class="params">${fields.filter(f => f.name !== 'dimensions')
      .map(field => keyed(`${kind} ${field.name}`, control(field, values[kind][field.name], to =>
        act.choose(changed(chosen, field.name, to)))))}</div></div>`;
}

/**
 * The runs that can stand beside the one that is shown.
 * @param {Entry[]} list of the same images @param {string[]} beside @param {boolean} full whether no more find room
 * @param {(run: string, on: boolean) => void} act
 */
export const besides = (list, beside, full, act) => html`<details class="beside"><summary>${say('beside')}</summary><div>${list.length
  ? html`<searched-list .options=${named(list)} .boxes=${beside} .full=${full} .search=${words().search_runs}
    @choose=${(/** @type {CustomEvent<string>} */ {detail}) => act(detail, !beside.includes(detail))}></searched-list>`
  : html`<p class="hint">${say('beside_none')}</p>`}</div></details>`;
