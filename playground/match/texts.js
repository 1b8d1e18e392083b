// The words of a picture: which of the set's own texts, or of a list, fit it best.
import {html, live} from '../page/lit.js';
import {lang, sayer} from '../page/words.js';
import {choice} from '../widgets/forms.js';
import {shareBar} from '../widgets/share-bar.js';
import {asCosine, lines, number, settled, share} from './format.js';
import {cutNotes, sayLines} from './parts.js';
import {reference} from './pictures.js';
import {Question} from './questions.js';

const LINES = 2000, TOLD = 12, SETTLED = 350;  // SETTLED: ms till a line is typed
const say = sayer('match');

/** @typedef {import('./pictures.js').Picture} Picture */

export class Texts {
  listed = 'set';  // whose texts: the set's own, or those that are typed
  language = lang();
  text = sayLines('preset_things_lines').join('\n');
  /** @type {Picture | null} */
  picture = null;

  /** @param {import('./match.js').Matcher} page @param {() => void} changed */
  constructor(page, changed) {
    this.page = page;
    this.changed = changed;
    /** @type {Question<import('./answers').Texts, null>} */
    this.question = new Question('texts', () => page.models.model, changed);
    this.askSoon = settled(() => this.ask(this.picture), SETTLED);
  }

  /** @param {Picture | null} picture */
  ask(picture) {
    const {listed, page, question, language} = this, typed = listed === 'typed', texts = typed ? lines(this.text).slice(0, LINES) : [];
    this.picture = picture;
    if (!picture) return question.idle(say('texts_wait'));
    if (typed && !texts.length) return question.idle(say('no_labels'));
    question.ask({
      picture: reference(picture), template: page.template, language, count: TOLD, ...(typed ? {texts} : {set: page.sets.now()}),
    }, null);
  }

  /** @param {Partial<Texts>} values what a person chose */
  choose(values) {
    Object.assign(this, values);
    this.ask(this.picture);
    this.changed();
  }

  /** @param {Event} event */
  typed({target}) {
    this.text = /** @type {HTMLTextAreaElement} */ (target).value;
    this.question.stale();
    this.changed();
    this.askSoon();
  }

  draw() {
    const {listed, language, text} = this, typed = listed === 'typed';
    /** @type {[string, string][]} */
    const lists = [['set', say('texts_set')], ['typed', say('texts_typed')]];
    /** @type {[string, string][]} */
    const languages = [['en', say('in_english')], ['zh', say('in_chinese')]];
    return html`<h4>${say('texts_title')}</h4><p class="hint">${say('texts_help')}</p>
      <div class="reconstruct-row">${choice(lists, listed, name => this.choose({listed: name}))}${
        choice(languages, language, name => this.choose({language: name}), undefined, {hidden: typed})}</div>
      <textarea rows="6" spellcheck="false" id="match-texts" aria-label=${say('texts_typed')} ?hidden=${!typed} .value=${live(text)}
        @input=${(/** @type {Event} */ event) => this.typed(event)}></textarea>
      <p class="hint match-note match-many">${typed && lines(text).length > LINES ? say('texts_most', {most: number(LINES)}) : ''}</p>
      ${this.question.draw(({found}) => html`<p class="hint">${say('texts_of', {shown: found.hits.length, of: number(found.of)})}</p>
        <p class="hint match-note match-cut">${cutNotes(found.cut)}</p>
        <div class="match-texts">${found.hits.map(hit => shareBar({
          name: hit.text, value: hit.share / found.hits[0].share, data: {text: hit.text},
          text: say('share_cosine', {share: share(hit.share), cosine: asCosine(hit.cosine)}),
        }))}</div>`)}`;
  }
}
