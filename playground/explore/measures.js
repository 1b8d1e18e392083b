// What the server measures of the maps that are shown, once they stand still.
import {get, path, sentence} from '../page/ask.js';
import {html, nothing} from '../page/lit.js';
import {percent, sayer} from '../page/words.js';

/** @typedef {import('./explore.js').Explorer} Explorer */
/** @typedef {import('../maps/answers').Quality} Quality */

const STILL = 500;  // ms
const say = sayer('explore');

export class Measures {
  /** @type {{step: number, text: string} | null} what the first map keeps of neighbours */
  quality = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  assessing = undefined;
  turn = {};

  /** @param {Explorer} on */
  constructor(on) { this.on = on; }

  /** Asks what the first map keeps, unless another frame is shown meanwhile. */
  assess() {
    clearTimeout(this.assessing);
    this.assessing = setTimeout(() => this.askQuality(), STILL);
  }

  async askQuality() {
    const main = this.on.panes[0], shown = main?.frameShown;
    if (!shown) return;
    const over = () => main.closed || main.frameShown !== shown;
    try {
      const found = /** @type {Quality} */ (await get(path`runs/${main.run}/maps/${shown.key}/${shown.step}/quality`));
      if (over()) return;
      this.quality = {step: shown.step, text: say('quality', {trust: found.trustworthiness.toFixed(3), kept: percent(found.preservation)})};
    } catch {
      if (over()) return;
      this.quality = null;
    }
    this.on.draw();
  }

  /** Asks how many neighbours each run shares with the first, at the snapshots that are shown. */
  async overlaps() {
    const {on} = this, [main, ...others] = on.panes, turn = {};
    this.turn = turn;
    if (!main) return;
    main.overlap = {text: '', title: ''};
    for (const pane of others) {
      let overlap;
      try {
        const share = await get(path`runs/${main.run}/overlap/${on.wanted(main).step}/${pane.run}/${on.wanted(pane).step}`);
        overlap = {text: say('overlap', {share: percent(share)}), title: say('overlap_help')};
      } catch (error) { overlap = {text: sentence(error), title: ''}; }
      if (this.turn !== turn) return;
      pane.overlap = overlap;
      on.draw();
    }
  }

  view() { return html`<p class="map-quality" data-step=${this.quality?.step ?? nothing}>${this.quality?.text ?? ''}</p>`; }
}
