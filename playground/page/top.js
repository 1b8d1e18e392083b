// The top of the page, on all its tabs: what a link says to its reader, and where links are made once somebody wants one.
import {note} from './link.js';
import {html, nothing, render} from './lit.js';
import {playground} from './playground.js';

class Top {
  sharing = /** @type {import('./sharing.js').Sharing | null} */ (null);

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.draw();
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
    render(html`${text ? html`<p class="top-note">${text}</p>` : nothing}${this.sharing?.view() ?? nothing}`, this.root);
  }
}

/** @param {HTMLElement} element */
export function open(element) {
  const top = new Top(/** @type {HTMLElement} */ (element.querySelector('.top')));
  playground.share = () => top.share();
}
