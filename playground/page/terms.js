// Words of the field, explained where they are met: <glossary-term>, with the page's own words, fetched when the first one is opened.
import {get} from './ask.js';
import {html} from './lit.js';
import {playground} from './playground.js';
import {words} from './words.js';
import '../widgets/glossary-term.js';

/** @typedef {import('../widgets/glossary-term.js').Explanation} Explanation */

const LINK = /\[([^\]]+)\]\(([\w-]+)\)/;  // of a text: [as it is called here](key)

/** What a term is. @param {string} key @returns {Promise<Explanation>} */
function explain(key) {
  playground.glossary ??= get('glossary');
  const all = /** @type {Promise<Record<string, Explanation>>} */ (playground.glossary);
  all.catch(() => { if (playground.glossary === all) playground.glossary = undefined; });  // it may be asked again
  return all.then(found => found[key]);
}

/** The entry that explains a measure or a knob, or none: "knn_pixels" is explained as "knn". @param {string} key */
export function entry(key) {
  const known = /** @type {string[]} */ (words().terms ?? []);
  let name = key === 'error' ? 'mse' : key.startsWith('mse_') ? 'baseline' : key.replaceAll('_', '-');
  for (; name; name = name.slice(0, Math.max(0, name.lastIndexOf('-')))) {
    const found = known.find(one => one.replaceAll('_', '-') === name);
    if (found) return found;
  }
  return '';
}

/** A word that explains itself where the glossary has it, or as it is. @param {string} key @param {string} name as it is called here */
export function term(key, name) {
  const found = entry(key);
  return found ? html`<glossary-term .key=${found} .name=${name} .explain=${explain}></glossary-term>` : name;
}

/** A small mark beside something that has no room for its own word. @param {string} key @param {string} name */
export function mark(key, name) {
  const found = entry(key);
  return found ? html`<glossary-term class="mark" .key=${found} .name=${name} .mark=${true} .explain=${explain}></glossary-term>` : '';
}

/** A text whose [words](key) explain themselves. @param {string} text */
export const explained = text => text.split(new RegExp(LINK, 'g')).map((part, i, all) =>
  i % 3 === 0 ? part : i % 3 === 1 ? term(all[i + 1], part) : '');

/** The same without the links, for where only letters can stand. @param {string} text */
export const plain = text => text.replace(new RegExp(LINK, 'g'), '$1');
