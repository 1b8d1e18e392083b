// The frames of Train's map over time: those of the look that is taken several times a second, or of the map's snapshots.
import {numbers, path} from '../page/ask.js';

/** @typedef {import('./answers').Moment} Moment */
/** @typedef {'pca' | 'umap' | 'sphere'} Kind sphere: the embeddings */
/** @typedef {{steps: number[], seconds: number[], looks: boolean}} Axis */

/**
 * The time axis of a kind of map: the looks'; that of UMAP where there is more than its end.
 * @param {Moment} moment @param {Kind} kind @returns {Axis}
 */
export function axis({maps, looks}, kind) {
  if (kind === 'sphere') return {steps: looks.steps, seconds: looks.seconds, looks: true};
  if (kind === 'umap' && maps.umap.length > 1) {
    return {steps: maps.umap, seconds: maps.umap.map(step => maps.seconds[maps.pca.indexOf(step)] ?? 0), looks: false};
  }
  return looks.count ? {steps: looks.steps, seconds: looks.seconds, looks: true} : {steps: maps.pca, seconds: maps.seconds, looks: false};
}

/** Which frame of an axis is nearest to a step; the last where nothing is chosen. @param {number[]} steps @param {number | null} step */
export function placeOf(steps, step) {
  if (step === null) return steps.length - 1;
  return steps.reduce((best, one, at) => Math.abs(one - step) < Math.abs(steps[best] - step) ? at : best, 0);
}

/**
 * The positions of all images, of which a look has some, evenly over all; NaN for the others.
 * @param {Float32Array} part @param {number} count
 */
export function scattered(part, count) {
  const found = new Float32Array(2 * count).fill(Number.NaN), some = part.length / 2;
  for (let i = 0; i < some; i++) found.set(part.subarray(2 * i, 2 * i + 2), 2 * Math.floor(i * count / some));
  return found;
}

/**
 * One of the planes that a look holds, side by side.
 * @param {Float32Array} part @param {number} planes @param {number} which
 */
export function plane(part, planes, which) {
  if (planes === 1) return part;
  return part.filter((_, i) => Math.floor(i % (2 * planes) / 2) === which);
}

export class Frames {
  /** The looks that have come, by step. @type {Map<number, Float32Array>} */
  looks = new Map();

  /** @param {string} run */
  constructor(run) { this.run = run; }

  /**
   * The positions of some images at a step: the newest came with the moment; all others are fetched at once.
   * @param {Moment} moment @param {number} step @param {boolean} [sphere] of embeddings
   */
  async look({looks}, step, sphere = false) {
    const known = this.looks, last = looks.steps.at(-1);
    if (looks.newest && last !== undefined && !known.has(last)) {
      known.set(last, new Float32Array(Uint8Array.from(atob(looks.newest), letter => letter.charCodeAt(0)).buffer));
    }
    if (!known.has(step)) {
      const all = await numbers(path`runs/${this.run}/looks/${looks.count}`);
      let from = 0;
      for (const [at, one] of looks.steps.entries()) {
        const size = 2 * looks.planes * looks.images[at];
        known.set(one, all.subarray(from, from + size));
        from += size;
      }
    }
    return plane(/** @type {Float32Array} */ (known.get(step)), looks.planes, sphere ? 1 : 0);
  }
}
