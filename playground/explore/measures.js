// What the server measures of the maps that are shown, once they stand still.
import {AnswerError, get, path, sentence} from '../page/ask.js';
import {html, nothing} from '../page/lit.js';
import {explained} from '../page/terms.js';
import {percent, sayer, shown} from '../page/words.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('./pane.js').Pane} Pane */
/** @typedef {import('../maps/answers').Quality} Quality */

const STILL = 500;  // ms
const NO_OVERLAP = {text: '', title: ''};
const say = sayer('explore');

export class Measures {
  /** @type {{step: number, text: string} | null} what the first map keeps of neighbours */
  quality = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  assessing = undefined;

  /** @param {Explorer} on */
  constructor(on) { this.on = on; }

  /** Asks what the first map keeps, unless another frame is shown meanwhile. */
  assess() {
    clearTimeout(this.assessing);
    this.assessing = setTimeout(() => this.askQuality(), STILL);
  }

  async askQuality() {
    const main = this.on.panes[0], frame = main?.frameShown;
    if (!frame) return;
    const over = () => main.closed || main.frameShown !== frame;
    try {
      const found = /** @type {Quality} */ (await get(path`runs/${main.run}/maps/${frame.key}/${frame.step}/quality`));
      if (over()) return;
      this.quality = {step: frame.step, text: say('quality', {trust: shown('trustworthiness', found.trustworthiness),
        kept: shown('preservation', found.preservation)})};
    } catch (error) {
      if (over()) return;
      this.quality = error instanceof AnswerError && error.status ? {step: frame.step, text: sentence(error)} : null;
    }
    this.on.draw();
  }

  /** Asks how many neighbours each run shares with the first, at the snapshots that are shown. */
  overlaps() {
    const [main, ...others] = this.on.panes;
    if (!main) return;
    main.overlap = NO_OVERLAP;
    for (const pane of others) this.askOverlap(main, pane);
  }

  /** @param {Pane} main @param {Pane} pane */
  async askOverlap(main, pane) {
    const of = path`runs/${main.run}/overlap/${this.on.wanted(main).step}/${pane.run}/${this.on.wanted(pane).step}`;
    if (pane.overlapOf === of) return;
    pane.overlapOf = of;
    const over = () => pane.overlapOf !== of;  // other snapshots are shown since
    try {
      const share = await get(of);
      if (over()) return;
      pane.overlap = {text: say('overlap', {share: percent(share)}), title: say('overlap_help')};
    } catch (error) {
      if (over()) return;
      pane.overlap = {text: sentence(error), title: ''};
      pane.overlapOf = '';  // it may be asked again
    }
    this.on.draw();
  }

  view() { return html`<p class="map-quality" data-step=${this.quality?.step ?? nothing}>${explained(this.quality?.text ?? '')}</p>`; }
}
