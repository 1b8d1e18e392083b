// A canvas that is as sharp as the screen, and is drawn again when it becomes wider or narrower.

/**
 * The context of a canvas of this many px on the page.
 * @param {HTMLCanvasElement} canvas @param {number} wide @param {number} high
 */
export function sharp(canvas, wide, high) {
  const g = canvas.getContext('2d'), ratio = devicePixelRatio || 1;
  Object.assign(canvas, {width: Math.round(wide * ratio), height: Math.round(high * ratio)});
  g?.scale(ratio, ratio);
  return g;
}

/** Calls `act` when the width of an element on the page has become another one. @param {Element} node @param {() => void} act */
export function onWidth(node, act) {
  let wide = node.clientWidth;
  const observer = new ResizeObserver(() => {
    if (node.clientWidth && node.clientWidth !== wide) act();
    wide = node.clientWidth;
  });
  observer.observe(node);
  return observer;
}
