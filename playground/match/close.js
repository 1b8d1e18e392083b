// "Look closely": one picture by one model or two, and where in it a word is.
import {known} from '../page/address.js';
import {html, live, render, repeat} from '../page/lit.js';
import {sayer} from '../page/words.js';
import {cosineColour} from '../widgets/cosine.js';
import {heading, select} from '../widgets/forms.js';
import {shareBar} from '../widgets/share-bar.js';
import {alone, asCosine, lines, settled, share} from './format.js';
import {activity, cutNotes, field, templateChoice} from './parts.js';
import {isOwn, keyOf, nameOf, reference, shown} from './pictures.js';
import {Question} from './questions.js';

const SETTLED = 350, LABELS = 40, BARS = 8;  // SETTLED: ms till a word is typed
const STRONGEST = 0.8;  // of a colour over a picture
const say = sayer('match');

/** @typedef {import('./pictures.js').Picture} Picture */
/** @typedef {import('./answers').Matched} Matched */
/** @typedef {import('./answers').Place} Place */

/** What one model says of the picture. */
class Side {
  /** @param {() => string | null} model @param {() => void} changed */
  constructor(model, changed) {
    /** @type {Question<Matched, null>} */
    this.labels = new Question('match', model, changed);
    /** @type {Question<Place, Picture>} */
    this.place = new Question('place', model, changed);
  }
}

export class Close {
  root = activity();

  /** @param {import('./match.js').Matcher} page @param {URLSearchParams} query */
  constructor(page, query) {
    this.page = page;
    this.words = page.words();
    this.look = query.get('look') ?? '';
    this.word = query.get('word') ?? '';
    this.second = query.get('model2') ?? '';
    const changed = () => this.draw();
    this.sides = [new Side(() => page.models.model, changed), new Side(() => this.second, changed)];
    this.askSoon = settled(() => this.ask(), SETTLED);
  }

  /** The picture that is looked at: the one that was chosen, else the first. */
  get picture() { return this.words.pictures.find(p => keyOf(p) === this.look) ?? this.words.pictures[0]; }

  get texts() { return lines(this.words.text).slice(0, LABELS); }

  async refresh() {
    this.draw();
    if (!this.words.pictures.length) await this.words.refresh();
    this.ask();
  }

  ask() {
    const {page, picture, texts} = this, word = this.word.trim() || texts[0] || '';
    page.remember();
    for (const [i, {labels, place}] of this.sides.entries()) {
      if (i && !this.second) { labels.idle(''); place.idle(''); continue; }
      if (!picture || !word) { labels.idle(say(picture ? 'no_labels' : 'no_pictures')); place.idle(''); continue; }
      labels.ask({pictures: [reference(picture)], texts, template: page.template}, null);
      place.ask({picture: reference(picture), text: word, template: page.template}, picture);
    }
    this.draw();
  }

  /** @param {Partial<Close>} values what a person chose */
  choose(values) {
    Object.assign(this, values);
    this.ask();
  }

  /** @param {File[]} files */
  async files(files) {
    const {look} = this;
    await this.words.files(files);
    if (this.look === look) this.look = '';  // or another was chosen since
    this.ask();
  }

  draw() {
    const {page, words, picture, texts, second} = this;
    const typed = (/** @type {Event} */ {target}) => {
      this.word = /** @type {HTMLInputElement} */ (target).value;
      for (const side of this.sides) side.place.stale();
      this.draw();
      this.askSoon();
    };
    const others = page.models.all().filter(one => one.id !== page.models.model);
    /** @type {[string, string][]} */
    const models = [['', say('second_none')], ...others.map(({id, title}) => /** @type {[string, string]} */ ([id, title]))];
    const chosen = known(second, models.map(([id]) => id)) ?? '';
    render(html`${heading(say('close_title'), say('close_help'))}
      <div class="match-columns"><div class="match-left"><h4>${say('pictures')}</h4>
        <div class="match-pictures">${repeat(words.pictures, keyOf, p => html`<button type="button" class="match-choice"
          title=${nameOf(p)} aria-pressed=${p === picture} @click=${() => this.choose({look: keyOf(p)})}>${shown(p)}</button>`)}</div>
        <p class="hint">${say('close_pictures')}</p>
        <h4><label for="match-look-word">${say('close_word')}</label></h4>
        <input id="match-look-word" type="text" spellcheck="false" autocomplete="off" placeholder=${texts[0] ?? ''}
          .value=${live(this.word)} @input=${typed}>
        <div class="reconstruct-row">${texts.slice(0, BARS).map(text => html`<button type="button" class="small"
          @click=${() => this.choose({word: text})}>${text}</button>`)}</div>
        ${templateChoice(page.template, template => { page.template = template; this.ask(); })}
        ${field(say('second'), select(models, chosen, id => this.choose({second: id}), {id: 'match-second'}))}
        <p class="hint">${say('second_help')}</p></div>
      <div class="match-right match-panes" data-sides=${second ? 2 : 1}>${this.sides.slice(0, second ? 2 : 1).map((side, i) =>
        this.drawSide(side, i))}</div></div>`, this.root);
  }

