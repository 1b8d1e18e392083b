// The Match tab: words with pictures, by any model that compares them.
import {known, query, remember} from '../page/address.js';
import {get} from '../page/ask.js';
import {html, render} from '../page/lit.js';
import {playground} from '../page/playground.js';
import {visited} from '../page/tabs.js';
import {sayer, words} from '../page/words.js';
import {dropping, pictures} from '../widgets/drop.js';
import {choice} from '../widgets/forms.js';
import {Close} from './close.js';
import {Find} from './find.js';
import {Labels} from './labels.js';
import {Learning} from './learning.js';
import {Models} from './models.js';
import {TEMPLATES} from './parts.js';
import {said} from './questions.js';
import {Sets} from './sets.js';
import {ZeroShot} from './zero-shot.js';

const MEMORY = 'playground-match';  // where a browser's tab keeps what is a person's own
const VIEWS = {words: Labels, close: Close, find: Find, test: ZeroShot, lesson: Learning};
const say = sayer('match');

/** @typedef {import('./pictures.js').Picture} Picture */
/** @typedef {{pictures?: Picture[], address?: string, like?: Picture | null, sets?: import('./answers').CountedSet[]}} Memory */
/**
 * @typedef {object} View one of the things that can be done here
 * @property {HTMLElement} root
 * @property {() => void} refresh it is shown, or another model is there
 * @property {() => void} draw
 * @property {() => Record<string, unknown>} state for the address
 * @property {() => Memory} [mine] for this browser's tab alone
 * @property {(files: File[]) => void} [files]
 * @property {() => void} [end] it is given up for another one
 */

/** @returns {Memory} */
function memory() {
  try { return JSON.parse(sessionStorage.getItem(MEMORY) ?? '{}') || {}; } catch { return {}; }  // a browser that keeps nothing
}

export class Matcher {
  own = memory();
  /** @type {Record<string, View>} */
  views = {};
  opening = false;
  uploads = 0;  // under way

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.query = new URLSearchParams(query);  // as it was: each view reads its own part when it is first shown
    this.doing = known(this.query.get('match'), Object.keys(VIEWS)) ?? 'words';
    this.template = known(this.query.get('template'), TEMPLATES) ?? 'none';
    this.sets = new Sets(this.query.get('set') || '', this.own.sets ?? []);
    this.models = new Models(() => this.draw(), () => this.refresh());
    const {over, drop} = dropping(files => { if (files.length) this.activity.files?.(files); });
    root.addEventListener('dragover', over);
    root.addEventListener('drop', drop);
    document.addEventListener('paste', event => this.paste(event));
    new IntersectionObserver(seen => { if (seen.some(one => one.isIntersecting)) this.opened(); }).observe(root);
    this.turnTo(this.doing);
  }

  get activity() {
    this.views[this.doing] ??= new VIEWS[/** @type {keyof typeof VIEWS} */ (this.doing)](this, this.query);
    return this.views[this.doing];
  }

  /** The view of pictures and labels, which others look at too. */
  words() {
    this.views.words ??= new Labels(this, this.query);
    return /** @type {Labels} */ (this.views.words);
  }

  visible() { return this.root.offsetParent !== null && !document.hidden; }

  /** Pictures that no field wants. @param {ClipboardEvent} event */
  paste(event) {
    const files = this.visible() && this.activity.files ? pictures(event) : [];
    if (!files.length) return;
    event.preventDefault();
    this.activity.files?.(files);
  }

  /** @param {string} doing */
  turnTo(doing) {
    this.doing = doing;
    this.draw();
    if (this.ready) {
      this.activity.refresh();
      this.opened();  // a run that was just trained is a model
    } else this.activity.draw();
  }

  /** The address wants another model, or another view. */
  follow() {
    this.query = new URLSearchParams(query);
    const doing = known(query.get('match'), Object.keys(VIEWS)) ?? 'words', model = query.get('model') || this.models.first;
    for (const view of Object.values(this.views)) view.end?.();
    this.views = {};
    this.turnTo(doing);
    if (this.ready && model && model !== this.models.model) this.models.load(model);
  }

  get ready() { return this.sets.built.length > 0; }  // what cannot be asked without a model waits for it

  /** Another model is there. */
  refresh() {
    this.draw();
    if (this.ready) this.activity.refresh();
    this.remember();
  }

  async opened() {
    if (this.opening) return;
    this.opening = true;
    try {
      const also = [this.query.get('run'), playground.run?.()].filter(Boolean).join(',');
      const found = /** @type {import('./answers').Models} */ (await get('models', {also})), first = !this.ready, {models} = this;
      Object.assign(models, {listed: found.models, local: found.local});
      this.sets.built = found.sets;
      this.draw();
      if (first || this.doing === 'lesson') this.activity.refresh();
      if (!models.model && !models.wanted) await models.load(this.query.get('model') || found.models[0].id);  // or somebody was faster
      else this.remember();
    } catch (error) { this.models.failed(error); } finally { this.opening = false; }
  }

  /**
   * A person's own set, which is chosen then but where another was since.
   * @param {File[]} files @param {(error: string) => void} tell what went wrong
   */
  async upload(files, tell) {
    if (!files.length) return null;
    this.uploads++;
    tell('');
    this.draw();
    try {
      const found = await this.sets.add(files);
      this.keep({sets: this.sets.own});
      tell(found.skipped.join(' '));
      return found;
    } catch (error) {
      tell(said(error));
      return null;
    } finally {
      this.uploads--;
      this.draw();
    }
  }

  /** A picture of a set, to be looked at with these labels. @param {Picture} picture @param {string[]} labels */
  take(picture, labels) {
    this.words().take(picture, labels);
    this.turnTo('words');
    this.root.scrollIntoView({block: 'start'});
  }

  draw() {
    const {root, models, doing} = this;
    root.dataset.activity = doing;
    if (models.model) root.dataset.model = models.model;
    /** @type {[string, string][]} */
    const views = Object.keys(VIEWS).map(name => [name, say(`do_${name}`)]);
    render(html`${models.draw(this.uploads > 0)}${choice(views, doing, name => this.turnTo(name), undefined, {cls: 'match-doing'})}<div
      class="stage">${this.activity.root}</div>`, root);
  }

  remember() {
    const {models: {model, first}, doing, activity} = this;
    if (!model || !this.visible()) return;
    const none = Object.fromEntries((words().keys?.match ?? []).map((/** @type {string} */ key) => [key, null]));
    remember({...none, tab: 'match', model: model === first ? null : model, match: doing === 'words' ? null : doing, ...activity.state()});
    this.keep(activity.mine?.() ?? {});
  }

  /** In this browser's tab, over a reload and another language. @param {Memory} values */
  keep(values) {
    Object.assign(this.own, values);
    try { sessionStorage.setItem(MEMORY, JSON.stringify(this.own)); } catch { /* for as long as the page is open */ }
  }
}

/** @param {HTMLElement} element */
export function open(element) {
  const matcher = new Matcher(/** @type {HTMLElement} */ (element.querySelector('.match')));
  playground.matcher = matcher;
  visited('match', () => matcher.follow());
}
