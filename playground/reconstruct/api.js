// What Reconstruct asks the server.
import {base, get, latest, numbers, path, post} from '../page/ask.js';

/** @typedef {import('./types').Answers} Answers */

const SLOW = 400;  // ms till a person wants to know that it works

/** Runs whose network turns an image back into one. @param {string[]} also @returns {Promise<import('./answers').Maker[]>} */
export const makers = also => get('repairs', {also: also.filter(Boolean).join()});

/** @param {string} run @returns {Promise<import('./types').About>} */
export const about = run => get(path`runs/${run}/images.json`);

/** @param {string} run */
export const sheet = run => base(path`runs/${run}/images.png`).href;

/**
 * A person's own image as a run's network would see it.
 * @param {string} run @param {File} file @returns {Promise<import('./answers').Fitted>}
 */
export function fit(run, file) {
  const form = new FormData();
  form.append('images', file, file.name);
  return post(path`runs/${run}/fit`, form);
}

/**
 * Where the held-out images lie on a map of the network as it is: PCA takes no time; UMAP where it is there already.
 * @param {string} run @param {number} step @param {(positions: Float32Array) => void} show
 */
export async function positions(run, step, show) {
  const {keys} = await get(path`runs/${run}/timeline`);
  for (const kind of ['pca', 'umap']) {
    if (kind === 'umap') {
      const made = await get(path`runs/${run}/maps/${keys.umap}`, {who: 'reconstruct', frames: 'last'}).catch(() => null);
      if (made && !made.ready.includes(step)) return;
    }
    const found = await numbers(path`runs/${run}/maps/${keys[kind]}/${step}`).catch(() => null);
    if (!found) return;
    show(found);
  }
}

/**
 * Asks the network of a view's run about the view's image.
 * @template {keyof Answers} K
 * @param {K} kind @param {import('./types').View} view @param {object} [body] @returns {Promise<Answers[K]>}
 */
export function ask(kind, {maker, image}, body) {
  const given = image?.index === null ? {pixels: image.pixels} : {index: image?.index};
  return post(path`runs/${maker?.run}/repair/${kind}`, {image: given, ...body});
}

/**
 * The same; of questions that come while one is under way only the last is asked. An answer about an image that the view shows no
 * more is dropped; where there is none about a new image or run, that about the old one goes. The view tells `answered`, `failed` with
 * the error, and `slow` with [kind, whether it takes long].
 * @template {keyof Answers} K @template {object} B
 * @param {K} kind @param {import('./types').View} view @param {(answer: Answers[K] | null, body: B) => void} show
 * @returns {(body: B) => Promise<void>}
 */
export function asker(kind, view, show) {
  let of = /** @type {Pick<import('./types').View, 'maker' | 'image'> | null} */ (null);  // what the last answer was about
  const send = latest(async (/** @type {import('./types').View & {body: B}} */ question) => {
    const slow = setTimeout(() => view.tell('slow', [kind, true]), SLOW);
    try { return {found: await ask(kind, question, question.body)}; } catch (error) { return {error}; } finally {
      clearTimeout(slow);
      view.tell('slow', [kind, false]);
    }
  }, ({found, error}, {maker, image, body}) => {
    if (maker?.run !== view.maker?.run) return;
    if (error) {
      if (of && image === view.image && (image !== of.image || maker?.run !== of.maker?.run)) show(null, body);
      return view.tell('failed', error);
    }
    if (!found || image !== view.image) return;
    of = {maker, image};
    show(found, body);
    view.tell('answered', kind);
  }, error => view.tell('failed', error));
  return body => send({maker: view.maker, image: view.image, tell: view.tell, body});
}
