import {html, live} from '../../page/lit.js';
import {define, widget} from '../../page/widget.js';
import {filled} from '../text.js';

/** @typedef {{play: string, pause: string, time: string, when: string}} Words `when` has {step} {seconds} {at} {of} */

const PLAY = 620, QUICK = 160, WHOLE = 12_000;  // ms a frame: the glide, and a moment to look; at least; of all of many
const TYPED = 'input, select, textarea, [role=tab], [contenteditable]';  // these have keys of their own
const PRESSED = 'button, summary, a';  // and these have Space

/**
 * The snapshots of a run on a slider, with a button that plays them: `<time-line class="timeline">`.
 *
 * Fields, which the parent owns:
 *   steps, seconds  of each snapshot
 *   index           the one that is shown
 *   playing         whether it goes on by itself
 *   running         whether more may come: playing waits at the end instead of stopping
 *   keys            whether space, arrows, Home and End of the whole page are its own, while it is to be seen and nobody types
 *   words           {play, pause, time, when}
 * To read: text, what is written beside the slider.
 * Events: `seek` (index: show that one), `play` (true or false: go on by itself, or stop). Whoever moves the slider stops it first.
 */
export class TimeLine extends widget({
  steps: /** @type {number[]} */ ([]), seconds: /** @type {number[]} */ ([]), index: 0, playing: false, running: false, keys: true,
  words: /** @type {Words} */ ({play: '', pause: '', time: '', when: ''}),
}) {
  ticking = 0;

  get last() { return this.steps.length - 1; }
  get pace() { return Math.max(QUICK, Math.min(PLAY, WHOLE / (this.last + 1))); }
  get visible() { return this.offsetParent !== null && !document.hidden; }

  get text() {
    const {steps, seconds, index, last} = this;
    if (!(index in steps)) return '';
    const step = steps[index].toLocaleString('en'), at = index + 1;
    return filled(this.words.when, {step, seconds: seconds[index].toFixed(1), at, of: last + 1});
  }

  render() {
    const {words, playing, last, index, text} = this;
    return html`<button type="button" class="play" aria-pressed=${playing} @click=${this.press}>${
      playing ? words.pause : words.play}</button><input type="range" class="scrub" min="0" max=${Math.max(0, last)}
      .value=${live(String(index))} aria-label=${words.time} aria-valuetext=${text} @input=${this.moved}><output
      class="when">${text}</output>`;
  }

  /** @param {Event} event */
  moved(event) { this.seek(Number(/** @type {HTMLInputElement} */ (event.target).value)); }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('keydown', this.key);
    this.tick();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.key);
    clearInterval(this.ticking);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) { if (changed.has('playing')) this.tick(); }

  /** Goes on by itself, or no longer. */
  tick() {
    clearInterval(this.ticking);
    if (this.playing) this.ticking = setInterval(() => this.next(), this.pace);
  }

  next() {
    if (!this.visible) return;
    if (this.index < this.last) this.tell('seek', this.index + 1);
    else if (!this.running) this.tell('play', false);
  }

  /** Plays, from the start where it is at the end, or stops. */
  press() {
    if (!this.playing && this.index >= this.last) this.tell('seek', 0);
    this.tell('play', !this.playing);
  }

  /** @param {number} index */
  seek(index) {
    if (this.playing) this.tell('play', false);
    this.tell('seek', Math.max(0, Math.min(index, this.last)));
  }

  key = (/** @type {KeyboardEvent} */ event) => {
    if (!this.keys || this.last < 0 || !this.visible || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest(TYPED) || (event.key === ' ' && target.closest(PRESSED))) return;
    const {index, last} = this, to = {ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: last}[event.key];
    if (event.key === ' ') this.press();
    else if (to !== undefined) this.seek(to);
    else return;
    event.preventDefault();
  };
}

define('time-line', TimeLine);
