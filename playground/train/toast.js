// A sentence that lies over the page for some seconds.
const SECONDS = 9;

/** @param {HTMLElement} element @param {import('../page/playground.js').Component} component whose value is {text} */
export function open(element, {props, watch}) {
  const box = /** @type {HTMLElement} */ (element.querySelector('.toast'));
  element.closest('.gradio-container')?.append(box);  // within Train nobody sees it from another tab
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  watch('value', () => {
    box.textContent = props.value?.text || '';
    box.hidden = !box.textContent;
    clearTimeout(timer);
    timer = setTimeout(() => { box.hidden = true; }, 1000 * SECONDS);
  });
}
