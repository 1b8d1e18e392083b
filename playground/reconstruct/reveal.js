import {wait} from '../page/ask.js';
import {ask} from './api.js';

const FRAME = 240;  // ms

/** Plays how less and less of an image is hidden, until it ends or something else is done. */
export class Reveal {
  /** @type {object | null} */
  now = null;

  /** @param {import('./mask.js').MaskView} view */
  constructor(view) { this.view = view; }

  async play() {
    const {view} = this, {mask, seed} = view.setting, now = {};
    this.now = now;
    view.forget();  // attention is of another mask
    view.playing = true;
    this.set({hidden: null});
    try {
      const {frames} = await ask('reveal', view, {mask, seed});
      for (const frame of frames) {
        if (this.now !== now) return;
        view.found = frame;
        this.set({ratio: frame.ratio});
        await wait(FRAME);
      }
    } catch (error) { if (this.now === now) view.tell('failed', error); }
    if (this.now === now) this.stop();
  }

  /** @param {Partial<import('./types').MaskSetting>} values */
  set(values) {
    this.view.setting = {...this.view.setting, ...values};
    this.view.tell('set', this.view.setting);
  }

  stop() {
    if (!this.now) return;
    this.now = null;
    this.view.playing = false;
  }
}
