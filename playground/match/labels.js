// "Match words": which of some labels fits each of some pictures.
import {post, reach} from '../page/ask.js';
import {known} from '../page/address.js';
import {html, live, render, repeat} from '../page/lit.js';
import {owner} from '../page/owner.js';
import {explained} from '../page/terms.js';
import {lang, sayer} from '../page/words.js';
import {button, heading} from '../widgets/forms.js';
import {brief, lines, memo, number, settled} from './format.js';
import {answerView, cardsOf, HEATS, heatOf, unclear} from './labels-answer.js';
import {APPLE, paintRow} from './painted.js';
import {activity, alert, chooser, ownHelp, sayLines, setChoice, templateChoice} from './parts.js';
import {file, isOwn, keyOf, memory, named, nameOf, once, paintable, reference, shown} from './pictures.js';
import {answered, Question, said} from './questions.js';
import {temperature} from './temperature.js';

const PICTURES = 16, DEALT = 6, LABELS = 40, SETTLED = 350;  // SETTLED: ms till a line is typed
const LEAST = 0.1, MOST = 1000;  // of the scale that the server takes
const PRESETS = ['things', 'faces', 'colours'];
const say = sayer('match');

/** @typedef {import('./pictures.js').Picture} Picture */

export class Labels {
  root = activity();
  error = '';  // of the pictures
  gone = '';
  dealt = false;
  painting = 'pizza';  // the word to paint on a picture
  acts = 0;  // how often a person has asked for other pictures
  /** @type {Promise<void> | null} */
  looked = null;

  /** @param {import('./match.js').Matcher} page @param {URLSearchParams} query */
  constructor(page, query) {
    const listed = query.get('pictures') || '', scale = Number(query.get('scale')), {own} = page;
    this.page = page;
    this.restored = Boolean(own.pictures?.length) && own.address === listed;  // and no link of somebody else's
    /** @type {Picture[]} */
    this.pictures = (this.restored && own.pictures || once(listed.split(',').map(named).filter(p => p !== null))).slice(0, PICTURES);
    this.text = lines(query.get('labels') || '').join('\n');
    this.typed = query.has('labels');
    /** @type {number | null} */
    this.scale = scale >= LEAST && scale <= MOST ? scale : null;
    this.neutral = query.get('none') === '1';
    this.heat = known(query.get('heat'), HEATS) ?? HEATS[0];
    /** @type {Question<import('./answers').Matched, Picture[]>} */
    this.question = new Question('match', () => page.models.model, () => this.draw());
    this.askSoon = settled(() => this.ask(), SETTLED);
    this.cards = memo(cardsOf);
    this.table = memo(heatOf);
  }

  async refresh() {
    this.draw();
    if (this.restored) {
      this.looked ??= this.look();
      await this.looked;
    }
    if (!this.pictures.length && !this.dealt) await this.deal();
    else this.ask();
  }

  /** Leaves out those of a person's own that are not kept any more, and says so. */
  async look() {
    const {pictures} = this;
    const isThere = (/** @type {Picture} */ p) => reach(file(p), {method: 'HEAD', cache: 'no-store'}).then(found => found.ok, () => true);
    const there = await Promise.all(pictures.map(p => !isOwn(p) || isThere(p)));
    const gone = pictures.filter((_, i) => !there[i]);
    this.pictures = this.pictures.filter(p => !gone.includes(p));  // somebody may have added some
    if (gone.length) this.gone = say('pictures_gone', {names: new Intl.ListFormat(lang()).format(gone.map(nameOf))});
  }

  /** Captions of every other picture, so that some have none that fits. */
  half() { return this.pictures.filter((_, i) => i % 2 === 0).map(p => p.caption || p.label || '').filter(Boolean); }

  /** @param {string[]} labels */
  label(labels) {
    this.text = labels.join('\n');
    this.typed = true;
  }

  /** Asks for pictures of the chosen set; what a person adds meanwhile stays. @param {number} [seed] */
  async deal(seed) {
    const act = ++this.acts, before = this.pictures, over = () => this.acts !== act;
    this.dealt = true;
    this.question.stale();
    this.draw();
    try {
      const asked = {set: this.page.sets.now(), count: DEALT, ...(seed === undefined ? {} : {seed})};
      const found = /** @type {import('./answers').Dealt} */ (await answered('deal', asked, undefined, over));
      if (over()) return;
      const added = this.pictures.filter(p => !before.includes(p));
      this.pictures = once([...added, ...found.pictures]).slice(0, PICTURES);
      if (!this.typed) this.text = [...new Set(this.half())].join('\n') || sayLines('preset_things_lines').join('\n');
      this.error = '';
    } catch (error) {
      if (over()) return;
      this.error = said(error);
    }
    this.ask();
  }

