// The model that compares pictures with texts: what can be chosen, and what is known of the one that is loaded.
import {html, nothing} from '../page/lit.js';
import {sayer} from '../page/words.js';
import {button, choices} from '../widgets/forms.js';
import {brief, number} from './format.js';
import {alert, field} from './parts.js';
import {answered, REST, said, statusLine, working} from './questions.js';

const say = sayer('match');
const KINDS = ['shipped', 'run', 'known', 'typed'];

/** @typedef {import('./answers').About} About */
/** @typedef {{id: string, kind: string, title: string} & Partial<Omit<import('./answers').Model, 'kind'>>} Model */

/** @param {{size?: string, licence?: string, speed?: string}} of */
const facts = ({size, licence, speed}) => [size, licence, speed && say(`speed_${speed}`)];

/** @param {number} count */
const millions = count => count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : number(count);

export class Models {
  /** @type {Model[]} */
  listed = [];
  local = false;  // whether paths of this machine may be named
  other = '';  // what a person typed
  /** @type {string | null} */
  wanted = null;  // what a person asked for and has not got yet
  /** @type {string | null} */
  model = null;
  /** @type {About | null} */
  about = null;
  status = working(say('loading'));
  error = '';
  ready = false;
  acts = 0;  // how often a model was asked for

  /** @param {() => void} changed @param {() => void} loaded another model is there */
  constructor(changed, loaded) {
    this.changed = changed;
    this.loaded = loaded;
  }

  /** The one that is there without being chosen. */
  get first() { return this.listed[0]?.id ?? null; }

  /** All that can be chosen, also what was typed. @returns {Model[]} */
  all() {
    const {listed, model, about} = this;
    return !model || listed.some(one => one.id === model) ? listed : [...listed, {id: model, kind: 'typed', title: about?.title || model}];
  }

  /** @param {string | null} id */
  find(id) { return this.all().find(one => one.id === id); }

  /**
   * Loads a model; where it cannot be had, the present one stays.
   * @param {string} wanted @param {string} [error] why it is not another one @returns {Promise<void>}
   */
  async load(wanted, error = '') {
    const act = ++this.acts, over = () => this.acts !== act;
    Object.assign(this, {wanted, error, ready: false, status: working(say('loading'))});
    this.changed();
    try {
      const {about} = await answered('load', {model: wanted}, (words, progress) => {
        if (over()) return;
        this.status = working(words, progress);
        this.changed();
      }, over);
      if (over()) return;
      Object.assign(this, {model: wanted, about});
      this.loaded();
    } catch (error) {
      if (over()) return;
      if (!this.model && this.first && wanted !== this.first) return this.load(this.first, said(error));
      this.error = said(error);
    }
    Object.assign(this, {wanted: null, ready: true, status: REST});
    this.changed();
  }

  /** @param {unknown} error */
  failed(error) {
    Object.assign(this, {error: said(error), status: REST});
    this.changed();
  }

  loadOther() { if (this.other.trim()) this.load(this.other.trim()); }

  /** @param {boolean} uploading whether pictures are being taken in */
  draw(uploading) {
    const {other, ready, error, status} = this, chosen = (this.find(this.wanted) ? this.wanted : this.model) ?? this.first;
    const all = this.all(), groups = KINDS.map(kind => ({kind, models: all.filter(one => one.kind === kind)}));
    const name = (/** @type {Model} */ m) => [m.title, ...(m.kind === 'known' ? facts(m) : [])].filter(Boolean).join(' · ');
    return html`<div class="match-model" data-ready=${ready ? '1' : ''}>
      <div class="reconstruct-row bottom">${field(say('model'), html`<select id="match-model"
          @change=${(/** @type {Event} */ {target}) => this.load(/** @type {HTMLSelectElement} */ (target).value)}>${
          groups.filter(({models}) => models.length).map(({kind, models}) => html`<optgroup label=${say(`models_${kind}`)}>${
          choices(models.map(m => [m.id, name(m)]), chosen)}</optgroup>`)}</select>`)}
        <label class="field grow"><span>${say(this.local ? 'other_model_local' : 'other_model')}</span><input id="match-other" type="text"
          spellcheck="false" autocomplete="off" placeholder="ViT-B-32/laion2b_s34b_b79k" .value=${other}
          @input=${(/** @type {Event} */ {target}) => { this.other = /** @type {HTMLInputElement} */ (target).value; }}
          @keydown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter') this.loadOther(); }}></label>${
        button(say('load'), () => this.loadOther())}</div>
      <p class="hint match-about">${this.describe()}</p>${
      statusLine(uploading && !status.on ? working(say('uploading')) : status)}${alert(error)}</div>`;
  }

  /** What is known of the model that is asked for, else of the present one. */
  describe() {
    const wanted = this.find(this.wanted), {about} = this;
    if (wanted?.size) return line(wanted, facts(wanted));
    const model = this.find(this.model);
    if (!model || !about) return nothing;
    const size = model.size || (about.bytes ? `${number(Math.round(about.bytes / 1e6))} MB` : '');
    return line(model, [
      ...facts({...model, size, licence: model.licence || about.licence}),
      say('about', {size: about.size, dimensions: about.dimensions, parameters: millions(about.parameters), scale: brief(about.scale)}),
      say(about.multilingual ? 'multilingual' : 'english'),
    ]);
  }
}

/** @param {{note?: string}} model @param {(string | undefined)[]} facts */
const line = ({note}, facts) => html`${note ? html`<span>${note} </span>` : nothing}${facts.filter(Boolean).join(' · ')}`;
