// The Match tab: words with pictures, by any CLIP. Every change is a question to the server (POST match/KIND); of each kind
// one is under way at a time, the latest wins, and while the server still works the same is asked again.
(() => {
  const AGAIN = 300, LOOK = 700, SETTLED = 350, SLOW = 400;  // ms: till asked again, between looks at runs, till a line is typed, till it says that it works
  const PICTURES = 16, DEALT = 6, LABELS = 40, BARS = 5, HITS = 36, LINES = 2000, TOLD = 12, CONFUSED = 30, CANDIDATES = 6;
  const USUAL = 'emoji', TEMPLATES = ['none', 'one', 'ensemble'], HEATS = ['to_text', 'to_image', 'cosines'], PRESETS = ['things', 'faces', 'colours'];
  const COLDEST = -2.5;  // log10 of the least temperature that can be set
  const LEAST = 0.1, MOST = 1000;  // of the scale that the server takes
  const KEPT = 'playground-match';  // where this tab keeps what is a person's own
  const SECONDS = 30, SEED = 0;  // of the lesson's two runs
  const {lang, base, make, button, option, choice, slider, heading, wait, percent, get, post, figure} = window.playgroundKit;
  const say = window.playgroundKit.sayer('match');
  const who = Math.random().toString(36).slice(2);

  // a text a line, each once, as it is spelt first: two that differ in case or spaces alone would halve one's share
  function lines(text) {
    const seen = new Set(), isNew = line => !seen.has(line) && seen.add(line);
    return text.split('\n').map(line => line.trim().replace(/\s+/g, ' ')).filter(line => line && isNew(line.toLowerCase()));
  }

  const share = v => percent(v, v > 0.0005 && v < 0.0995 ? 1 : 0);
  const rounded = (v, digits = 2) => (Math.round(v * 10 ** digits) / 10 ** digits + 0).toFixed(digits);  // never -0.00
  const number = v => Number(v).toLocaleString('en');
  const keyOf = p => p.own ?? `${p.set}:${p.index}`;
  const asked = ({own, set, index}) => own ? {own} : {set, index};
  const mine = p => !!p.own || p.set.startsWith('set-');  // a person's own, which no link shows to others
  const once = pictures => pictures.filter((p, i) => pictures.findIndex(q => keyOf(q) === keyOf(p)) === i);
  const facts = ({size, licence, speed}) => [size, licence, speed && say(`speed_${speed}`)];
  const nameOf = p => p.caption || p.name || (p.own ? say('your_picture') : say('picture_number', {number: p.index + 1}));

  function debounced(act) {
    let timer;
    return () => { clearTimeout(timer); timer = setTimeout(act, SETTLED); };
  }

  const kept = p => ({...asked(p), ...(p.own ? {name: p.name} : {})});  // other names are in the page's language
  const fileOf = p => base(p.own ? `pictures/${encodeURIComponent(p.own)}.png` : `pictures/${encodeURIComponent(p.set)}/${p.index}.png`);

  // as many as can be asked; below them stands that there are more
  function few(texts, most, note) {
    note.textContent = texts.length > most ? say('texts_most', {most: number(most)}) : '';
    return texts.slice(0, most);
  }

  // a picture at its own size's sharpness
  function shown(p) {
    const image = new Image();
    image.className = 'match-picture';
    image.alt = nameOf(p);
    image.decoding = 'sync';
    image.onload = () => image.classList.toggle('small', image.naturalWidth < 128);
    image.src = fileOf(p).href;
    return image;
  }

  // one element a picture and place, kept, so that a new answer does not make it flicker
  function keeper() {
    const kept = new Map();
    return (p, place = '') => {
      const key = `${place} ${keyOf(p)}`;
      if (!kept.has(key)) kept.set(key, shown(p));
      return kept.get(key);
    };
  }

  function bar(name, value, {text = share(value), cls = ''} = {}) {
    const fill = make('i'), row = make('div', `match-bar ${cls}`, make('span', '', name), make('div', '', fill), make('b', '', text));
    fill.style.width = percent(Math.max(0, Math.min(1, value)), 1);
    row.title = `${name}: ${text}`;
    return row;
  }

  function chooser(name, id, {multiple = true, accept = 'image/*', folder = false}, act) {
    const input = make('input');
    Object.assign(input, {type: 'file', multiple, accept: folder ? '' : accept, id, webkitdirectory: folder});
    input.onchange = () => { act([...input.files]); input.value = ''; };
    return make('label', 'small-file', make('span', '', name), input);
  }

  const field = (name, control) => make('label', 'field', make('span', '', name), control);

  async function answered(kind, body, working = () => {}, over = () => false) {
    for (;;) {
      const found = await post(`match/${kind}`, {who, ...body}).catch(error => { throw error instanceof TypeError ? new Error(say('gone')) : error; });
      if (found.state === 'done' || over()) return found;
      working(found.words, found.progress);
      await wait(AGAIN);
    }
  }

  // what the server is at, in its words, with a bar; its room stays when it rests
  class Working {
    constructor() {
      this.said = make('span');
      this.element = make('div', 'match-working', this.said, make('div', 'live-bar', make('div')));
      this.element.setAttribute('role', 'status');
      this.rest();
    }

    show(words, progress = 0) {
      this.said.textContent = words || say('working');
      this.element.lastChild.firstChild.style.width = percent(progress);
      this.element.dataset.on = 1;
    }

    rest() { this.said.textContent = ''; this.element.dataset.on = ''; }
  }

  // where answers to questions of one kind come to stand
  class Answer {
    constructor(page, kind, draw, ...children) {
      Object.assign(this, {page, kind, draw, turn: 0});
      this.working = new Working();
      this.error = make('p', 'match-error');
      this.error.setAttribute('role', 'alert');
      this.box = make('div', 'match-answer', ...children);
      this.element = make('div', 'match-part', this.working.element, this.error, this.box);
      this.element.dataset.kind = kind;
      this.box.hidden = true;
      this.working.show();
    }

    stale() {  // what is under way answers a question that is not asked any more
      this.turn++;
      this.next = null;
      this.box.dataset.ready = '';
    }

    idle(words) {  // nothing is asked, and why
      this.stale();
      this.error.textContent = '';
      this.box.hidden = true;
      this.drawn = false;
      this.working.show(words);
      this.working.element.dataset.on = 'idle';
    }

    async ask(body) {
      this.stale();
      this.next = body;
      if (this.busy || !this.page.model) return;
      this.busy = true;
      while (this.next) {
        const {turn, next, page} = this, over = () => turn !== this.turn;
        this.next = null;
        const slow = setTimeout(() => this.working.show(), this.drawn ? SLOW : 0);
        try {
          const found = await answered(this.kind, {model: page.model, ...next}, (words, progress) => this.working.show(words, progress), over);
          if (over()) continue;
          this.error.textContent = '';
          this.box.hidden = false;
          this.draw(found, next);
          this.drawn = true;
          this.box.dataset.ready = 1;
          this.working.rest();
        } catch (error) {
          if (over()) continue;
          console.warn(error);
          this.error.textContent = String(error.message);
          this.working.rest();
        } finally { clearTimeout(slow); }
      }
      this.busy = false;
    }
  }

  // A table of numbers as colours; the mouse or the arrow keys say in a sentence what a cell holds.
  class Heat {
    constructor(name) {
      this.frame = make('div', 'heat-frame');
      this.frame.tabIndex = 0;
      this.frame.setAttribute('role', 'group');
      this.frame.setAttribute('aria-label', `${name}. ${say('heat_keys')}`);
      this.line = make('p', 'hint heat-line');
      this.line.setAttribute('aria-live', 'polite');
      this.element = make('div', 'heat', this.frame, this.line);
      this.frame.onpointerover = this.frame.onclick = event => { const cell = event.target.closest('td'); if (cell) this.go(Number(cell.dataset.row), Number(cell.dataset.column)); };
      this.frame.onkeydown = event => {
        const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
        if (!step || !this.cells) return;
        event.preventDefault();
        this.go(...(this.at ? this.at.map((v, i) => v + step[i]) : [0, 0]));
        this.cells[this.at[0]][this.at[1]].scrollIntoView({block: 'nearest', inline: 'nearest'});
      };
    }

    // rows: nodes; columns: words; values: rows of numbers; strength(v): 0…1 of the colour, below 0 of the other one
    show({rows, columns, values, strength, text, tell, best = () => false}) {
      const head = make('tr', '', make('td', 'corner'), ...columns.map(name => { const one = make('th', '', make('span', '', name)); one.scope = 'col'; one.title = name; return one; }));
      this.cells = values.map((row, i) => row.map((v, j) => {
        const cell = make('td', best(i, j) ? 'best' : '', text(v)), much = strength(v);
        cell.style.background = `rgb(var(--heat-${much < 0 ? 'below' : 'above'}) / ${Math.min(1, Math.abs(much)).toFixed(3)})`;
        Object.assign(cell.dataset, {row: i, column: j, value: v.toFixed(4)});
        return cell;
      }));
      const body = rows.map((row, i) => { const one = make('th', '', row); one.scope = 'row'; return make('tr', '', one, ...this.cells[i]); });
      const table = make('table', '', make('thead', '', head), make('tbody', '', ...body));
      table.dataset.wide = columns.length > 6 || columns.some(name => name.length > 24) ? 1 : '';
      const {scrollLeft, scrollTop} = this.frame;
      this.frame.replaceChildren(table);
      Object.assign(this.frame, {scrollLeft, scrollTop});
      this.tell = tell;
      this.line.textContent = '';
      if (this.at) this.go(...this.at);
    }

    go(i, j) {
      i = Math.max(0, Math.min(this.cells.length - 1, i));
      j = Math.max(0, Math.min((this.cells[i]?.length || 0) - 1, j));
      if (!this.cells[i]?.[j]) { this.at = null; return; }
      this.frame.querySelector('td.at')?.classList.remove('at');
      this.cells[i][j].classList.add('at');
      this.at = [i, j];
      this.line.textContent = this.tell(i, j);
    }
  }

  // a select of the sets, and a choice of templates: every activity that has them shares what is chosen
  function setSelect(page, id, fits, act) {
    const select = make('select');
    select.id = id;
    select.onchange = () => { page.set = select.value; act(); };
    return {element: field(say('set'), select), now: () => select.value, refresh() {
      const sets = page.sets.filter(fits);
      select.replaceChildren(...sets.map(s => option(s.id, s.own ? say('set_count', {title: say('own_title'), count: number(s.count)}) : s.title)));
      select.value = (sets.find(s => s.id === page.set) ?? sets.find(s => s.id === USUAL) ?? sets[0])?.id ?? '';
    }};
  }

  function templates(page, act) {
    const node = make('div');
    return {element: make('div', 'field', make('span', '', say('template')), node), refresh() {
      choice(node, TEMPLATES.map(name => [name, say(`template_${name}`)]), page.template, name => { page.template = name; this.refresh(); act(); });
      node.setAttribute('role', 'group');
      node.setAttribute('aria-label', say('template'));
    }};
  }

  // -- words and pictures --------------------------------------------------------------------------------------------

  class Words {
    constructor(page, query) {
      this.page = page;
      const listed = query.get('pictures') || '', {own} = page;
      this.restored = !!own.pictures?.length && own.address === listed;  // and no link of somebody else's
      this.pictures = this.restored ? own.pictures : once(listed.split(',').filter(Boolean).map(one => {
        const at = one.lastIndexOf(':');
        return {set: one.slice(0, at), index: Number(one.slice(at + 1))};
      }).filter(p => p.set && Number.isInteger(p.index) && p.index >= 0)).slice(0, PICTURES);
      this.typed = query.has('labels');
      const scale = Number(query.get('scale'));
      this.scale = scale >= LEAST && scale <= MOST ? scale : null;
      this.neutral = query.get('none') === '1';
      this.heat = HEATS.includes(query.get('heat')) ? query.get('heat') : HEATS[0];
      this.small = keeper();
      this.large = keeper();
      this.inHeat = keeper();
      this.inBest = keeper();

      this.list = make('div', 'match-pictures');
      this.note = make('p', 'match-error');
      this.note.setAttribute('role', 'alert');
      this.gone = make('p', 'hint match-note');
      this.gamble = make('p', 'hint match-note match-gamble');
      this.sets = setSelect(page, 'match-deal-set', () => true, () => this.deal());
      this.area = make('textarea');
      Object.assign(this.area, {rows: 7, id: 'match-labels', spellcheck: false, value: lines(query.get('labels') || '').join('\n')});
      this.area.placeholder = say('labels_help');
      const settled = debounced(() => this.ask());
      this.area.oninput = () => { this.typed = true; this.answer.stale(); settled(); };
      this.many = make('p', 'hint match-note match-many');
      this.unknown = make('p', 'hint match-note match-unknown');
      this.captions = button(say('labels_captions'), () => this.preset(this.half()));
      this.presets = make('div', 'reconstruct-row', this.captions, ...PRESETS.map(name => button(say(`preset_${name}`), () => this.preset(say(`preset_${name}_lines`).split(' / ')))));
      this.templates = templates(page, () => this.ask());
      this.read = make('p', 'hint match-read');
      this.heat_ = new Heat(say('heat'));
      this.temperature = slider(say('temperature'), {min: COLDEST, max: 0, step: 0.01, value: 0}, v => (10 ** v).toPrecision(2), v => { this.scale = Number((10 ** -v).toPrecision(3)); this.ask(); });
      this.temperature.input.id = 'match-temperature';
      this.own = make('i', 'match-own');
      this.own.title = say('temperature_own');
      this.reset = button(say('temperature_reset'), () => { this.scale = null; this.ask(); });
      const wrap = make('span', 'match-slider');
      this.temperature.input.replaceWith(wrap);
      wrap.append(this.temperature.input, this.own);
      this.none = make('input');
      Object.assign(this.none, {type: 'checkbox', id: 'match-none', checked: this.neutral});
      this.none.onchange = () => { this.neutral = this.none.checked; this.ask(); };
      this.softened = make('p', 'hint match-softened');
      const left = make('div', 'match-left',
        make('h4', '', say('pictures')), this.list, make('div', 'reconstruct-row', chooser(say('choose_pictures'), 'match-own', {}, files => this.files(files))), make('p', 'hint', say('pictures_help')), this.note, this.gone, this.gamble,
        make('div', 'reconstruct-row bottom', this.sets.element, button(say('deal'), () => this.deal(Math.floor(Math.random() * 1e6)))),
        make('h4', '', make('label', '', say('labels'))), this.area, this.many, this.unknown, this.presets, this.templates.element, this.read);
      left.querySelector('h4 label').htmlFor = 'match-labels';
      this.cards = make('div', 'match-cards');
      this.verdict = make('p', 'unseen');
      this.verdict.setAttribute('role', 'status');
      this.warning = make('p', 'reconstruct-truth');
      this.heats = make('div');
      this.explain = make('p', 'hint match-explain');
      this.best = make('div', 'match-best');
      this.answer = new Answer(page, 'match', found => this.draw(found), this.verdict, this.cards, this.warning,
        make('h4', '', say('heat')), this.heats, this.explain, this.heat_.element, make('h4', '', say('best')), make('p', 'hint', say('best_help')), this.best);
      const right = make('div', 'match-right', make('div', 'reconstruct-row', this.temperature.element, this.reset, make('label', 'check', this.none, make('span', '', say('none')))), this.softened, this.answer.element);
      this.root = make('div', 'activity', heading(say('words_title'), say('words_help')), make('div', 'match-columns', left, right));
    }

    async refresh() {
      this.sets.refresh();
      this.templates.refresh();
      if (this.restored) await (this.looked ??= this.look());
      if (!this.pictures.length && !this.dealt) this.deal();
      else { this.drawPictures(); this.ask(); }
    }

    // which of a person's own are still there; the rest is said and left out
    async look() {
      const {pictures} = this, there = await Promise.all(pictures.map(p => !mine(p) || fetch(fileOf(p), {method: 'HEAD', cache: 'no-store'}).then(answer => answer.ok, () => true)));
      const gone = pictures.filter((_, i) => !there[i]);
      this.pictures = this.pictures.filter(p => !gone.includes(p));  // somebody may have added some
      if (gone.length) this.gone.textContent = say('pictures_gone', {names: new Intl.ListFormat(lang()).format(gone.map(nameOf))});
    }

    half() { return this.pictures.filter((_, i) => i % 2 === 0).map(p => p.caption || p.label).filter(Boolean); }

    preset(labels) {
      this.area.value = labels.join('\n');
      this.typed = true;
      this.ask();
    }

    async deal(seed) {
      const mine = this.dealing = {};
      this.dealt = true;
      this.answer.stale();
      try {
        const {pictures} = await answered('deal', {set: this.sets.now(), count: DEALT, ...(seed === undefined ? {} : {seed})}, () => {}, () => mine !== this.dealing);
        if (mine !== this.dealing) return;
        this.pictures = pictures;
        if (!this.typed && !(this.area.value = [...new Set(this.half())].join('\n'))) this.area.value = say('preset_things_lines').split(' / ').join('\n');
        this.note.textContent = '';
      } catch (error) { this.note.textContent = String(error.message); }
      this.drawPictures();
      this.ask();
    }

    async files(files) {
      if (!files.length) return;
      const form = new FormData(), room = PICTURES - (this.pictures.some(p => p.own) ? this.pictures.length : 0);
      for (const file of files.slice(0, room)) form.append('images', file, file.name);
      const said = files.length > room ? [say('pictures_most', {most: PICTURES})] : [];
      this.answer.stale();
      this.gone.textContent = '';
      if (room) {
        try {
          const found = await post('pictures', form);
          // the first of a person's own take the place of those that were dealt
          const all = [...(this.pictures.some(p => p.own) ? this.pictures : []), ...found.pictures], each = once(all);
          if (found.pictures.length) [this.pictures, this.dealing] = [each.slice(0, PICTURES), null];  // what is being dealt comes too late
          if (each.length < all.length) said.push(say('pictures_same'));
          said.push(...found.skipped);
        } catch (error) { said.push(String(error.message)); }
      }
      this.note.textContent = said.join(' ');
      this.drawPictures();
      this.ask();
    }

    take(p) {  // from another activity
      this.pictures = [p, ...this.pictures.filter(q => keyOf(q) !== keyOf(p))].slice(0, PICTURES);
      this.dealt = true;
    }

    drawPictures() {
      this.captions.hidden = !this.half().length;
      this.list.replaceChildren(...this.pictures.map((p, i) => {
        const remove = button('×', () => {
          this.pictures = this.pictures.filter(q => q !== p);
          this.drawPictures();
          this.ask();
          this.list.querySelectorAll('button')[Math.min(i, this.pictures.length - 1)]?.focus();
        }, 'remove');
        remove.setAttribute('aria-label', say('remove', {name: nameOf(p)}));
        const node = make('div', 'match-chosen', this.small(p), remove);
        node.title = nameOf(p);
        return node;
      }));
    }

    ask() {
      const {page} = this, texts = few(lines(this.area.value), LABELS, this.many), {kind} = page.models.find(m => m.id === page.model) ?? {};
      page.remember();
      this.gamble.textContent = this.pictures.some(mine) && ['shipped', 'run'].includes(kind) ? say(`gamble_${kind}`) : '';
      const own = page.about?.scale || 1;
      this.temperature.set(-Math.log10(this.scale ?? own));
      this.own.style.left = `calc(8px + ${Math.max(0, Math.min(1, 1 + Math.log10(own) / COLDEST))} * (100% - 16px))`;
      this.reset.disabled = this.scale === null;
      if (page.about) this.softened.textContent = say('softened', {scale: Number((this.scale ?? own).toPrecision(3)), own: Number(own.toPrecision(3))});
      this.read.textContent = '';
      if (!this.pictures.length) return this.answer.idle(say('no_pictures'));
      if (!texts.length) return this.answer.idle(say('no_labels'));
      this.answer.ask({pictures: this.pictures.map(asked), texts, template: page.template, scale: this.scale, neutral: this.neutral});
    }

    draw(found) {
      const {page, pictures} = this, {texts} = found, strange = new Set(found.unknown);
      if (found.cosines.length !== pictures.length) return;  // asked anew already
      this.found = found;
      const named = j => strange.has(j) ? `${texts[j]} ⚠` : texts[j];
      const said = [];
      if (strange.size) said.push(say('unknown', {words: new Intl.ListFormat(lang(), {type: 'disjunction'}).format(found.unknown.map(j => say('quoted', {text: texts[j]})))}));
      if (!page.about.multilingual && texts.some(text => /[^\u0000-\u024f\u2000-\u206f]/.test(text))) said.push(say('english_only'));
      this.unknown.textContent = said.join(' ');
      this.unknown.dataset.count = strange.size;
      const read = found.read[0];
      this.read.textContent = say(read.length > 1 ? 'read_several' : 'read_one', {text: texts[0], number: read.length, read: read.map(text => say('quoted', {text})).join(' · ')});

      const none = found.neutral ? texts.length : -1, verdicts = [];
      this.cards.replaceChildren(...pictures.map((p, i) => {
        const row = found.neutral ? found.neutral.to_text[i] : found.to_text[i];
        const order = row.map((_, j) => j).sort((a, b) => row[b] - row[a]), first = order[0], name = j => j === none ? say('none') : named(j);
        const top = make('b', 'match-top', name(first));
        top.dataset.label = first === none ? '' : texts[first];
        top.dataset.share = row[first].toFixed(4);
        const cosine = first === none ? found.neutral.cosines[i] : found.cosines[i][first];
        const bars = order.slice(0, BARS).map(j => bar(name(j), row[j], {cls: j === none ? 'none' : ''}));
        const rest = row.length > BARS ? say('more_labels', {number: row.length - BARS}) : '';
        const card = make('figure', `match-card${first === none ? ' nothing' : ''}`, make('div', 'match-card-head', this.large(p), make('figcaption', '', top, make('small', '', say('cosine_is', {cosine: rounded(cosine)})))), ...bars, make('small', '', rest));
        Object.assign(card.dataset, {index: i, key: keyOf(p)});
        verdicts.push(`${i + 1}: ${name(first)} ${share(row[first])}`);
        return card;
      }));
      this.verdict.textContent = verdicts.join('; ');
      this.warning.textContent = found.neutral ? say('warning_none', {text: found.neutral.text}) : say('warning');
      this.drawHeat(texts, named);
      this.best.replaceChildren(...texts.map((text, j) => {
        const column = found.to_image.map(row => row[j]), i = column.indexOf(Math.max(...column));
        const one = make('figure', 'match-best-one', this.inBest(pictures[i], j), make('figcaption', '', make('b', '', named(j)), make('small', '', share(column[i]))));
        Object.assign(one.dataset, {label: text, index: i});
        return one;
      }));
    }

    drawHeat(texts, named) {
      const {found, pictures, heat} = this;
      choice(this.heats, HEATS.map(name => [name, say(`heat_${name}`)]), heat, name => { this.heat = name; this.drawHeat(texts, named); this.page.remember(); });
      const values = found[heat], all = values.flat(), low = Math.min(...all), high = Math.max(...all), cosines = heat === 'cosines';
      this.explain.textContent = say(`heat_${heat}_help`, {low: rounded(low), high: rounded(high)});
      const top = (i, j) => heat === 'to_text' ? values[i].every(v => v <= values[i][j]) : heat === 'to_image' && values.every(row => row[j] <= values[i][j]);
      this.heat_.show({
        rows: pictures.map(p => this.inHeat(p)), columns: texts.map((_, j) => named(j)), values, best: top,
        strength: v => cosines ? (v - low) / (high - low || 1) : v, text: v => cosines ? rounded(v) : texts.length > 12 && v < 0.005 ? '' : percent(v),
        tell: (i, j) => say('cell', {picture: nameOf(pictures[i]), label: texts[j], text: share(found.to_text[i][j]), image: share(found.to_image[i][j]), cosine: rounded(found.cosines[i][j], 3)}),
      });
      this.heat_.element.dataset.heat = heat;
    }

    state() {
      const shared = this.pictures.filter(p => !mine(p));
      return {pictures: shared.map(keyOf).join(','), labels: lines(this.area.value).join('\n'), template: this.page.template === 'none' ? null : this.page.template, scale: this.scale, none: this.neutral ? 1 : null, heat: this.heat === HEATS[0] ? null : this.heat};
    }

    mine() { return {pictures: this.pictures.some(mine) ? this.pictures.map(kept) : [], address: this.state().pictures}; }
  }

  // -- find ----------------------------------------------------------------------------------------------------------

  class Find {
    constructor(page, query) {
      this.page = page;
      const like = query.get('like') || '', at = like.lastIndexOf(':');
      this.like = at > 0 && Number.isInteger(Number(like.slice(at + 1))) ? {set: like.slice(0, at), index: Number(like.slice(at + 1))} : !query.get('query') && page.own.like || null;
      this.listed = 'set';
      this.language = lang();
      this.small = keeper();
      const settled = debounced(() => this.ask());
      this.text = make('input');
      Object.assign(this.text, {type: 'search', id: 'match-query', value: query.get('query') ?? say('find_default'), placeholder: say('find_placeholder')});
      this.text.oninput = () => { this.like = null; this.hits.stale(); settled(); };
      this.examples = make('div', 'reconstruct-row', ...say('find_examples').split(' / ').map(text => button(text, () => { this.text.value = text; this.like = null; this.ask(); })));
      this.sets = setSelect(page, 'match-set', () => true, () => this.ask());
      this.templates = templates(page, () => this.ask());
      this.note = make('p', 'match-error');
      this.note.setAttribute('role', 'alert');
      this.liked = make('div', 'match-like');
      this.how = make('p', 'hint');
      this.how.setAttribute('role', 'status');
      this.grid = make('div', 'match-hits');
      this.hits = new Answer(page, 'find', (found, body) => this.drawHits(found, body), this.how, this.grid);
      this.lists = make('div');
      this.languages = make('div');
      this.area = make('textarea');
      Object.assign(this.area, {rows: 6, spellcheck: false, id: 'match-texts', value: say('preset_things_lines').split(' / ').join('\n')});
      this.area.setAttribute('aria-label', say('texts_typed'));
      this.area.hidden = true;
      this.many = make('p', 'hint match-note match-many');
      const listed = debounced(() => this.askTexts());
      this.area.oninput = () => { this.texts.stale(); listed(); };
      this.told = make('div', 'match-texts');
      this.toldHow = make('p', 'hint');
      this.texts = new Answer(page, 'texts', found => this.drawTexts(found), this.toldHow, this.told);
      const own = say('own_set');
      const left = make('div', 'match-left', this.sets.element, make('div', 'reconstruct-row', chooser(own, 'match-own-set', {accept: 'image/*,.zip'}, files => page.upload(files, this.note, () => { this.like = null; this.ask(); })),
        chooser(say('own_folder'), 'match-own-folder', {folder: true}, files => page.upload(files, this.note, () => { this.like = null; this.ask(); }))), make('p', 'hint', say('own_set_help')), this.note,
      make('h4', '', make('label', '', say('find_words'))), this.text, this.examples, this.templates.element,
      make('h4', '', say('find_like')), this.liked, make('div', 'reconstruct-row', chooser(say('find_own'), 'match-like', {multiple: false}, files => this.picture(files[0]))));
      left.querySelector('h4 label').htmlFor = 'match-query';
      const right = make('div', 'match-right', this.hits.element, make('h4', '', say('texts_title')), make('p', 'hint', say('texts_help')),
        make('div', 'reconstruct-row', this.lists, this.languages), this.area, this.many, this.texts.element);
      this.root = make('div', 'activity', heading(say('find_title'), say('find_help')), make('div', 'match-columns', left, right));
    }

    refresh() {
      this.sets.refresh();
      this.templates.refresh();
      this.ask();
    }

    files(files) {  // one picture is a question, a zip or several are a set
      if (files.length === 1 && !/\.zip$/i.test(files[0].name)) this.picture(files[0]);
      else this.page.upload(files, this.note, () => { this.like = null; this.ask(); });
    }

    async picture(file) {
      const form = new FormData();
      form.append('images', file, file.name);
      this.hits.stale();
      try {
        const found = await post('pictures', form);
        this.note.textContent = found.skipped.join(' ');
        if (found.pictures.length) this.like = found.pictures[0];
      } catch (error) { this.note.textContent = String(error.message); }
      this.ask();
    }

    ask() {
      const {page, like} = this, set = this.sets.now(), text = this.text.value.trim();
      page.remember();
      const back = like && button('×', () => { this.like = null; this.ask(); this.text.focus(); }, 'remove');
      back?.setAttribute('aria-label', say('remove', {name: nameOf(like)}));
      this.liked.replaceChildren(...(like ? [make('div', 'match-chosen', this.small(like), back), make('b', '', nameOf(like))] : [make('p', 'hint', say('find_like_help'))]));
      this.askTexts();
      if (!like && !text) return this.hits.idle(say('no_query'));
      this.hits.ask({set, template: page.template, count: HITS, ...(like ? {picture: asked(like)} : {text})});
    }

    drawHits(found, {set}) {
      this.how.textContent = say('found_in', {shown: found.hits.length, of: number(found.of), seconds: found.seconds < 0.1 ? found.seconds.toFixed(3) : found.seconds.toFixed(1), how: say(`how_${found.how}`)});
      this.grid.replaceChildren(...found.hits.map(hit => {
        const p = {set, ...hit}, node = button(shown(p), () => { this.like = p; this.ask(); }, 'match-hit');
        node.append(make('span', '', nameOf(p)), make('small', '', rounded(hit.cosine, 3)));
        node.title = [hit.name, hit.caption, hit.label].filter(Boolean).join(' · ');
        node.setAttribute('aria-label', say('hit', {name: node.title || nameOf(p), cosine: rounded(hit.cosine, 3)}));
        Object.assign(node.dataset, {index: hit.index, name: hit.name ?? '', caption: hit.caption ?? ''});
        return node;
      }));
    }

    askTexts() {
      const {like, listed, page} = this;
      choice(this.lists, [['set', say('texts_set')], ['typed', say('texts_typed')]], listed, name => { this.listed = name; this.askTexts(); });
      choice(this.languages, [['en', say('in_english')], ['zh', say('in_chinese')]], this.language, name => { this.language = name; this.askTexts(); });
      this.languages.hidden = listed !== 'set';
      this.area.hidden = listed === 'set';
      const texts = few(listed === 'typed' ? lines(this.area.value) : [], LINES, this.many);
      if (!like) return this.texts.idle(say('texts_wait'));
      if (listed === 'typed' && !texts.length) return this.texts.idle(say('no_labels'));
      this.texts.ask({picture: asked(like), template: page.template, language: this.language, count: TOLD, ...(listed === 'set' ? {set: this.sets.now()} : {texts})});
    }

    drawTexts(found) {
      this.toldHow.textContent = say('texts_of', {shown: found.hits.length, of: number(found.of)});
      this.told.replaceChildren(...found.hits.map(hit => {
        const row = bar(hit.text, hit.share / found.hits[0].share, {text: say('share_cosine', {share: share(hit.share), cosine: rounded(hit.cosine)})});
        row.dataset.text = hit.text;
        return row;
      }));
    }

    state() {
      const {like} = this;
      return {set: this.sets.now(), query: like ? null : this.text.value.trim(), like: like && !mine(like) ? keyOf(like) : null, template: this.page.template === 'none' ? null : this.page.template};
    }

    mine() { return {like: this.like && mine(this.like) ? kept(this.like) : null}; }
  }

  // -- zero-shot evaluation ------------------------------------------------------------------------------------------

  class Test {
    constructor(page) {
      this.page = page;
      this.sets = setSelect(page, 'match-test-set', set => !(set.classes < 2), () => this.ask());
      this.templates = templates(page, () => this.ask());
      this.note = make('p', 'match-error');
      this.note.setAttribute('role', 'alert');
      this.verdict = make('p', 'reconstruct-truth');
      this.verdict.setAttribute('role', 'status');
      this.bars = make('div', 'match-scores');
      this.classes = make('div', 'match-classes');
      this.heat = new Heat(say('confusion'));
      this.part = make('p', 'hint');
      this.mistakes = make('div', 'match-mistakes');
      this.prompts = make('p', 'hint');
      this.answer = new Answer(page, 'test', (found, body) => this.draw(found, body), this.verdict, this.bars,
        make('div', 'match-two', make('div', '', make('h4', '', say('per_class')), make('p', 'hint', say('per_class_help')), this.classes),
          make('div', '', make('h4', '', say('confusion')), make('p', 'hint', say('confusion_help')), this.part, this.heat.element)),
        make('h4', '', say('mistakes')), make('p', 'hint', say('mistakes_help')), this.mistakes, make('details', 'match-prompts', make('summary', '', say('prompts')), this.prompts));
      this.root = make('div', 'activity', heading(say('test_title'), say('test_help')),
        make('div', 'reconstruct-row bottom', this.sets.element, this.templates.element, chooser(say('own_set'), 'match-test-own', {accept: 'image/*,.zip'}, files => this.files(files)),
          chooser(say('own_folder'), 'match-test-folder', {folder: true}, files => this.files(files))), make('p', 'hint', say('test_own_help')), this.note, this.answer.element);
    }

    files(files) {
      this.page.upload(files, this.note, set => {
        if (set.classes < 2) this.note.textContent = say('no_classes');
        this.sets.refresh();
        this.ask();
      });
    }

    refresh() {
      this.sets.refresh();
      this.templates.refresh();
      this.ask();
    }

    ask() {
      this.page.remember();
      if (!this.sets.now()) return this.answer.idle(say('no_classes'));
      this.answer.ask({set: this.sets.now(), template: this.page.template});
    }

    draw(found, {set}) {
      const {classes, confusion} = found, rows = {zero: found.accuracy, probe: found.probe, knn: found.knn, chance: found.chance};
      const known = Object.entries(rows).filter(([, value]) => value !== null && value !== undefined);
      this.verdict.textContent = say('test_verdict', {accuracy: percent(found.accuracy, 1), of: number(found.of), classes: classes.length, chance: percent(found.chance, 1)});
      this.answer.box.dataset.accuracy = found.accuracy;
      this.bars.replaceChildren(...known.map(([name, value]) => { const row = bar(say(`score_${name}`), value, {text: percent(value, 1), cls: name}); row.dataset.score = name; return row; }));
      if (known.length < 4) this.bars.append(make('p', 'hint', say('score_missing')));
      const sorted = classes.filter(one => one.count).sort((a, b) => b.accuracy - a.accuracy);
      this.classes.replaceChildren(...sorted.map(one => { const row = bar(one.name, one.accuracy, {text: say('of_count', {share: percent(one.accuracy), count: number(one.count)})}); row.dataset.class = one.name; return row; }));
      const wrong = i => confusion[i].reduce((sum, v, j) => j === i ? sum : sum + v + confusion[j][i], 0);
      const few = classes.map((_, i) => i).sort((a, b) => wrong(b) - wrong(a)).slice(0, CONFUSED).sort((a, b) => a - b), total = confusion.map(row => row.reduce((a, b) => a + b, 0));
      this.part.textContent = few.length < classes.length ? say('confusion_part', {shown: few.length, of: classes.length}) : '';
      this.heat.show({
        rows: few.map(i => make('span', '', classes[i].name)), columns: few.map(i => classes[i].name), values: few.map(i => few.map(j => confusion[i][j] / (total[i] || 1))),
        strength: v => v, text: v => v < 0.005 ? '' : percent(v).slice(0, -1), best: (i, j) => i === j,
        tell: (i, j) => say('confused', {true: classes[few[i]].name, said: classes[few[j]].name, count: number(confusion[few[i]][few[j]]), of: number(total[few[i]])}),
      });
      this.mistakes.replaceChildren(...found.mistakes.map(one => {
        const node = button(shown({set, index: one.index}), () => this.page.take({set, index: one.index}, [one.true, one.said]), 'match-mistake');
        node.append(make('span', '', say('mistake_true', {true: one.true})), make('span', 'said', say('mistake_said', {said: one.said, share: percent(one.share)})));
        Object.assign(node.dataset, {index: one.index, true: one.true, said: one.said});
        return node;
      }), ...(found.mistakes.length ? [] : [make('p', 'hint', say('mistakes_none'))]));
      this.prompts.textContent = found.prompts.map(text => say('quoted', {text})).join(' · ');
    }

    state() { return {set: this.sets.now(), template: this.page.template === 'none' ? null : this.page.template}; }
  }

  // -- the lesson ----------------------------------------------------------------------------------------------------

  // the n×n cosines of a run's images (rows) and captions (columns), with the images beside the rows
  class Matrix {
    constructor() {
      this.canvas = make('canvas', 'match-matrix');
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute('role', 'img');
      this.line = make('p', 'hint heat-line');
      this.line.setAttribute('aria-live', 'polite');
      this.element = make('div', '', this.canvas, this.line);
      this.canvas.onpointermove = event => {
        const box = this.canvas.getBoundingClientRect(), cell = this.cell();
        this.go(Math.floor((event.clientY - box.top - cell) / cell), Math.floor((event.clientX - box.left - cell) / cell));
      };
      this.canvas.onkeydown = event => {
        const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
        if (!step || !this.table) return;
        event.preventDefault();
        this.go(...(this.at ? this.at.map((v, i) => v + step[i]) : [0, 0]));
      };
    }

    clear() {
      this.table = this.strip = this.address = this.at = null;
      this.paint();
    }

    cell() { return (this.canvas.clientWidth || 340) / ((this.table?.columns.length || 8) + 1); }

    show(table, strip) {
      this.table = table;
      if (strip && this.address !== strip) {
        const image = new Image();
        image.onload = () => { if (this.address === strip) { this.strip = image; this.paint(); } };
        image.src = this.address = strip;
      }
      this.paint();
    }

    go(i, j) {
      const n = this.table?.columns.length ?? 0;
      if (i < 0 || j < 0 || i >= n || j >= n) return;
      this.at = [i, j];
      this.paint();
    }

    paint() {
      const {canvas, table, strip} = this, g = canvas.getContext('2d'), ratio = devicePixelRatio || 1, wide = canvas.clientWidth || 340;
      canvas.width = canvas.height = Math.round(wide * ratio);
      g.scale(ratio, ratio);
      if (!table) return;
      const {values, columns} = table, n = columns.length, cell = this.cell();
      g.imageSmoothingEnabled = false;
      for (let i = 0; strip && i < n; i++) {  // at its row, and over the column of its caption
        const w = strip.naturalWidth / n;
        g.drawImage(strip, i * w, 0, w, strip.naturalHeight, 1, (i + 1) * cell + 1, cell - 2, cell - 2);
        g.globalAlpha = 0.45;
        g.drawImage(strip, i * w, 0, w, strip.naturalHeight, (i + 1) * cell + 1, 1, cell - 2, cell - 2);
        g.globalAlpha = 1;
      }
      values.forEach((row, i) => row.forEach((v, j) => {
        g.fillStyle = `rgb(${v < 0 ? '37 99 235' : '234 88 12'} / ${Math.min(1, Math.abs(v))})`;
        g.fillRect((j + 1) * cell, (i + 1) * cell, cell - 1, cell - 1);
      }));
      g.strokeStyle = getComputedStyle(document.body).color;
      for (let i = 1; i <= n; i++) g.strokeRect(i * cell, i * cell, cell - 1, cell - 1);
      if (!this.at) { this.line.textContent = say('matrix_help'); return; }
      const [i, j] = this.at.map(v => Math.min(v, n - 1));
      g.lineWidth = 3;
      g.strokeRect((j + 1) * cell, (i + 1) * cell, cell - 1, cell - 1);
      this.line.textContent = say(i === j ? 'matrix_right' : 'matrix_wrong', {picture: columns[i], caption: columns[j], cosine: rounded(values[i][j])});
    }
  }

  class Pane {
    constructor(lesson, at) {
      this.lesson = lesson;
      this.title = make('h4');
      this.select = make('select');
      this.select.id = `match-lesson-${at}`;
      this.select.onchange = () => { this.follow(this.select.value); lesson.page.remember(); };
      this.status = make('p', 'hint match-status');
      this.status.setAttribute('role', 'status');
      this.bar = make('div', 'live-bar', make('div'));
      this.matrix = new Matrix();
      this.tiles = Object.fromEntries(['diagonal', 'rest', 'scale', 'match_1', 'match_5'].map(name => [name, make('b', '', '–')]));
      this.losses = make('div', 'match-curve');
      this.scales = make('div', 'match-curve');
      this.none = make('p', 'match-none', say('pane_none'));
      this.body = make('div', 'match-pane-body', this.status, this.bar, this.matrix.element, make('div', 'match-tiles', ...Object.entries(this.tiles).map(([name, node]) => { const tile = make('div', 'tile', node, make('span', '', say(`tile_${name}`))); tile.dataset.tile = name; return tile; })),
        this.losses, this.scales);
      this.element = make('section', 'match-pane', this.title, field(say('run'), this.select), this.none, this.body);
      this.element.dataset.at = at;
      this.body.hidden = true;  // until it has a run
      this.entitle(at === 0);
    }

    entitle(symmetric) {
      this.title.textContent = say(symmetric ? 'symmetric' : 'one_way');
      this.element.dataset.symmetric = symmetric;
    }

    // shows a run for as long as it is this pane's, and looks again while it trains
    async follow(run) {
      this.run = run;
      this.select.value = run;
      this.element.dataset.ready = '';
      this.body.hidden = !run;
      this.none.hidden = !!run;
      for (const curve of [this.losses, this.scales]) {
        Plotly.purge(curve);
        curve.replaceChildren(make('p', 'hint', say('curve_wait')));
      }
      this.matrix.clear();
      const over = () => this.run !== run;
      for (let live = !!run; live && !over();) {
        if (!this.lesson.visible()) { await wait(LOOK); continue; }
        try {
          const found = await get(`runs/${run}/lesson`);
          if (over()) return;
          live = ['queued', 'starting', 'running'].includes(found.state);
          this.draw(found);
        } catch (error) {
          if (over()) return;
          live = false;
          this.status.textContent = String(error.message);
        }
        if (live) await wait(LOOK);
      }
    }

    draw(found) {
      this.entitle(found.symmetric);
      this.lesson.called(found);
      this.status.textContent = found.words;
      this.bar.firstChild.style.width = percent(found.progress);
      this.bar.dataset.tone = found.state === 'finished' ? 'good' : found.state === 'failed' ? 'bad' : '';
      this.matrix.show(found.table, found.picture && base(found.picture).href);
      const {match} = found, set = (name, value, digits) => { this.tiles[name].textContent = typeof value === 'number' ? rounded(value, digits) : '–'; };
      set('diagonal', found.diagonal, 2);
      set('rest', found.rest, 2);
      set('scale', found.scale, 1);
      for (const name of ['match_1', 'match_5']) {
        this.tiles[name].textContent = match ? percent(match[name]) : '–';
        this.tiles[name].nextSibling.textContent = match ? say(`tile_${name}_of`, {of: number(match.match_of)}) : say(`tile_${name}`);
      }
      const told = found.diagonal === null ? say('matrix_wait') : say('matrix_label', {diagonal: rounded(found.diagonal), rest: rounded(found.rest)});
      this.matrix.canvas.setAttribute('aria-label', told);
      if (!found.table) this.matrix.line.textContent = told;
      for (const [curve, drawing] of [[this.losses, found.losses], [this.scales, found.scales]]) {
        if (!drawing) continue;
        if (!curve.data) curve.replaceChildren();
        figure(curve, drawing);
      }
      Object.assign(this.element.dataset, {run: found.run, state: found.state, step: found.step, ready: found.table ? 1 : ''});
    }
  }

  class Lesson {
    constructor(page, query) {
      this.page = page;
      this.wanted = (query.get('lesson') || '').split(',');
      this.runs = new Map();  // of CLIP: run -> title
      this.note = make('p', 'match-error');
      this.note.setAttribute('role', 'alert');
      this.both = button(say('train_both'), () => this.train(), 'small primary');
      this.both.id = 'match-train-both';
      this.none = make('p', 'hint', say('lesson_none'));
      this.panes = [0, 1].map(at => new Pane(this, at));
      this.root = make('div', 'activity', heading(say('lesson_title'), say('lesson_help')), make('div', 'reconstruct-row', this.both, make('span', 'hint', say('train_both_help'))), this.note, this.none,
        make('p', 'reconstruct-truth', say('lesson_look')), make('div', 'match-panes', ...this.panes.map(pane => pane.element)));
    }

    visible() { return this.page.visible() && this.page.doing === 'lesson'; }

    called({run, title, symmetric}) {  // one that is too young to be in the list of runs
      if (this.runs.get(run)) return;
      this.runs.set(run, title + (symmetric ? '' : ` · ${say('one_way')}`));
      this.listed();
    }

    listed() {
      for (const pane of this.panes) {
        pane.select.replaceChildren(...(pane.run ? [] : [option('', say('lesson_choose'))]), ...[...this.runs].map(([run, title]) => option(run, title || run)));
        pane.select.value = pane.run ?? '';
      }
      this.none.hidden = this.runs.size > 0;
    }

    async refresh() {
      this.page.remember();
      if (this.refreshing) return;
      this.refreshing = true;
      try {
        const also = [window.playground.run(), ...this.wanted, ...this.panes.map(pane => pane.run)].filter(Boolean);
        for (const one of await get('runs', {also: also.join(',')})) if (one.method === 'CLIP') this.runs.set(one.run, one.title + (one.changed ? ` · ${one.changed}` : ''));
        this.listed();
        if (this.panes.some(pane => pane.run)) return;
        const candidates = [...new Set([...this.wanted.filter(Boolean), ...[...this.runs.keys()].slice(0, CANDIDATES)])];
        const found = (await Promise.all(candidates.map(run => get(`runs/${run}/lesson`).catch(() => null)))).filter(Boolean);
        this.panes.forEach((pane, at) => {
          const run = (found.find(one => one.run === this.wanted[at]) ?? found.find(one => one.symmetric === (at === 0)))?.run;
          if (run && !pane.run) pane.follow(run);  // or somebody was faster
        });
        this.listed();
        this.page.remember();
      } catch (error) { this.note.textContent = String(error.message); } finally { this.refreshing = false; }
    }

    async train() {
      this.both.disabled = true;
      this.note.textContent = '';
      try {
        for (const [at, knobs] of [{}, {symmetric: false}].entries()) {
          const {run} = await post('runs', {method: 'clip', dataset: 'emoji', seconds: SECONDS, seed: SEED, knobs, secret: window.playgroundKit.owner()});
          this.runs = new Map([[run, ''], ...this.runs]);
          this.panes[at].run = run;
          this.listed();
          this.panes[at].follow(run);
        }
        this.page.remember();
      } catch (error) { this.note.textContent = String(error.message); }
      this.both.disabled = false;
    }

    state() { return {lesson: this.panes.map(pane => pane.run ?? '').join(',').replace(/^,$/, '')}; }
  }

  const ACTIVITIES = {words: Words, find: Find, test: Test, lesson: Lesson};

  class Matcher {
    constructor(element) {
      this.root = element.querySelector('.match');
      this.query = new URLSearchParams(location.search);
      const doing = this.query.get('match');
      this.doing = Object.hasOwn(ACTIVITIES, doing) ? doing : 'words';
      this.set = this.query.get('set') || '';
      this.template = TEMPLATES.includes(this.query.get('template')) ? this.query.get('template') : 'none';
      this.models = [];
      this.sets = [];
      this.own = {};
      try { this.own = JSON.parse(sessionStorage.getItem(KEPT)) || {}; } catch { /* a browser that keeps nothing */ }
      this.activities = {};
      this.skeleton();
      new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting)) this.opened(); }).observe(this.root);
      document.addEventListener('paste', event => {
        const files = [...(event.clipboardData?.files || [])];
        if (!files.length || !this.visible() || !this.activity?.files) return;
        event.preventDefault();
        this.activity.files(files);
      });
    }

    visible() { return this.root.offsetParent !== null && !document.hidden; }

    skeleton() {
      const part = this.part = {};
      part.model = make('select');
      part.model.id = 'match-model';
      part.model.onchange = () => this.load(part.model.value);
      part.other = make('input');
      Object.assign(part.other, {id: 'match-other', type: 'text', spellcheck: false, autocomplete: 'off', placeholder: 'ViT-B-32/laion2b_s34b_b79k'});
      part.other.onkeydown = event => { if (event.key === 'Enter') this.loadOther(); };
      part.otherName = make('span');
      part.about = make('p', 'hint match-about');
      part.working = new Working();
      part.error = make('p', 'match-error');
      part.error.setAttribute('role', 'alert');
      part.load = button(say('load'), () => this.loadOther());
      part.head = make('div', 'match-model', make('div', 'reconstruct-row bottom', field(say('model'), part.model), make('label', 'field grow', part.otherName, part.other), part.load), part.about, part.working.element, part.error);
      part.doing = make('div');
      this.stage = make('div', 'stage');
      this.root.replaceChildren(part.head, part.doing, this.stage);
      part.otherName.textContent = say('other_model');
      part.working.show(say('loading'));
      window.playgroundKit.dropped(this.root, files => files.length && this.activity?.files?.(files));
      this.turnTo(this.doing);
    }

    turnTo(name) {
      this.doing = name;
      this.activity = this.activities[name] ??= new ACTIVITIES[name](this, this.query);
      choice(this.part.doing, Object.keys(ACTIVITIES).map(n => [n, say(`do_${n}`)]), name, n => this.turnTo(n));
      this.part.doing.classList.add('match-doing');
      if (this.stage.firstChild !== this.activity.root) this.stage.replaceChildren(this.activity.root);
      this.root.dataset.activity = name;
      this.refresh();
      if (this.models.length) this.opened();  // a run that the lesson has just trained is a model
    }

    refresh() { if (this.sets.length) this.activity.refresh(); }  // what cannot be asked without a model waits for it

    // -- models ----------------------------------------------------------------------------------------------------

    async opened() {
      if (this.opening) return;
      this.opening = true;
      try {
        while (!window.Plotly) await wait(30);
        const found = await get('models', {also: [this.query.get('run'), window.playground.run()].filter(Boolean).join(',')}), first = !this.models.length;
        this.models = found.models;
        this.sets = [...found.sets, ...this.own.sets ?? []];
        this.part.otherName.textContent = say(found.local ? 'other_model_local' : 'other_model');
        this.listed();
        if (first || this.doing === 'lesson') this.activity.refresh();
        if (first) await this.load(this.query.get('model') || this.models[0].id);
        else if (this.model) this.remember();
      } catch (error) { this.bad(error); } finally { this.opening = false; }
    }

    listed() {
      const {part} = this, groups = ['shipped', 'run', 'known', 'typed'].map(kind => {
        const group = make('optgroup', '', ...this.models.filter(m => m.kind === kind).map(m => option(m.id, [m.title, ...(kind === 'known' ? facts(m) : [])].join(' · '))));
        group.label = say(`models_${kind}`);
        return group;
      });
      part.model.replaceChildren(...groups.filter(group => group.children.length));
      if (this.model && !this.models.some(m => m.id === this.model)) this.models.push({id: this.model, kind: 'typed', title: this.about.title || this.model}), this.listed();
      part.model.value = this.model ?? this.models[0]?.id;
    }

    loadOther() { if (this.part.other.value.trim()) this.load(this.part.other.value.trim()); }

    // the model that is asked for; where it cannot be had, the sentence, and the present one stays
    async load(wanted, sentence = '') {
      const {part} = this, mine = this.loading = {}, over = () => this.loading !== mine;
      part.error.textContent = sentence;
      part.head.dataset.ready = '';
      const listed = this.models.find(m => m.id === wanted);
      if (listed) part.model.value = wanted;
      if (listed?.size) this.tell(listed, facts(listed));
      part.working.show(say('loading'));
      try {
        const {about} = await answered('load', {model: wanted}, (words, progress) => part.working.show(words, progress), over);
        if (over()) return;
        this.model = this.models.some(m => m.id === about.id) ? about.id : wanted;
        this.about = about;
        this.root.dataset.model = this.model;
        this.refresh();
        this.remember();
      } catch (error) {
        if (over()) return;
        if (!this.model && wanted !== this.models[0].id) return this.load(this.models[0].id, String(error.message));
        this.bad(error);
      }
      part.working.rest();
      if (this.model) this.describe();
      part.head.dataset.ready = 1;
    }

    describe() {
      this.listed();
      const {about} = this, model = this.models.find(m => m.id === this.model) ?? {}, many = about.parameters;
      const size = model.size || (about.bytes ? `${number(Math.round(about.bytes / 1e6))} MB` : '');
      this.tell(model, [...facts({...model, size, licence: model.licence || about.licence}), say('about', {size: about.size, dimensions: about.dimensions, parameters: many >= 1e6 ? `${(many / 1e6).toFixed(1)} M` : number(many), scale: Number(about.scale.toPrecision(3))}),
        say(about.multilingual ? 'multilingual' : 'english')]);
    }

    tell({note}, facts) { this.part.about.replaceChildren(...(note ? [make('span', '', `${note} `)] : []), facts.filter(Boolean).join(' · ')); }

    // -- sets ------------------------------------------------------------------------------------------------------

    async upload(files, note, act) {
      if (!files.length) return;
      const form = new FormData();
      for (const file of files) form.append('images', file, file.path || file.webkitRelativePath || file.name);
      note.textContent = '';
      this.part.working.show(say('uploading'));
      try {
        const {set, skipped} = await post('sets', form);
        this.keep({sets: [...(this.own.sets ?? []).filter(s => s.id !== set.id), {...set, own: true}]});
        this.sets = [...this.sets.filter(s => !s.own), ...this.own.sets];
        this.set = set.id;
        this.activity.sets.refresh();
        note.textContent = skipped.join(' ');
        act(set);
      } catch (error) { note.textContent = String(error.message); }
      this.part.working.rest();
    }

    take(p, labels) {  // a picture of a set, to be looked at with these labels
      this.activities.words ??= new Words(this, this.query);
      this.activities.words.take(p);
      this.activities.words.area.value = labels.join('\n');
      this.activities.words.typed = true;
      this.turnTo('words');
      this.root.scrollIntoView({block: 'start'});
    }

    remember() {
      if (!this.model || !this.visible()) return;
      window.playgroundKit.remember({
        tab: 'match', model: this.model === this.models[0].id ? null : this.model, match: this.doing === 'words' ? null : this.doing,
        pictures: null, labels: null, template: null, scale: null, none: null, heat: null, set: null, query: null, like: null, lesson: null, ...this.activity.state(),
      });
      this.keep(this.activity.mine?.());
    }

    keep(values) {  // in this tab, over a reload and another language
      Object.assign(this.own, values);
      try { sessionStorage.setItem(KEPT, JSON.stringify(this.own)); } catch { /* for as long as the page is open */ }
    }

    bad(error) {
      console.warn(error);
      this.part.error.textContent = String(error.message);
      this.part.working.rest();
    }
  }

  window.playground.match = element => { window.playground.matcher = new Matcher(element); };
})();
