import {html, nothing} from '../page/lit.js';
import {define, widget} from '../page/widget.js';

const HOVER = 350, LEAVE = 250;  // ms that a mouse rests before it opens, and is away before it closes
const GAP = 6, MARGIN = 8;  // px to the word, and to the edges of the window

/** @typedef {{term: string, text: string}} Explanation */
/** @typedef {{left: number, top: number, bottom: number}} Box of the word */

/**
 * Where a note stands: below its word, above it where there is no room, and within the window.
 * @param {Box} word @param {{width: number, height: number}} note @param {{width: number, height: number}} window
 */
export function placed({left, top, bottom}, note, {width, height}) {
  const below = bottom + GAP, above = top - GAP - note.height;
  const x = Math.max(MARGIN, Math.min(left, width - MARGIN - note.width));
  return {left: x, top: below + note.height <= height - MARGIN || above < MARGIN ? below : above};
}

/**
 * A word that explains itself: when a mouse rests on it, at a click or a tap, and with the keyboard's focus. Escape closes it, and a
 * click elsewhere; only one is open at a time. explain: what a key stands for. mark: a small sign instead of the word.
 */
export class GlossaryTerm extends widget({
  key: '', name: '', mark: false, opened: false, note: /** @type {Explanation | null} */ (null), problem: '',
  explain: /** @type {((key: string) => Promise<Explanation>) | null} */ (null),
}) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined;
  pinned = false;  // opened by a click, which the mouse does not undo by leaving
  /** @param {Event} event */
  outside = event => { if (!this.contains(/** @type {Node} */ (event.target))) this.close(); };
  place = () => this.put();
  /** @param {KeyboardEvent} event */
  escape = event => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();  // it closes this, and nothing else
    this.close();
  };

  render() {
    const {name, opened, mark} = this;
    return html`<button type="button" class=${mark ? 'term-mark' : 'term'} aria-label=${mark ? name : nothing} aria-expanded=${opened}
      aria-describedby=${opened ? 'term-note' : nothing} @click=${this.pressed} @focus=${this.focused} @blur=${this.close}
      @pointerenter=${this.entered} @pointerleave=${this.left}>${mark ? '?' : name}</button>${
      opened ? html`<span id="term-note" role="tooltip" popover="manual" class="term-note" @pointerenter=${this.stay}
        @pointerleave=${this.left}>${this.note ? html`<b>${this.note.term}</b>${this.note.text}` : this.problem || '…'}</span>` : nothing}`;
  }

  get button() { return /** @type {HTMLElement} */ (this.querySelector('button')); }
  get bubble() { return /** @type {HTMLElement | null} */ (this.querySelector('.term-note')); }

  async show() {
    clearTimeout(this.timer);
    if (this.opened) return;
    for (const other of document.querySelectorAll('glossary-term')) if (other !== this) /** @type {GlossaryTerm} */ (other).close();
    Object.assign(this, {opened: true});
    document.addEventListener('pointerdown', this.outside, true);
    document.addEventListener('keydown', this.escape, true);  // also where the mouse opened it, and something else has the focus
    addEventListener('scroll', this.place, {capture: true, passive: true});
    addEventListener('resize', this.place);
    try {
      this.note = await this.explain?.(this.key) ?? null;
    } catch (error) { this.problem = error instanceof Error ? error.message : String(error); }
  }

  close() {
    clearTimeout(this.timer);
    Object.assign(this, {opened: false, problem: ''});
    this.pinned = false;
    document.removeEventListener('pointerdown', this.outside, true);
    document.removeEventListener('keydown', this.escape, true);
    removeEventListener('scroll', this.place, {capture: true});
    removeEventListener('resize', this.place);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.close();
  }

  updated() { this.put(); }

  /** The note is above all else, so nothing cuts it off, and stands beside its word. */
  put() {
    const {bubble} = this;
    if (!bubble?.isConnected) return;
    if (!bubble.matches(':popover-open')) bubble.showPopover?.();
    const {width, height} = bubble.getBoundingClientRect();
    const at = placed(this.button.getBoundingClientRect(), {width, height}, {width: innerWidth, height: innerHeight});
    Object.assign(bubble.style, {left: `${at.left}px`, top: `${at.top}px`});
  }

  /** @param {MouseEvent} event */
  pressed(event) {
    event.preventDefault();  // of a label that it stands in
    event.stopPropagation();  // and it chooses nothing of what it stands in
    if (this.opened && this.pinned) return this.close();
    this.pinned = true;
    this.show();
  }

  focused() { if (this.button.matches(':focus-visible')) this.show(); }

  /** @param {PointerEvent} event */
  entered(event) {
    if (event.pointerType === 'touch') return;  // a tap is a click
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(), HOVER);
  }

  /** @param {PointerEvent} event */
  left(event) {
    if (event.pointerType === 'touch') return;
    clearTimeout(this.timer);
    if (!this.pinned && !this.button.matches(':focus-visible')) this.timer = setTimeout(() => this.close(), LEAVE);
  }

  stay() { clearTimeout(this.timer); }
}

define('glossary-term', GlossaryTerm);
