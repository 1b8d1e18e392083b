// The top of the page, on all its tabs: what a link says to its reader, and where links are made once somebody wants one.
import {note} from './link.js';
import {html, nothing, render} from './lit.js';
import {playground} from './playground.js';

class Top {
  line = /** @type {import('./room.js').Line | null} */ (null);
  sharing = /** @type {import('./sharing.js').Sharing | null} */ (null);

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.draw();
    document.addEventListener('room', () => this.enter());
    this.enter();
  }

  /** Whoever is in a room hears of it; for all others there is nothing to fetch. */
  async enter() {
    let there = null;
    try { there = localStorage.getItem('playground-room'); } catch { /* nothing is kept here */ }
    if (!there || this.line) return;
    const {Line} = await import('./room.js');
    this.line ??= new Line(() => this.draw());
  }

  async share() {
    if (this.sharing) {
      this.sharing.end();
      this.sharing = null;
    } else {
      const {Sharing} = await import('./sharing.js');
      this.sharing = new Sharing(() => this.draw(), () => this.share());
    }
    this.draw();
    this.root.querySelector('h2')?.focus();
  }

  draw() {
    const text = note();
    render(html`${text ? html`<p class="top-note">${text}</p>` : nothing}${this.line?.view() ?? nothing}${
      this.sharing?.view() ?? nothing}`, this.root);
  }
}

/** @param {HTMLElement} element */
export function open(element) {
  const top = new Top(/** @type {HTMLElement} */ (element.querySelector('.top')));
  playground.share = () => top.share();
}
