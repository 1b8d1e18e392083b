// The part of the page that a step speaks of: lit by a rule of its own, which stays when the part is drawn anew.

const OWN = ['wheel', 'touchmove', 'pointerdown', 'keydown'];  // by which a person goes somewhere else on the page
const LEAST = 20;  // px of the part that count as in sight
const LIT = 'outline: 3px solid var(--lesson-lit); outline-offset: 4px; border-radius: 10px;';

export class Light {
  sheet = document.createElement('style');
  selector = '';
  watching = /** @type {MutationObserver | null} */ (null);
  holding = new ResizeObserver(() => this.reach(true));

  constructor() {
    for (const type of OWN) document.addEventListener(type, () => this.holding.disconnect(), {capture: true, passive: true});
  }

  /**
   * Lights what a selector finds, also what comes later, and goes there once it is to be seen: again where the rest of the page, which
   * comes later, pushes it out of sight, until a person goes elsewhere.
   * @param {string} selector '' for nothing
   */
  turn(selector) {
    if (!this.sheet.isConnected) document.head.append(this.sheet);
    this.selector = selector;
    this.sheet.textContent = selector ? `:is(${selector}) { ${LIT} }` : '';
    this.watching?.disconnect();
    this.watching = null;
    this.holding.disconnect();
    if (!selector) return;
    this.holding.observe(document.body);
    if (this.reach()) return;
    this.watching = new MutationObserver(() => {
      if (!this.reach()) return;
      this.watching?.disconnect();
      this.watching = null;
    });
    this.watching.observe(document.body, {subtree: true, childList: true, attributes: true});
  }

  /** Whether it is on the page; then it is in sight. @param {boolean} [again] it was before, so that a piece of it will do */
  reach(again = false) {
    const found = [...document.querySelectorAll(this.selector)].find(one => one.getClientRects().length > 0);
    if (found && !(again && inSight(found))) {
      found.scrollIntoView({block: found.getBoundingClientRect().height < innerHeight / 2 ? 'center' : 'start'});
    }
    return Boolean(found);
  }
}

/** Whether a piece of it is to be seen: on a phone the panel of the lesson covers the lower part of the page. @param {Element} part */
function inSight(part) {
  const {top, bottom} = part.getBoundingClientRect(), panel = document.querySelector('.lesson')?.getBoundingClientRect();
  const end = panel && panel.height < innerHeight / 2 ? panel.top : innerHeight;
  return bottom > LEAST && top < end - LEAST;
}
