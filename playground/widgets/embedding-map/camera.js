// What a map in the plane shows of its world, and where on the map a position lies.

/** @typedef {import('./types').Span} Span */

const FAR = 20, CLOSE = 2000;  // times the size of all points that one can step back, and the part of it that one can come up to

export class Camera {
  x = 0;  // the position in the middle of the map
  y = 0;
  scale = 0.01;  // of a px, in positions: the same along both axes
  width = 0;  // of the map, px
  height = 0;
  most = 1;  // scale at which all points are seen

  /** Shows a span, as large as it fits. @param {Span} span */
  look([x, y, wide, high]) {
    const scale = Math.max(wide / (this.width || 1), high / (this.height || 1));
    Object.assign(this, {x, y, scale, most: scale});
  }

  /** Lets the world follow a finger. @param {number} right @param {number} down px */
  pan(right, down) {
    this.x -= right * this.scale;
    this.y += down * this.scale;
  }

  /** Shows so many times more, and keeps what lies at this place where it is. @param {number} times @param {[number, number]} at px */
  zoom(times, at) {
    const [x, y] = this.position(at), scale = this.scale;
    this.scale = Math.min(FAR * this.most, Math.max(this.most / CLOSE, scale * times));
    this.x = x + (this.x - x) * this.scale / scale;
    this.y = y + (this.y - y) * this.scale / scale;
  }

  /** The position at a place of the map. @param {[number, number]} at px @returns {[number, number]} */
  position([left, top]) {
    return [this.x + (left - this.width / 2) * this.scale, this.y - (top - this.height / 2) * this.scale];
  }

  /** From positions to px of the map. @returns {(v: number) => number} */
  toX() { const {x, scale, width} = this; return v => width / 2 + (v - x) / scale; }
  /** @returns {(v: number) => number} */
  toY() { const {y, scale, height} = this; return v => height / 2 - (v - y) / scale; }

  /** The ends of both axes, as a figure names them. @returns {{x: [number, number], y: [number, number]}} */
  get ranges() {
    const [left, top] = this.position([0, 0]), [right, bottom] = this.position([this.width, this.height]);
    return {x: [left, right], y: [bottom, top]};
  }
}
