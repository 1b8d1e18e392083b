// "Test": how many pictures of a set get the right class from its name alone.
import {html, keyed, nothing, render} from '../page/lit.js';
import {explained} from '../page/terms.js';
import {percent, sayer} from '../page/words.js';
import {PICTURES} from '../widgets/drop.js';
import {heading} from '../widgets/forms.js';
import '../widgets/heat-table.js';
import {shareBar} from '../widgets/share-bar.js';
import {memo, number} from './format.js';
import {activity, alert, chooser, cutNotes, ownHelp, setChoice, templateChoice, understood} from './parts.js';
import {keyOf, shown} from './pictures.js';
import {Question} from './questions.js';

const CONFUSED = 30;  // classes that the table shows
const SCORES = 4, NEXT_TO_NOTHING = 0.005;
const say = sayer('match');

/** @typedef {import('./answers').Tested} Tested */

/** Whether a set may have classes: what is not known is tried. @param {{classes?: number}} set */
const testable = ({classes}) => !(classes !== undefined && classes < 2);

export class ZeroShot {
  root = activity();
  error = '';

  /** @param {import('./match.js').Matcher} page */
  constructor(page) {
    this.page = page;
    /** @type {Question<Tested, null>} */
    this.question = new Question('test', () => page.models.model, () => this.draw());
    this.confusion = memo(confusionOf);
  }

  refresh() { this.ask(); }

  /** @param {File[]} files */
  async files(files) {
    const found = await this.page.upload(files, error => { this.error = error; this.draw(); });
    if (found && found.set.classes < 2) this.error = say('no_classes');
    if (found) this.ask();
  }

  ask() {
    const {page, question} = this, set = page.sets.now(testable);
    page.remember();
    if (set) question.ask({set, template: page.template}, null);
    else question.idle(say('no_classes'));
    this.draw();
  }

  draw() {
    const {page, question, page: {sets}} = this, files = (/** @type {File[]} */ chosen) => this.files(chosen);
    const choose = (/** @type {string} */ set) => { sets.choose(set); this.ask(); };
    render(html`${heading(say('test_title'), explained(say('test_help')))}
      <div class="reconstruct-row bottom">${setChoice(sets.list(testable), sets.now(testable), 'match-test-set', choose)}${
        templateChoice(page.template, template => { page.template = template; this.ask(); })}${
        chooser(say('own_set'), 'match-test-own', files, {accept: `${PICTURES},.zip`})}${
        chooser(say('own_folder'), 'match-test-folder', files, {folder: true})}</div>
      ${understood(sets, testable)}<p class="hint">${ownHelp('test_own_help')}</p>${alert(this.error)}
      ${question.draw(({found, body}) => this.drawAnswer(found, body.set), {accuracy: question.answer?.found.accuracy})}`, this.root);
  }

  /** @param {Tested} found @param {string} set */
  drawAnswer(found, set) {
    const {mistakes, prompts} = found, shares = scores(found), hint = (/** @type {string} */ key) => html`<p class="hint">${say(key)}</p>`;
    const verdict = {
      accuracy: percent(found.accuracy, 1), of: number(found.of), classes: found.classes.length, chance: percent(found.chance, 1),
    };
    return html`<p class="reconstruct-truth" role="status">${say('test_verdict', verdict)}</p>
      <p class="hint match-note match-cut">${cutNotes(found.cut)}</p>
      <div class="match-scores">${shares.map(shareBar)}${shares.length < SCORES ? hint('score_missing') : nothing}</div>
      <div class="match-two"><div><h4>${say('per_class')}</h4>${hint('per_class_help')}
          <div class="match-classes">${byClass(found).map(shareBar)}</div></div>
        <div><h4>${say('confusion')}</h4>${hint('confusion_help')}${this.drawConfusion(found)}</div></div>
      <h4>${say('mistakes')}</h4>${hint('mistakes_help')}
      <div class="match-mistakes">${mistakes.length ? mistakes.map(one => this.drawMistake(one, set)) : hint('mistakes_none')}</div>
      <details class="match-prompts"><summary>${say('prompts')}</summary><p class="hint">${
        prompts.map(text => say('quoted', {text})).join(' · ')}</p></details>`;
  }

  /** @param {Tested} found */
  drawConfusion(found) {
    const heat = this.confusion(found), shown = heat.columns.length, of = found.classes.length;
    return html`<p class="hint">${shown < of ? say('confusion_part', {shown, of}) : ''}</p>
      <heat-table class="heat" .heat=${heat} .name=${`${say('confusion')}. ${say('heat_keys')}`}></heat-table>`;
  }

  /**
   * A picture that got a wrong class, which can be looked at more closely.
   * @param {import('./answers').Mistake} mistake @param {string} set
   */
  drawMistake({index, true: right, said, share}, set) {
    const picture = {set, index};
    return html`<button type="button" class="match-mistake" data-index=${index} data-true=${right} data-said=${said}
      @click=${() => this.page.take(picture, [right, said])}>${keyed(keyOf(picture), shown(picture))}<span>${
      say('mistake_true', {true: right})}</span><span class="said">${say('mistake_said', {said, share: percent(share)})}</span></button>`;
  }

  state() { return {set: this.page.sets.now(testable), template: this.page.template === 'none' ? null : this.page.template}; }
}

/** What the model reaches beside what others do; without labels to learn from some are missing. @param {Tested} found */
const scores = ({accuracy, probe, knn, chance}) => Object.entries({zero: accuracy, probe, knn, chance})
  .filter(([, value]) => value !== null && value !== undefined)
  .map(([score, value]) => ({name: say(`score_${score}`), value, text: percent(value, 1), cls: score, data: {score}}));

/** The classes that have pictures, the best known first. @param {Tested} found */
const byClass = ({classes}) => classes.filter(one => one.count).map(({name, accuracy, count}) => ({name, value: accuracy ?? 0, count}))
  .sort((a, b) => b.value - a.value).map(({name, value, count}) => ({
    name, value, text: say('of_count', {share: percent(value), count: number(count)}), data: {class: name},
  }));

/** The classes with the most mistakes, in their own order. @param {number[][]} confusion */
export function confused(confusion) {
  const wrong = (/** @type {number} */ i) => confusion[i].reduce((sum, v, j) => j === i ? sum : sum + v + confusion[j][i], 0);
  return confusion.map((_, i) => i).sort((a, b) => wrong(b) - wrong(a)).slice(0, CONFUSED).sort((a, b) => a - b);
}

/**
 * Which classes are taken for which, as shares of the true one.
 * @param {Tested} found @returns {import('../widgets/heat-table.js').Heat}
 */
function confusionOf({classes, confusion}) {
  const few = confused(confusion), totals = confusion.map(row => row.reduce((a, b) => a + b, 0));
  return {
    rows: few.map(i => html`<span>${classes[i].name}</span>`), columns: few.map(i => classes[i].name),
    values: few.map(i => few.map(j => confusion[i][j] / (totals[i] || 1))),
    strength: v => v, text: v => v < NEXT_TO_NOTHING ? '' : percent(v).slice(0, -1), best: (i, j) => i === j,
    sentence: (i, j) => say('confused', {
      true: classes[few[i]].name, said: classes[few[j]].name, count: number(confusion[few[i]][few[j]]), of: number(totals[few[i]]),
    }),
  };
}
