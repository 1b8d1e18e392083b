// A lesson: a panel beside the page that leads through its tabs. Each step is a place of the page, of which a part is lit, and may ask
// for a prediction first; the server judges it by the numbers of runs. How far a person is, is in the address and in the browser.
import {query, remember} from '../page/address.js';
import {get, path, post, sentence} from '../page/ask.js';
import {render} from '../page/lit.js';
import {keepProgress, owner, progress} from '../page/owner.js';
import {playground} from '../page/playground.js';
import {visit} from '../page/tabs.js';
import {filled} from '../page/words.js';
import {Light} from './light.js';
import {view} from './view.js';

/**
 * @typedef {import('./answers').Lesson} Lesson
 * @typedef {import('./answers').Verdict} Verdict
 * @typedef {{said: string, own?: string, right?: boolean}} Told an answer; own: the run that judges it, '' for the one that ships
 * @typedef {{at: number, told: Record<number, Told>, done?: boolean}} Progress at: the step, from 1
 */

const EVERY = 1500;  // ms between looks at a run that trains

export class Lessons {
  lesson = /** @type {Lesson | null} */ (null);
  at = 1;
  told = /** @type {Record<number, Told>} */ ({});
  verdicts = /** @type {Record<number, Verdict>} */ ({});
  draft = '';  // the answer that is about to be given
  folded = false;
  busy = false;
  problem = '';
  refused = '';  // why another lesson did not open
  opening = '';
  timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  root = document.createElement('aside');
  light = new Light();

  constructor() {
    this.root.className = 'lesson';
    document.addEventListener('pick', event => this.picked(/** @type {CustomEvent<number>} */ (event)));
    addEventListener('popstate', () => this.back());
    this.root.addEventListener('keydown', event => { if (event.key === 'Escape') this.fold(!this.folded); });
  }

  get step() { return this.lesson?.parts[this.at - 1] ?? null; }
  get verdict() { return this.verdicts[this.at]; }
  /** Where on the page the step is: where its answer is seen, once that is known. */
  get place() { return (this.verdict?.state === 'judged' && this.step?.question?.seen) || this.step?.place; }
  get last() { return this.at === this.lesson?.parts.length; }
  /** Whether a prediction has still to be made, or judged. */
  get waits() { return Boolean(this.step?.question) && this.verdict?.state !== 'judged' && !this.problem; }

  /** What a person has still to do before the next step, as a key of the words; '' for nothing. */
  get missing() {
    const told = this.told[this.at];
    return !this.waits ? '' : !told ? 'first' : this.step?.question?.train && told.own === undefined ? 'how' : '';
  }

  /** @param {string} key @param {Record<string, unknown>} [values] */
  say = (key, values) => filled(this.lesson?.words[key] ?? key, values);

  /** Opens a lesson, where one has left it or at a step. @param {string} name @param {number} [at] @param {boolean} [entry] */
  async open(name, at, entry = true) {
    this.opening = name;
    try {
      const lesson = await get(path`lessons/${name}`);
      if (this.opening !== name) return;  // another one meanwhile
      const {[name]: before} = progress(), fresh = before?.done && !at;
      Object.assign(this, {lesson, told: fresh ? {} : before?.told ?? {}, verdicts: {}, folded: false});
      this.go(at || (fresh ? 1 : before?.at) || 1, entry);
    } catch (error) {
      if (this.opening !== name) return;
      Object.assign(this, {refused: sentence(error), folded: false});
      this.appear(this.lesson?.name ?? 'none');
    }
  }

  /** Shows a step. @param {number} at @param {boolean} [entry] Back leads to the one before @param {boolean} [drive] */
  go(at, entry = true, drive = true) {
    const {lesson} = this;
    if (!lesson) return;
    clearTimeout(this.timer);
    this.at = Math.max(1, Math.min(at, lesson.parts.length));
    Object.assign(this, {draft: this.told[this.at]?.said ?? '', problem: '', refused: '', busy: false});
    this.keep();
    this.show(entry, drive);
    this.appear(lesson.name);
    this.root.querySelector('.lesson-body')?.scrollTo(0, 0);
    /** @type {HTMLElement | null} */ (this.root.querySelector('h2'))?.focus({preventScroll: true});
    if (this.step?.question && this.told[this.at] && !this.verdict) this.judge();
  }

  /** The panel is on the page, and the page makes room for it. @param {string} name */
  appear(name) {
    if (!this.root.isConnected) document.body.prepend(this.root);
    document.body.dataset.lesson = name;
    this.draw();
  }

  /** The place of the step: of its answer, where that is known. @param {boolean} [entry] @param {boolean} [drive] */
  show(entry = false, drive = true) {
    const {step, lesson, verdict, place} = this;
    if (!step || !lesson || !place) return;
    const own = verdict?.run || this.told[this.at]?.own;
    const view = Object.fromEntries(Object.entries(place.view).map(([key, value]) => [
      key, value.split(',').map(one => one === 'own' ? own || step.question?.train?.shipped || '' : one).join(',')]));
    const also = {lesson: lesson.name, part: this.at};
    if (drive) visit(place.tab, view, also, entry);
    else remember(also);
    this.light.turn(place.lit);
  }

