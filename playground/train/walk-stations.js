// What each station of one step in slow motion shows.
import {html, nothing, styleMap} from '../page/lit.js';
import {filled, percent, shown} from '../page/words.js';
import {compared} from './walk-entries.js';
import {rowLosses} from './walk-numbers.js';
import {digits, rowHead, strips, thumb} from './walk-parts.js';

/**
 * @typedef {import('./walk.js').Walk} Walk
 * @typedef {import('./answers').Walked} Walked
 * @typedef {import('./answers').WalkVectors} Vectors
 */

/** A station of a walk. @param {Walk} walk @param {Walked} found @param {string} key */
export function station(walk, found, key) {
  const of = (/** @type {string[]} */ keys) => found.vectors.filter(one => keys.includes(one.key)).map(one => vector(found, one));
  switch (key) {
    case 'images': return strips(found, ['image']);
    case 'views': return strips(found, Object.keys(found.strips).filter(name => /^(view|corrupted|visible)/.test(name)));
    case 'features': return of(['features', 'tokens']);
    case 'embeddings': return of(['embedding', 'words']);
    case 'compared': return html`${compared(walk, found)}${of(['prediction', 'target'])}`;
    case 'loss': return losses(found);
    case 'gradient': return gradients(found);
    default: return moved(found);
  }
}

/** Rows of numbers as colours, each beside its picture. @param {Walked} found @param {Vectors} vectors */
function vector(found, {key, name, strip, rows, columns, low, high, src}) {
  const {words, sides, strips, tables} = found, said = {rows, columns, low: digits(low), high: digits(high)};
  const captions = tables.find(table => table.names.length)?.names ?? [], many = Array.from({length: rows}, (_, at) => at);
  return html`<figure class="walk-vectors" data-key=${key} style=${styleMap({'--rows': String(rows)})}><figcaption>${name}
    <span class="hint">${filled(words.say_numbers, said)}</span></figcaption>
    <div class=${strip ? 'walk-thumbs' : 'walk-names'}>${many.map(at => strip ? thumb({src: strips[strip], count: sides[strip]}, at)
      : html`<span title=${captions[at]}>${captions[at]}</span>`)}</div><img alt=${name} src=${src}></figure>`;
}

/** What is long where a number is large. @param {unknown} head @param {number | null} value @param {number} most @param {string} said */
const bar = (head, value, most, said) => html`<div class="walk-bar">${head}<i><u style=${styleMap({
  width: percent(Math.max(0, value ?? 0) / Math.max(most, 1e-30), 1)})}></u></i><em>${said}</em></div>`;

/**
 * Bars of numbers, the longest as long as there is room.
 * @param {{head: unknown, value: number}[]} rows @param {(value: number) => string} said
 */
function bars(rows, said) {
  const most = Math.max(...rows.map(one => one.value));
  return html`<div class="walk-bars">${rows.map(({head, value}) => bar(head, value, most, said(value)))}</div>`;
}

/** What each row adds to the loss. @param {Walked} found */
function losses(found) {
  const {tables, terms, words, loss} = found;
  const parts = tables.map(table => {
    const costs = table.kind === 'cosine' ? table.shares.flat() : rowLosses(table);
    const head = (/** @type {number} */ at) => rowHead(found, table, at);
    return html`<h5>${table.name}</h5>${bars(costs.map((value, at) => ({head: head(at), value})), digits)}`;
  });
  const named = !tables.length && terms.length
    ? bars(terms.map(({name, value}) => ({head: html`<span class="walk-name">${name}</span>`, value})), digits) : nothing;
  return html`<p class="walk-total">${words.say_loss} <b>${shown('loss', loss)}</b></p>${parts}${named}`;
}

/** How strongly each embedding and each network is pulled. @param {Walked} found */
function gradients(found) {
  const {gradients: each, parts, words, vectors} = found, strip = vectors.find(one => one.key === 'embedding')?.strip;
  const sheet = strip ? {src: found.strips[strip], count: found.sides[strip]} : null;
  const most = Math.max(...parts.map(part => part.gradient ?? 0));
  return html`${each && sheet ? html`<h5>${words.say_embeddings}</h5>${
    bars(each.map((value, at) => ({head: thumb(sheet, at), value})), digits)}` : nothing}
    <h5>${words.say_networks}</h5><div class="walk-bars">${parts.map(({label, gradient}) => bar(html`<span class="walk-name">${
      label}</span>`, gradient, most, gradient === null ? words.say_none : digits(gradient)))}</div>`;
}

/** What the step has done. @param {Walked} found */
function moved(found) {
  const {words, loss, loss_after: after, closer, parts, tables, count, temperature} = found, [table] = tables;
  const most = Math.max(...parts.map(part => part.moved)), image = {src: found.strips.image, count};
  /** @type {[string, number[], number[]][]} */
  const pairs = closer ? [[words.say_pairs, closer.pairs, closer.pairs_after]] : [];
  if (table?.key === 'to_text' && temperature) {
    const own = (/** @type {(number | null)[][]} */ values) => values.map((row, at) => Number(row[at]) * temperature);
    pairs.push([words.say_captions, own(table.values), own(table.after)]);
  }
  if (table?.kind === 'square') pairs.push([words.say_errors, means(table.values), means(table.after)]);
  return html`<p class="walk-total">${words.say_loss} <b>${shown('loss', loss)}</b> → <b>${shown('loss', after)}</b></p>
    ${strips(found, ['reconstruction', 'after'])}
    ${pairs.map(([title, now, then]) => html`<h5>${title}</h5><div class="walk-pairs">${now.map((value, at) => html`<span>${
      thumb(image, at)}${digits(value)} → <b>${digits(then[at])}</b></span>`)}</div>`)}
    ${closer ? html`<p class="hint">${words.say_different} ${digits(closer.others)} → <b>${
      digits(closer.others_after)}</b></p>` : nothing}
    <h5>${words.say_weights}</h5><div class="walk-bars">${parts.map(({label, moved}) => bar(html`<span class="walk-name">${
      label}</span>`, moved, most, percent(moved, 2)))}</div>`;
}

/** The mean of each row, of what it has. @param {(number | null)[][]} values */
const means = values => values.map(row => {
  const there = row.filter(value => value !== null);
  return there.reduce((a, b) => a + b, 0) / Math.max(1, there.length);
});
