// The Compare tab: up to eight runs as a table, their curves over each other, their maps and reconstructions linked by image,
// copies with one knob changed and sweeps of a knob. The server tells every number and sentence (playground.compare); while
// something trains it is asked again and again. Text from outside goes in through textContent only.
(() => {
  const EVERY = 700, RETRY = 2500, MAP_EVERY = 400;  // ms between two questions: while a run trains, when the app is gone, for a map
  const CURVES = ['loss', 'std_sqrt_d', 'mse', 'knn'];  // those that are drawn where nobody has chosen
  const SHOWN = 8, SIDE = 64;  // reconstructions of a run, and their px
  const TIMES = [15, 30, 120];  // s for each run of a sweep
  const COLOURS = ['#4B96FF', '#874BB4', '#5AA52D', '#E1C300', '#FFA5A5', '#69D2FF', '#3C4B69', '#D269A5'];  // plots.PALETTE
  const {base, path, query, mine, make, button, option, choice, heading, wait, percent, get, post, numbers, figure} = window.playgroundKit;
  const say = window.playgroundKit.sayer('compare');
  const who = Math.random().toString(36).slice(2);
  const field = (label, control) => make('label', 'field', make('span', '', label), control);
  const secret = () => window.playgroundKit.owner();

  // a run's line in the curves, as a small piece of it
  function swatch(at) {
    const node = make('span', 'compare-swatch');
    Object.assign(node.style, {borderTopColor: COLOURS[at], borderTopStyle: ['solid', 'dashed', 'dotted'][at % 3]});
    return node;
  }

  // an address of this page with other values; null takes one out
  function linkTo(values) {
    const url = new URL(location.pathname, location.href);
    for (const [key, value] of Object.entries(values)) if (value) url.searchParams.set(key, value);
    return url.href;
  }

  // pixels (H,W,C) of playground.repairs onto a canvas of their own size
  function paint(canvas, text, {width, height}) {
    const from = Uint8Array.from(atob(text), c => c.charCodeAt(0)), channels = from.length / (width * height), to = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) for (let c = 0; c < 4; c++) to.data[4 * i + c] = c === 3 ? 255 : from[channels * i + (channels === 3 ? c : 0)];
    Object.assign(canvas, {width, height}).getContext('2d').putImageData(to, 0, 0);
  }

  // -- maps ----------------------------------------------------------------------------------------------------------

  class Pane {
    constructor(maps, info) {
      this.maps = maps;
      this.run = info.run;
      this.head = make('div', 'pane-head');
      this.box = make('div', 'map');
      this.element = make('div', 'pane', this.head, this.box, make('p', 'hint compare-busy', say('working')));
      this.element.dataset.run = info.run;
    }

    async update(info, at) {
      const moved = this.info?.last !== info.last || this.info?.ended !== info.ended;
      this.info = info;
      this.head.replaceChildren(swatch(at), make('b', '', info.label));
      this.opening ??= this.open().catch(error => { this.opening = null; throw error; });  // the next look tries again
      await this.opening;
      if (moved && !this.closed) this.place();
    }

    async open() {
      this.about = await get(path`runs/${this.run}/images.json`);
      if (this.closed) return;
      this.map = new window.EmbeddingMap(this.box, {hover: i => this.maps.hovered(this, i), pick: i => this.maps.page.pick(i, this)});
      await this.map.show(this.about, base(path`runs/${this.run}/images.png`).href, say('images'));
      this.box.setAttribute('role', 'group');
      this.box.setAttribute('aria-label', say('map_of', {number: this.about.count, title: this.info.label}));
      if (this.closed) this.map.close();
      else this.maps.opened(this);
    }

    // PCA takes no time; UMAP once it has been made
    async place() {
      const mine = this.placing = {}, {keys} = this.maps.page.found, {last, ended} = this.info, over = () => this.placing !== mine || this.closed;
      const show = async key => {
        const positions = await numbers(path`runs/${this.run}/maps/${key}/${last}`).catch(() => null);
        if (!positions || over()) return;
        this.map.frame(positions, 2);
        Object.assign(this.box.dataset, {key, step: last});
      };
      if (this.box.dataset.key !== keys.umap || !ended || this.maps.kind === 'pca') await show(keys.pca);
      while (!over() && ended && this.maps.kind === 'umap') {
        const found = this.maps.page.visible() ? await get(path`runs/${this.run}/maps/${keys.umap}`, {who, frames: 'last'}).catch(() => ({state: 'failed', ready: []})) : {ready: []};
        if (over()) return;
        if (found.ready.includes(last)) return show(keys.umap);
        if (found.state === 'failed') return;
        await wait(MAP_EVERY);
      }
    }

    close() {
      this.closed = true;
      this.map?.close();
      this.element.remove();
    }
  }

  class MapsOf {
    constructor(page) {
      this.page = page;
      this.panes = [];
      this.kind = query.get('maps') === 'pca' ? 'pca' : 'umap';
      this.kinds = make('div');
      this.link = make('a', 'compare-link', say('maps_explore'));
      this.steps = make('div', 'compare-steps', ...[[-1, '‹', 'image_before'], [1, '›', 'image_next']].map(([by, sign, name]) => {  // without a mouse, too
        const node = button(sign, () => this.go(by));
        node.setAttribute('aria-label', say(name));
        node.title = say(name);
        return node;
      }));
      this.grid = make('div', 'panes');
      this.legend = make('div', 'map-legend');
      this.kept = make('p', 'compare-kept');
      this.note = make('p', 'hint');
      this.element = make('section', 'compare-maps', heading(say('maps'), say('maps_help')), make('div', 'compare-row', this.kinds, this.steps, this.link), this.grid, this.legend, this.kept, this.note);
      this.choose();
    }

    choose() {
      choice(this.kinds, [['umap', say('map_umap')], ['pca', say('map_pca')]], this.kind, kind => { this.kind = kind; this.choose(); this.page.remember(); this.panes.forEach(pane => pane.map && pane.place()); });
    }

    sync(runs) {
      const there = runs.filter(r => r.last !== null);
      for (const pane of this.panes) if (!there.some(r => r.run === pane.run)) pane.close();
      this.panes = there.map(info => this.panes.find(pane => pane.run === info.run) ?? new Pane(this, info));
      this.grid.dataset.count = this.panes.length;
      this.panes.forEach((pane, at) => { if (this.grid.children[at] !== pane.element) this.grid.insertBefore(pane.element, this.grid.children[at] ?? null); });
      for (const pane of this.panes) pane.update(there.find(r => r.run === pane.run), runs.findIndex(r => r.run === pane.run)).catch(error => console.warn(error));
      const sets = new Set(there.map(r => r.set)), main = there[0];
      this.note.textContent = !there.length ? say('maps_wait') : sets.size > 1 ? say('maps_other') : '';
      this.link.hidden = !main;
      if (main) this.link.href = linkTo({tab: 'explore', run: main.run, with: there.slice(1).filter(r => r.set === main.set).map(r => r.run).join(',')});
      if (this.count !== this.panes.length) this.panes.forEach(pane => pane.map?.resized());
      this.count = this.panes.length;
    }

    same(pane) { return this.panes.filter(other => other.map && other.info.set === pane.info.set); }

    hovered(from, i) { for (const pane of this.same(from)) if (pane !== from) pane.map.link(i); }

    opened(pane) {
      const {picked} = this.page;
      if (picked?.set === pane.info.set) {
        if (picked.index >= pane.about.count) this.page.picked = null;  // of a link that somebody wrote
        else if (!this.kept.dataset.index) this.mark(picked.index, pane);
        else pane.map.mark(picked.index);
      }
      if (pane !== this.panes.find(one => one.map)) return;
      pane.map.legend(this.legend, {help: window.playgroundWords.explore.legend_help, toggle: (g, alone) => this.same(pane).forEach(one => one.map.toggle(g, alone))});
    }

    go(by) {
      const pane = this.panes.find(one => one.map && (!this.page.picked || one.info.set === this.page.picked.set));
      if (pane) this.page.pick(((this.page.picked?.index ?? (by > 0 ? -1 : 0)) + by + pane.about.count) % pane.about.count, pane);
    }

    mark(index, pane) {
      this.panes.forEach(one => one.map?.mark(one.info.set === pane.info.set ? index : -1));
      this.kept.replaceChildren(say('kept'), ' ', pane.map.dress(make('span', 'thumb-image'), index, 34), ' ', `${pane.map.name(index)} · ${say('kept_image', {number: index + 1})}`);
      this.kept.dataset.index = index;
    }
  }

  // -- reconstructions -----------------------------------------------------------------------------------------------

  class Pictures {
    constructor(page) {
      this.page = page;
      this.shift = /^\d{1,6}$/.test(query.get('other') ?? '') ? Number(query.get('other')) : 0;
      this.table = make('table');
      this.error = make('p', 'hint bad');
      this.element = make('section', 'compare-pictures', heading(say('pictures'), say('pictures_help')), make('div', 'compare-row', button(say('pictures_other'), () => { this.shift++; this.sync(this.page.found.runs); this.page.remember(); })),
        make('div', 'compare-scroll', this.table), this.error);
    }

    async sync(runs) {
      const can = runs.filter(r => r.rebuilds && r.last !== null), most = set => can.filter(r => r.set === set).length;
      const set = can.map(r => r.set).sort((a, b) => most(b) - most(a))[0], these = can.filter(r => r.set === set);
      this.element.hidden = !these.length;
      if (!these.length) return;
      const {picked} = this.page, key = JSON.stringify([these.map(r => [r.run, r.label, r.last]), this.shift, picked?.set === set && picked.index]);
      if (key === this.key) return;
      this.key = key;
      const over = () => this.key !== key;
      try {
        const about = await get(path`runs/${these[0].run}/images.json`);
        if (over()) return;
        const own = picked?.set === set && picked.index < about.count ? [picked.index] : [], step = Math.floor(about.count / SHOWN) | 1;  // odd: classes often take turns
        const indices = [...new Set([...own, ...Array.from({length: SHOWN}, (_, i) => (i * step + 7 * this.shift) % about.count)])].slice(0, SHOWN);
        this.draw(these, runs, indices, about);
        for (const index of indices) {  // each column by itself: nobody waits for the last one
          const found = await post(path`runs/${these[0].run}/repair/compare`, {image: {index}, runs: these.map(r => r.run), damage: 'none', level: 0, seed: 0});
          if (over()) return;
          paint(this.cells.get(`/${index}`), found.image, about);
          for (const one of found.runs) {
            const canvas = this.cells.get(`${one.run}/${index}`), name = these.find(r => r.run === one.run).label;
            paint(canvas, one.made, about);
            canvas.nextSibling.textContent = one.mse.toFixed(4);
            canvas.setAttribute('aria-label', say('pictures_row', {name, number: index + 1, mse: one.mse.toFixed(4)}));
          }
        }
        this.table.dataset.ready = indices.join(',');
        this.error.textContent = '';
      } catch (error) { if (!over()) { this.error.textContent = String(error.message); this.key = null; } }
    }

    draw(these, runs, indices, about) {
      this.cells = new Map();
      const row = (run, head, name) => make('tr', '', head, ...indices.map(index => {
        const canvas = Object.assign(make('canvas'), {width: about.width, height: about.height});
        Object.assign(canvas.style, {width: `${SIDE}px`, height: `${SIDE * about.height / about.width}px`});
        canvas.setAttribute('role', 'img');
        canvas.setAttribute('aria-label', `${name} ${index + 1}`);
        this.cells.set(`${run}/${index}`, canvas);
        return make('td', '', canvas, make('small', '', run ? '–' : ''));
      }));
      const head = (...children) => Object.assign(make('th', '', ...children), {scope: 'row'});
      this.table.removeAttribute('data-ready');
      this.table.replaceChildren(make('tbody', '', row('', head(say('original')), say('original')),
        ...these.map(one => Object.assign(row(one.run, head(swatch(runs.indexOf(one)), one.label), one.label), {className: 'made'}))));
      [...this.table.querySelectorAll('tr.made')].forEach((node, at) => { node.dataset.run = these[at].run; });
    }
  }

  // -- one knob changed ----------------------------------------------------------------------------------------------

  class Change {
    constructor(page) {
      this.page = page;
      this.mode = 'copy';
      this.forms = new Map();
      this.modes = make('div');
      const select = id => Object.assign(make('select'), {id});
      this.of = select('compare-of');
      this.knob = select('compare-knob');
      this.time = select('compare-time');
      this.value = make('div', 'compare-value');
      this.help = make('p', 'hint');
      this.total = make('p', 'hint');
      this.note = make('p', 'match-error');
      this.note.setAttribute('role', 'status');
      this.go = button('', () => this.begin(), 'small primary');
      this.go.id = 'compare-go';
      this.of.onchange = () => this.turn();
      this.knob.onchange = () => this.drawValue();
      this.time.onchange = () => this.tell();
      this.element = make('section', 'compare-change', heading(say('change'), say('change_help')), make('div', 'compare-row', this.modes),
        make('div', 'compare-row bottom', field(say('change_of'), this.of), field(say('change_knob'), this.knob), this.value, field(say('change_time'), this.time), this.go), this.help, this.total, this.note);
      this.choose();
    }

    choose() {
      choice(this.modes, [['copy', say('change_copy')], ['sweep', say('change_sweep')]], this.mode, mode => { this.mode = mode; this.choose(); this.drawTime(); this.drawValue(); });
      this.go.textContent = say(this.mode === 'copy' ? 'change_train' : 'change_start');
    }

    sync(runs) {
      const key = JSON.stringify(runs.map(r => [r.run, r.label]));
      if (key !== this.key) {
        const kept = this.of.value;
        this.key = key;
        this.of.replaceChildren(...runs.map(r => option(r.run, r.label)));
        this.of.value = runs.some(r => r.run === kept) ? kept : runs[0]?.run ?? '';
        if (this.of.value !== kept || !this.form) this.turn();
      }
      this.tell();
    }

    async turn() {  // to another run: its knobs
      const run = this.of.value;
      if (!run) return;
      try {
        if (!this.forms.has(run)) this.forms.set(run, await get(path`runs/${run}/knobs`));
        if (this.of.value !== run) return;
        const kept = this.knob.value;
        this.form = this.forms.get(run);
        this.knob.replaceChildren(...this.form.fields.map(f => option(f.name, f.label)));
        this.knob.value = this.form.fields.some(f => f.name === kept) ? kept : this.form.fields[0].name;
        this.drawTime();
        this.drawValue();
      } catch (error) { this.say(String(error.message)); }
    }

    drawTime() {
      if (!this.form) return;
      const same = option('', say('change_time_same', {seconds: this.form.seconds})), kept = this.time.value;
      this.time.replaceChildren(same, ...TIMES.filter(s => s !== this.form.seconds).map(s => option(s, say('change_time_some', {seconds: s}))));
      this.time.value = kept;
      if (!this.time.value && this.mode === 'sweep' && this.form.seconds > TIMES[1]) this.time.value = TIMES[1];
    }

    knob_() { return this.form.fields.find(f => f.name === this.knob.value); }

    drawValue() {
      if (!this.form) return;
      const f = this.knob_(), few = f.options, now = few ? few.find(([v]) => v === f.value)[1] : Number(f.value.toPrecision(4));
      const text = value => `${Number(value.toPrecision(4))}`;
      this.say('');
      this.help.textContent = [f.help, few ? '' : say('change_range', f), say('change_now', {value: now})].filter(Boolean).join(' · ');
      if (this.mode === 'copy') {
        const node = few ? make('select', '', ...few.map(([v, name], at) => option(at, name))) : Object.assign(make('input'), {type: 'number', min: f.low, max: f.high, step: f.step});
        node.id = 'compare-value';
        if (few) node.value = few.findIndex(([v]) => v !== f.value);
        else node.value = text(f.suggested.find(v => v > f.value) ?? f.suggested[0]);
        this.value.replaceChildren(field(say('change_value'), node));
        this.values = () => [few ? few[node.value][0] : node.value];
      } else if (few) {
        const boxes = few.map(([v, name]) => {
          const box = Object.assign(make('input'), {type: 'checkbox', checked: true, onchange: () => this.tell()});
          return make('label', 'check', box, make('span', '', name));
        });
        const group = make('fieldset', 'compare-options', make('legend', '', say('change_values', {most: this.page.found.most})), ...boxes);
        this.value.replaceChildren(group);
        this.values = () => few.filter((_, at) => boxes[at].firstChild.checked).map(([v]) => v);
      } else {
        const node = Object.assign(make('input'), {type: 'text', id: 'compare-values', value: f.suggested.map(text).join(', '), oninput: () => this.tell()});
        node.inputMode = 'decimal';
        this.value.replaceChildren(field(say('change_values', {most: this.page.found.most}), node));
        this.values = () => [...new Set(node.value.split(/[,，、;；\s]+/).filter(Boolean))];
      }
      this.tell();
    }

    tell() {
      if (!this.form || !this.values) return;
      const values = this.values(), number = values.length, {most, runs} = this.page.found, seconds = Number(this.time.value) || this.form.seconds;
      const wrong = this.mode === 'copy' ? [] : values.filter(value => !this.fits(value));
      this.total.textContent = this.mode === 'copy' ? (runs.length >= most ? say('change_full') : '')
        : wrong.length ? say(this.knob_().step === 1 ? 'change_wrong_whole' : 'change_wrong', {...this.knob_(), values: wrong.join(' · ')}) : number < 2 ? say('change_few') : number > most ? say('change_many', {most}) : say('change_total', {number, seconds, total: number * seconds});
      this.go.disabled = this.mode === 'copy' ? runs.length >= most : number < 2 || number > most || wrong.length > 0;
    }

    fits(value) {  // whether the knob may have it, as Python reads numbers
      const f = this.knob_(), number = /^[-+.\de]+$/i.test(value) ? Number(value) : NaN;
      return !!f.options || number >= f.low && number <= f.high && (f.step !== 1 || Number.isInteger(number));
    }

    async begin() {
      const f = this.knob_(), values = this.values(), asked = {like: this.form.run, secret: secret(), ...(this.time.value ? {seconds: Number(this.time.value)} : {})};
      if (this.mode === 'copy' && String(values[0]) === String(f.value)) return this.say(say('change_same'));
      this.go.disabled = true;
      this.say('');
      try {
        if (this.mode === 'copy') {
          const {run} = await post('runs', {...asked, knobs: {[f.name]: values[0]}});
          this.say(say('change_begun'), true);
          this.page.add(run);
        } else {
          const {sweep} = await post('sweeps', {...asked, knob: f.name, values});
          this.page.sweep.open(sweep);
          this.say('');
        }
      } catch (error) { this.say(String(error.message)); }
      this.tell();
    }

    say(text, good = false) { this.note.textContent = text; this.note.classList.toggle('good', good); }
  }

  // -- a sweep -------------------------------------------------------------------------------------------------------

  class Sweep {
    constructor(page) {
      this.page = page;
      this.title = make('h3');
      this.words = make('p', 'hint');
      this.seen = make('p', 'reconstruct-truth');
      this.seen.setAttribute('role', 'status');
      this.measure = Object.assign(make('select'), {id: 'compare-measure', onchange: () => { page.measure = this.measure.value; page.remember(); this.ask(); }});
      this.measures = field(say('sweep_measure'), this.measure);
      this.plot = make('div', 'compare-curve');
      this.none = make('p', 'hint', say('sweep_wait'));
      this.list = make('ul', 'compare-sweep-runs');
      this.list.setAttribute('aria-label', say('sweep_runs'));
      this.stop = button(say('sweep_stop'), () => this.end());
      this.show = button(say('sweep_show'), () => page.set(this.found.runs.map(r => r.run)));
      this.error = make('p', 'match-error');
      this.error.setAttribute('role', 'alert');
      this.element = make('section', 'compare-sweep', this.title, this.words, this.seen, make('div', 'compare-row bottom', this.measures, this.show, this.stop, button(say('sweep_close'), () => this.open(''))), this.none, this.plot, this.list, this.error);
      this.element.hidden = true;
    }

    open(sweep) {
      this.id = sweep;
      this.found = null;
      this.element.hidden = true;
      this.page.remember();
      clearTimeout(this.timer);
      if (sweep) this.ask().then(() => { if (this.id === sweep && this.opened !== sweep) { this.opened = sweep; this.element.scrollIntoView({block: 'nearest', behavior: 'smooth'}); } });
    }

    async ask() {
      clearTimeout(this.timer);
      const mine = this.asking = {}, {id} = this, over = () => this.asking !== mine || this.id !== id;
      let next = EVERY;
      try {
        if (this.page.visible() || !this.found) {
          const found = await get(path`sweeps/${id}`, {measure: this.page.measure || ''});
          if (over()) return;
          this.draw(found);
          if (found.ended) next = 0;
        }
      } catch (error) {
        if (over()) return;
        this.element.hidden = false;
        this.error.textContent = String(error.message);
        next = this.found ? RETRY : 0;
      }
      if (next) this.timer = setTimeout(() => this.ask(), next);
    }

    draw(found) {
      const bar = one => { const node = make('div', 'live-bar', make('div')); node.firstChild.style.width = percent(one.ended ? 1 : one.progress); return node; };
      this.found = found;
      this.element.hidden = false;
      this.element.dataset.done = `${found.done}/${found.of}`;
      this.error.textContent = '';
      this.title.textContent = say('sweep', {knob: found.label});
      this.words.textContent = say('sweep_of', found);
      this.seen.textContent = found.seen;
      this.none.hidden = !!found.figure;
      this.plot.hidden = this.measures.hidden = !found.figure;
      this.measure.replaceChildren(...found.measures.map(m => option(m.key, m.name)));
      this.measure.value = found.measure;
      if (found.figure) figure(this.plot, found.figure);
      this.stop.hidden = found.ended || !mine(found.runs[0].run);
      this.list.replaceChildren(...found.runs.map(one => {
        const node = make('li', '', make('b', '', one.value), make('span', '', one.number ?? one.status), bar(one));
        node.dataset.state = one.state;
        node.title = one.status;
        return node;
      }));
    }

    async end() {
      this.stop.disabled = true;
      try {
        await post(path`sweeps/${this.id}/stop`, {secret: secret()});
        await this.ask();
      } catch (error) { this.error.textContent = String(error.message); }
      this.stop.disabled = false;
    }
  }

  // -- the page ------------------------------------------------------------------------------------------------------

  class Comparer {
    constructor(element) {
      this.root = element.querySelector('.compare');
      const list = key => (query.get(key) || '').split(',').filter(Boolean);
      this.runs = list('runs');
      this.curves = query.has('curve') ? list('curve') : null;
      this.over = query.get('over') === 'steps' ? 'steps' : 'seconds';
      this.measure = query.get('measure') || '';
      this.wantedSweep = query.get('sweep') || '';
      this.hidden = new Set(list('off'));  // runs whose curves are not drawn
      this.wantedKept = /^\d{1,6}(_\d)?$/.test(query.get('kept') ?? '') ? query.get('kept').split('_').map(Number) : null;
      this.plots = new Map();
      this.list = [];
      this.skeleton();
      new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting)) this.opened(); }).observe(this.root);
    }

    visible() { return this.root.offsetParent !== null && !document.hidden; }

    skeleton() {
      const part = this.part = {};
      part.help = make('p', 'hint');
      part.examples = make('div', 'compare-row');
      part.add = Object.assign(make('select'), {id: 'compare-add', onchange: () => { if (part.add.value) this.add(part.add.value); }});
      part.note = make('p', 'match-error');
      part.note.setAttribute('role', 'alert');
      part.seen = make('p', 'reconstruct-truth compare-seen');
      part.seen.setAttribute('role', 'status');
      part.seen.setAttribute('aria-label', say('seen'));
      part.table = make('table', 'compare-table');
      part.scroll = make('div', 'compare-scroll', part.table);
      part.scroll.tabIndex = 0;
      part.scroll.setAttribute('role', 'region');
      part.scroll.setAttribute('aria-label', say('table_keys'));
      part.notes = make('div', 'compare-notes');
      part.offered = make('div', 'compare-offered');
      part.offered.setAttribute('role', 'group');
      part.offered.setAttribute('aria-label', say('curves_choose'));
      part.over = make('div');
      part.legend = make('div', 'map-legend compare-legend');
      part.wait = make('p', 'hint');
      part.curves = make('div', 'compare-curves');
      this.maps = new MapsOf(this);
      this.pictures = new Pictures(this);
      this.change = new Change(this);
      this.sweep = new Sweep(this);
      const curves = make('section', '', make('h3', '', say('curves')), make('div', 'compare-row', part.offered, make('div', 'field', make('span', '', say('over')), part.over)), part.legend, part.wait, part.curves);
      this.body = make('div', 'compare-body', make('section', '', make('h3', '', say('title')), part.help, part.examples, part.note, part.seen, part.scroll,
        make('div', 'compare-row', field(say('add'), part.add)), part.notes), curves, this.maps.element, this.pictures.element, this.change.element, this.sweep.element);
      this.empty = make('div', 'live-empty', make('h2', '', say('empty_title')), make('p', '', say('empty')));
      this.root.replaceChildren(make('p', 'hint', say('working')));
    }

    async opened() {
      if (this.opening) return;
      this.opening = true;
      try {
        while (!window.Plotly || !window.EmbeddingMap) await wait(30);
        await Promise.all([this.listRuns(), this.refresh()]);
        this.drawAdd();
        this.remember();
        if (this.wantedSweep) this.sweep.open(this.wantedSweep);
        this.wantedSweep = '';
      } finally { this.opening = false; }
    }

    async listRuns() {
      const also = [new URLSearchParams(location.search).get('run'), window.playground.run(), ...this.runs].filter(Boolean);
      try { this.list = await get('runs', {also: also.join(',')}); } catch (error) { console.warn(error); }
    }

    // -- which runs ------------------------------------------------------------------------------------------------

    set(runs) {
      this.runs = [...new Set(runs)];
      this.hidden.clear();
      this.refresh();
    }

    add(run) { this.set([...this.runs, run].slice(0, this.found?.most ?? 8)); }

    // asks how they stand; again as long as one of them trains
    async refresh(fresh = true) {
      clearTimeout(this.timer);
      const mine = this.asking = {};
      let next = 0;
      try {
        if (this.visible() || fresh) {
          const {version} = this.found && !fresh ? this.found : {version: ''};
          const found = await get('compare', {runs: this.runs.join(','), curves: (this.curves ?? CURVES).join(','), over: this.over, after: version});
          if (this.asking !== mine) return;
          if (this.complained) this.note('');
          if (found.version) this.draw(found);
        }
        next = this.found?.runs.every(r => r.ended) ? 0 : EVERY;
      } catch (error) {
        if (this.asking !== mine) return;
        console.warn(error);
        this.note(error instanceof TypeError ? window.playgroundWords.gone : String(error.message));
        this.complained = true;
        next = RETRY;
      }
      if (next) this.timer = setTimeout(() => this.refresh(false), next);
    }

    draw(found) {
      const ended = this.found?.runs.filter(r => r.ended).length, {part} = this, of = new Set(this.runs).size;
      const notes = [...(of > found.most ? [say('cut', {most: found.most, of})] : []), ...(found.gone ? [say('gone', {number: found.gone})] : [])];
      this.found = found;
      this.runs = found.runs.map(r => r.run);
      if (!found.runs.length) { this.root.replaceChildren(...notes.map(text => make('p', 'match-error', text)), this.empty); return; }
      if (this.root.firstChild !== this.body) this.root.replaceChildren(this.body);
      if (notes.length) this.note(notes.join('\n'));
      if (this.wantedKept) {
        const [index, at = 0] = this.wantedKept, set = found.runs[at]?.set;
        this.picked = set ? {index, set} : null;
        this.wantedKept = null;
      }
      part.help.textContent = say('help', {most: found.most});
      part.examples.replaceChildren(...found.examples.map(one => {
        const node = button(one.name, () => { this.note(''); this.set(one.runs); }, 'small toggle');
        node.setAttribute('aria-pressed', String(one.runs) === String(this.runs));
        node.dataset.example = one.key;
        return node;
      }));
      part.examples.hidden = !found.examples.length;
      if (part.seen.textContent !== found.seen) part.seen.textContent = found.seen;
      this.drawTable(found);
      part.notes.replaceChildren(...found.notes.map(one => make('p', 'hint', one)), ...(found.runs.length > 1 ? [make('p', 'hint', say('best_help'))] : []));
      this.drawCurves();
      this.maps.sync(found.runs);
      this.pictures.sync(found.runs);
      this.change.sync(found.runs);
      this.root.dataset.runs = this.runs.join(',');
      this.drawAdd();
      this.remember();
      if (ended !== undefined && ended !== found.runs.filter(r => r.ended).length) this.listRuns().then(() => this.drawAdd());
    }

    drawAdd() {
      if (!this.found || document.activeElement === this.part.add && this.adding === String(this.runs)) return;
      const {add} = this.part, others = this.list.filter(r => !this.runs.includes(r.run)), full = this.runs.length >= this.found.most;
      this.adding = String(this.runs);
      const first = full ? say('add_full', {most: this.found.most}) : others.length ? say('add_choose', {number: others.length}) : say('add_none');
      add.replaceChildren(option('', first), ...(full ? [] : others.map(r => option(r.run, r.title + (r.changed ? ` · ${r.changed}` : '')))));
      add.disabled = full || !others.length;
    }

    drawTable({columns, cells, beaten, runs}) {
      const {table} = this.part, held = table.contains(document.activeElement) && document.activeElement.dataset.key;
      const cell = (tag, scope, ...children) => Object.assign(make(tag, '', ...children), scope ? {scope} : {});
      const head = columns.map(column => {
        const {measured} = column, node = cell('th', 'col', make('b', '', column.name), ...(column.better ? [make('small', 'better', say(`better_${column.better}`))] : []), ...(measured ? [make('small', '', column.means)] : []));
        if (!measured) node.title = column.means;
        node.dataset.key = column.key;
        return node;
      });
      const rows = runs.map((run, at) => {
        const link = make('a', '', run.label), remove = button('×', () => this.set(this.runs.filter(r => r !== run.run)), 'compare-remove');
        link.href = linkTo({run: run.run});
        link.title = `${run.title} · ${say('open_run')}`;
        link.dataset.key = `open ${run.run}`;
        remove.setAttribute('aria-label', say('remove', {name: run.label}));
        remove.dataset.key = `remove ${run.run}`;
        const under = [];
        if (run.collapsed) under.push(Object.assign(make('em', 'compare-collapsed', say('collapsed')), {title: run.collapsed}));
        if (!['finished', 'stopped'].includes(run.state)) under.push(make('small', '', run.status));
        if (run.sweep && run.sweep !== this.sweep.id) {
          const of = button(say('of_sweep'), () => this.sweep.open(run.sweep), 'compare-link');
          of.dataset.key = `sweep ${run.run}`;
          under.push(of);
        }
        const name = cell('th', 'row', make('div', 'compare-name', swatch(at), link, remove), ...(under.length ? [make('div', 'compare-under', ...under)] : []));
        const row = make('tr', '', name, ...cells[at].map(({text, best}, i) => {
          const star = make('span', 'compare-star', '★');
          star.setAttribute('role', 'img');
          star.setAttribute('aria-label', say('best'));
          const node = cell('td', '', ...(best ? [star, ' '] : []), text);
          node.dataset.key = columns[i].key;
          if (best) node.className = 'best';
          return node;
        }));
        row.dataset.run = run.run;
        row.dataset.state = run.state;
        if (!run.ended) row.title = say('so_far');
        return row;
      });
      const untrained = beaten.map(({key, name, texts}) => {
        const row = make('tr', '', cell('th', 'row', name), ...texts.map((text, i) => {
          const node = cell('td', '', text);
          node.dataset.key = columns[i].key;
          return node;
        }));
        row.dataset.beaten = key;
        return row;
      });
      table.replaceChildren(make('thead', '', make('tr', '', cell('th', 'col', make('b', '', say('run'))), ...head)), make('tbody', '', ...rows), ...(beaten.length ? [make('tfoot', '', ...untrained)] : []));
      if (held) [...table.querySelectorAll('[data-key]')].find(node => node.dataset.key === held && node.matches('a, button'))?.focus();
    }

    drawCurves() {
      const {part, found} = this, chosen = this.curves ?? CURVES;
      const held = part.offered.contains(document.activeElement) && document.activeElement.dataset.curve;
      part.offered.replaceChildren(...found.offered.map(({key, name}) => {
        const on = chosen.includes(key), node = button(name, () => {
          const now = found.offered.map(o => o.key).filter(k => chosen.includes(k));
          this.curves = on ? now.filter(k => k !== key) : [...now, key];
          this.refresh();
        }, 'small toggle');
        node.setAttribute('aria-pressed', on);
        node.dataset.curve = key;
        return node;
      }));
      if (held) part.offered.querySelector(`[data-curve="${held}"]`)?.focus();
      choice(part.over, [['seconds', say('over_seconds')], ['steps', say('over_steps')]], this.over, over => { this.over = over; this.refresh(); });
      const focused = part.legend.contains(document.activeElement) && document.activeElement.dataset.run;
      part.legend.replaceChildren(...found.runs.map((run, at) => {
        const node = button(swatch(at), () => { this.hidden.delete(run.run) || this.hidden.add(run.run); this.drawCurves(); this.remember(); }, '');
        node.append(run.label);
        node.title = say('legend_help');
        node.dataset.run = run.run;
        node.setAttribute('aria-pressed', !this.hidden.has(run.run));
        return node;
      }));
      if (focused) [...part.legend.children].find(node => node.dataset.run === focused)?.focus();
      const order = found.offered.map(o => o.key).filter(key => found.curves[key]);
      part.wait.textContent = !found.offered.length ? say('curves_wait') : !order.length ? say('curves_none') : '';
      part.wait.hidden = !part.wait.textContent;
      for (const [key, node] of this.plots) if (!order.includes(key)) { Plotly.purge(node); node.remove(); this.plots.delete(key); }
      part.curves.dataset.count = order.length;
      const gone = new Set(found.runs.filter(r => this.hidden.has(r.run)).map(r => r.label));
      order.forEach((key, at) => {
        if (!this.plots.has(key)) this.plots.set(key, make('div', 'compare-curve'));
        const node = this.plots.get(key), {data, layout} = found.curves[key];
        node.dataset.curve = key;
        if (part.curves.children[at] !== node) part.curves.insertBefore(node, part.curves.children[at] ?? null);
        figure(node, {data: data.filter(trace => !gone.has(trace.name)), layout});
      });
    }

    // -- one image -------------------------------------------------------------------------------------------------

    pick(index, pane) {
      this.picked = {index, set: pane.info.set};
      this.maps.mark(index, pane);
      this.pictures.sync(this.found.runs);
      this.remember();
    }

    remember() {  // the view is in the address
      if (!this.found || !this.visible()) return;
      const {runs} = this.found, {picked} = this, of = picked ? runs.findIndex(r => r.set === picked.set) : -1;
      window.playgroundKit.remember({
        tab: 'compare', runs: this.runs.join(','), curve: this.curves ? this.curves.join(',') : null, over: this.over === 'steps' ? 'steps' : null,
        off: runs.filter(r => this.hidden.has(r.run)).map(r => r.run).join(','), maps: this.maps.kind === 'pca' ? 'pca' : null,
        kept: of < 0 ? null : of ? `${picked.index}_${of}` : picked.index, other: this.pictures.shift || null,
        sweep: this.sweep.id || this.wantedSweep || null, measure: this.sweep.id && this.measure ? this.measure : null,
      });
    }

    note(text) { this.part.note.textContent = text; this.complained = false; }
  }

  window.playground.compare = element => { window.playground.comparer = new Comparer(element); };
})();