  /** Back, or Forward: to another step, to another lesson, or out of it. */
  back() {
    const name = query.get('lesson') ?? '', at = Number(query.get('part')) || 1;
    if (!name) this.leave(false);
    else if (name !== this.lesson?.name) this.open(name, at, false);
    else if (at !== this.at) this.go(at, false);
  }

  /** @param {CustomEvent<number>} event a point of a map */
  picked({target, detail}) {
    const {step} = this, {about} = /** @type {import('../widgets/embedding-map/element.js').EmbeddingMap} */ (target);
    if (step?.question?.kind !== 'map' || this.told[this.at] || !about?.labels) return;
    this.draft = about.classes[about.labels[detail]] ?? this.draft;
    this.draw();
  }

  /** @param {string} said */
  choose(said) {
    this.draft = said;
    this.draw();
  }

  /** The prediction is made: what follows shows whether it holds. */
  answer() {
    if (!this.draft || this.told[this.at]) return;
    this.told[this.at] = {said: this.draft};
    this.keep();
    this.draw();
    this.reveal();
    if (!this.step?.question?.train) this.judge();
  }

  /** The run by which it is judged: one that begins now, or the one that ships. @param {boolean} own */
  async see(own) {
    const {lesson, at, step} = this, train = step?.question?.train, told = this.told[at];
    const gone = () => this.lesson !== lesson || this.at !== at;
    if (!train || !told || this.busy) return;
    Object.assign(this, {busy: true, problem: ''});
    this.draw();
    try {
      const {method, dataset, seconds, seed, knobs} = train;
      told.own = own ? (await post('runs', {method, dataset, seconds, seed, knobs, secret: owner()})).run : '';
      this.keep();
      if (gone()) return;
      if (own) visit('train', {run: /** @type {string} */ (told.own)}, {lesson: lesson?.name, part: at});
      await this.judge();
    } catch (error) { if (!gone()) this.problem = sentence(error); }
    if (gone()) return;  // another step is busy with its own
    this.busy = false;
    this.draw();
  }

  /** Asks what the runs say of the answer; again as long as one of them trains. */
  async judge() {
    const {lesson, at, step} = this, told = this.told[at], training = step?.question?.train;
    if (!lesson || !told || (training && told.own === undefined)) return;
    const gone = () => this.lesson !== lesson || this.at !== at;
    try {
      /** @type {Verdict} */
      const verdict = await get(path`lessons/${lesson.name}/${at}/verdict`, {said: told.said, own: told.own ?? ''});
      if (gone()) return;
      this.verdicts[at] = verdict;
      if (verdict.state === 'waits') this.timer = setTimeout(() => this.judge(), EVERY);
      else {
        told.right = verdict.right;
        this.keep();
        this.show();
      }
    } catch (error) {
      if (gone()) return;
      this.problem = sentence(error);
    }
    this.draw();
    this.reveal();
  }

  next() {
    const {lesson} = this;
    if (!lesson || this.waits) return;
    if (!this.last) return this.go(this.at + 1);
    if (lesson.after_this) this.open(lesson.after_this, 1);
    else this.leave();
  }

  keep() {
    const {lesson, at, told} = this;
    if (!lesson) return;
    const done = Boolean(progress()[lesson.name]?.done) || this.last && !this.waits;
    keepProgress(lesson.name, {at, told, done});
  }

  /** @param {boolean} folded */
  fold(folded) {
    this.folded = folded;
    this.draw();
  }

  /** @param {boolean} [entry] Back leads into it again */
  leave(entry = true) {
    clearTimeout(this.timer);
    if (this.lesson) this.keep();
    this.lesson = null;
    this.opening = '';
    this.light.turn('');
    this.root.remove();
    delete document.body.dataset.lesson;
    if (query.has('lesson')) remember({lesson: null, part: null}, entry);
    document.dispatchEvent(new CustomEvent('lesson'));  // who lists them knows how far one is
  }

  draw() {
    const {number = '', title = ''} = this.lesson ?? {};
    this.root.classList.toggle('folded', this.folded);
    this.root.setAttribute('aria-label', this.say('region', {number, title}));
    render(view(this), this.root);
  }

  /** What has just been answered, or asked, is in sight of the panel, which may be small. */
  reveal() {
    const body = this.root.querySelector('.lesson-body'), next = this.root.querySelector('.lesson-verdict, .lesson-ways');
    if (!body || !next) return;
    const frame = body.getBoundingClientRect(), {top} = next.getBoundingClientRect();
    const {bottom} = (this.root.querySelector('.lesson-end') ?? next).getBoundingClientRect();
    body.scrollTop += Math.min(bottom - frame.bottom, Math.max(top - frame.top, 0));
  }
}

/** The page's only one. @returns {Lessons} */
export const lessons = () => playground.lessons ??= new Lessons();

if (query.has('lesson')) lessons().open(query.get('lesson') ?? '', Number(query.get('part')) || undefined, false);
