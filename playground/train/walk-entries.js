// The station of one step in slow motion at which the loss compares: its entries, and all that is known of one of them.
import {html, nothing} from '../page/lit.js';
import {filled, percent, shown} from '../page/words.js';
import {ABOVE, BELOW, cosineColour} from '../widgets/cosine.js';
import '../widgets/entry-matrix.js';
import {change, entryLoss, largest, softmax} from './walk-numbers.js';
import {digits, rowHead, strips, thumb} from './walk-parts.js';

/**
 * @typedef {import('./walk.js').Walk} Walk
 * @typedef {import('./walk.js').Mode} Mode
 * @typedef {import('./answers').Walked} Walked
 * @typedef {import('./answers').WalkTable} Table
 */

/** @type {Record<string, Mode[]>} what the colours of a table can be, by its kind */
const MODES = {softmax: ['cosine', 'softmax', 'gradient', 'change'], cosine: ['cosine', 'gradient', 'change'], square: []};
const LOW = 0.02, HIGH = 2;  // of the slider of temperatures

/** @param {number} strength from 0 to 1 @param {string} ink */
const ink = (strength, ink) => `rgb(${ink} / ${Math.min(1, strength).toFixed(3)})`;

/** The tables of a walk, one of them in sight. @param {Walk} walk @param {Walked} found */
export function compared(walk, found) {
  const {tables, words} = found, table = tables[walk.table];
  const modes = MODES[table.kind], mode = modes.includes(walk.mode) ? walk.mode : modes[0] ?? 'cosine';
  const square = table.kind === 'square', seen = square ? strips(found, ['image', 'visible', 'reconstruction', 'push']) : nothing;
  return html`<div class=${square ? 'walk-square' : ''}><div>${seen}</div><div>
    <div class="walk-choices">
      ${choices(tables.map(one => one.name), walk.table, at => walk.choose({table: at, entry: null}))}
      ${choices(modes.map(one => words[`say_${one}`]), modes.indexOf(mode), at => walk.choose({mode: modes[at]}))}
      ${table.kind === 'softmax' && found.temperature ? slider(walk, found, found.temperature) : nothing}</div>
    ${table.grid ? images(walk, found, table) : nothing}
    <div class="walk-entries">${matrix(walk, found, table, mode)}<div class="walk-entry" aria-live="polite">${
      entry(walk, found, table) ?? html`<p class="hint">${words.say_point}</p>`}</div></div>
    ${table.rest.length ? html`<p class="hint">${filled(words.say_rest, {number: table.rest[0].length})}</p>` : nothing}
    </div></div>`;
}

/**
 * Buttons of which one is pressed; of a single thing there is no choice.
 * @param {string[]} names @param {number} chosen @param {(at: number) => void} choose
 */
const choices = (names, chosen, choose) => names.length < 2 ? nothing : html`<span class="map-kinds">${names.map((name, at) => html`<button
  type="button" class=${at === chosen ? 'chosen' : ''} aria-pressed=${at === chosen} @click=${() => choose(at)}>${name}</button>`)}</span>`;

/**
 * The softmax of the same similarities at another temperature, without training.
 * @param {Walk} walk @param {Walked} found @param {number} own
 */
function slider(walk, found, own) {
  const {words} = found, now = walk.temperature ?? own, low = Math.min(LOW, own), high = Math.max(HIGH, own);
  const place = String(Math.log(now / low) / Math.log(high / low));
  const back = walk.temperature === null ? nothing : html`<button type="button" class="small"
    @click=${() => walk.choose({temperature: null})}>${filled(words.say_trained, {value: digits(own)})}</button>`;
  const move = (/** @type {Event} */ {target}) => walk.choose({mode: 'softmax',
    temperature: low * (high / low) ** Number(/** @type {HTMLInputElement} */ (target).value)});
  return html`<label class="walk-temperature">${words.say_temperature} <input type="range" min="0" max="1" step="0.001"
    .value=${place} @input=${move}> <b>${digits(now)}</b></label>
    <span class="hint walk-at">${filled(words.say_at, {loss: shown('loss', walk.loss)})}</span>${back}`;
}

