// Data sets whose pictures can be looked through, a person's own among them.
import {post} from '../page/ask.js';
import {owner} from '../page/owner.js';
import {sayer} from '../page/words.js';
import {number} from './format.js';

const say = sayer('match');
const USUAL = 'emoji';

/** @typedef {import('./answers').DataSet & {count?: number, classes?: number}} DataSet */
/** @typedef {import('./answers').CountedSet} CountedSet */

export class Sets {
  /** @type {DataSet[]} */
  built = [];  // those of the app
  /** @type {CountedSet[]} */
  own = [];
  uploading = 0;

  /** @param {string} chosen what a person chose, '' for nothing @param {CountedSet[]} own */
  constructor(chosen, own) {
    this.chosen = chosen;
    this.own = own;
    this.acts = 0;  // how often somebody chose
  }

  /** @param {string} set */
  choose(set) {
    this.acts++;
    this.chosen = set;
  }

  /** Those that fit, as a list to choose from. @param {(set: DataSet) => boolean} [fits] @returns {DataSet[]} */
  list(fits = () => true) {
    const own = this.own.map(set => ({...set, title: say('set_count', {title: say('own_title'), count: number(set.count)})}));
    return [...this.built, ...own].filter(fits);
  }

  /** The one that is looked through; '' where none fits. @param {(set: DataSet) => boolean} [fits] */
  now(fits) {
    const sets = this.list(fits), find = (/** @type {string} */ id) => sets.find(set => set.id === id);
    return (find(this.chosen) ?? find(USUAL) ?? sets[0])?.id ?? '';
  }

  /** How the set that is looked through was understood, where it is a person's own. @param {(set: DataSet) => boolean} [fits] */
  notes(fits) {
    const now = this.now(fits);
    return this.own.find(set => set.id === now)?.notes ?? [];
  }

  /**
   * Files, or a zip, as a set that is chosen then, but where a person chose another since.
   * @param {(File & {path?: string})[]} files @returns {Promise<import('./answers').OwnSet & {chosen: boolean}>}
   */
  async add(files) {
    const form = new FormData();
    form.append('secret', owner());
    for (const file of files) form.append('images', file, file.path || file.webkitRelativePath || file.name);
    const act = ++this.acts;
    const {set, skipped} = /** @type {import('./answers').OwnSet} */ (await post('sets', form));
    this.own = [...this.own.filter(one => one.id !== set.id), set];
    const chosen = act === this.acts;
    if (chosen) this.chosen = set.id;
    return {set, skipped, chosen};
  }
}
