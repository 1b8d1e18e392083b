// Thousands of points as pixels of one picture: as squares of paths the browser takes several times as long for them.

/** @typedef {{members: number[], colour: [number, number, number], opacity: number}} Layer of one colour and opacity */

export class Dots {
  canvas = document.createElement('canvas');
  /** @type {ImageData | null} */ image = null;
  seen = new Uint16Array(0);  // of each pixel the last layer that has it: points of one layer do not add up

  /**
   * Draws layers, one over the other.
   * @param {CanvasRenderingContext2D} g @param {Layer[]} layers @param {Float32Array} x px @param {Float32Array} y px
   * @param {number} side px
   */
  draw(g, layers, x, y, side) {
    const {width, height} = g.canvas, ratio = devicePixelRatio || 1;
    if (!this.image || this.image.width !== width || this.image.height !== height) {
      Object.assign(this.canvas, {width, height});
      this.image = new ImageData(width, height);
      this.seen = new Uint16Array(width * height);
    } else {
      this.image.data.fill(0);
      this.seen.fill(0);
    }
    filled(this.image.data, this.seen, width, layers, {x, y, side, ratio});
    const own = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
    own.putImageData(this.image, 0, 0);
    g.globalAlpha = 1;
    g.drawImage(this.canvas, 0, 0, width / ratio, height / ratio);
  }
}

/**
 * Fills the pixels of squares around points, over what is there.
 * @param {Uint8ClampedArray} data RGBA @param {Uint16Array} seen of each pixel the last layer, from 1 on; 0: none @param {number} width
 * @param {Layer[]} layers @param {{x: Float32Array, y: Float32Array, side: number, ratio: number}} points px, and pixels of one
 */
export function filled(data, seen, width, layers, {x, y, side, ratio}) {
  const size = Math.max(1, Math.round(side * ratio)), height = seen.length / width;
  layers.forEach(({members, colour: [red, green, blue], opacity}, layer) => {
    for (const i of members) {
      const left = Math.round(x[i] * ratio - size / 2), top = Math.round(y[i] * ratio - size / 2);
      const [from, to] = [Math.max(0, left), Math.min(width, left + size)], end = Math.min(height, top + size);
      for (let row = Math.max(0, top); row < end; row++) {
        for (let at = row * width + from; at < row * width + to; at++) {
          if (seen[at] === layer + 1) continue;
          seen[at] = layer + 1;
          const under = data[4 * at + 3] / 255 * (1 - opacity), all = opacity + under, own = opacity / all, rest = under / all;
          data[4 * at] = own * red + rest * data[4 * at];
          data[4 * at + 1] = own * green + rest * data[4 * at + 1];
          data[4 * at + 2] = own * blue + rest * data[4 * at + 2];
          data[4 * at + 3] = 255 * all;
        }
      }
    }
  });
}
