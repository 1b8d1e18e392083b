// What the points of maps are coloured by.
import {sentence} from '../page/ask.js';
import {html} from '../page/lit.js';
import {sayer, words} from '../page/words.js';
import {toggled} from '../widgets/embedding-map/colours.js';
import '../widgets/embedding-map/legend.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */
/** @typedef {import('../widgets/embedding-map/types').Spec} Spec */

const say = sayer('explore');
const GROUPED = ['cluster', 'prototype'];
export const STEPPED = ['purity', 'vote'];  // of each snapshot; the others are of the end

/** What the points of a run can be coloured by. @param {Pane} pane */
export const colours = ({info, about}) =>
  [...info.colours, ...(Object.keys(about.captions ?? {}).length || about.names?.length ? ['words'] : [])];

/** The words that a person wrote, each a group. @param {string} text */
export const groupsOf = text => text.split(/[,，;；]/).map(word => word.trim()).filter(Boolean);

/**
 * The first of some words that each image has.
 * @param {string} text @param {number} count @param {(i: number) => string} textOf @returns {Spec}
 */
export function byWords(text, count, textOf) {
  const names = groupsOf(text);
  return {names, of: Array.from({length: count}, (_, i) => names.findIndex(word => textOf(i).includes(word.toLowerCase())))};
}

/** The step whose numbers are meant where this one is shown. @param {string} colour @param {Pane} pane @param {number} step */
export const stepOf = (colour, {info}, step) => STEPPED.includes(colour) ? step : info.steps.at(-1) ?? 0;

/**
 * Numbers of points as groups, or as a scale whose ends leave out what is rare.
 * @param {string} colour @param {Float32Array} values @returns {Spec}
 */
export function byNumbers(colour, values) {
  if (colour === 'vote') return {names: [say('one_vote_0'), say('one_vote_1')], of: values};
  if (GROUPED.includes(colour)) {
    const used = [...new Set(values)].sort((a, b) => a - b);
    return {names: used.map(value => `${say(`one_${colour}`)} ${value + 1}`), of: Array.from(values, value => used.indexOf(value))};
  }
  const sorted = Float32Array.from(values).sort(), at = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))];
  return colour === 'purity' ? {values, low: 0, high: 1} : {values, low: at(0.02), high: at(0.98)};
}

/**
 * Colours a pane; of colours that were wanted one after another only the last is shown. Groups of the same names stay hidden.
 * @param {Pane} pane @param {string} colour @param {string} groups words @param {number} step that is shown
 */
export async function recolour(pane, colour, groups, step) {
  const plain = colour === 'label' || colour === 'none', at = stepOf(colour, pane, step);
  const name = plain ? 'label' : colour === 'words' ? `words ${groups}` : `${colour}/${at}`;
  pane.wantedCode = name;
  if (pane.coded === name) return;
  const spec = plain ? pane.labels : colour === 'words' ? byWords(groups, pane.about.count, i => pane.text(i))
    : byNumbers(colour, await pane.numbers(colour, at));
  if (pane.wantedCode !== name) return;
  const kept = pane.colour === colour && String(pane.spec.names) === String(spec.names);
  Object.assign(pane, {spec, colour, coded: name, hidden: kept ? pane.hidden : new Set()});
}

/** Colours all panes as a person has chosen. @param {Explorer} on */
export function recolourAll(on) {
  const main = on.panes[0];
  return Promise.all(on.panes.map(async pane => {
    const colour = pane === main || pane.info.colours.includes(on.colour) ? on.colour : 'label';
    try { await recolour(pane, colour, on.groups, on.wanted(pane).step); } catch (error) { on.note(sentence(error)); }
    on.draw();
  }));
}

/**
 * A group of the first pane was pressed: it comes or goes in all that have the same ones.
 * @param {Pane[]} panes @param {number} group @param {boolean} alone
 */
export function toggle(panes, group, alone) {
  const count = panes[0].spec.names?.length ?? 0;
  for (const pane of panes) if (pane.spec.names?.length === count) pane.hidden = toggled(pane.hidden, group, alone, count);
}

/** @param {Pane} main @param {string} colour */
export const nameOf = (main, colour) => colour === 'error' ? main.info.error : say(`colour_${colour}`);

/** @param {Pane} main @returns {[string, string][]} */
export function options(main) {
  const names = colours(main);
  return (names.length ? names : ['none']).map(name => [name, nameOf(main, name)]);
}

/** @param {Explorer} on @param {Pane} main */
export const legend = (on, main) => html`<map-legend class="map-legend" .spec=${main.spec} .hiddenGroups=${main.hidden}
  .name=${nameOf(main, main.colour)}
  .help=${say('legend_help')} .each=${words().explore?.legend_each ?? ''}
  @toggle=${(/** @type {CustomEvent<{group: number, alone: boolean}>} */ {detail}) => {
    toggle(on.panes, detail.group, detail.alone);
    on.draw();
  }}></map-legend>`;
