// The page's own part: the live panel of a run. It asks the server for the run's moment a few times a second and redraws
// what changed. Text from the server goes in through textContent only.
(() => {
  const EVERY = 250, RESTING = 2000;  // ms between two questions: while it trains, while nobody looks or all is said
  const {lang, path, query, make, button, choice, wait, figure, post, mine, remember} = window.playgroundKit;
  const address = path => window.playgroundKit.base(`runs/${path}`).href;

  class Panel {
    constructor(element) {
      this.root = element.querySelector('.live');
      this.generation = 0;
      this.linked = true;  // the view of the run that is shown next is in the address
      new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting)) this.seen(); }).observe(this.root);
    }

    hidden() { return !this.root.offsetParent; }  // behind another tab, where plotly would draw with the size of nothing

    seen() {
      if (!window.Plotly || !this.last) return;
      this.curves(this.last.figures);
      this.tables(this.last.pictures?.tables ?? {});
      this.map?.resized();
    }

    // a run, or where none is asked for the one of the chosen method that came with the app; said: more for the address
    show(run, said = {}) {
      const shipped = !run;
      if (!run && set.method in window.playgroundWords.shipped) run = set.method;
      if (run === this.run && run) {
        this.linked = false;
        this.remember();
        return this.wake?.();
      }
      this.run = run;
      this.shipped = shipped;
      this.generation++;
      this.map?.close();
      this.map = this.placed = this.pictured = this.last = null;
      this.root.replaceChildren();
      document.body.dataset.run = !run ? 'none' : shipped ? 'example' : 'starting';
      document.body.toggleAttribute('data-mine', mine(run));
      remember({...said, ...(this.linked ? {} : {view: null, hide: null}), ...(document.body.dataset.tab === 'train' ? {run: shipped ? null : run} : {})});
      this.linked = false;
      this.chosen = query.get('view') === 'pca';
      this.kind = 'pca';
      if (!run) return this.empty();
      this.skeleton();
      this.follow(this.generation);
    }

    remember() {  // the view is in the address
      remember({view: this.chosen && this.kind === 'pca' ? 'pca' : null, ...(this.map ? {hide: [...this.map.hidden].join(',')} : {})});
    }

    async empty(sentence) {
      const words = window.playgroundWords;
      const box = make('div', 'live-empty', make('h2', '', words.title), make('p', '', sentence || words.text));
      this.root.replaceChildren(box);
    }

    skeleton() {
      const part = this.part = {};
      part.status = make('div', 'live-status');
      part.title = make('span', 'live-title');
      part.sentence = make('span', 'live-sentence');
      part.sentence.setAttribute('role', 'status');
      part.bar = make('div', 'live-bar', make('div'));
      part.status.append(part.sentence, part.title);
      part.exampleText = make('span');
      part.again = button('', () => this.again(), 'small primary');
      part.said = make('span', 'live-said');
      part.said.setAttribute('role', 'alert');
      part.example = make('div', 'live-example', part.exampleText, part.again, part.said);
      part.example.hidden = true;
      part.warning = make('div', 'live-warning');
      part.warning.setAttribute('role', 'alert');
      part.warning.hidden = true;
      part.tables = make('div', 'live-tables');
      part.table = {};
      part.tiles = make('div', 'live-tiles');
      part.curves = make('div', 'live-curves');
      part.curve = {};
      for (let i = 0; i < 3; i++) part.curves.append(make('div', 'live-curve'));  // their room, until they are known
      part.pictures = make('div', 'live-pictures');
      part.mapTitle = make('h3');
      part.mapKinds = make('div', 'map-kinds');
      part.map = make('div', 'map');
      part.mapLegend = make('div', 'map-legend');
      part.mapHint = make('p', 'hint');
      part.result = make('div', 'live-result');
      part.right = make('div', 'live-side', part.pictures, part.tables, part.result);
      part.left = make('div', 'live-map', make('div', 'map-head', part.mapTitle, part.mapKinds), part.map, part.mapLegend, part.mapHint);
      this.root.replaceChildren(part.example, part.status, part.bar, part.warning, part.tiles, part.curves, make('div', 'live-columns', part.left, part.right));
      this.frames = {};
    }

    // the same config, from the start, as a run of this browser's own
    async again() {
      const {part} = this;
      part.again.disabled = true;
      part.said.textContent = '';
      try {
        const {run} = await post('runs', {like: this.run, secret: window.playgroundKit.owner()});
        window.playground.show(run);
      } catch (error) { part.said.textContent = error instanceof TypeError ? window.playgroundWords.gone : String(error.message); }
      part.again.disabled = false;
    }

    async follow(generation) {
      let after = '', failures = 0, unfinished = false;
      const current = () => generation === this.generation;
      while (!window.Plotly || !window.EmbeddingMap) await wait(30);  // large, and nothing before the first run needs it
      this.wake = () => { this.awake?.(); };
      while (current()) {
        let moment = null;
        try {
          const answer = await fetch(address(path`${this.run}/live?lang=${lang()}&after=${after}`));
          if (!current()) return;
          if (answer.status === 404) {
            document.body.dataset.run = 'none';
            this.run = '';
            if (!(set.method in window.playgroundWords.shipped)) return this.empty(window.playgroundWords.missing);
            this.show('');
            this.part.said.textContent = window.playgroundWords.missing;
            return;
          }
          if (answer.status === 200) moment = await answer.json();
          else if (answer.status !== 204) throw new Error(answer.status);
          if (failures) { failures = 0; this.part.status.classList.remove('gone'); if (this.last) this.draw(this.last); }
        } catch (error) {
          failures++;
          if (!current()) return;
          this.part.status.classList.add('gone');
          this.part.sentence.textContent = window.playgroundWords.gone;
        }
        if (!current()) return;
        if (moment) {
          this.last = moment;
          try {
            await this.draw(moment);
            after = moment.version;
            unfinished = false;
          } catch (error) {  // a picture that did not come: all of it is asked for again
            if (!current()) return;
            console.error(error);
            unfinished = true;
          }
        }
        const resting = document.hidden || (this.last?.ended && !this.last.umap_pending) || failures || unfinished;
        await Promise.race([wait(resting ? RESTING : EVERY), new Promise(done => { this.awake = done; })]);
      }
    }

    async draw(m) {
      const {part} = this;
      document.body.dataset.run = m.example ? 'example' : m.state;
      part.example.hidden = !m.example;
      if (!m.example) set.mine[m.method] = this.run;
      if (m.example) { part.exampleText.textContent = m.example.text; part.again.textContent = m.example.act; }
      part.status.dataset.tone = m.tone;
      part.sentence.textContent = m.status;
      part.title.textContent = m.title;
      part.bar.firstChild.style.width = `${100 * m.progress}%`;
      part.bar.dataset.tone = m.tone;
      this.tiles(m.tiles);
      if (part.warning.textContent !== m.warning) part.warning.textContent = m.warning;
      part.warning.hidden = !m.warning;
      this.curves(m.figures);
      this.result(m.result, m.labels);
      part.mapTitle.textContent = m.map_title;
      part.mapHint.textContent = m.labels.map_hint;
      await Promise.all([this.pictures(m.pictures, m.labels), this.drawMap(m)]);
    }

    tiles(tiles) {
      const {part} = this;
      if (part.tiles.children.length !== tiles.length) {
        part.tiles.replaceChildren(...tiles.map(() => make('div', 'tile', make('b'), make('span'))));
      }
      tiles.forEach((tile, i) => {
        const node = part.tiles.children[i];
        node.dataset.key = tile.key;
        node.children[0].textContent = tile.value;
        node.children[1].textContent = tile.name;
        node.title = tile.help;
        node.classList.toggle('helped', !!tile.help);
      });
    }

    curves(figures) {
      const {part} = this, names = Object.keys(figures);
      if (!names.length || this.hidden()) return;
      if (names.some(name => !part.curve[name])) {  // which ones there are is known with the first step
        names.forEach((name, i) => part.curve[name] ??= part.curves.children[i] ?? make('div', 'live-curve'));
        names.forEach(name => { part.curve[name].dataset.key = name; part.curves.append(part.curve[name]); });
        part.curves.dataset.count = names.length;
        names.forEach(name => part.curve[name].data && Plotly.Plots.resize(part.curve[name]));
      }
      for (const name of names) this.plot(part.curve[name], figures[name]);
    }

    plot(node, drawing) {
      if (drawing.note) node.replaceChildren(make('p', 'hint', drawing.note));
      else figure(node, drawing);
    }

    result(result, labels) {
      const {part} = this, found = [];
      const rows = (table, tag) => table.map(line => make('tr', '', ...line.map(cell => make(cell ? tag : 'td', '', cell))));
      if (result.table.length) {
        const [head, ...body] = result.table;
        found.push(make('table', 'compared', make('thead', '', ...rows([head], 'th')), make('tbody', '', ...rows(body, 'td'))));
      }
      if (result.lines.length) found.push(make('table', '', ...rows(result.lines.map(line => [line.name, line.value]), 'td')));
      part.result.replaceChildren(...(found.length ? [make('h3', '', labels.result), ...found] : []));
    }

    tables(tables) {
      const {part} = this;
      if (this.hidden()) return;
      for (const [name, figure] of Object.entries(tables)) {
        if (!part.table[name]) {
          part.tables.append(part.table[name] = make('div', 'live-table'));
          part.table[name].dataset.key = name;
          part.table[name].style.height = `${figure.layout.height}px`;
        }
        this.plot(part.table[name], figure);
      }
    }

    async pictures(pictures, labels) {
      const {part, run, generation} = this;
      if (!pictures || pictures.step === this.pictured) return;
      const rows = await Promise.all(pictures.rows.map(async row => {
        const image = new Image();
        image.alt = row.name;
        image.src = address(path`${run}/pictures/${pictures.step}?row=${row.key}`);
        await image.decode();
        return make('div', 'picture-row', make('span', '', row.name), image);
      }));
      if (generation !== this.generation) return;
      this.pictured = pictures.step;
      this.tables(pictures.tables);
      part.pictures.replaceChildren(make('h3', '', labels.pictures), ...rows);
    }

    async drawMap(m) {
      const {part, run, generation} = this;  // another run may be shown while this one's files come
      if (!m.maps.pca.length) return;
      if (!this.map) {
        const about = await (await fetch(address(path`${run}/images.json?lang=${lang()}`))).json();
        if (generation !== this.generation) return;
        const map = new window.EmbeddingMap(part.map, {}, false);  // the wheel is the page's: the map fills half of it
        await map.show(about, address(path`${run}/images.png`), m.labels.unlabelled);
        if (generation !== this.generation) return map.close();
        this.map = map;
        (query.get('hide') || '').split(',').filter(g => /^\d+$/.test(g) && g in map.spec.names).forEach(g => map.toggle(Number(g)));
        map.legend(part.mapLegend, {help: window.playgroundWords.explore.legend_help, toggle: (g, alone) => { map.toggle(g, alone); this.remember(); }});
        if (about.skipped?.length) {
          const list = make('ul', '', ...about.skipped.map(line => make('li', '', line)));
          part.right.append(make('details', 'skipped', make('summary', '', m.labels.skipped.replace('{number}', about.skipped.length)), list));
        }
      }
      if (!m.maps.umap.length) this.kind = 'pca';
      else if (!this.chosen) this.kind = 'umap';
      const kinds = [['pca', m.labels.map_pca], ['umap', m.umap_pending ? m.labels.map_wait : m.labels.map_umap]];
      choice(part.mapKinds, kinds, this.kind, kind => { this.chosen = true; this.kind = kind; this.remember(); this.drawMap(m); });
      for (const node of part.mapKinds.children) node.disabled = !m.maps[node.dataset.kind].length;
      const step = m.maps[this.kind].at(-1), key = m.map_keys[this.kind], name = `${key}/${step}`;
      if (name === this.placed) return;
      this.placed = name;
      const answer = await fetch(address(path`${run}/maps/${key}/${step}`));
      if (generation !== this.generation || this.placed !== name) return;
      if (!answer.ok) this.placed = null;
      else this.map.frame(new Float32Array(await answer.arrayBuffer()));
    }
  }

  // what is set in Train is in the address: data, method, seconds, seed, knob.NAME
  const SET = /^(data|method|seconds|seed|knob\..+)$/;
  const set = {method: 'simclr', known: [], asked: null, ask: () => {}, mine: {}};  // mine: method -> the run of it that was last shown here
  const restore = asked => { set.asked = asked; set.ask(); };
  const given = () => Object.fromEntries([...query].filter(([key]) => SET.test(key)));
  // the run and the controls that the address tells of; usual: what those are that it does not tell of, where they may be others
  function follow(usual = {}) {
    const run = query.get('run') || '', asked = given();
    if (window.playgroundWords.methods.includes(asked.method ?? usual.method)) set.method = asked.method ?? usual.method;
    panel.linked = true;
    panel.show(run);
    if ('method' in asked || !run && Object.keys({...usual, ...asked}).length) restore({...usual, ...asked});
    else if (run) restore({run});
  }

  // Gradio names every radio button differently, so that arrow keys do not move among them and nobody hears that they are one
  // choice; and it calls a slider's parts in English. It does so anew at each change.
  function names() {
    for (const name of ['method', 'budget']) document.querySelectorAll(`#${name} input`).forEach(one => { if (one.name !== name) one.name = name; });
    for (const node of document.querySelectorAll('#knobs [aria-label]')) {
      const said = node.getAttribute('aria-label'), plain = said === 'Reset to default value' ? window.playgroundWords.reset : said.replace(/^(number input|range slider) for /, '');
      if (said !== plain) node.setAttribute('aria-label', plain);
    }
  }

  let panel = null;
  Object.assign(window.playground, {
    live(element, props, watch, ask) {
      set.ask = ask;
      const start = () => {
        if (!window.playgroundWords) return setTimeout(start, 30);
        // once the page has been painted, as plotly takes most of a second to begin
        requestAnimationFrame(() => setTimeout(() => document.head.append(Object.assign(make('script'), {src: document.getElementById('plotly').href}))));
        panel = new Panel(element);
        document.title = window.playgroundWords.page;
        new MutationObserver(names).observe(document.getElementById('controls'), {subtree: true, childList: true, attributeFilter: ['name', 'aria-label']});
        names();
        follow();
      };
      start();
      watch('value', () => {
        if (props.value?.run) mine(props.value.run, true);
        panel?.show(props.value?.run || '', {method: set.method});
      });
    },
    run() { return panel?.run || ''; },
    asked: () => set.asked,
    controls(known, values) {  // as they are now; known: [[name, default], …]
      set.known = known;
      clearTimeout(set.writing);
      set.writing = setTimeout(() => this.write(known, values), 150);  // a slider that is pulled has hundreds of values
    },
    write(known, values) {
      const now = Object.fromEntries(known.map(([key], at) => [key, values[at]])), before = set.method, said = {};
      for (const [key, value] of known) {
        const [of, knob] = key.split('.');
        if (now[key] === null || String(now[key]) === String(value) || knob && of !== now.method) continue;
        said[knob ? `knob.${knob}` : key] = String(now[key]);
      }
      set.method = now.method;
      const {shipped} = window.playgroundWords, shows = panel?.shipped ? panel.run : panel?.last?.example && panel.last.method;
      const left = typeof shows === 'string' ? shows !== now.method : panel?.last?.ended && panel.last.method !== now.method;
      if (left && now.method !== before && (now.method in shipped || set.mine[now.method])) {  // from one finished run to the next
        panel.show(set.mine[now.method] || '');
        if (panel.shipped && now.data === shipped[before] && now.data !== shipped[now.method]) return restore({...said, method: now.method, data: shipped[now.method]});
      }
      if (!panel?.shipped) said.method = now.method;  // or the address would take its controls from the run
      const gone = Object.keys(given()).map(key => [key, null]);
      remember({...Object.fromEntries(gone), ...said});
    },
    show(run) {  // of another tab; Back leads to what was shown before
      if (document.body.dataset.tab !== 'train') this.open('train');
      else if (run !== panel?.run) remember({}, true);
      panel?.show(run);
      restore({run});
      scrollTo(0, 0);
    },
    toast(element, props, watch) {
      const box = element.querySelector('.toast');
      element.closest('.gradio-container').append(box);  // within Train nobody sees it from another tab
      let timer;
      watch('value', () => {
        box.textContent = props.value?.text || '';
        box.hidden = !box.textContent;
        clearTimeout(timer);
        timer = setTimeout(() => { box.hidden = true; }, 9000);
      });
    },
    linkedRun: () => panel && !panel.shipped ? panel.run : null,
    follow: () => follow(Object.fromEntries(set.known.filter(([key]) => !key.includes('.')))),
  });
})();
