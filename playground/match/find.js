// "Find": the pictures of a set that a text, or another picture, fits best.
import {html, live, nothing, render, repeat} from '../page/lit.js';
import {sayer, uploads} from '../page/words.js';
import {PICTURES} from '../widgets/drop.js';
import {button, heading} from '../widgets/forms.js';
import {asCosine, memo, number, settled} from './format.js';
import {upload} from './labels.js';
import {activity, alert, chooser, cutNotes, ownHelp, sayLines, setChoice, templateChoice, understood} from './parts.js';
import {isOwn, keyOf, memory, named, nameOf, reference, shown} from './pictures.js';
import {Question, said} from './questions.js';
import {Texts} from './texts.js';

const HITS = 36, SETTLED = 350;  // SETTLED: ms till a text is typed
const say = sayer('match');

/** @typedef {import('./pictures.js').Picture} Picture */

export class Find {
  root = activity();
  error = '';  // of pictures and sets

  /** @param {import('./match.js').Matcher} page @param {URLSearchParams} query */
  constructor(page, query) {
    this.page = page;
    const like = named(query.get('like') || '') ?? (!query.get('query') && page.own.like || null);
    /** What a person looks for: a text, or pictures like another one. @type {{text: string, like: Picture | null}} */
    this.query = {text: query.get('query') ?? say('find_default'), like};
    /** @type {Question<import('./answers').Found, null>} */
    this.question = new Question('find', () => page.models.model, () => this.draw());
    this.texts = new Texts(page, () => this.draw());
    this.askSoon = settled(() => this.ask(), SETTLED);
    this.hits = memo(hitsOf);
  }

  refresh() { this.ask(); }

  /** One picture is a question, a zip or several are a set. @param {File[]} files */
  files(files) {
    if (files.length === 1 && !/\.zip$/i.test(files[0].name)) this.picture(files[0]);
    else this.set(files);
  }

  /** @param {File[]} files */
  async set(files) {
    const {query} = this;
    const found = await this.page.upload(files, error => { this.error = error; this.draw(); });
    if (found?.chosen && this.query === query) this.query = {...query, like: null};  // or another is looked for by now
    if (found) this.ask();
  }

  /** A person's own picture to find others like it. @param {File | undefined} file */
  async picture(file) {
    if (!file) return;
    const {query} = this;
    this.question.stale();
    this.draw();
    try {
      const found = await upload([file]);
      this.error = [...found.notes, ...found.skipped].join(' ');
      if (found.pictures.length && this.query === query) this.query = {...query, like: found.pictures[0]};
    } catch (error) { this.error = said(error); }
    this.ask();
  }

  /** @param {Partial<{text: string, like: Picture | null}>} query */
  look(query) {
    this.query = {...this.query, like: null, ...query};
    this.ask();
  }

  ask() {
    const {page, question, query: {like}} = this, text = this.query.text.trim();
    page.remember();
    this.texts.ask(like);
    if (!like && !text) question.idle(say('no_query'));
    else question.ask({set: page.sets.now(), template: page.template, count: HITS, ...(like ? {picture: reference(like)} : {text})}, null);
    this.draw();
  }

  draw() {
    const hits = this.question.draw(({found, body}) => this.drawHits(found, body.set));
    render(html`${heading(say('find_title'), say('find_help'))}
      <div class="match-columns"><div class="match-left">${this.drawSet()}${this.drawQuery()}</div>
        <div class="match-right">${hits}${this.texts.draw()}</div></div>`, this.root);
  }

  drawSet() {
    const {sets} = this.page, set = (/** @type {File[]} */ files) => this.set(files);
    return html`${setChoice(sets.list(), sets.now(), 'match-set', chosen => { sets.choose(chosen); this.ask(); })}
      <div class="reconstruct-row">${chooser(say('own_set'), 'match-own-set', set, {accept: `${PICTURES},.zip`})}${
        chooser(say('own_folder'), 'match-own-folder', set, {folder: true})}</div>
      ${understood(sets)}<p class="hint">${ownHelp('own_set_help')}</p>${alert(this.error)}`;
  }

  drawQuery() {
    const {page, query: {text, like}} = this;
    const typed = (/** @type {Event} */ {target}) => {
      this.query = {text: /** @type {HTMLInputElement} */ (target).value, like: null};
      this.question.stale();
      this.draw();
      this.askSoon();
    };
    const back = () => {
      this.look({});
      /** @type {HTMLElement | null} */ (this.root.querySelector('#match-query'))?.focus();
    };
    return html`<h4><label for="match-query">${say('find_words')}</label></h4>
      <input type="search" id="match-query" placeholder=${say('find_placeholder')} .value=${live(text)} @input=${typed}>
      <div class="reconstruct-row">${sayLines('find_examples').map(one => button(one, () => this.look({text: one})))}</div>
      ${templateChoice(page.template, template => { page.template = template; this.ask(); })}
      <h4>${say('find_like')}</h4>
      <div class="match-like">${like ? html`<div class="match-chosen">${shown(like)}<button type="button" class="remove"
        aria-label=${say('remove', {name: nameOf(like)})} @click=${back}>×</button></div><b>${nameOf(like)}</b>`
        : html`<p class="hint">${say(uploads() ? 'find_like_help' : 'find_like_click')}</p>`}</div>
      <div class="reconstruct-row">${chooser(say('find_own'), 'match-like', files => this.picture(files[0]), {multiple: false})}</div>`;
  }

  /** @param {import('./answers').Found} found @param {string} set */
  drawHits(found, set) {
    const seconds = found.seconds.toFixed(found.seconds < 0.1 ? 3 : 1), how = say(`how_${found.how}`);
    return html`<p class="hint" role="status">${say('found_in', {shown: found.hits.length, of: number(found.of), seconds, how})}</p>
      <p class="hint match-note match-cut">${cutNotes(found.cut)}</p>
      <div class="match-hits">${repeat(this.hits(found, set), ({picture}) => keyOf(picture), hit => this.drawHit(hit))}</div>`;
  }

  /** @param {{picture: Picture, title: string, cosine: string}} hit */
  drawHit({picture, title, cosine}) {
    const name = nameOf(picture);
    return html`<button type="button" class="match-hit" title=${title} aria-label=${say('hit', {name: title || name, cosine})}
      data-index=${picture.index ?? nothing} data-name=${picture.name ?? ''} data-caption=${picture.caption ?? ''}
      @click=${() => this.look({like: picture})}>${shown(picture)}<span>${name}</span><small>${cosine}</small></button>`;
  }

  state() {
    const {page, query: {text, like}} = this;
    return {
      set: page.sets.now(), query: like ? null : text.trim(), like: like && !isOwn(like) ? keyOf(like) : null,
      template: page.template === 'none' ? null : page.template,
    };
  }

  mine() {
    const {like} = this.query;
    return {like: like && isOwn(like) ? memory(like) : null};
  }
}

/** @param {import('./answers').Found} found @param {string} set */
const hitsOf = ({hits}, set) => hits.map(hit => ({
  /** @type {Picture} */
  picture: {set, ...hit}, title: [hit.name, hit.caption, hit.label].filter(Boolean).join(' · '), cosine: asCosine(hit.cosine),
}));