  /** A person's own pictures. The first of them take the place of those that were dealt. @param {File[]} files */
  async files(files) {
    if (!files.length) return;
    const {acts} = this, keeps = () => this.pictures.some(p => p.own) || this.acts !== acts;
    const room = PICTURES - (this.pictures.some(p => p.own) ? this.pictures.length : 0);
    const notes = files.length > room ? [say('pictures_most', {most: PICTURES})] : [];
    this.question.stale();
    this.gone = '';
    this.draw();
    try {
      const found = room ? await upload(files.slice(0, room)) : {pictures: [], notes: [], skipped: []};
      const all = [...(keeps() ? this.pictures : []), ...found.pictures], each = once(all);
      if (found.pictures.length) {
        this.pictures = each.slice(0, PICTURES);
        if (this.acts === acts) this.acts++;  // what was being dealt comes too late
        if (each.length < all.length) notes.push(say('pictures_same'));
      }
      notes.push(...found.notes, ...found.skipped);
    } catch (error) { notes.push(said(error)); }
    this.error = notes.join(' ');
    this.ask();
  }

  /** A picture of another view, to be looked at with these labels. @param {Picture} picture @param {string[]} labels */
  take(picture, labels) {
    this.pictures = [picture, ...this.pictures.filter(p => keyOf(p) !== keyOf(picture))].slice(0, PICTURES);
    this.dealt = true;
    this.acts++;
    this.label(labels);
  }

  /** Shows the first picture, or an apple, beside itself with a word on it. */
  paint() {
    const word = paintable(this.painting), bare = this.pictures.find(p => p.own && !p.word) ?? APPLE;
    if (!word) return;
    const pair = [bare, {...bare, word}], had = lines(this.text), typed = had.map(one => one.toLowerCase());
    this.pictures = once([...pair, ...this.pictures]).slice(0, PICTURES);
    this.acts++;
    this.dealt = true;
    const more = [word, ...(bare === APPLE ? [say('painted_apple')] : [])].filter(one => !typed.includes(one.toLowerCase()));
    this.label([...more, ...had].slice(0, LABELS));
    this.ask();
  }

