// What the panel of a lesson looks like: where one is, what the step says, what it asks, what the runs answered.
import {html, nothing} from '../page/lit.js';
import {explained} from '../page/terms.js';
import {words, written} from '../page/words.js';

/**
 * @typedef {import('./lessons.js').Lessons} Lessons
 * @typedef {import('./answers').Question} Question
 */

/** @param {Lessons} on */
export function view(on) {
  const {lesson, step, at, folded, say} = on;
  if (!lesson || !step) return html`<div class="lesson-head"><span class="lesson-where"></span>${leave(on)}</div>
    <div class="lesson-body"><p class="lesson-problem" role="alert">${on.refused}</p></div>`;
  const of = lesson.parts.length, {tab} = on.place ?? step.place;
  return html`<div class="lesson-head">
      <span class="lesson-where">${say('lesson', {number: lesson.number})} · ${say('step', {at, of})}</span>
      <button type="button" class="lesson-fold" aria-expanded=${String(!folded)} @click=${() => on.fold(!folded)}>${
        say(folded ? 'unfold' : 'fold')}</button>
      ${leave(on)}</div>
    <progress class="lesson-bar" max=${of} .value=${at} aria-hidden="true"></progress>
    ${folded ? nothing : html`<div class=${at > 1 ? 'lesson-body later' : 'lesson-body'}><h2 tabindex="-1">${lesson.title}</h2>
      <p class="lesson-text">${explained(step.text)}</p>
      <p class="lesson-tab">${say('where', {tab: words().tabs?.[tab] ?? tab})} <button type="button"
        class="lesson-link" @click=${() => on.show()}>${say('show')}</button></p>
      ${step.question ? question(on, step.question) : nothing}${end(on)}${
      on.refused ? html`<p class="lesson-problem" role="alert">${on.refused}</p>` : nothing}</div>
    <div class="lesson-foot"><button type="button" class="lesson-back" ?disabled=${at === 1} @click=${() => on.go(at - 1)}>${
      say('back')}</button>${on.missing ? html`<span class="hint">${say(on.missing)}</span>` : nothing}
      <button type="button" class="lesson-next primary" ?disabled=${on.waits} @click=${() => on.next()}>${next(on)}</button></div>`}`;
}

/** @param {Lessons} on */
const leave = on => html`<button type="button" class="lesson-leave" aria-label=${on.say('leave')} title=${on.say('leave')}
  @click=${() => on.leave()}>×</button>`;

/** @param {Lessons} on */
const next = ({last, lesson, say}) => !last ? say('next') : say(lesson?.after_this ? 'go_next' : 'leave');

/** @param {Lessons} on @param {Question} asked */
function question(on, asked) {
  const told = on.told[on.at];
  return html`<form class="lesson-question" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); on.answer(); }}>
    <fieldset ?disabled=${Boolean(told)}><legend>${explained(asked.ask)}</legend>${answers(on, asked)}</fieldset>
    ${told ? nothing : html`<button type="submit" class="lesson-answer primary" ?disabled=${!on.draft}>${on.say('answer')}</button>`}
  </form>${told ? judged(on, asked) : nothing}`;
}

/** @param {Lessons} on @param {Question} asked */
function answers(on, asked) {
  if (asked.kind === 'number') return slider(on, asked);
  if (asked.kind === 'map') {
    return html`<label class="lesson-pick">${on.say('pick')} <select @change=${(/** @type {Event} */ {target}) => on.choose(
      /** @type {HTMLSelectElement} */ (target).value)}><option value="" .selected=${!on.draft}>${on.say('pick_none')}</option>${
      asked.choices.map(({key, text}) => html`<option value=${key} .selected=${key === on.draft}>${text}</option>`)}</select></label>`;
  }
  return asked.choices.map(({key, text}) => html`<label class="lesson-choice"><input type="radio" name="lesson-answer" value=${key}
    .checked=${key === on.draft} @change=${() => on.choose(key)}><span>${text}</span></label>`);
}

/** @param {Lessons} on @param {Question} asked */
function slider(on, {low, high, by, style}) {
  const value = on.draft === '' ? (low + high) / 2 : Number(on.draft);
  return html`<label class="lesson-number"><input type="range" min=${low} max=${high} step=${by} .value=${String(value)}
    @input=${(/** @type {Event} */ {target}) => on.choose(/** @type {HTMLInputElement} */ (target).value)}
    aria-valuetext=${written(value, style)}><output>${on.draft === '' ? '?' : written(value, style)}</output></label>`;
}

/** What the runs say. @param {Lessons} on @param {Question} asked */
function judged(on, {train}) {
  const {verdict, problem, busy, say} = on, own = on.told[on.at]?.own;
  if (problem) return html`<p class="lesson-problem" role="alert">${problem}</p>${train ? ways(on, train) : nothing}`;
  if (train && own === undefined) return html`<p class="lesson-knobs">${train.named}</p>${ways(on, train)}`;
  if (!verdict || verdict.state === 'waits') return html`<p class="hint" role="status">${train ? say('training') : '…'}</p>`;
  return html`<div class="lesson-verdict" data-right=${String(verdict.right)} role="status"><p><b aria-hidden="true">${
    verdict.right ? '✓' : '↻'}</b> ${verdict.text}</p>${verdict.because ? html`<p>${explained(verdict.because)}</p>` : nothing}
    ${verdict.source ? html`<p class="hint">${verdict.source}</p>` : nothing}${
    train && !own && !busy ? html`<p>${button(on, true, say('train', {seconds: train.seconds}))}</p>` : nothing}</div>`;
}

/** @param {Lessons} on @param {import('./answers').Training} train */
const ways = (on, train) => html`<p class="lesson-ways">${button(on, true, on.say('train', {seconds: train.seconds}))} ${
  button(on, false, on.say('use_shipped'))}</p>`;

/** @param {Lessons} on @param {boolean} own @param {string} text */
const button = (on, own, text) => html`<button type="button" class=${own ? 'lesson-train' : 'lesson-shipped'} ?disabled=${on.busy}
  @click=${() => on.see(own)}>${text}</button>`;

/** @param {Lessons} on */
function end(on) {
  const {lesson, last, waits, say} = on, told = Object.values(on.told);
  if (!lesson || !last || waits) return nothing;
  return html`<div class="lesson-end"><p><b>${say('after')}</b> ${explained(lesson.after)}</p>
    <p class="hint">${say('score', {right: told.filter(one => one.right).length, of: told.length})}</p></div>`;
}
