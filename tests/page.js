// A page without a browser, for the unit tests of widgets and views: `node --import ./tests/page.js --test`.
import {afterEach} from 'node:test';
import {Window} from 'happy-dom';

const window = new Window({url: 'http://page.test/'});
const NAMES = [
  'document', 'location', 'history', 'localStorage', 'customElements', 'HTMLElement', 'HTMLInputElement', 'HTMLCanvasElement', 'Element', 'Node', 'Text',
  'Document', 'DocumentFragment', 'ShadowRoot', 'CSSStyleSheet', 'MutationObserver', 'Event', 'CustomEvent', 'InputEvent', 'KeyboardEvent', 'MouseEvent',
  'PointerEvent', 'File', 'FormData', 'getComputedStyle', 'matchMedia', 'requestAnimationFrame', 'cancelAnimationFrame', 'IntersectionObserver', 'Image',
  'innerWidth', 'innerHeight',
];
for (const name of NAMES) globalThis[name] = typeof window[name] === 'function' && !/^[A-Z]/.test(name) ? window[name].bind(window) : window[name];
globalThis.window = window;
globalThis.devicePixelRatio = 1;
globalThis.playground = {};
globalThis.addEventListener = window.addEventListener.bind(window);
globalThis.removeEventListener = window.removeEventListener.bind(window);

// what a test's page waits for ends with the test, or it would ask its questions in another one
const {setTimeout: begin, clearTimeout: end} = globalThis, timers = new Set();
globalThis.setTimeout = (...given) => {
  const timer = begin(...given);
  timers.add(timer);
  return timer;
};
afterEach(() => {
  for (const timer of timers) end(timer);
  timers.clear();
});

/** Every call and every assignment that a canvas was asked for, as [name, ...arguments], the newest last. */
export const painted = [];
const contexts = new WeakMap();
window.HTMLCanvasElement.prototype.getContext = function () {
  if (!contexts.has(this)) {
    const values = {};
    contexts.set(this, new Proxy(values, {
      get: (_, name) => name in values ? values[name] : (...args) => { painted.push([name, ...args]); return {addColorStop() {}}; },
      set: (_, name, value) => { values[name] = value; painted.push([name, value]); return true; },
    }));
  }
  return contexts.get(this);
};
window.HTMLElement.prototype.setPointerCapture = () => {};
globalThis.ImageData = class {
  constructor(data, width, height) {
    if (typeof data === 'number') [data, width, height] = [new Uint8ClampedArray(4 * data * width), data, width];
    Object.assign(this, {data, width, height});
  }
};
/** Resize observers that exist, each with `told(width)` that lets it see a size. */
export const observers = [];
globalThis.ResizeObserver = class {
  constructor(act) { this.act = act; this.nodes = new Set(); observers.push(this); }
  observe(node) { this.nodes.add(node); }
  unobserve(node) { this.nodes.delete(node); }
  disconnect() { this.nodes.clear(); }
};

/** Puts an element with these fields into the page. @returns the element, and the events that it fires as [type, detail] */
export async function put(tag, fields, events = []) {
  const node = document.createElement(tag), told = [];
  Object.assign(node, fields);
  for (const type of events) node.addEventListener(type, event => told.push([type, event.detail]));
  document.body.append(node);
  await node.updateComplete;
  return {node, told};
}

/** Lets an element believe that it has this place on the page. */
export const placed = (node, left, top, width, height) => {
  node.getBoundingClientRect = () => ({left, top, width, height, right: left + width, bottom: top + height, x: left, y: top});
  Object.defineProperties(node, {clientWidth: {value: width, configurable: true}, clientHeight: {value: height, configurable: true}});
};

/** An event with these values, as a person's act. */
export const act = (node, type, values = {}) => node.dispatchEvent(Object.assign(new Event(type, {bubbles: true, cancelable: true}), values));
