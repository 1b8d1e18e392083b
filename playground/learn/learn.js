// The Learn tab: an overview of all methods, and a card of each. The route `learn` gives words, formulas and drawings in the
// page's language; formulas (MathML) and drawings (SVG) are the server's own, and alone are set as markup.
import {query, remember} from '../page/address.js';
import {get, post, sentence} from '../page/ask.js';
import {List} from '../lessons/list.js';
import {render} from '../page/lit.js';
import {owner} from '../page/owner.js';
import {playground} from '../page/playground.js';
import {failed, waiting} from '../page/state.js';
import {visited} from '../page/tabs.js';
import {filled, words} from '../page/words.js';
import {light, symbolsAt} from '../widgets/flow-drawing.js';
import {card} from './card.js';
import {overview} from './overview.js';

/**
 * @typedef {import('./answers').LinkedCard} Card
 * @typedef {{busy: boolean, note: string, bad: boolean}} Attempt how starting a run went
 */

export class Learn {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.page = /** @type {import('./answers').Page | null} */ (null);
    this.card = query.get('card') ?? '';
    this.problem = '';
    this.kept = '';  // the symbols that a click keeps lit
    this.pointed = '';  // those under the mouse or with the focus
    this.attempts = /** @type {Record<string, Attempt>} */ ({});
    this.opening = false;
    this.lessons = new List(() => this.draw());
    const point = (/** @type {Event} */ event) => this.point(symbolsAt(event.target));
    for (const type of ['pointerover', 'focusin']) root.addEventListener(type, point);
    for (const type of ['pointerleave', 'focusout']) root.addEventListener(type, () => this.point(''));
    root.addEventListener('click', event => this.keep(symbolsAt(event.target)));
    root.addEventListener('keydown', event => { if (event.key === 'Escape' && this.card) this.show(''); });
    addEventListener('popstate', () => {  // Back leads from card to card
      const card = query.get('card') ?? '';
      if (this.page && document.body.dataset.tab === 'learn' && card !== this.card) this.show(card, false);
    });
    visited('learn', () => { if (this.page) this.show(query.get('card') ?? '', false); else this.card = query.get('card') ?? ''; });
    new IntersectionObserver(seen => { if (seen.some(one => one.isIntersecting)) this.opened(); }).observe(root);
    this.draw();
  }

  async opened() {
    if (this.page || this.opening) return this.remember();
    this.opening = true;
    try {
      [this.page] = await Promise.all([get('learn'), this.lessons.ask()]);
      this.show(this.card, false);
    } catch (error) {
      this.problem = sentence(error);
      this.draw();
    }
    this.opening = false;
  }

  /** @param {boolean} [entry] */
  remember(entry) { if (this.page) remember({card: this.card}, entry); }

  /** @param {string} key @param {Record<string, unknown>} [values] */
  say = (key, values) => filled(this.page?.words[key] ?? key, values);

  /** Shows a method's card, or with '' the overview. @param {string} name @param {boolean} [moved] a person went there */
  show(name, moved = true) {
    const from = this.card;
    this.card = this.page?.cards.find(one => one.name === name)?.name ?? '';
    this.kept = this.pointed = '';
    this.draw();
    this.remember(moved && this.card !== from);
    if (!moved) return;
    this.root.scrollIntoView({block: 'start'});
    // who uses the keyboard goes on from where the card begins, or from the card that was left
    const next = /** @type {HTMLElement | null} */ (this.root.querySelector(this.card ? 'h2' : `.learn-open[data-card="${from}"]`));
    next?.focus({preventScroll: !!this.card});
  }

  /**
   * Begins a run that this browser owns, with a method's own settings but for these knobs; Train shows it.
   * @param {Card} of @param {Record<string, unknown>} knobs
   */
  async run(of, knobs) {
    const key = attemptKey(of, knobs), set = (/** @type {Attempt} */ attempt) => { this.attempts[key] = attempt; this.draw(); };
    set({busy: true, note: this.say('started'), bad: false});
    try {
      const {run} = await post('runs', {...of.try, knobs, secret: owner()});
      playground.show?.(run);
      set({busy: false, note: '', bad: false});
    } catch (error) { set({busy: false, note: sentence(error), bad: true}); }
  }

  draw() {
    const {page} = this, shown = page?.cards.find(one => one.name === this.card);
    this.root.dataset.card = shown?.name ?? '';
    if (!page) return render(this.problem ? failed(this.problem) : waiting(words().learn_loading), this.root);
    render(shown ? card(this, shown) : overview(this), this.root);
    this.root.dataset.ready = '1';
    this.light();
  }

  /** @param {string} symbols */
  point(symbols) {
    if (symbols === this.pointed) return;
    this.pointed = symbols;
    this.light();
  }

  /** @param {string} symbols */
  keep(symbols) {
    if (!symbols) return;
    this.kept = this.kept === symbols ? '' : symbols;
    this.pointed = symbols;
    this.draw();
  }

  light() {
    const lit = this.pointed || this.kept;
    this.root.classList.toggle('lighting', lit !== '');
    light(this.root, lit);
  }
}

/** Which button of which card began a run. @param {Card} of @param {Record<string, unknown>} knobs */
export const attemptKey = (of, knobs) => `${of.name} ${JSON.stringify(knobs)}`;

/** @param {HTMLElement} element */
export function open(element) { playground.learner = new Learn(/** @type {HTMLElement} */ (element.querySelector('.learn'))); }
