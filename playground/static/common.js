// What the page's parts share: elements, questions to the server, words. Text from outside goes in through textContent only.
(() => {
  const lang = () => window.PLAYGROUND_LANG || 'en';
  const base = path => new URL(`playground/${path}`, document.baseURI);
  const path = (parts, ...values) => String.raw({raw: parts}, ...values.map(encodeURIComponent));  // what comes from an address is no path

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

  // what this browser's runs are stopped with: made once, kept where only this page reads it
  function owner() {
    const key = 'playground-secret';
    let found = null;
    try { found = localStorage.getItem(key); } catch { /* a browser that keeps nothing: for as long as the page is open */ }
    found ||= window.playgroundSecret || [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');
    window.playgroundSecret = found;
    try { localStorage.setItem(key, found); } catch { /* as above */ }
    return found;
  }

  let begun = [];
  // whether this browser began a run, and so may stop it; add: it just has
  function mine(run, add = false) {
    const key = 'playground-runs';
    try { begun = JSON.parse(localStorage.getItem(key)) ?? begun; } catch { /* as above */ }
    if (add && !begun.includes(run)) begun = [...begun, run].slice(-300);
    if (add) try { localStorage.setItem(key, JSON.stringify(begun)); } catch { /* as above */ }
    return begun.includes(run);
  }

  async function understood(answer) {  // or the server's own sentence as an error
    const found = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(found.error || answer.status);
    return found;
  }

  function address(path, query = {}) {
    const url = base(path);
    for (const [key, value] of Object.entries({lang: lang(), ...query})) url.searchParams.set(key, value);
    return url;
  }

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

  async function numbers(path) {
    const answer = await fetch(base(path));
    if (!answer.ok) await understood(answer);
    return new Float32Array(await answer.arrayBuffer());
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

  // a set of indices as few letters, and back
  const packed = set => btoa(String.fromCharCode(...set.reduce((bytes, i) => (bytes[i >> 3] |= 1 << (i & 7), bytes), new Uint8Array((Math.max(...set) >> 3) + 1))))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const unpacked = text => [...atob(text.replace(/-/g, '+').replace(/_/g, '/'))].flatMap((c, at) => [...Array(8).keys()].filter(bit => c.charCodeAt(0) >> bit & 1).map(bit => 8 * at + bit));

  // what a tab says of its own view: in the address while that tab is shown, and else remembered, by a reload of the page too
  const VIEWS = {
    train: ['view', 'hide'],
    explore: ['map', 'at', 'colour', 'words', 'with', 'pick', 'sel'],
    reconstruct: ['image', 'strip', 'do', 'second', 'noise', 'mask', 'damage'],
    match: ['model', 'match', 'pictures', 'labels', 'template', 'scale', 'none', 'heat', 'set', 'query', 'like', 'lesson'],
    compare: ['runs', 'curve', 'over', 'off', 'maps', 'kept', 'other', 'sweep', 'measure'],
    learn: ['card'],
  };
  const tabOf = Object.fromEntries(Object.entries(VIEWS).flatMap(([tab, keys]) => keys.map(key => [key, tab])));
  const query = new URLSearchParams(location.search);  // all that the address has said, also of tabs that are not shown
  for (const [key, value] of new URLSearchParams(history.state?.views)) if (tabOf[key] !== (query.get('tab') ?? 'train') && !query.has(key)) query.set(key, value);
  const shown = key => !tabOf[key] || tabOf[key] === document.body.dataset.tab;

  window.playgroundKit = {
    lang, base, path, query, mine, address, owner, make, button, option, choice, slider, heading, numbers, figure, packed, unpacked,
    wait: ms => new Promise(done => setTimeout(done, ms)),
    percent: (share, digits = 0) => `${(100 * share).toFixed(digits)}%`,
    get: async (path, query) => understood(await fetch(address(path, query))),
    async post(path, body) {
      const found = await understood(await fetch(address(path), {method: 'POST', ...(body instanceof FormData ? {body} : {body: JSON.stringify(body), headers: {'Content-Type': 'application/json'}})}));
      for (const run of {runs: [found.run], sweeps: found.runs}[path] ?? []) mine(run, true);
      return found;
    },
    // the words of a part of the page, with their blanks filled in
    sayer: part => (key, values = {}) => (window.playgroundWords[part][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? ''),
    // files that are dropped onto an element, those of folders too
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
    // puts what is not null into the address, takes the rest out; entry: Back leads to how it was before
    remember(values, entry = false) {
      for (const [key, value] of Object.entries(values)) value === null || value === '' || value === undefined ? query.delete(key) : query.set(key, value);
      const url = new URL(location.href);
      url.search = new URLSearchParams([...query].filter(([key]) => shown(key)));
      const views = new URLSearchParams([...query].filter(([key]) => tabOf[key])).toString();
      entry ? history.pushState({views}, '', url) : history.replaceState({views}, '', url);
    },
    recall() {  // the address is another one: Back, or Forward
      for (const key of [...query.keys()]) if (shown(key)) query.delete(key);
      for (const [key, value] of new URLSearchParams(location.search)) query.set(key, value);
    },
    gone: async run => (await fetch(base(path`runs/${run}/live`))).status === 404,  // not on this machine any more
  };
})();
