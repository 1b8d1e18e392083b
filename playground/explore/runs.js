// The runs that have a map, as the server lists them.
import {query} from '../page/address.js';
import {get, wrong} from '../page/ask.js';
import {begun} from '../page/owner.js';
import {playground} from '../page/playground.js';
import {ordered} from '../page/runs.js';

/** @typedef {import('../maps/answers').Entry} Entry */
/** @typedef {import('./answers').Damaged} Damaged */

const ASKED = 100;  // of this browser's own runs, the newest, is asked whether they are damaged
const AGAIN = 1000;  // ms between looks for the first map of a run that has just begun

export class Runs {
  /** @type {Entry[]} */
  list = [];
  known = false;  // whether they were listed once
  missing = '';  // why the run of the address is not there
  /** @type {Damaged[]} this browser's own runs that are in no list */
  damaged = [];
  asked = 0;
  answered = 0;
  expecting = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /** @param {string} run */
  has(run) { return this.list.some(one => one.run === run); }

  /**
   * Asks for the list; runs that are named are in it, if they are there. An older answer never replaces a newer one.
   * @param {string[]} named
   */
  async ask(named) {
    const number = ++this.asked, also = [query.get('run'), ...named, playground.run?.()].filter(Boolean).join(',');
    const list = /** @type {Entry[]} */ (await get('runs', {also}));
    if (number < this.answered) return;
    Object.assign(this, {answered: number, known: true, list: ordered(list)});
  }

  /** Looks why the run of the address is not there, and what is wrong with this browser's own that are not. */
  async look() {
    const linked = query.get('run');
    if (linked && !this.has(linked)) this.missing = await wrong(linked);
    const own = begun().slice(-ASKED).filter(run => run !== linked);  // of that one it is said already
    this.damaged = own.length ? /** @type {Damaged[]} */ (await get('runs/damaged', {also: own.join(',')})) : [];
  }

  /**
   * Whether the run that Train shows has begun and its first map is still to come; `again` is called a little later.
   * @param {string} run @param {() => unknown} again
   */
  expects(run, again) {
    clearTimeout(this.expecting);
    const begun = !this.has(run) && ['starting', 'running'].includes(document.body.dataset.run ?? '');
    this.expecting = begun ? setTimeout(again, AGAIN) : undefined;
    return begun;
  }
}
