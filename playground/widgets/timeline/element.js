import {html} from '../../page/lit.js';
import {define, widget} from '../../page/widget.js';

/** @typedef {{play: string, pause: string, time: string, when: string}} Words what its parts are called; `when` with {step} {seconds} {at} {of} */

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
 * Events: `seek` (index: show that one), `play` (true or false: go on by itself, or stop). Whoever moves the slider stops it first.
 */
export class TimeLine extends widget({
  steps: /** @type {number[]} */ ([]), seconds: /** @type {number[]} */ ([]), index: 0, playing: false, running: false, keys: true,
  words: /** @type {Words} */ ({play: '', pause: '', time: '', when: ''}),
}) {
  render() { return html``; }
}

define('time-line', TimeLine);
