// One method's card: its data flow, its formula, what to watch, what breaks it, its code.
import {html, nothing, unsafeHTML} from '../page/lit.js';
import {explained} from '../page/terms.js';
import '../widgets/flow-drawing.js';
import {runner, seen} from './runs.js';

/**
 * @typedef {import('./learn.js').Learn} Learn
 * @typedef {import('./answers').LinkedCard} Card
 * @typedef {import('../page/lit.js').TemplateResult} Template
 */

/** @param {Learn} learn @param {Card} card */
export const card = (learn, card) => {
  const {say} = learn, {said} = card;
  const part = (/** @type {string} */ key, /** @type {unknown} */ inner) => html`<section class="learn-part ${key}"><h3>${say(key)}</h3>
    ${inner}</section>`;
  const notes = ['correction', 'differs'].filter(key => said[key]);
  return html`${nav(learn, card)}
    <header class="learn-head"><h2 tabindex="-1">${card.title}</h2>
      <span>${[said.name, say(`family_${card.family}`), card.year].filter(Boolean).join(' · ')}</span></header>
    <p class="learn-lead">${explained(said.idea ?? '')}</p>
    ${card.wide ? part('flow', html`<flow-drawing class="learn-drawing" .wide=${card.wide} .tall=${card.tall}></flow-drawing>
      <p class="learn-text">${said.flow}</p>`) : nothing}
    ${part('formula', formula(learn, card))}
    <div class="learn-columns">${part('facts', facts(learn, card))}${part('watch', watch(learn, card))}
      ${card.switches.length ? part('switch', card.switches.map(one => taken(learn, card, one))) : nothing}
      <div class="learn-notes">${notes.map(key => part(key, html`<p class="learn-text">${said[key]}</p>`))}</div></div>
    ${code(learn, card)}`;
};

/** @param {Learn} learn @param {Card} card */
const nav = (learn, card) => html`<nav class="learn-nav" aria-label=${learn.say('methods')}><button type="button" class="small"
  @click=${() => learn.show('')}>← ${learn.say('all')}</button>
  ${learn.page?.cards.map(one => html`<button type="button" class="learn-pill"
  aria-current=${one === card ? 'page' : nothing} @click=${() => learn.show(one.name)}>${one.title}</button>`)}</nav>`;

/** @param {Learn} learn @param {Card} card */
function formula(learn, card) {
  const lines = html`<div class="learn-formula">${card.formula.map(line => html`<div>${unsafeHTML(line)}</div>`)}</div>`;
  if (!card.symbols.length) return lines;
  return html`<div class="learn-symbols"><div>${lines}<p class="hint">${learn.say('symbols')}</p></div>
    <div><ul class="learn-legend">${card.symbols.map(one => html`<li><button type="button" class="learn-symbol" data-sym=${one.key}
      aria-pressed=${learn.kept === one.key}><span class="sign">${unsafeHTML(one.sign)}</span><span>${one.text}</span>
      <code>${one.shape}</code></button></li>`)}</ul>
    <p class="hint">${card.shapes}</p></div></div>`;
}

/** @param {Learn} learn @param {Card} card */
function facts({say}, {said}) {
  const found = [['negatives', said.negatives], ['networks', said.networks], ['core', said.core], ['loss', said.loss_name]]
    .filter(([, value]) => value);
  return html`<dl>${found.map(([key, value]) => html`<dt>${say(key)}</dt><dd>${value}</dd>`)}</dl>`;
}

/** @param {Learn} learn @param {Card} card */
const watch = (learn, card) => html`<p class="learn-text">${explained(card.said.watch ?? '')}</p><div class="learn-actions">
  ${card.seen.map(one => seen(one, learn.say(one.tab === 'train' ? 'see' : `see_${one.tab}`)))}${runner(learn, card, {}, 'train')}</div>`;

/** A part that is taken away. @param {Learn} learn @param {Card} card @param {import('./answers').SwitchAnswer} one */
const taken = (learn, card, one) => html`<div class="learn-switch"><b>${one.named}</b><p class="learn-text">${one.text}</p>
  <div class="learn-actions">${one.seen ? seen(one.seen, learn.say('see_switch')) : nothing}
  ${runner(learn, card, one.knobs, 'run')}</div></div>`;

/** @param {Learn} learn @param {Card} card */
const code = ({say}, card) => html`<div class="learn-end"><p class="learn-paper"><b>${say('paper')}</b> <a href=${card.link} target="_blank"
  rel="noopener" lang="en">${card.paper}</a>, ${card.year}</p>
  <details class="learn-code"><summary>${say('code')} <code>${card.file}</code></summary>
  <pre lang="en" tabindex="0" aria-label=${card.file}><code>${card.code.map(([kind, text]) =>
    kind ? html`<span class="code-${kind}">${text}</span>` : text)}</code></pre></details></div>`;
