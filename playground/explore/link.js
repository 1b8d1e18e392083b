// The view in the address: what a link says of it, and what a link to it has to say.
import {packed, query, unpacked} from '../page/address.js';
import {sentence} from '../page/ask.js';
import {choiceOf, keyOf} from './choosing.js';
import {addressOf, conditionsOf} from './filter.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */
/**
 * What is of the linked run alone.
 * @typedef {{step: number | null, pick: number, selection: number[] | null, beside: string[],
 *   only: import('./filter.js').Condition[]}} Link
 */

/** What the address says of all runs. */
export const viewOf = () => {
  const drawn = (query.get('draw') ?? '').split(',');
  return {
    choice: choiceOf(query.get('map')), colour: query.get('colour') || 'label', groups: query.get('words') || '',
    asImages: drawn.includes('images'), named: !drawn.includes('nameless'), contours: drawn.includes('lines'),
  };
};

/** @param {number} most runs beside the first @returns {Link} */
export const linkOf = most => ({
  step: query.has('at') ? Number(query.get('at')) : null,
  pick: query.has('pick') ? Number(query.get('pick')) : -1,
  selection: unpacked(query.get('sel') ?? ''),
  beside: (query.get('with') || '').split(',').filter(Boolean).slice(0, most),
  only: conditionsOf(query.get('only')),
});

/** Where a link leads in a run, as far as it can; without one, to the run's end. @param {Link | null} link @param {Pane} pane */
export function startOf(link, {info: {steps}, about: {count}}) {
  const at = link?.step === null || !link ? -1 : steps.indexOf(link.step), selection = link?.selection?.filter(i => i < count) ?? [];
  const picked = link && link.pick >= 0 && link.pick < count ? link.pick : -1;
  return {index: at < 0 ? steps.length - 1 : at, selection: selection.length ? selection : null, picked};
}

/** The keys of the address for a view. @param {Explorer} on @param {Pane} main */
export const keysOf = (on, main) => ({
  run: main.run, tab: 'explore', map: keyOf(on.choice), at: on.index < main.info.steps.length - 1 ? main.info.steps[on.index] : null,
  colour: on.colour === 'label' ? null : on.colour, words: on.colour === 'words' ? on.groups : null,
  only: addressOf(on.filter.conditions), with: on.panes.slice(1).map(pane => pane.run).join(','),
  draw: [on.asImages && 'images', !on.named && 'nameless', on.contours && 'lines'].filter(Boolean).join(','),
  pick: on.points.picked >= 0 ? on.points.picked : null, sel: on.points.selection ? packed(on.points.selection) : null,
});

/** Shows what the address wants now; a view that is still on its way reads it there. @param {Explorer} on @param {number} most */
export async function follow(on, most) {
  const run = query.get('run') ?? '', link = linkOf(most);
  Object.assign(on, viewOf(), {link});
  if (!on.loaded) return;
  on.followed = run;
  try {
    await on.runs.ask([run, ...link.beside]);
    if (on.runs.has(run)) await on.load(run, link.beside);
  } catch (error) { on.note(sentence(error)); }
}