  /** @param {Side} side @param {number} at */
  drawSide({labels, place}, at) {
    const {page} = this, id = at ? this.second : page.models.model;
    return html`<section class="match-pane" data-side=${at}><h4>${page.models.find(id)?.title ?? id ?? ''}</h4>
      ${labels.draw(({found}) => drawShares(found))}
      ${place.draw(({found, body, about}) => drawPlace(found, body.text, about))}</section>`;
  }

  state() {
    const {picture, word, second} = this;
    return {look: picture && !isOwn(picture) && this.look ? keyOf(picture) : null, word: word || null, model2: second || null};
  }
}

/** The shares of the labels, the largest first. @param {Matched} found */
function drawShares({texts, to_text: [row], each, cosines: [cosines]}) {
  const order = texts.map((_, j) => j).sort((a, b) => row[b] - row[a]).slice(0, BARS);
  const told = (/** @type {number} */ j) => each ? say('share_alone', {share: share(row[j]), alone: alone(each[0][j])})
    : say('share_cosine', {share: share(row[j]), cosine: asCosine(cosines[j])});
  return html`<div class="match-texts">${order.map(j => shareBar({name: texts[j], value: row[j], text: told(j)}))}</div>
    <p class="hint">${say(each ? 'warning_each' : 'close_warning')}</p>`;
}

/** Where the word is: by hiding windows, and by patches. @param {Place} found @param {string} word @param {Picture} picture */
function drawPlace({cosine, drop, window: side, patches, cut}, word, picture) {
  const rows = drop.length, inset = (side - (1 - side) / (rows - 1)) / 2, most = Math.max(...drop.flat());
  const low = patches ? Math.min(...patches.flat()) : 0, high = patches ? Math.max(...patches.flat()) : 0;
  const largest = Math.max(...drop.flat().map(Math.abs), 1e-9);
  return html`<h4>${say('place_drop', {word})}</h4>
    ${over(picture, drop, inset, v => v / largest, v => say('place_cell', {drop: asCosine(v)}))}
    <p class="hint match-place-told">${say('place_told', {cosine: asCosine(cosine), most: asCosine(most)})}</p>
    ${patches ? html`<h4>${say('place_patches')}</h4>
      ${over(picture, patches, 0, v => (v - low) / Math.max(high - low, 1e-9), v => say('cosine_is', {cosine: asCosine(v)}))}
      <p class="hint">${say('place_patches_told', {low: asCosine(low), high: asCosine(high)})}</p>`
    : html`<p class="hint match-no-patches">${say('place_no_patches')}</p>`}
    <p class="hint match-note">${cutNotes(cut)}</p>`;
}

/**
 * A picture below a grid of colours.
 * @param {Picture} picture @param {number[][]} values rows from the top @param {number} inset share of a side around the grid
 * @param {(value: number) => number} strength @param {(value: number) => string} sentence
 */
const over = (picture, values, inset, strength, sentence) => html`<div class="match-place">${shown(picture)}<div class="match-place-grid"
  style=${`inset: ${100 * inset}%; grid-template-columns: repeat(${values[0].length}, 1fr)`}>${values.flat().map(v => html`<i
  title=${sentence(v)} data-value=${v.toFixed(4)} style=${`background: ${cosineColour(STRONGEST * strength(v))}`}></i>`)}</div></div>`;
