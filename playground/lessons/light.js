// The part of the page that a step speaks of: lit by a rule of its own, which stays when the part is drawn anew.

const LIT = 'outline: 3px solid var(--lesson-lit); outline-offset: 4px; border-radius: 10px;';

export class Light {
  sheet = document.createElement('style');
  selector = '';
  watching = /** @type {MutationObserver | null} */ (null);

  /** Lights what a selector finds, also what comes later, and goes there once it is to be seen. @param {string} selector '' for nothing */
  turn(selector) {
    if (!this.sheet.isConnected) document.head.append(this.sheet);
    this.selector = selector;
    this.sheet.textContent = selector ? `:is(${selector}) { ${LIT} }` : '';
    this.watching?.disconnect();
    this.watching = null;
    if (!selector || this.reach()) return;
    this.watching = new MutationObserver(() => {
      if (!this.reach()) return;
      this.watching?.disconnect();
      this.watching = null;
    });
    this.watching.observe(document.body, {subtree: true, childList: true, attributes: true});
  }

  /** Whether it is on the page; then it is in sight. */
  reach() {
    const found = [...document.querySelectorAll(this.selector)].find(one => one.getClientRects().length > 0);
    if (found) found.scrollIntoView({block: found.getBoundingClientRect().height < innerHeight / 2 ? 'center' : 'start'});
    return Boolean(found);
  }
}
