// The Explore tab: the maps of one to eight runs with a time axis, and what a person asks of their points. All frames of a
// run are fetched once; scrubbing, playing, colouring, lasso and search then happen here, with no round trip.
(() => {
  const EVERY = 350, RUNNING = 1000;  // ms between two questions: while a map is made, while the run trains
  const PLAY = 620;  // ms a frame: the glide, and a moment to look
  const MOST = 8, GALLERY = 60, ELSEWHERE = 7;  // maps side by side, images shown of a selection, other runs of one image
  const CLOUDS = ['rgb(37 99 235 / .5)', 'rgb(234 88 12 / .5)'];  // of images, of texts
  const {lang, base, path, query, gone, make, button, option, choice, wait, percent, get, post, numbers, packed, unpacked} = window.playgroundKit;
  const say = window.playgroundKit.sayer('explore');
  const who = Math.random().toString(36).slice(2);

  // One run's map: its timeline, its frames as far as they are here, and the element that shows them.
  class Pane {
    constructor(explorer, run) {
      this.explorer = explorer;
      this.run = run;
      this.frames = new Map();  // "key/step" -> positions
      this.values = new Map();  // "name/step" -> a number a point
      this.head = make('div', 'pane-head');
      this.box = make('div', 'map');
      this.box.tabIndex = 0;
      this.busy = make('div', 'map-busy');
      this.busy.hidden = true;
      this.element = make('div', 'pane', this.head, make('div', 'pane-map', this.box, this.busy));
      this.element.dataset.run = run;
    }

    async open() {
      [this.info, this.about] = await Promise.all([get(path`runs/${this.run}/timeline`), get(path`runs/${this.run}/images.json`)]);
      const on = this.explorer;
      this.map = new window.EmbeddingMap(this.box, {
        hover: i => on.hovered(this, i), pick: i => on.pick(i, this), select: found => on.select(found), own: point => on.showOwn(point),
      });
      await this.map.show(this.about, base(path`runs/${this.run}/images.png`).href, say('images'));
      this.box.setAttribute('role', 'application');  // the keys go to the map
      this.box.setAttribute('aria-label', say('map_of', {number: this.about.count, title: this.info.title}));
      this.title();
    }

    title() {
      const changed = this.info.changed ? ` · ${this.info.changed}` : '';
      this.head.replaceChildren(make('b', '', this.info.method), make('span', '', this.info.title.split(' · ').slice(1).join(' · ') + changed), this.kept ??= make('i', 'pane-overlap'));
    }

    stepAt(share) {  // the snapshot at that share of the run's time
      const {seconds, steps} = this.info, last = seconds.at(-1) || 1;
      let best = 0;
      seconds.forEach((s, i) => { if (Math.abs(s / last - share) < Math.abs(seconds[best] / last - share)) best = i; });
      return steps[best];
    }

    async frame(key, step) {
      const name = `${key}/${step}`;
      if (!this.frames.has(name)) {
        const loading = numbers(path`runs/${this.run}/maps/${key}/${step}`);
        this.frames.set(name, loading);
        loading.catch(() => this.frames.delete(name));
      }
      return this.frames.get(name);
    }

    // has the map made, as long as it is wanted; shows frames as they come
    async follow(key) {
      if (this.following === key) return;
      this.leave();
      this.following = key;
      this.ready = [];
      this.failed = '';
      const dead = () => this.following !== key || this.closed;
      if (!this.shows) this.standIn();
      while (!dead()) {
        if (!this.explorer.visible()) { await wait(EVERY); continue; }
        let found;
        try {
          found = await get(path`runs/${this.run}/maps/${key}`, {who});
        } catch (error) {
          this.failed = String(error.message);
          found = {ready: this.ready, state: 'failed', sentence: this.failed, progress: 0};
        }
        if (dead()) return;
        const fresh = found.ready.filter(step => !this.ready.includes(step));
        this.ready = found.ready;
        this.busyWith(found);
        if (fresh.length) this.explorer.arrived(this);
        for (const step of fresh) await this.frame(key, step).catch(() => {});
        if (found.state === 'done' || found.state === 'failed') {
          if (this.info.ended) return;
          await wait(RUNNING);
          const before = this.info.steps.length;
          try { this.info = await get(path`runs/${this.run}/timeline`); } catch { continue; }
          if (this.info.steps.length !== before || this.info.ended) this.explorer.grown(this);
        } else await wait(EVERY);
      }
    }

    // PCA takes no time: nobody looks at an empty box while another map is made
    async standIn() {
      const {pca} = this.info.keys, step = this.explorer.stepOf(this);
      if (this.following === pca) return;
      const positions = await this.frame(pca, step).catch(() => null);
      if (!positions || this.shows || this.closed) return;
      this.shows = `${pca}/${step}`;
      await this.map.frame(positions, 2);
      Object.assign(this.box.dataset, {step, key: pca});
    }

    busyWith(found) {
      const {busy} = this, making = found.state === 'working' || found.state === 'waiting';
      busy.hidden = !making && found.state !== 'failed';
      if (busy.hidden) return;
      const words = make('span', '', found.state === 'failed' ? found.sentence || say('failed') : say(found.state, {done: percent(found.progress), ready: found.ready.length, of: this.info.steps.length}));
      const bar = make('div', 'live-bar', make('div'));
      bar.firstChild.style.width = percent(found.progress);
      const stop = button(say(making ? 'cancel' : 'again'), () => this.explorer[making ? 'cancel' : 'again'](this));
      busy.replaceChildren(words, ...(making ? [bar] : []), stop);
      busy.dataset.state = found.state;
    }

    leave() {  // nobody here waits for the map any more
      if (this.following) fetch(base(path`runs/${this.run}/maps/${this.following}?who=${who}`), {method: 'DELETE', keepalive: true}).catch(() => {});
      this.following = null;
    }

    close() {
      this.closed = true;
      this.leave();
      this.map?.close();
      this.element.remove();
    }
  }

  class Explorer {
    constructor(element) {
      this.root = element.querySelector('.explore');
      this.panes = [];
      this.placed = [];
      const [kind, ...values] = (query.get('map') || '').split('-');
      this.kind = window.playgroundWords.reducers[kind] ? kind : 'pca';
      this.chosen = this.kind === kind;
      this.params = Object.fromEntries(Object.entries(window.playgroundWords.reducers).map(([name, fields]) => [name, Object.fromEntries(fields.map(f => [f.name, f.default]))]));
      if (this.chosen) window.playgroundWords.reducers[kind].forEach((f, i) => { if (values[i] !== undefined) this.params[kind][f.name] = f.options ? values[i] : Number(values[i]); });
      this.wantedStep = query.has('at') ? Number(query.get('at')) : null;
      this.colour = query.get('colour') || 'label';
      this.groups = query.get('words') || '';
      this.wantedPick = query.has('pick') ? Number(query.get('pick')) : -1;
      try { this.selection = query.get('sel') ? unpacked(query.get('sel')) : null; } catch { this.selection = null; }
      this.beside = (query.get('with') || '').split(',').filter(Boolean).slice(0, MOST - 1);
      this.picked = -1;
      this.share = 1;
      this.skeleton();
      new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting)) this.opened(); }).observe(this.root);
      document.addEventListener('keydown', event => this.key(event));
      addEventListener('pagehide', () => this.panes.forEach(pane => pane.leave()));
    }

    visible() { return this.root.offsetParent !== null && !document.hidden; }

    skeleton() {
      const part = this.part = {};
      const field = (label, control) => make('label', 'field', make('span', '', label), control);
      part.run = make('select');
      part.run.id = 'explore-run';
      part.run.onchange = () => { this.picky = part.gone.hidden = true; this.load(part.run.value, []); };
      part.kinds = make('div', 'map-kinds');
      part.space = button(say('space'), () => this.setParam('dimensions', this.params[this.kind].dimensions === 3 ? 2 : 3), 'small toggle');
      part.params = make('div', 'params');
      part.top = make('div', 'explore-top', field(say('run'), part.run), make('div', 'field', make('span', '', say('reducer')), part.kinds), part.space, part.params);
      part.lasso = button(say('lasso'), () => this.tool(this.mode === 'lasso' ? 'pan' : 'lasso'), 'small toggle');
      part.images = button(say('as_images'), () => this.asImages(), 'small toggle');
      part.reset = button(say('reset'), () => this.panes.forEach(pane => pane.map.reset()));
      part.colour = make('select');
      part.colour.id = 'explore-colour';
      part.colour.onchange = () => { this.colour = part.colour.value; this.recolour(); this.remember(); };
      part.groups = make('input');
      part.groups.placeholder = say('groups_help');
      part.groups.value = this.groups;
      part.groups.hidden = true;
      part.groups.setAttribute('aria-label', say('colour_words'));
      part.groups.onchange = () => { this.groups = part.groups.value; this.recolour(); this.remember(); };
      part.tools = make('div', 'explore-tools', part.lasso, part.images, part.reset, field(say('colour'), part.colour), part.groups);
      part.grid = make('div', 'panes');
      part.legend = make('div', 'map-legend');
      part.play = button(say('play'), () => this.play(), 'play');
      part.scrub = make('input', 'scrub');
      Object.assign(part.scrub, {type: 'range', min: 0, max: 0, value: 0});
      part.scrub.setAttribute('aria-label', say('time'));
      part.scrub.oninput = () => { this.stop(); this.go(Number(part.scrub.value)); };
      part.when = make('output', 'when');
      part.metrics = make('div', 'spark');
      part.time = make('div', 'timeline', part.play, part.scrub, part.when);
      part.quality = make('p', 'map-quality');
      part.caveat = make('p', 'hint', say('caveat'));
      const left = make('div', 'explore-main', part.tools, part.grid, part.legend, part.time, part.metrics, part.quality, part.caveat);

      part.search = make('input');
      Object.assign(part.search, {type: 'search', placeholder: say('search_help'), id: 'explore-search'});
      part.search.setAttribute('aria-label', say('search'));
      part.search.oninput = () => this.search(part.search.value);
      part.search.onkeydown = event => { if (event.key === 'Enter' && this.main()?.info.reads) this.placeText(part.search.value); };
      part.found = make('p', 'hint');
      part.asText = button(say('place_text'), () => this.placeText(part.search.value));
      part.picked = make('section', 'picked');
      part.selected = make('section', 'selection');
      part.file = make('input');
      Object.assign(part.file, {type: 'file', multiple: true, accept: 'image/*', id: 'explore-own'});
      part.file.onchange = () => { this.placeFiles([...part.file.files]); part.file.value = ''; };
      part.own = make('section', 'own');
      const drop = make('label', 'drop', make('span', '', say('own_help')), part.file, document.createElement('br'), make('b', '', say('own_choose')));
      part.besides = make('details', 'beside', make('summary', '', say('beside')), part.others = make('div', 'others'));
      part.export = make('details', 'export', make('summary', '', say('export')), part.exports = make('div', 'exports'));
      part.note = make('p', 'hint');
      part.note.setAttribute('role', 'status');
      const side = make('div', 'explore-side',
        make('section', 'search', make('h3', '', say('search')), part.search, part.found, part.asText),
        part.picked, part.selected, make('section', '', make('h3', '', say('own')), drop, part.own), part.besides, part.export, part.note);
      part.gone = make('div', 'link-gone', window.playgroundWords.missing);
      part.gone.setAttribute('role', 'alert');
      part.gone.hidden = true;
      part.body = make('div', '', part.top, make('div', 'explore-columns', left, side));
      part.empty = make('div', 'live-empty', make('h2', '', say('empty_title')), make('p', '', say('empty')));
      part.loading = make('p', 'live-loading', say('loading'));
      this.fill(part.loading);
      window.playgroundKit.dropped(this.root, files => this.placeFiles(files));
    }

    main() { return this.panes[0]; }

    fill(node) { if (this.root.lastChild !== node) this.root.replaceChildren(this.part.gone, node); }

    // -- which runs ------------------------------------------------------------------------------------------------

    async opened() {
      if (this.opening) return;
      this.opening = true;
      try {
        await this.listRuns();
        if (!this.list.length) return this.fill(this.part.empty);
        while (!window.Plotly || !window.EmbeddingMap) await wait(30);
        const now = window.playground.run();
        const followed = !this.picky && now && now !== this.followed && this.list.some(r => r.run === now);
        if (!this.main() || followed) {
          const first = followed || this.list.some(r => r.run === now) ? now : this.list[0].run;
          this.followed = now;
          await this.load(first, this.main() ? [] : this.beside);
        } else this.panes.forEach(pane => pane.map.resized());
      } catch (error) {
        console.error(error);
        this.note(String(error.message));
      } finally { this.opening = false; }
    }

    async listRuns() {
      const {part} = this, linked = query.get('run');
      this.list = await get('runs', {also: [linked, ...this.beside, window.playground.run()].filter(Boolean).join(',')});
      if (linked && !this.loaded && !this.list.some(r => r.run === linked)) part.gone.hidden = !await gone(linked);
      part.run.replaceChildren(...this.list.map(r => option(r.run, r.title + (r.changed ? ` · ${r.changed}` : ''))));
      if (this.main()) part.run.value = this.main().run;
    }

    async load(run, beside) {
      const {part} = this, mine = this.loading = {}, over = () => this.loading !== mine;  // another run was chosen meanwhile
      this.stop();
      clearTimeout(this.settling);
      this.panes.forEach(pane => pane.close());
      this.panes = [];
      const known = this.list.find(r => r.run === run);
      const also = beside.filter(b => b !== run && this.list.some(r => r.run === b && r.set === known?.set));
      if (this.loaded) { this.selection = null; this.placed = []; part.own.replaceChildren(); this.wantedPick = -1; this.wantedStep = null; }
      this.fill(part.body);
      this.colour = this.colour || 'label';
      await this.add(run);
      if (over()) return;
      part.run.value = run;
      this.retime();
      const steps = this.main().info.steps, at = steps.indexOf(this.wantedStep);
      this.index = at < 0 ? steps.length - 1 : at;
      if (!this.chosen) {
        const first = await get(path`runs/${run}/maps/${this.main().info.keys.umap}`, {who, frames: 'last'}).catch(() => null);
        if (over()) return;
        this.kind = first && (first.ready.length || this.main().info.ended) ? 'umap' : 'pca';
      }
      for (const other of also) {
        await this.add(other);
        if (over()) return;
      }
      this.loaded = true;
      this.draw();
      if (this.selection) this.select(this.selection);
      if (this.wantedPick >= 0 && this.wantedPick < this.main().about.count) this.pick(this.wantedPick, this.main());
      else this.picture(-1);
    }

    async add(run) {
      const pane = new Pane(this, run);
      this.part.grid.append(pane.element);
      this.panes.push(pane);
      this.part.grid.dataset.count = this.panes.length;
      try {
        await pane.open();
        pane.map.dragmode = this.mode;
        pane.map.images = this.thumbs;
      } catch (error) {
        this.panes = this.panes.filter(p => p !== pane);
        pane.close();
        this.note(String(error.message));
        throw error;
      }
      this.part.grid.dataset.count = this.panes.length;
      return pane;
    }

    async compare(run, on) {
      if (on && this.panes.length < MOST) {
        const pane = await this.add(run);
        pane.map.select(this.selection);
        pane.map.mark(this.picked);
      } else if (!on) {
        const pane = this.panes.find((p, i) => i && p.run === run);
        pane?.close();
        this.panes = this.panes.filter(p => p !== pane);
        this.part.grid.dataset.count = this.panes.length;
      }
      this.panes.forEach(pane => pane.map.resized());
      this.draw();
      if (this.picked >= 0) this.picture(this.picked);
    }

    drawOthers() {
      const {part} = this, main = this.main();
      const same = this.list.filter(r => r.set === main.info.set && r.run !== main.run);
      part.besides.hidden = false;
      part.others.replaceChildren(...(same.length ? same.map(r => {
        const box = make('input'), shown = this.panes.some(p => p.run === r.run);
        Object.assign(box, {type: 'checkbox', checked: shown, disabled: !shown && this.panes.length >= MOST});
        box.onchange = () => this.compare(r.run, box.checked);
        return make('label', '', box, make('span', '', r.title + (r.changed ? ` · ${r.changed}` : '')));
      }) : [make('p', 'hint', say('beside_none'))]));
    }

    // -- the map, its parameters and its time axis -----------------------------------------------------------------

    key_() { return [this.kind, ...window.playgroundWords.reducers[this.kind].map(f => this.params[this.kind][f.name])].join('-'); }

    draw() {  // whatever was changed: the controls say so, and every pane gets the map
      const {part} = this;
      const kinds = Object.keys(window.playgroundWords.reducers).map(kind => [kind, say(kind)]);
      choice(part.kinds, kinds, this.kind, kind => { this.chosen = true; this.kind = kind; this.draw(); });
      const fields = window.playgroundWords.reducers[this.kind], deep = fields.find(f => f.name === 'dimensions');
      part.space.disabled = deep.high < 3;
      part.space.title = deep.high < 3 ? say('space_tsne') : '';
      part.space.setAttribute('aria-pressed', this.params[this.kind].dimensions === 3);
      part.lasso.disabled = this.params[this.kind].dimensions === 3;
      part.params.replaceChildren(...fields.filter(f => f.name !== 'dimensions').map(f => this.control(f)));
      this.part.asText.hidden = !this.main().info.reads;
      this.drawOthers();
      this.drawColours();
      this.recolour();
      this.panes.forEach(pane => pane.follow(this.key_()));
      this.go(this.index);
      this.drawExports();
      this.overlaps();
      this.putOwn();
    }

    control(f) {
      const value = this.params[this.kind][f.name];
      let node;
      if (f.options) {
        node = make('select', '', ...f.options.map(o => option(o, say(o))));
      } else {
        node = make('input');
        const whole = Number.isInteger(f.default) && f.name !== 'min_dist';
        Object.assign(node, {type: 'number', min: f.low, max: f.high, step: f.step || (whole ? 1 : 0.01)});
      }
      node.value = value;
      node.dataset.param = f.name;
      node.onchange = () => this.setParam(f.name, f.options ? node.value : Math.min(f.high, Math.max(f.low, Number(node.value) || 0)));
      return make('label', 'field', make('span', '', say(`param_${f.name}`)), node);
    }

    setParam(name, value) {
      this.chosen = true;
      this.params[this.kind][name] = value;
      if (name === 'dimensions') for (const other of Object.values(this.params)) if ('dimensions' in other && other !== this.params.tsne) other.dimensions = value;
      this.draw();
    }

    cancel(pane) {
      pane.leave();
      pane.busy.hidden = true;
      const back = pane.info.keys[this.shownKind] ? this.shownKind : 'pca';  // what can be shown at once
      if (!pane.ready.length && this.kind !== back) { this.kind = back; this.draw(); }
    }

    again(pane) { pane.leave(); pane.follow(this.key_()); }

    retime() {
      const {part} = this, {steps} = this.main().info;
      part.scrub.max = steps.length - 1;
      this.drawMetrics();
    }

    grown(pane) {
      pane.title();
      if (pane !== this.main()) return this.go(this.index);
      const atEnd = this.index >= Number(this.part.scrub.max);
      this.retime();
      if (pane.info.ended) { this.listRuns().then(() => this.drawOthers()); this.drawColours(); pane.values.clear(); }
      this.go(atEnd && !this.playing ? pane.info.steps.length - 1 : this.index);
    }

    arrived(pane) {
      this.shownKind = this.kind;
      this.show(pane);
    }

    go(index) {
      const {part} = this, {steps, seconds} = this.main().info;
      this.index = Math.max(0, Math.min(index, steps.length - 1));
      this.share = seconds[this.index] / (seconds.at(-1) || 1);
      part.scrub.value = this.index;
      part.when.textContent = say('when', {step: steps[this.index].toLocaleString('en'), seconds: seconds[this.index].toFixed(1), at: this.index + 1, of: steps.length});
      part.scrub.setAttribute('aria-valuetext', part.when.textContent);
      this.cursor();
      this.panes.forEach(pane => this.show(pane));
      this.assess();
      if (this.colour === 'purity') this.recolour();
      clearTimeout(this.settling);
      this.settling = setTimeout(() => { this.remember(); this.overlaps(); if (this.picked >= 0) this.picture(this.picked); }, 250);
    }

    stepOf(pane) { return pane === this.main() ? pane.info.steps[this.index] : pane.stepAt(this.share); }

    async show(pane) {
      const key = this.key_(), step = this.stepOf(pane), dimensions = this.params[this.kind].dimensions;
      if (!pane.ready?.length || pane.following !== key) return;
      const near = pane.ready.reduce((a, b) => Math.abs(b - step) < Math.abs(a - step) ? b : a);  // until its own frame is there
      const name = `${key}/${near}`;
      if (pane.shows === name) return;
      pane.shows = name;
      try {
        const positions = await pane.frame(key, near);
        if (pane.shows !== name || pane.closed) return;
        await pane.map.frame(positions, dimensions);
        pane.box.dataset.step = near;
        pane.box.dataset.key = key;
        if (pane === this.main()) this.assess();
      } catch (error) {
        pane.shows = null;
        this.note(String(error.message));
      }
    }

    play() {
      if (this.playing) return this.stop();
      const last = this.main().info.steps.length - 1;
      if (this.index >= last) this.go(0);
      this.part.play.textContent = say('pause');
      this.part.play.setAttribute('aria-pressed', true);
      this.playing = setInterval(() => {
        if (!this.visible()) return;
        if (this.index >= this.main().info.steps.length - 1) return this.main().info.ended ? this.stop() : undefined;
        this.go(this.index + 1);
      }, PLAY);
    }

    stop() {
      clearInterval(this.playing);
      this.playing = null;
      this.part.play.textContent = say('play');
      this.part.play.setAttribute('aria-pressed', false);
    }

    key(event) {
      if (!this.visible() || !this.main() || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest('input, select, textarea, [role=tab], [contenteditable]')) return;
      if (event.key === ' ' && event.target.closest('button, summary, a')) return;  // which is its own press
      const act = {' ': () => this.play(), ArrowRight: () => { this.stop(); this.go(this.index + 1); }, ArrowLeft: () => { this.stop(); this.go(this.index - 1); },
        Home: () => { this.stop(); this.go(0); }, End: () => { this.stop(); this.go(Infinity); },
        Escape: () => { this.select(null); this.picture(-1); }}[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }

    // a small line a metric, over the run's time, with the scrubber's place
    drawMetrics() {
      const {part} = this, {metrics, seconds} = this.main().info, [w, h] = [100, 26], last = seconds.at(-1) || 1;
      const svg = (tag, attributes) => {
        const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
        for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
        return node;
      };
      this.cursors = [];
      part.metrics.replaceChildren(...metrics.map(({key, name, values}, number) => {
        const known = values.filter(v => v !== null), low = Math.min(...known), high = Math.max(...known);
        const x = i => w * seconds[i] / last, y = v => h - 3 - (h - 6) * (v - low) / (high - low || 1);
        const drawing = svg('svg', {viewBox: `0 0 ${w} ${h}`, preserveAspectRatio: 'none', 'aria-hidden': true});
        const colour = window.EmbeddingMap.colours.COLOURS[[8, 7, 5][number % 3]];
        drawing.append(svg('polyline', {points: values.map((v, i) => v === null ? '' : `${x(i)},${y(v)}`).join(' '), stroke: colour}));
        const cursor = svg('line', {y1: 0, y2: h, class: 'cursor'});
        drawing.append(cursor);
        const value = make('b');
        this.cursors.push({cursor, value, at: i => {
          cursor.setAttribute('x1', x(i)); cursor.setAttribute('x2', x(i));
          value.textContent = values[i] === null ? '–' : key === 'knn' ? percent(values[i], 1) : Number(values[i].toPrecision(3));
        }});
        drawing.onclick = event => {  // to the snapshot under the mouse
          const box = drawing.getBoundingClientRect(), at = (event.clientX - box.left) / box.width * last;
          this.stop();
          this.go(seconds.reduce((best, s, i) => Math.abs(s - at) < Math.abs(seconds[best] - at) ? i : best, 0));
        };
        const row = make('div', 'spark-row', make('span', '', name), drawing, value);
        row.dataset.metric = key;
        return row;
      }));
      this.cursor();
    }

    cursor() { for (const one of this.cursors || []) if (this.index < this.main().info.steps.length) one.at(this.index ?? 0); }

    assess() {  // what the map keeps, once it stands still
      clearTimeout(this.assessing);
      this.assessing = setTimeout(async () => {
        const pane = this.main(), [key, step] = [pane?.box.dataset.key, pane?.box.dataset.step];
        if (!key) return;
        try {
          const found = await get(path`runs/${pane.run}/maps/${key}/${step}/quality`);
          if (pane.box.dataset.key !== key || pane.box.dataset.step !== step) return;
          this.part.quality.textContent = say('quality', {trust: found.trustworthiness.toFixed(3), kept: percent(found.preservation)});
          this.part.quality.dataset.step = step;
        } catch { this.part.quality.textContent = ''; }
      }, 500);
    }

    // -- colours ---------------------------------------------------------------------------------------------------

    drawColours() {
      const {part} = this, main = this.main(), {colours} = main.info;
      const words = Object.keys(main.about.captions || {}).length || main.about.names?.length;
      const names = [...colours, ...(words ? ['words'] : [])];
      if (!names.includes(this.colour)) this.colour = names[0] || 'none';
      part.colour.replaceChildren(...(names.length ? names : ['none']).map(name => option(name, name === 'error' ? main.info.error : say(`colour_${name}`))));
      part.colour.value = this.colour;
    }

    async recolour() {
      this.part.groups.hidden = this.colour !== 'words';
      await Promise.all(this.panes.map(pane => this.paint(pane).catch(error => this.note(String(error.message)))));
      this.drawLegend();
    }

    async paint(pane) {
      const {map, about} = pane, colour = pane === this.main() || pane.info.colours.includes(this.colour) ? this.colour : 'label';
      if (colour === 'label' || colour === 'none') { if (pane.coloured !== 'label') map.byLabel(); pane.coloured = 'label'; return; }
      if (colour === 'words') {
        const words = this.groups.split(/[,，;；]/).map(w => w.trim()).filter(Boolean);
        const of = Array.from({length: about.count}, (_, i) => words.findIndex(w => this.textOf(pane, i).includes(w.toLowerCase())));
        map.colour({names: words, of});
        pane.coloured = `words ${this.groups}`;
        return;
      }
      const step = colour === 'purity' ? this.stepOf(pane) : pane.info.steps.at(-1), name = `${colour}/${step}`;
      if (pane.coloured === name) return;
      if (!pane.values.has(name)) {
        const loading = numbers(path`runs/${pane.run}/values/${colour}/${step}`);
        pane.values.set(name, loading);
        loading.catch(() => pane.values.delete(name));
      }
      const values = await pane.values.get(name);
      if (this.colour !== colour) return;
      pane.coloured = name;
      if (colour === 'cluster' || colour === 'prototype') {
        const used = [...new Set(values)].sort((a, b) => a - b);
        map.colour({names: used.map(v => `${say(`one_${colour}`)} ${v + 1}`), of: Array.from(values, v => used.indexOf(v))});
      } else {
        const sorted = Float32Array.from(values).sort(), at = q => sorted[Math.floor(q * (sorted.length - 1))];
        map.colour(colour === 'purity' ? {values, low: 0, high: 1} : {values, low: at(0.02), high: at(0.98)});
      }
    }

    textOf(pane, i) {
      pane.texts ??= Array.from({length: pane.about.count}, (_, j) => [...Object.values(pane.about.captions || {}).map(c => c[j]), pane.about.names?.[j],
        pane.about.labels ? pane.about.classes[pane.about.labels[j]] : '', pane.map.name(j)].filter(Boolean).join('\n').toLowerCase());
      return pane.texts[i];
    }

    drawLegend() {
      const main = this.main(), {names} = main.map.spec;
      main.map.legend(this.part.legend, {
        name: this.colour === 'error' ? main.info.error : say(`colour_${this.colour}`), help: say('legend_help'),
        toggle: (g, alone) => this.panes.forEach(pane => pane.map.spec.names?.length === names.length && pane.map.toggle(g, alone)),
      });
    }

    tool(name) {
      this.mode = name;
      this.panes.forEach(pane => pane.map.tool(name));
      this.part.lasso.setAttribute('aria-pressed', name === 'lasso');
    }

    asImages() {
      this.thumbs = this.thumbs ? undefined : true;
      this.part.images.setAttribute('aria-pressed', !!this.thumbs);
      this.panes.forEach(pane => { pane.map.images = this.thumbs; pane.map.redraw(); });
    }

    // -- one image, and several ------------------------------------------------------------------------------------

    hovered(from, i) { for (const pane of this.panes) if (pane !== from) pane.map.link(i < -1 ? -1 : i); }

    pick(i) {
      this.picked = i;
      this.remember();
      return this.picture(i);
    }

    thumb(pane, i, side, text, cls = 'thumb') {
      const image = pane.map.dress(make('div', 'thumb-image'), i, side);
      const node = button(image, () => this.pick(i), cls);
      node.append(make('span', '', text));
      node.title = pane.map.name(i);
      node.dataset.index = i;
      node.onmouseenter = () => this.panes.forEach(p => p.map.link(i));
      node.onmouseleave = () => this.panes.forEach(p => p.map.link(-1));
      return node;
    }

    async picture(i) {
      const {picked} = this.part, main = this.main();
      this.picked = i;
      if (i < 0) {
        picked.replaceChildren(make('h3', '', say('picked')), make('p', 'hint', say('picked_help')));
        this.panes.forEach(pane => pane.map.mark(-1));
        this.remember();
        return;
      }
      const lists = await Promise.all(this.panes.map(pane => get(path`runs/${pane.run}/neighbours/${this.stepOf(pane)}/${i}`).catch(() => [])));
      if (this.picked !== i) return;
      this.panes.forEach((pane, p) => pane.map.mark(i, lists[p].map(n => n[0])));
      const own = make('div', 'picked-head', main.map.dress(make('div', 'thumb-image'), i, 84), make('div', '', make('b', '', main.map.name(i)), make('p', 'hint', say('image_number', {number: i + 1})),
        ...(main.info.rebuilds ? [button(say('rebuild_it'), () => window.playgroundKit.send('reconstruct', {run: main.run, index: i}))] : [])));
      const rows = this.panes.map((pane, p) => {
        const label = main.about.labels, same = label && lists[p].filter(n => label[n[0]] === label[i]).length;
        const title = this.panes.length > 1 ? pane.info.method : say('neighbours');
        const row = make('div', 'neighbours', ...lists[p].map(([j, cosine]) => {
          const node = this.thumb(pane, j, 42, cosine.toFixed(2));
          if (label) node.classList.add(label[j] === label[i] ? 'same' : 'other');
          return node;
        }));
        row.dataset.run = pane.run;
        return make('div', '', make('h4', '', title, label ? make('small', '', ` ${say('same_class', {same, of: lists[p].length})}`) : ''), row);
      });
      const elsewhere = make('div', 'elsewhere');
      picked.replaceChildren(make('h3', '', say('picked')), own, ...rows, elsewhere);
      picked.dataset.index = i;
      this.elsewhere(elsewhere, [], pane => get(path`runs/${pane.run}/neighbours/${pane.last}/${i}`), i);
    }

    // the runs that are not on the page: a small map of each, with the image or a person's own in it
    async elsewhere(box, own, near, i = -1) {
      const main = this.main(), shown = this.panes.map(pane => pane.run);
      const others = this.list.filter(r => r.set === main.info.set && r.ended && !shown.includes(r.run)).slice(0, ELSEWHERE);
      if (!others.length) return;
      box.append(make('h4', '', say('elsewhere')));
      const grid = box.appendChild(make('div', 'minis'));
      for (const other of others) {
        try {
          const positions = await numbers(path`runs/${other.run}/maps/${main.info.keys.pca}/${other.last}`);
          const found = await near(other);
          const canvas = make('canvas');
          mini(canvas, positions, main.map, i, own.length ? found.placed.map(p => p.at) : []);
          const list = own.length ? found.placed.flatMap(p => p.near.slice(0, 3)) : found.slice(0, 3);
          const node = button(canvas, () => this.compare(other.run, true), 'mini');
          node.append(make('span', '', other.method + (other.changed ? ` · ${other.changed}` : '')),
            make('div', 'mini-near', ...list.map(([j]) => main.map.dress(make('div', 'thumb-image'), j, 22))));
          node.title = `${other.title}: ${say('elsewhere_help')}`;
          node.dataset.run = other.run;
          grid.append(node);
        } catch { /* a run that has gone since */ }
      }
    }

    select(found) {
      const {selected, search} = this.part, main = this.main();
      this.selection = found?.length ? found.filter(i => i < main.about.count) : null;
      this.panes.forEach(pane => pane.map.select(this.selection));
      this.remember();
      if (!this.selection) { selected.replaceChildren(); if (search.value) { search.value = ''; this.part.found.textContent = ''; } return; }
      const {labels} = main.about, {classes} = main.map, count = new Map();
      if (labels) for (const i of this.selection) count.set(labels[i], (count.get(labels[i]) || 0) + 1);
      const bars = [...count].sort((a, b) => b[1] - a[1]).map(([label, number]) => {
        const bar = make('i');
        bar.style.width = percent(number / this.selection.length);
        bar.style.background = window.EmbeddingMap.colours.COLOURS[label % 20];
        const row = make('div', 'count', make('span', '', classes[label]), make('div', '', bar), make('b', '', number));
        row.dataset.label = label;
        return row;
      });
      const clear = button(say('clear'), () => this.select(null));
      const more = this.selection.length - GALLERY;
      selected.replaceChildren(make('h3', '', say('selected', {number: this.selection.length.toLocaleString('en')}), clear), ...bars,
        make('div', 'gallery', ...this.selection.slice(0, GALLERY).map(i => this.thumb(main, i, 34, '', 'thumb bare'))),
        ...(more > 0 ? [make('p', 'hint', say('more', {number: more.toLocaleString('en')}))] : []));
      selected.dataset.count = this.selection.length;
    }

    search(text) {
      const {found, asText} = this.part, main = this.main(), wanted = text.trim().toLowerCase();
      asText.hidden = !main.info.reads;
      if (!wanted) { found.textContent = ''; this.select(null); return; }
      const hits = Array.from({length: main.about.count}, (_, i) => i).filter(i => this.textOf(main, i).includes(wanted));
      found.textContent = hits.length ? say('found', {number: hits.length.toLocaleString('en')}) : say(main.info.reads ? 'found_none_reads' : 'found_none');
      const keep = this.part.search.value;
      this.select(hits);
      this.part.search.value = keep;
      found.textContent ||= '';
      if (!hits.length) found.textContent = say(main.info.reads ? 'found_none_reads' : 'found_none');
    }

    // -- a person's own images and words ---------------------------------------------------------------------------

    placeable(pane) { const last = pane.info.steps.at(-1); return pane.ready?.includes(last) && pane.following === this.key_(); }

    async placeFiles(files) {
      if (!files.length || !this.main()) return;
      this.files = files.slice(0, 12);
      this.texts = null;
      this.note(say('placing'));
      await this.placeOwn();
    }

    async placeText(text) {
      if (!text.trim() || !this.main()) return;
      this.texts = [...(this.texts || []), text.trim()].slice(-8);
      await this.placeOwn();
    }

    post(run, key) {
      const form = new FormData();
      for (const file of this.files) form.append('images', file, file.name);
      return post(path`runs/${run}/maps/${key}/place`, form);
    }

    async placeOwn() {
      const {own} = this.part, key = this.key_(), main = this.main(), mine = this.placing = {}, over = () => this.placing !== mine || key !== this.key_();
      own.replaceChildren();
      this.placed = [];
      for (const pane of this.panes) {
        pane.own = [];
        try {
          for (let tries = 0; !this.placeable(pane) && tries < 400; tries++) await wait(100);  // the last frame is on its way
          if (over()) return;
          if (this.files) {
            const found = await this.post(pane.run, key);
            if (over()) return;
            pane.own.push(...found.placed);
            if (pane === main) found.skipped.forEach(sentence => own.append(make('p', 'hint bad', sentence)));
          }
          if (this.texts && pane.info.reads) {
            const {placed, gap, plane} = await post(path`runs/${pane.run}/maps/${key}/words`, {texts: this.texts, closed: !!this.closed});
            if (over()) return;
            pane.own.push(...placed.map((one, i) => ({...one, name: this.texts[i]})));
            Object.assign(pane, {gap, plane});
          }
        } catch (error) { own.append(make('p', 'hint bad', String(error.message))); }
      }
      this.note('');
      this.go(main.info.steps.length - 1);  // the network that places them is the last one
      this.putOwn();
      for (const [j, point] of (main.own || []).entries()) own.append(this.ownRow(point, j));
      if (this.texts && main.own?.length && typeof main.gap === 'number') own.append(this.gapRow(main));
      if (main.own?.length) {
        own.append(button(say('clear'), () => { this.files = this.texts = null; this.panes.forEach(pane => { pane.own = []; }); this.putOwn(); own.replaceChildren(); }));
        if (this.files) {
          const box = own.appendChild(make('div', 'elsewhere'));
          this.elsewhere(box, main.own, other => this.post(other.run, main.info.keys.pca));
        }
      }
    }

    ownRow(point, j) {
      const main = this.main(), image = point.picture ? Object.assign(new Image(), {src: point.picture, alt: point.name, className: 'own-image'}) : make('b', 'own-word', point.name);
      const lists = this.panes.map(pane => {
        const row = make('div', 'neighbours', ...(pane.own?.[j]?.near || []).slice(0, 8).map(([i, cosine]) => this.thumb(pane, i, 34, cosine.toFixed(2))));
        row.dataset.run = pane.run;
        return this.panes.length > 1 ? make('div', '', make('h4', '', pane.info.method), row) : row;
      });
      const row = make('div', 'own-row', make('div', 'picked-head', image, make('div', '', make('b', '', point.picture ? point.name : ''), make('p', 'hint', say(`how_${point.how}${point.how === 'transform' ? `_${this.kind}` : ''}`)),
        ...(point.known === false ? [make('p', 'hint bad own-unknown', say('unknown', {text: point.name}))] : []))), ...lists);
      row.dataset.name = point.name;
      return row;
    }

    // how far apart images and texts lie in a CLIP's space, and the texts put back by it
    gapRow(pane) {
      const box = make('input'), canvas = make('canvas', 'gap-plane'), told = say('gap', {gap: pane.gap.toFixed(2)});
      Object.assign(box, {type: 'checkbox', checked: !!this.closed});
      box.onchange = async () => {
        const {own} = this.part;
        own.style.minHeight = `${own.offsetHeight}px`;  // what stands below does not jump meanwhile
        this.closed = box.checked;
        await this.placeOwn();
        own.querySelector('.gap input')?.focus();
        own.style.minHeight = '';
      };
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', say(this.closed ? 'gap_plane_closed' : 'gap_plane'));
      if (pane.plane) clouds(canvas, pane.plane);
      const key = (name, cls) => make('span', '', make('i', cls), say(name));
      const row = make('div', 'gap', make('h4', '', told), make('p', 'hint', say('gap_help')), make('label', 'check', box, make('span', '', say('gap_close'))),
        ...(pane.plane ? [canvas, make('p', 'hint gap-key', key('gap_images', 'of-images'), key('gap_texts', 'of-texts'))] : []));
      row.dataset.gap = pane.gap;
      return row;
    }

    // own points belong to the last network: they show on its frame only
    putOwn() {
      for (const pane of this.panes) {
        const fits = (pane.own || []).filter(p => p.at.length === this.params[this.kind].dimensions);
        pane.map.put(pane.ownKey !== undefined && pane.ownKey !== this.key_() && !fits.length ? [] : fits);
      }
      if ((this.files || this.texts) && this.ownKey !== this.key_()) { this.ownKey = this.key_(); if (this.placedOnce) this.placeOwn(); }
      this.placedOnce = !!(this.files || this.texts);
    }

    showOwn(point) { this.part.own.querySelector(`[data-name="${CSS.escape(point.name)}"]`)?.scrollIntoView({block: 'nearest', behavior: 'smooth'}); }

    // -- beside, export, link --------------------------------------------------------------------------------------

    async overlaps() {
      const main = this.main();
      main.kept && (main.kept.textContent = '');
      for (const pane of this.panes.slice(1)) {
        try {
          const share = await get(path`runs/${main.run}/overlap/${this.stepOf(main)}/${pane.run}/${this.stepOf(pane)}`);
          pane.kept.textContent = say('overlap', {share: percent(share)});
          pane.kept.title = say('overlap_help');
        } catch (error) { pane.kept.textContent = String(error.message); }
      }
    }

    drawExports() {
      const {exports} = this.part, link = (kind, name) => {
        const node = make('a', '', name);
        node.dataset.kind = kind;
        node.onmousedown = node.onfocus = node.onpointerenter = () => {  // of what is shown at that moment
          const {key, step} = this.main().box.dataset;
          node.href = base(path`runs/${this.main().run}/maps/${key}/${step}/export.${kind}?lang=${lang()}`).href;
        };
        node.href = '#';
        node.setAttribute('download', '');
        return node;
      };
      const act = (name, kind, work) => {
        const node = button(name, work, 'link');
        node.dataset.kind = kind;
        return node;
      };
      const drawing = format => async () => {
        const main = this.main(), title = `${main.info.title} · ${say(this.kind)} · ${this.part.when.textContent}`;
        const node = make('a');
        node.href = await main.map.figure(format, title);
        node.download = `${main.info.method}-${this.kind}-step${main.box.dataset.step}.${format}`.replace(/ /g, '-').toLowerCase();
        node.click();
      };
      exports.replaceChildren(link('parquet', 'Parquet'), link('csv', 'CSV'), link('html', say('export_html')), link('zip', 'TensorBoard Projector'),
        act('PNG', 'png', drawing('png')), act('SVG', 'svg', drawing('svg')), act(say('copy_link'), 'link', async () => {
          this.remember();
          try { await navigator.clipboard.writeText(location.href); this.note(say('copied')); } catch { this.note(location.href); }
        }));
    }

    remember() {  // the view is in the address
      if (!this.main() || !this.loaded || !this.visible()) return;
      window.playgroundKit.remember({
        run: this.main().run, tab: 'explore', map: this.key_(), at: this.index < this.main().info.steps.length - 1 ? this.main().info.steps[this.index] : null,
        colour: this.colour === 'label' ? null : this.colour, words: this.colour === 'words' ? this.groups : null,
        with: this.panes.slice(1).map(pane => pane.run).join(','), pick: this.picked >= 0 ? this.picked : null, sel: this.selection ? packed(this.selection) : null,
      });
    }

    note(text) { (this.part.body.isConnected ? this.part.note : this.part.loading).textContent = text; }
  }

  function mini(canvas, positions, map, i, own) {
    const side = 92, ratio = devicePixelRatio || 1, g = canvas.getContext('2d');
    canvas.width = canvas.height = side * ratio;
    g.scale(ratio, ratio);
    const [x0, y0, wide, high] = window.EmbeddingMap.spread(positions, 2), scale = side / Math.max(wide, high);
    const at = (x, y) => [side / 2 + (x - x0) * scale, side / 2 - (y - y0) * scale];
    g.globalAlpha = 0.45;
    for (let j = 0; j < positions.length / 2; j++) {
      const [x, y] = at(positions[2 * j], positions[2 * j + 1]);
      g.fillStyle = map.spec.values ? '#8890a0' : map.colourOf(j);
      g.fillRect(x - 0.7, y - 0.7, 1.4, 1.4);
    }
    g.globalAlpha = 1;
    g.strokeStyle = getComputedStyle(document.body).color;
    g.lineWidth = 2;
    for (const [x, y] of [...(i >= 0 ? [at(positions[2 * i], positions[2 * i + 1])] : []), ...own.map(p => at(...p))]) {
      g.beginPath();
      g.arc(Math.max(5, Math.min(side - 5, x)), Math.max(5, Math.min(side - 5, y)), 5, 0, 6.2832);
      g.stroke();
    }
  }

  // images and texts of a CLIP's space in the plane, at one scale in both directions
  function clouds(canvas, plane) {
    const [wide, high] = [300, 150], ratio = devicePixelRatio || 1, g = canvas.getContext('2d'), all = [...plane.images, ...plane.texts];
    [canvas.width, canvas.height] = [wide * ratio, high * ratio];
    g.scale(ratio, ratio);
    const [x0, y0, w, h] = window.EmbeddingMap.spread(Float32Array.from(all), 2), scale = Math.min(wide / w, high / h) * 0.94;
    for (const [points, colour] of [[plane.images, CLOUDS[0]], [plane.texts, CLOUDS[1]]]) {
      g.fillStyle = colour;
      for (let i = 0; i < points.length; i += 2) g.fillRect(wide / 2 + (points[i] - x0) * scale - 1, high / 2 - (points[i + 1] - y0) * scale - 1, 2, 2);
    }
  }

  window.playground.explore = element => { window.playground.explorer = new Explorer(element); };
})();
