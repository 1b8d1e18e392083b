// Which tab is open: in the address, on the body for the style sheets, and in Gradio's own row of tabs.
import {CONTROLS, query, recall, remember} from './address.js';
import {playground} from './playground.js';
import {words} from './words.js';

/** @param {string | null | undefined} name */
const named = name => name && /^[a-z]+$/.test(name) ? name : 'train';

/** A tab's button; where there is no room for all, Gradio has the last ones in a menu, by their words alone. @param {string} name */
const button = name => /** @type {HTMLElement | undefined} */ (document.querySelector(`[role=tab][aria-controls="tab-${name}"]`)
  ?? [...document.querySelectorAll('#tabs .overflow-dropdown button')].find(one => one.textContent?.trim() === words().tabs[name]));

/** @param {string} name */
export const open = name => button(name)?.click();

/** What one tab sends to another, until that one takes it. @type {Map<string, unknown>} */
const parcels = new Map();

/**
 * Opens a tab with something to look at, which it is told of by a `parcel` on the document where it is loaded.
 * @param {string} tab @param {unknown} parcel
 */
export function send(tab, parcel) {
  parcels.set(tab, parcel);
  open(tab);
  document.dispatchEvent(new CustomEvent('parcel', {detail: tab}));
}

/** What was sent to a tab, once. @param {string} tab @returns {any} */
export function received(tab) {
  const parcel = parcels.get(tab);
  parcels.delete(tab);
  return parcel;
}

/** Calls once Gradio has drawn its row of tabs. @param {() => void} act */
function whenDrawn(act) {
  if (button('train')) return act();
  const drawn = new MutationObserver(() => {
    if (!button('train')) return;
    drawn.disconnect();
    act();
  });
  drawn.observe(document.body, {subtree: true, childList: true});
}

/**
 * Opens a tab with this view of it, as if the address had said so from the start; a `visit` on the document tells a tab that is there
 * already. With other views the tab stands as it stood.
 * @param {string} tab @param {Record<string, string>} view keys of the address @param {Record<string, unknown>} [also] keys of the page
 * @param {boolean} [entry] Back leads to how it was before
 */
export function visit(tab, view, also = {}, entry = false) {
  const own = /** @type {string[]} */ (words().keys?.[tab] ?? []);
  const go = () => {
    if (!button(tab)) return;  // which this app does not have
    document.body.dataset.tab = tab;
    if (view.run) playground.follow?.();
    open(tab);
    document.dispatchEvent(new CustomEvent('visit', {detail: tab}));
  };
  document.body.dataset.tab = tab;
  const gone = [...query.keys()].filter(key => own.includes(key) || view.run && CONTROLS.test(key));  // a run sets its own controls
  remember({...Object.fromEntries(gone.map(key => [key, null])), ...view, ...also, tab: tab === 'train' ? null : tab}, entry);
  whenDrawn(go);
}

/** What a tab does when it is visited. @param {string} tab @param {() => void} act */
export const visited = (tab, act) => document.addEventListener('visit', event => {
  if (/** @type {CustomEvent<string>} */ (event).detail === tab) act();
});

/** The run that Train shows; till Gradio has drawn Train, which may be after the tab that is open, the one that the address names. */
export const shownRun = () => playground.run?.() ?? query.get('run') ?? '';

export const current = () => document.body.dataset.tab ?? 'train';

/** Opens the tab of the address once Gradio has drawn its row of tabs. */
function begin() {
  const go = () => {
    const wanted = named(query.get('tab'));  // also what a lesson has asked for meanwhile
    document.body.dataset.tab = button(wanted) ? wanted : 'train';  // a name that no tab has
    if (wanted === 'train') return;
    if (button(wanted)) open(wanted);
    else remember({tab: null});
  };
  document.body.dataset.tab = named(query.get('tab'));
  whenDrawn(go);
}

/** Each tab is a step that Back undoes: seen before Gradio draws the tab, which reads its view from the address. @param {Event} event */
function clicked(event) {
  const one = /** @type {Element} */ (event.target).closest?.('#tabs [role=tab], #tabs .overflow-dropdown button');
  const name = one && Object.keys(words().tabs).find(name => button(name) === one);
  if (!name || name === current()) return;  // Gradio's own first tab, or where Back has led
  document.body.dataset.tab = name;
  remember(name === 'train' ? {tab: null, run: playground.linkedRun?.() ?? null} : {tab: name}, true);  // each tab may show another run
}

/** The address is another one. */
function back() {
  const asked = named(new URLSearchParams(location.search).get('tab')), name = button(asked) ? asked : 'train';
  document.body.dataset.tab = name;
  recall();
  if (name === 'train') playground.follow?.();
  open(name);
}

export function start() {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
  else begin();
  document.addEventListener('click', clicked, true);
  addEventListener('popstate', back);
}
