// Numbers and lines as Match writes them.
import {percent, shown} from '../page/words.js';

/** @param {number} value */
export const asCosine = value => shown('cosine', value);

/** A share of one, with a digit more where it is small. @param {number} value */
export const share = value => percent(value, value > 0.0005 && value < 0.0995 ? 1 : 0);

/** The share of yes of one label by itself, which may be very small. @param {number} value */
export const alone = value => value >= 0.01 ? percent(value, 1) : value < 1e-6 ? '<0.0001%' : `${Number((100 * value).toPrecision(2))}%`;

/** @param {number} value */
export const number = value => Number(value).toLocaleString('en');

/** @param {number} value three digits that count */
export const brief = value => Number(value.toPrecision(3));

/** A text a line, each once, as it is spelt first: two that differ in case or spaces alone would halve one's share. @param {string} text */
export function lines(text) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const line of text.split('\n').map(one => one.trim().replace(/\s+/g, ' '))) {
    if (line && !found.has(line.toLowerCase())) found.set(line.toLowerCase(), line);
  }
  return [...found.values()];
}

/**
 * The same value for the same arguments, so that what is drawn from it stays as it is.
 * @template {unknown[]} A, V
 * @param {(...args: A) => V} make @returns {(...args: A) => V}
 */
export function memo(make) {
  /** @type {{args: A, value: V} | null} */
  let last = null;
  return (...args) => {
    if (!last || args.some((one, i) => one !== last?.args[i])) last = {args, value: make(...args)};
    return last.value;
  };
}

/** Acts a while after the last call. @param {() => void} act @param {number} ms */
export function settled(act, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(act, ms); };
}