/** Which image's patches are seen. @param {Walk} walk @param {Walked} found @param {Table} table */
const images = (walk, found, table) => html`<div class="walk-images">${table.rows.map((_, at) => html`<button type="button" class="bare"
  aria-label=${filled(found.words.say_image, {number: at + 1})} aria-pressed=${at === walk.image}
  @click=${() => walk.choose({image: at, entry: null})}>${thumb({src: found.strips.image, count: found.count}, at)}</button>`)}</div>`;

/** A row of a table as the patches of its image lie. @template T @param {T[]} row @param {number} columns @returns {T[][]} */
const laid = (row, columns) => Array.from({length: row.length / columns}, (_, at) => row.slice(at * columns, (at + 1) * columns));

/** @param {Walk} walk @param {Walked} found @param {Table} table @param {Mode} mode */
function matrix(walk, found, table, mode) {
  const {strips: sheets, sides, words} = found, cells = seen(walk, found, table, mode), {kind, across, grid} = table;
  const names = kind === 'cosine' ? [words.say_first, words.say_second] : table.row_names;
  const rows = kind === 'softmax' && !names.length ? {src: sheets[table.strip], count: sides[table.strip], at: table.rows} : null;
  const columns = across ? {src: sheets[across], count: sides[across], at: table.columns} : kind === 'square' && !grid
    ? {src: sheets.image, count: found.count, at: table.rows} : null;
  return html`<entry-matrix .name=${table.name} .values=${cells} .colour=${colours(table, mode, cells)} .at=${walk.entry} .rows=${rows}
    .framed=${framed(table)} .names=${names} .columns=${columns} @point=${(/** @type {CustomEvent<[number, number]>} */ {detail}) =>
    walk.choose({entry: detail})}></entry-matrix>`;
}

/** The numbers behind the colours. @param {Walk} walk @param {Walked} found @param {Table} table @param {Mode} mode */
function seen(walk, found, table, mode) {
  const {values, after, gradient, grid} = table, scale = table.kind === 'softmax' ? found.temperature ?? 1 : 1;
  if (grid) return laid(values[walk.image], grid[1]);
  if (table.kind === 'square') return [values.map(([value]) => value)];  // a row of images, not a column
  const there = (/** @type {number[][]} */ some) => some.map((row, i) => row.map((value, j) => values[i][j] === null ? null : value));
  if (mode === 'softmax') return there(softmax(table, walk.factor).shares);
  if (mode === 'gradient') return there(gradient.map(row => row.map(value => -value)));
  return mode === 'change' ? change(values, after, scale) : values.map(row => row.map(value => value === null ? null : value * scale));
}

/** @param {Table} table @param {Mode} mode @param {(number | null)[][]} cells @returns {(value: number) => string} */
function colours(table, mode, cells) {
  const most = largest(cells);
  if (table.kind === 'square') return value => ink(value / most, BELOW);
  if (mode === 'softmax') return value => ink(Math.sqrt(value), ABOVE);
  return mode === 'cosine' ? cosineColour : value => ink(Math.sqrt(Math.abs(value) / most), value < 0 ? BELOW : ABOVE);
}

/** Entries that belong together: those that have at least half of what their row has most of. @param {Table} table */
const framed = ({kind, target, values}) => kind === 'softmax' ? target.map((row, i) => {
  const most = Math.max(...row);
  return row.slice(0, values[i].length).map(value => value > 0 && value >= most / 2);
}) : null;

/** All that is known of the entry that is pointed at. @param {Walk} walk @param {Walked} found @param {Table} table */
function entry(walk, found, table) {
  if (!walk.entry) return null;
  const [i, j] = walk.entry;
  if (table.kind === 'square') return table.grid ? patch(found, table, walk.image, i * table.grid[1] + j) : patch(found, table, j, 0);
  const value = table.values[i][j];
  return table.kind === 'cosine' ? pair(found, table, i, j, Number(value)) : share(walk, found, table, i, j, value);
}

