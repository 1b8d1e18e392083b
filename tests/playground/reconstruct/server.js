// A server that answers when a test says so.

/** Waits until all that is under way has gone as far as it can. */
export const settled = async () => { for (let i = 0; i < 20; i++) await new Promise(setImmediate); };

/** Questions to the server that wait, the oldest first, as {path, body}, each with `answer(found, status)`. */
export function server() {
  const questions = [];
  globalThis.fetch = (url, options = {}) => new Promise(done => {
    questions.push({
      path: new URL(url).pathname.replace('/playground/', ''),
      body: typeof options.body === 'string' ? JSON.parse(options.body) : options.body,
      async answer(found, status = 200) {
        questions.splice(questions.indexOf(this), 1);
        done(new Response(found instanceof Float32Array ? found.buffer : JSON.stringify(found), {status}));
        await settled();
      },
    });
  });
  return {questions, of: kind => questions.filter(one => one.path.endsWith(kind))};
}

const PIXELS = btoa('\0'.repeat(784)), JUDGED = {made: PIXELS, error: PIXELS, mse: 0.1, psnr: 10, ssim: 0.5};
export const MAKER = {
  run: 'a', title: 'A', method: 'x', changed: '', set: 's', ended: true, last: 9, channels: 1, height: 28, width: 28, trained: '', code: 3,
  patches: {rows: 7, columns: 7, side: 4, ratio: 0.75, mask: 'random'}, damage: {noise: 'gaussian', level: 0.3},
};
export const IMAGE = {index: 7, pixels: PIXELS, name: 'seven'};
export const completed = hidden => ({hidden, visible: PIXELS, made: PIXELS, pasted: PIXELS, error: PIXELS, mse: 0.1, mse_mean: 0.2,
  mse_here: 0.3, image: PIXELS});
export const rebuilt = code => ({...JUDGED, image: PIXELS, code, dimensions: [0, 1, 2], mean: [0, 0, 0], spread: [1, 1, 1]});
export const decoded = (near = 1) => ({made: PIXELS, near, gap: 1, far: 2});
export const denoised = () => ({image: PIXELS, noisy: JUDGED, denoised: JUDGED, filter: JUDGED});
export const plane = at => ({
  codes: [0, 0], at, side: 1, tile: [28, 28], reach: 2.5, lattice: [PIXELS], gaps: [1], far: 2, holes: 0, returns: 1, returns_holes: null});
