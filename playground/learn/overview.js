// All methods side by side: small cards, two tables, three insights.
import {html, nothing, unsafeHTML} from '../page/lit.js';
import {explained, plain} from '../page/terms.js';
import {seen} from './runs.js';

/**
 * @typedef {import('./learn.js').Learn} Learn
 * @typedef {import('./answers').LinkedCard} Card
 */

const FAMILIES = ['contrastive', 'autoencoder'];

/** @param {Learn} learn */
export const overview = learn => {
  const {say, page} = learn, of = (/** @type {string} */ family) => (page?.cards ?? []).filter(card => card.family === family);
  return html`${learn.lessons.view()}<h2>${say('title')}</h2><p class="learn-lead">${say('intro')}</p>
    ${FAMILIES.map(family => html`<h3>${say(family)}</h3>
    <p class="learn-text">${explained(say(`${family}_text`))}</p><div
      class="learn-cards">${of(family).map(card => small(learn, card))}</div>`)}
    <h3>${say('tables')}</h3><div class="learn-tables">${FAMILIES.map(family => table(learn, family, of(family)))}</div>
    <h3>${say('insights')}</h3><div class="learn-insights">${(page?.insights ?? []).map((one, i) => insight(learn, one, i))}</div>`;
};

/** @param {Learn} learn @param {Card} card */
const small = (learn, card) => html`<button type="button" class="learn-open" data-card=${card.name} @click=${() => learn.show(card.name)}>
  <span class="learn-small-head"><b>${card.title}</b><small>${learn.say(`family_${card.family}`)}</small></span>
  ${card.said.name ? html`<small class="learn-name">${card.said.name}</small>` : nothing}
  <div class="learn-mini" aria-hidden="true">${unsafeHTML(card.wide || card.formula[0])}</div>
  <span class="learn-line">${card.said.line ?? plain(card.said.idea ?? '')}</span></button>`;

/** @param {Learn} learn @param {string} family @param {Card[]} cards */
function table(learn, family, cards) {
  const plain = family === 'autoencoder', heads = ['method', ...(plain ? ['core'] : ['negatives', 'networks']), 'loss'];
  const cells = (/** @type {Card} */ {said}) => [
    ...(plain ? [said.core ?? said.networks] : [said.negatives_short ?? said.negatives, said.networks_short ?? said.networks]),
    said.loss_name ?? ''];
  return html`<div class=${`learn-table ${family}`}><table><caption>${learn.say(`table_${family}`)}</caption>
    <thead><tr>${heads.map(key => html`<th scope="col">${learn.say(key)}</th>`)}</tr></thead>
    <tbody>${cards.map(card => html`<tr><th scope="row"><button type="button" class="learn-link"
      @click=${() => learn.show(card.name)}>${card.title}</button></th>
      ${cells(card).map(text => html`<td>${text}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** @param {Learn} learn @param {import('./answers').Insight} one @param {number} i */
function insight(learn, {key, runs}, i) {
  const name = (/** @type {import('./answers').Example} */ {run, tab}) => learn.page?.words[`run_${run}_${tab}`] ?? learn.say(`run_${run}`);
  return html`<section class="learn-insight" data-insight=${key}><h4><span>${i + 1}</span>${learn.say(`insight_${key}`)}</h4>
    <p>${explained(learn.say(`insight_${key}_text`))}</p><div
      class="learn-actions">${runs.map(one => seen(one, name(one)))}</div></section>`;
}