  /** @param {Picture} picture @param {number} at */
  remove(picture, at) {
    this.pictures = this.pictures.filter(p => p !== picture);
    this.ask();
    const rest = /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll('.match-pictures button'));
    rest[Math.min(at, rest.length - 1)]?.focus();
  }

  ask() {
    const {page, pictures, scale, neutral, question} = this, texts = lines(this.text).slice(0, LABELS);
    page.remember();
    if (!pictures.length) question.idle(say('no_pictures'));
    else if (!texts.length) question.idle(say('no_labels'));
    else question.ask({pictures: pictures.map(reference), texts, template: page.template, scale, neutral}, pictures);
    this.draw();
  }

  /** @param {Partial<Labels>} values what a person chose */
  choose(values) {
    Object.assign(this, values);
    this.ask();
  }

  draw() {
    render(html`${heading(say('words_title'), say('words_help'))}
      <div class="match-columns"><div class="match-left">${this.drawPictures()}${this.drawLabels()}</div>
        <div class="match-right">${this.drawSettings()}${this.drawAnswer()}</div></div>`, this.root);
  }

  drawPictures() {
    const {page, pictures} = this, {kind = ''} = page.models.find(page.models.model) ?? {};
    const gamble = pictures.some(isOwn) && ['shipped', 'run'].includes(kind);
    const choose = (/** @type {string} */ set) => { page.sets.choose(set); this.deal(); };
    return html`<h4>${say('pictures')}</h4><div class="match-pictures">${repeat(pictures, keyOf, (p, i) => html`<div class="match-chosen"
        title=${nameOf(p)}>${shown(p)}<button type="button" class="remove" aria-label=${say('remove', {name: nameOf(p)})}
        @click=${() => this.remove(p, i)}>×</button></div>`)}</div>
      <div class="reconstruct-row">${chooser(say('choose_pictures'), 'match-own', files => this.files(files))}</div>
      <p class="hint">${ownHelp('pictures_help')}</p>${alert(this.error)}
      <p class="hint match-note">${this.gone}</p><p class="hint match-note match-gamble">${gamble ? say(`gamble_${kind}`) : ''}</p>
      <div class="reconstruct-row bottom">${setChoice(page.sets.list(), page.sets.now(), 'match-deal-set', choose)}${
        button(say('deal'), () => this.deal(Math.floor(Math.random() * 1e6)))}</div>
      ${paintRow(this.painting, word => { this.painting = word; this.draw(); }, () => this.paint())}`;
  }

  drawLabels() {
    const {page, question: {answer, ready}} = this, strange = answer?.found.unknown ?? [], many = lines(this.text).length > LABELS;
    const typed = (/** @type {Event} */ {target}) => {
      this.label([/** @type {HTMLTextAreaElement} */ (target).value]);
      this.question.stale();
      this.draw();
      this.askSoon();
    };
    const preset = (/** @type {string} */ name, /** @type {() => string[]} */ labels, hidden = false) => html`<button type="button"
      class="small" ?hidden=${hidden} @click=${() => { this.label(labels()); this.ask(); }}>${name}</button>`;
    const notes = answer ? unclear(answer.found, Boolean(page.models.about?.multilingual)) : '';
    return html`<h4><label for="match-labels">${say('labels')}</label></h4><textarea rows="7" id="match-labels" spellcheck="false"
        placeholder=${say('labels_help')} .value=${live(this.text)} @input=${typed}></textarea>
      <p class="hint match-note match-many">${many ? say('texts_most', {most: number(LABELS)}) : ''}</p>
      <p class="hint match-note match-unknown" data-count=${strange.length}>${notes}</p>
      <div class="reconstruct-row">${preset(say('labels_captions'), () => this.half(), !this.half().length)}${
        PRESETS.map(name => preset(say(`preset_${name}`), () => sayLines(`preset_${name}_lines`)))}</div>
      ${templateChoice(page.template, template => { page.template = template; this.ask(); })}
      <p class="hint match-read">${answer && ready ? readAs(answer.found) : ''}</p>`;
  }

  drawSettings() {
    const {scale, page: {models: {about}}} = this, own = about ? about.scale || 1 : null;
    const check = (/** @type {Event} */ {target}) => this.choose({neutral: /** @type {HTMLInputElement} */ (target).checked});
    return html`<div class="reconstruct-row">${temperature(scale, own, value => this.choose({scale: value}))}${
        button(say('temperature_reset'), () => this.choose({scale: null}), 'small', scale === null)}<label class="check"><input
        type="checkbox" id="match-none" .checked=${live(this.neutral)} @change=${check}><span>${say('none')}</span></label></div>
      <p class="hint match-softened">${
        own ? explained(say('softened', {scale: brief(scale ?? own), own: brief(own)})) : ''}</p>`;
  }

  drawAnswer() {
    return this.question.draw(({found, about: pictures}) => answerView({
      found, pictures, heat: this.heat, cards: this.cards(found, pictures), table: this.table(found, pictures, this.heat),
      choose: heat => { this.heat = heat; this.draw(); this.page.remember(); },
    }));
  }

  state() {
    const {page, scale, neutral, heat} = this;
    return {
      pictures: this.pictures.filter(p => !isOwn(p)).map(keyOf).join(','), labels: lines(this.text).join('\n'),
      template: page.template === 'none' ? null : page.template, scale, none: neutral ? 1 : null, heat: heat === HEATS[0] ? null : heat,
    };
  }

  mine() { return {pictures: this.pictures.some(isOwn) ? this.pictures.map(memory) : [], address: this.state().pictures}; }
}

/** @param {File[]} files @returns {Promise<import('./answers').OwnPictures>} */
export async function upload(files) {
  const form = new FormData();
  form.append('secret', owner());
  for (const file of files) form.append('images', file, file.name);
  return post('pictures', form);
}

/** What was read for the first label. @param {import('./answers').Matched} found */
function readAs({texts, read}) {
  const sentences = read[0].map(text => say('quoted', {text})).join(' · ');
  return say(read[0].length > 1 ? 'read_several' : 'read_one', {text: texts[0], number: read[0].length, read: sentences});
}
