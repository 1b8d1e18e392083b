// Asks a few times a second how a run stands, for as long as it is the one that is shown.
import {address, AnswerError, path, reach, sentence, wait} from '../page/ask.js';
import {words} from '../page/words.js';

const EVERY = 250, RESTING = 2000;  // ms between two questions: while it trains; while nobody looks, or all is said, or something fails

/**
 * @typedef {import('./answers').Moment} Moment
 * @typedef {object} Watcher
 * @property {() => boolean} current whether this run is still the one that is shown
 * @property {(moment: Moment) => Promise<void>} show shows a moment; one that failed is asked for again
 * @property {() => void} gone there is no such run any more
 * @property {(sentence: string) => void} problem why nothing new comes, '' once it does
 */

/**
 * A run's moment: null where it is still the one before, undefined where there is no such run.
 * @param {string} run @param {string} after
 */
export async function ask(run, after) {
  const answer = await reach(address(path`runs/${run}/live`, {after}));
  if (answer.status === 404) return undefined;
  if (answer.status === 204 || answer.status === 503) return null;  // as it was, or a file is just being replaced
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new AnswerError(found.error || words().failed, answer.status);
  return /** @type {Moment} */ (found);
}

/** Whether nothing is to be seen that changes soon. @param {Moment | null} moment */
const rests = moment => document.hidden || (moment?.ended && !moment.umap_pending);

export class Follower {
  wake = () => {};  // ends the wait for the next question
  after = '';  // the version of the moment that was shown last

  /** @param {string} run @param {Watcher} watcher */
  constructor(run, watcher) {
    this.run = run;
    this.watcher = watcher;
  }

  async follow() {
    const {run, watcher} = this;
    let problem = false;
    let last = /** @type {Moment | null} */ (null);
    while (watcher.current()) {
      let slow = false;
      try {
        const moment = await ask(run, this.after);
        if (!watcher.current()) return;
        if (moment === undefined) return watcher.gone();
        if (problem) watcher.problem('');
        problem = false;
        if (moment) {
          last = moment;
          this.after = moment.version;
          slow = !await this.shown(moment);
          if (slow) this.again();
        }
      } catch (error) {
        if (!watcher.current()) return;
        problem = slow = true;
        watcher.problem(sentence(error));
      }
      await Promise.race([wait(slow || rests(last) ? RESTING : EVERY), new Promise(done => { this.wake = () => done(undefined); })]);
    }
  }

  /** What was shown last is asked for once more, though nothing has changed: some of it did not come. */
  again() { this.after = ''; }

  /** Whether all of a moment could be shown; a picture that did not come is asked for again. @param {Moment} moment */
  async shown(moment) {
    try { await this.watcher.show(moment); } catch (error) {
      console.warn(error);
      return false;
    }
    return true;
  }
}
