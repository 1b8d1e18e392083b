// Lists of runs, the same on all tabs: whose come first, and what a run is called among others.
import '../widgets/searched-list.js';
import {html} from './lit.js';
import {mine} from './owner.js';
import {lang, words} from './words.js';

/** @typedef {import('../maps/answers').Entry} Entry */
/** @typedef {Pick<Entry, 'run' | 'title' | 'changed'> & Partial<Entry>} Named what a list needs of a run to call it */

const DAY = 86_400_000;  // ms

/**
 * A person's own runs first, then those that came with the app, then other people's; each as they came, the newest first. So the
 * first of a list, which a tab opens by itself, is somebody else's only where there is no other.
 * @template {Entry} E
 * @param {E[]} list
 */
export function ordered(list) {
  const rank = (/** @type {E} */ one) => mine(one.run) ? 0 : one.shipped ? 1 : 2;
  return [...list].sort((a, b) => rank(a) - rank(b));
}

/** When a run was made: the time, on another day the day too. @param {number} made s @param {number} [now] ms */
export function moment(made, now = Date.now()) {
  const at = new Date(1000 * made), time = at.toLocaleTimeString(lang(), {hour: '2-digit', minute: '2-digit'});
  return now - at.getTime() < DAY ? time : `${at.toLocaleDateString(lang(), {month: 'short', day: 'numeric'})}, ${time}`;
}

/**
 * A run in a list: what it is, what differs from the defaults, whether it is this browser's own, and when it was made.
 * @param {Named} one
 */
export const runName = ({run, title, changed, shipped, begun}) => [
  title, changed, mine(run) ? words().mine : '', shipped || !begun ? '' : moment(begun)].filter(Boolean).join(' · ');

/** @param {Named[]} list @returns {[string, string][]} */
export const named = list => list.map(one => [one.run, runName(one)]);

/**
 * A list of runs to choose one from, which can be searched where it is long.
 * @param {Named[]} list @param {string} chosen @param {(run: string) => void} act @param {string} id
 * @param {string} name of the list @param {{first?: string, disabled?: boolean}} [more] first: what the list is, before its runs
 */
export const runList = (list, chosen, act, id, name, {first, disabled = false} = {}) => html`<searched-list
  .options=${[...(first === undefined ? [] : [['', first]]), ...named(list)]} .chosen=${chosen} .listed=${id} .name=${name}
  .disabled=${disabled} .search=${words().search_runs}
  @choose=${(/** @type {CustomEvent<string>} */ {detail}) => act(detail)}></searched-list>`;
