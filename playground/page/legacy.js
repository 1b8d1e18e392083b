// For the scripts that are not modules yet.
import * as address from './address.js';
import * as ask from './ask.js';
import {mine, owner} from './owner.js';
import './start.js';
import * as words from './words.js';

function make(tag, cls, ...children) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  node.append(...children);
  return node;
}

function button(text, act, cls = 'small') {
  const node = make('button', cls, text);
  node.type = 'button';
  node.onclick = act;
  return node;
}

function option(value, text) {
  const node = make('option', '', text);
  node.value = value;
  return node;
}

// one of several, as a row of buttons: [[value, name], …]
function choice(node, options, chosen, act) {
  const held = node.contains(document.activeElement) && document.activeElement.dataset.kind;
  node.className = 'map-kinds';
  node.replaceChildren(...options.map(([value, name]) => {
    const one = button(name, () => act(value), value === chosen ? 'chosen' : '');
    one.dataset.kind = value;
    one.setAttribute('aria-pressed', value === chosen);
    return one;
  }));
  if (held) [...node.children].find(one => one.dataset.kind === held)?.focus();  // who uses the keyboard stays there
  return node;
}

function slider(name, {min, max, step, value}, format, act) {
  const input = make('input'), shown = make('output'), label = make('span', '', name);
  Object.assign(input, {type: 'range', min, max, step, value});
  input.setAttribute('aria-label', name);
  const set = v => { input.value = v; shown.textContent = format(v); input.setAttribute('aria-valuetext', shown.textContent); };
  input.oninput = () => { set(Number(input.value)); act(Number(input.value)); };
  set(value);
  return {element: make('label', 'slider', label, input, shown), input, set};
}

const heading = (title, help) => make('div', 'reconstruct-head', make('h3', '', title), make('p', 'hint', help));

// the files below an entry of a drop, each with its path as `path`
async function walked(entry) {
  if (entry.isFile) return [Object.assign(await new Promise((done, failed) => entry.file(done, failed)), {path: entry.fullPath.slice(1)})];
  const reader = entry.createReader(), found = [];
  for (;;) {  // a hundred at a time
    const more = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!more.length) return found;
    found.push(...(await Promise.all(more.map(walked))).flat());
  }
}

// a figure of playground.plots, in the page's colours
function figure(node, {data, layout}) {
  const style = getComputedStyle(document.body);
  const ink = style.getPropertyValue('--body-text-color').trim() || '#333';
  const grid = style.getPropertyValue('--border-color-primary').trim() || '#ddd';
  const drawn = {...layout, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: {color: ink, size: 11, family: style.fontFamily}};
  for (const axis of ['xaxis', 'yaxis']) drawn[axis] = {...drawn[axis], gridcolor: grid, linecolor: grid, zerolinecolor: grid};
  drawn.hoverlabel = {bgcolor: style.getPropertyValue('--background-fill-primary').trim(), font: {color: ink}};
  drawn.annotations = (drawn.annotations || []).map(a => ({...a, font: {size: 11, color: ink}}));
  return Plotly.react(node, data, drawn, {displayModeBar: false, responsive: true});
}


globalThis.playgroundKit = {
  ...address, ...ask, mine, owner, make, button, option, choice, slider, heading, figure, lang: words.lang, percent: words.percent, sayer: words.sayer,
  dropped(element, act) {
    for (const type of ['dragover', 'drop']) {
      element.addEventListener(type, async event => {
        if (![...event.dataTransfer.types].includes('Files')) return;
        event.preventDefault();
        if (type !== 'drop') return;
        const files = [...event.dataTransfer.files], entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
        act(entries.some(entry => entry.isDirectory) ? (await Promise.all(entries.map(walked))).flat() : files);
      });
    }
  },
};
