// What a person does to the view of a map in the plane: drag, turn the wheel, pinch, draw a lasso, press twice.

/** @typedef {import('./element.js').EmbeddingMap} EmbeddingMap */
/** @typedef {[number, number]} Place px of the map */

const START = 3;  // px that a drag has to go before the view moves: less is a press
const LINE = 16, NOTCH = 120;  // px of a line of the wheel; the most that one turn counts
const WHEEL = 0.0018, PINCH = 0.01;  // of the logarithm of the scale a px of the wheel, and of two fingers on a pad

/** @param {Place} a @param {Place} b */
const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
/** @param {Place[]} places @returns {Place} */
const middle = places => /** @type {Place} */ ([0, 1].map(axis => places.reduce((sum, at) => sum + at[axis], 0) / places.length));

export class Gestures {
  /** Fingers, or the mouse, that are down: where they were last. @type {Map<number, Place>} */
  down = new Map();
  /** @type {Place | null} where the first of them came down, until the view moves */
  from = null;
  /** The lasso so far, in px. @type {Place[]} */
  trail = [];

  /** @param {EmbeddingMap} map */
  constructor(map) {
    this.map = map;
    map.addEventListener('pointerdown', event => this.begin(event));
    map.addEventListener('pointermove', event => this.move(event));
    map.addEventListener('pointerup', event => this.finish(event));
    map.addEventListener('pointercancel', event => this.finish(event, true));  // the page scrolls instead
    map.addEventListener('wheel', event => this.turn(event), {passive: false});
    map.addEventListener('dblclick', () => { if (map.flat) map.reset(); });
  }

  end() {
    this.down.clear();
    [this.from, this.trail] = [null, []];
    this.map.classList.remove('dragged');
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (!this.map.flat || event.button) return;
    const at = this.map.pointer.at(event);
    this.down.set(event.pointerId, at);
    if (this.down.size === 1) [this.from, this.trail] = [at, this.map.tool === 'lasso' ? [at] : []];
    else this.trail = [];  // two fingers are no lasso
  }

  /** @param {PointerEvent} event */
  move(event) {
    const {map, down, from} = this, last = down.get(event.pointerId), at = map.pointer.at(event);
    if (!last || !map.flat) return;
    if (from && apart(from, at) < START && down.size === 1) return;
    if (from) {
      map.setPointerCapture(event.pointerId);  // or a drag that leaves the map would never end
      map.classList.add('dragged');
      this.from = null;
    }
    const before = [...down.values()];
    down.set(event.pointerId, at);
    if (this.trail.length) this.trail.push(at);
    else this.follow(before, [...down.values()]);
    map.paint();
  }

  /** Moves the view as one finger or two have moved. @param {Place[]} before @param {Place[]} now */
  follow(before, now) {
    const {camera} = this.map, [a, b] = [middle(before), middle(now)];
    this.map.zoomed = true;
    camera.pan(b[0] - a[0], b[1] - a[1]);
    if (now.length > 1) camera.zoom(apart(before[0], before[1]) / (apart(now[0], now[1]) || 1), b);
  }

  /** @param {PointerEvent} event @param {boolean} [dropped] */
  finish(event, dropped = false) {
    const {map, trail, from} = this;
    if (!this.down.delete(event.pointerId) || this.down.size) return;
    this.end();
    if (!trail.length) return;
    map.paint();
    map.joining = event.shiftKey ? 'add' : event.altKey ? 'take' : undefined;
    if (!from && !dropped) map.lasso(trail.map(at => map.camera.position(at)));
  }

  /** @param {WheelEvent} event */
  turn(event) {
    const {map} = this;
    if (!map.flat || !map.wheel) return;
    event.preventDefault();
    const px = event.deltaY * (event.deltaMode ? LINE : 1), most = Math.max(-NOTCH, Math.min(NOTCH, px));
    map.camera.zoom(Math.exp(most * (event.ctrlKey ? PINCH : WHEEL)), map.pointer.at(event));
    map.zoomed = true;
    map.paint();
  }
}
