// The values of a knob: as somebody types them, and as they are asked for.
import {html, live} from '../page/lit.js';
import {select} from '../widgets/forms.js';
import {field, say} from './parts.js';

/** @typedef {import('./answers').Choice} Choice */
/** @typedef {import('./answers').Range} Range */
/** @typedef {Choice | Range} Knob */

/** @param {number} value */
export const rounded = value => `${Number(value.toPrecision(4))}`;

/** The value that a run has of a knob. @param {Knob} knob */
export const current = knob =>
  'options' in knob ? knob.options.find(([value]) => value === knob.value)?.[1] ?? '' : Number(knob.value.toPrecision(4));

/** What a copy has where nobody says: another value than the run's. @param {Knob} knob @returns {string} */
export const suggested = knob => 'options' in knob ? String(Math.max(0, knob.options.findIndex(([value]) => value !== knob.value)))
  : rounded(knob.suggested.find(value => value > knob.value) ?? knob.suggested[0]);

/** @param {Range} knob */
const listed = knob => knob.suggested.map(rounded).join(', ');

/**
 * The value of a copy.
 * @param {Knob} knob @param {string | null} typed a number, or the place of an option @returns {(string | boolean)[]}
 */
export function asCopy(knob, typed) {
  const text = typed ?? suggested(knob);
  return [('options' in knob ? knob.options[Number(text)] ?? knob.options[0] : [text])[0]];
}

/**
 * The values of a sweep.
 * @param {Knob} knob @param {string | null} typed numbers @param {Set<number>} without places of options @returns {(string | boolean)[]}
 */
export const asList = (knob, typed, without) => 'options' in knob
  ? knob.options.filter((_, at) => !without.has(at)).map(([value]) => value)
  : [...new Set((typed ?? listed(knob)).split(/[,，、;；\s]+/).filter(Boolean))];

/** Whether a knob may have a value, as Python reads numbers. @param {Knob} knob @param {string | boolean} value */
export function fits(knob, value) {
  if ('options' in knob) return true;
  const number = /^[-+.\de]+$/i.test(String(value)) ? Number(value) : Number.NaN;
  return number >= knob.low && number <= knob.high && (knob.step !== 1 || Number.isInteger(number));
}

/** @param {Event} event */
const textOf = event => /** @type {HTMLInputElement} */ (event.target).value;

/**
 * The field of a copy's value, or of a sweep's values. What somebody types is the field's own: it is not set again.
 * @param {import('./change.js').Change} change @param {Knob} knob @param {number} most
 */
export function asked(change, knob, most) {
  const copy = change.mode === 'copy', label = say(copy ? 'change_value' : 'change_values', {most});
  if (!('options' in knob)) {
    return field(label, copy ? html`<input type="number" id="compare-value" min=${knob.low} max=${knob.high} step=${knob.step}
      value=${change.value ?? suggested(knob)} @input=${(/** @type {Event} */ event) => change.type({value: textOf(event)})}>`
      : html`<input type="text" id="compare-values" inputmode="decimal" value=${change.values ?? listed(knob)}
      @input=${(/** @type {Event} */ event) => change.type({values: textOf(event)})}>`);
  }
  /** @type {[string, string][]} */
  const options = knob.options.map(([, name], at) => [String(at), name]);
  if (copy) return field(label, select(options, change.value ?? suggested(knob), value => change.type({value}), {id: 'compare-value'}));
  return html`<fieldset class="compare-options"><legend>${label}</legend>${options.map(([, name], at) => html`<label class="check"><input
    type="checkbox" .checked=${live(!change.without.has(at))} @change=${() => change.leave(at)}><span>${name}</span></label>`)}</fieldset>`;
}
