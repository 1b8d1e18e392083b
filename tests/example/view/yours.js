// Spread: how many runs have ended.
import {get, sentence} from '../page/ask.js';
import {html, render} from '../page/lit.js';
import {playground} from '../page/playground.js';
import '../widgets/share-meter.js';

export class Yours {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.found = /** @type {import('./answers').Spread | null} */ (null);  // what the server answered
    this.problem = '';
  }

  async load() {
    try { this.found = await get('spread'); } catch (error) { this.problem = sentence(error); }
    this.draw();
  }

  draw() {
    render(this.found ? html`<h3>${this.found.runs}</h3><share-meter .share=${this.found.ended} name="ended"></share-meter>`
      : html`<p class="hint">${this.problem}</p>`, this.root);
  }
}

/** @param {HTMLElement} element */
export function open(element) {
  playground.yours = new Yours(/** @type {HTMLElement} */ (element.querySelector('.yours')));
  return playground.yours.load();
}
