// Parts of forms as templates: a label, a control, what is chosen.
import {html, live, nothing, repeat} from '../page/lit.js';

/** @param {Event} event */
const textOf = event => /** @type {HTMLInputElement} */ (event.target).value;

/**
 * One of several, as a row of buttons.
 * @param {[string, string][]} options value and name @param {string | null} chosen @param {(value: string) => void} act
 * @param {(value: string) => boolean} [disabled]
 * @param {{cls?: string, label?: string, hidden?: boolean}} [more] label: of all of them together
 */
export const choice = (options, chosen, act, disabled = () => false, {cls = '', label, hidden = false} = {}) => html`<div
  class=${`map-kinds ${cls}`.trim()}
  ?hidden=${hidden} role=${label ? 'group' : nothing} aria-label=${label ?? nothing}>${options.map(([value, name]) => html`<button
  type="button" class=${value === chosen ? 'chosen' : ''} data-kind=${value} aria-pressed=${value === chosen} ?disabled=${disabled(value)}
  @click=${() => act(value)}>${name}</button>`)}</div>`;

/**
 * @typedef {{min: number, max: number, step: number, value: number, disabled?: boolean, hidden?: boolean}} Range
 * @param {string} name @param {Range} range @param {(value: number) => string} format @param {(value: number) => void} act
 */
export const slider = (name, {min, max, step, value, disabled = false, hidden = false}, format, act) => html`<label class="slider"
  ?hidden=${hidden}><span>${name}</span><input type="range" min=${min} max=${max} step=${step} .value=${live(String(value))}
  aria-label=${name} aria-valuetext=${format(value)} ?disabled=${disabled}
  @input=${(/** @type {Event} */ event) => act(Number(textOf(event)))}><output>${format(value)}</output></label>`;

/** @param {string} text @param {() => void} act @param {string} [cls] @param {boolean} [disabled] */
export const button = (text, act, cls = 'small', disabled = false) => html`<button type="button" class=${cls}
  ?disabled=${disabled} @click=${act}>${text}</button>`;

/**
 * A list to choose from.
 * @param {[string, string][]} options value and name @param {string} chosen @param {(value: string) => void} act
 * @param {{id?: string, label?: string, disabled?: boolean}} [more]
 */
export const select = (options, chosen, act, {id, label, disabled = false} = {}) => html`<select id=${id ?? nothing}
  aria-label=${label ?? nothing} ?disabled=${disabled} .value=${live(chosen)}
  @change=${(/** @type {Event} */ event) => act(textOf(event))}>${
  choices(options, chosen)}</select>`;

/**
 * What a list holds, which may be another one than it was.
 * @param {[string, string][]} options value and name @param {string | null} chosen
 */
export const choices = (options, chosen) => repeat(options, ([value]) => value, ([value, name]) => html`<option value=${value}
  .selected=${live(value === chosen)}>${name}</option>`);

/** @param {string} title @param {unknown} help a text, or a template of one */
export const heading = (title, help) => html`<div class="form-head"><h3>${title}</h3><p class="hint">${help}</p></div>`;