/** @param {[string, unknown][]} lines */
const list = lines => html`<dl>${lines.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;

/** Which way the gradient goes. @param {Walked} found @param {number} gradient */
const direction = ({words}, gradient) => gradient === 0 ? words.say_still : html`<b class=${gradient < 0 ? 'pull' : 'push'}>${
  gradient < 0 ? '→ ←' : '← →'}</b> ${gradient < 0 ? words.say_pull : words.say_push} (${digits(Math.abs(gradient))})`;

/** @param {Walk} walk @param {Walked} found @param {Table} table @param {number} i @param {number} j @param {number | null} value */
function share(walk, found, table, i, j, value) {
  const {words, loss, temperature} = found, other = table.names[j] ? html`<span class="walk-name">${table.names[j]}</span>` : table.across
    ? thumb({src: found.strips[table.across], count: found.sides[table.across]}, table.columns[j])
    : html`<span class="walk-name">${filled(words.say_prototype, {number: j + 1})}</span>`;
  const both = html`<div class="walk-both">${rowHead(found, table, i)} · ${other}</div>`;
  if (value === null) return html`${both}<p class="hint">${words.say_itself}</p>`;
  const {shares} = softmax(table, walk.factor), {own, less} = entryLoss(table, shares, i, j), target = table.target[i][j];
  return html`${both}${list([
    [words.say_cosine, shown('cosine', value * (temperature ?? 1))], [words.say_softmax, percent(shares[i][j], 1)],
    ...target > 0 ? [/** @type {[string, string]} */ ([words.say_target, percent(target, 1)])] : [],
    target > 0 ? [words.say_share, `${digits(own)} (${percent(own / (walk.loss || loss), 1)})`] : [words.say_less, digits(less)],
    ...walk.temperature === null ? [/** @type {[string, unknown]} */ ([words.say_direction, direction(found, table.gradient[i][j])])] : [],
    [words.say_then, shown('cosine', Number(table.after[i][j]) * (temperature ?? 1))],
  ])}`;
}

/** @param {Walked} found @param {Table} table @param {number} i @param {number} j @param {number} value */
function pair(found, table, i, j, value) {
  const {words, loss, strips: sheets, sides} = found, each = found.count, both = {src: sheets[table.strip], count: sides[table.strip]};
  const [one, other] = [i * each + j, (i + 1) % 2 * each + j], part = table.shares[i][j];
  return html`<div class="walk-both">${thumb(both, one)} → ${thumb(both, other)}</div>${list([
    [words.say_cosine, shown('cosine', value)], [words.say_share, `${digits(part)} (${percent(part / loss, 1)})`],
    [words.say_direction, direction(found, table.gradient[i][j])],
    [words.say_other, found.numbers.held ? words.say_held : words.say_free], [words.say_then, shown('cosine', table.after[i][j])],
  ])}`;
}

/** @param {Walked} found @param {Table} table @param {number} i @param {number} j */
function patch(found, table, i, j) {
  const {words, loss} = found, value = table.values[i][j], part = table.shares[i][j], push = table.gradient[i][j];
  const [, wide] = table.grid ?? [0, 1];
  const where = table.grid ? html`<p>${filled(words.say_patch, {row: Math.floor(j / wide) + 1, column: j % wide + 1})}</p>`
    : html`<div class="walk-both">${rowHead(found, {...table, strip: 'image'}, i)} → ${rowHead(found, table, i)}</div>`;
  if (value === null) return html`${where}<p class="hint">${words.say_visible}</p>`;
  return html`${where}${list([[words.say_error, digits(value)], [words.say_share, `${digits(part)} (${percent(part / loss, 1)})`],
    [words.say_direction, push < 0 ? words.say_brighter : words.say_darker], [words.say_then, digits(Number(table.after[i][j]))]])}`;
}
