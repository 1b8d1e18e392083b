// Links to finished runs, and buttons that begin one.
import {holds} from '../page/link.js';
import {html, nothing} from '../page/lit.js';
import {playground} from '../page/playground.js';
import {attemptKey} from './learn.js';

/**
 * An example run on the tab that shows it; on Train without loading the page anew.
 * @param {import('./answers').Example} example @param {string} name
 */
export function seen({run, tab, address}, name) {
  const show = (/** @type {MouseEvent} */ event) => {
    if (tab !== 'train' || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    playground.show?.(run);
  };
  return html`<a class="learn-see" href=${address} @click=${show}>${name}</a>`;
}

/**
 * @param {import('./learn.js').Learn} learn @param {import('./answers').LinkedCard} card @param {Record<string, unknown>} knobs
 * @param {'run' | 'train'} key
 */
export function runner(learn, card, knobs, key) {
  if (holds()) return nothing;
  const {busy = false, note = '', bad = false} = learn.attempts[attemptKey(card, knobs)] ?? {};
  const said = note || learn.say('budget', {seconds: card.try.seconds, data: card.data});
  return html`<span class="learn-run"><button type="button" class=${key === 'run' ? 'small primary' : 'small'}
    data-knobs=${JSON.stringify(knobs)} ?disabled=${busy} @click=${() => learn.run(card, knobs)}>${learn.say(key)}</button>
    <span class=${bad ? 'learn-budget bad' : 'learn-budget'} role="status">${said}</span></span>`;
}
