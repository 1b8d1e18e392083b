import {html, nothing} from '../page/lit.js';
import {explained} from '../page/terms.js';
import {swatch} from './parts.js';

/** @typedef {import('./answers').Factors} Factors */

/** What each run keeps of how its images were made, and below it, smaller, what its embedding does. @param {Factors | null} found */
export const factors = found => found ? html`<section class="compare-factors"><h3>${found.title}</h3>
  <p class="hint">${explained(found.help)}</p><div class="compare-scroll" tabindex="0" role="region" aria-label=${found.title}><table
  class="factor-table"><thead><tr><th></th>${
  found.columns.map(({key, name, means}) => html`<th scope="col" data-key=${key} title=${means}>${name}</th>`)}</tr></thead><tbody>${
  found.rows.map(({place, name, features, embedding}) => html`<tr><th scope="row">${place === null ? nothing : swatch(place)} ${
    name}</th>${features.map((text, at) => html`<td><b>${text}</b>${
    embedding.length ? html`<small>${embedding[at]}</small>` : nothing}</td>`)}</tr>`)}</tbody></table></div></section>` : nothing;
