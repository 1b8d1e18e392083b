// The Learn tab: an overview of all methods, and a card of each. GET learn gives its words, formulas and drawings in the page's
// language; formulas (MathML) and drawings (SVG) are made by the server from its own descriptions, and alone are set as markup.
(() => {
  const {query, make, button, get, post, remember} = window.playgroundKit;
  const FAMILIES = ['contrastive', 'autoencoder'];

  function markup(tag, cls, content) {
    const node = make(tag, cls);
    node.innerHTML = content;
    return node;
  }

  class Learn {
    constructor(element) {
      this.root = element.querySelector('.learn');
      this.card = query.get('card') || '';
      this.note = make('p', 'hint', '');
      this.root.replaceChildren(this.note);
      this.root.addEventListener('pointerover', event => this.point(event.target));
      this.root.addEventListener('pointerleave', () => this.point(null));
      this.root.addEventListener('focusin', event => this.point(event.target));
      this.root.addEventListener('focusout', () => this.point(null));
      this.root.addEventListener('click', event => this.keep(event.target));
      this.root.addEventListener('keydown', event => { if (event.key === 'Escape' && this.card) this.show(''); });
      addEventListener('popstate', () => {  // Back leads from card to card
        const card = query.get('card') || '';
        if (this.page && document.body.dataset.tab === 'learn' && card !== this.card) this.show(card, false);
      });
      new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting)) this.opened(); }).observe(this.root);
    }

    async opened() {
      if (this.page || this.opening) return this.remember();
      this.opening = true;
      try {
        this.page = await get('learn');
        this.words = this.page.words;
        this.show(this.card, false);
      } catch (error) {
        console.warn(error);
        this.note.textContent = window.playgroundWords.gone;
      }
      this.opening = false;
    }

    say(key, values = {}) { return (this.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? ''); }
    remember(entry) { if (this.page) remember({card: this.card}, entry); }

    show(name, moved = true) {
      const card = this.page.cards.find(one => one.name === name), from = this.card;
      this.card = card?.name ?? '';
      this.kept = this.lit = '';
      this.root.dataset.card = this.card;
      this.root.replaceChildren(...(card ? this.full(card) : this.overview()));
      this.root.dataset.ready = 1;
      this.remember(moved && this.card !== from);
      if (!moved) return;
      this.root.scrollIntoView({block: 'start'});
      // who uses the keyboard goes on from where the card begins, or from the card that was left
      (card ? this.root.querySelector('h2') : this.root.querySelector(`.learn-open[data-card="${from}"]`))?.focus({preventScroll: !!card});
    }

    // -- overview --------------------------------------------------------------------------------------------------

    overview() {
      const found = [make('h2', '', this.say('title')), make('p', 'learn-lead', this.say('intro'))];
      for (const family of FAMILIES) {
        const cards = this.page.cards.filter(card => card.family === family);
        found.push(make('h3', '', this.say(family)), make('p', 'learn-text', this.say(`${family}_text`)), make('div', 'learn-cards', ...cards.map(card => this.small(card))));
      }
      found.push(make('h3', '', this.say('tables')), make('div', 'learn-tables', ...FAMILIES.map(family => this.table(family))));
      found.push(make('h3', '', this.say('insights')), make('div', 'learn-insights', ...this.page.insights.map((one, i) => this.insight(one, i))));
      return found;
    }

    small(card) {
      const picture = card.wide ? markup('div', 'learn-mini', card.wide) : markup('div', 'learn-mini', card.formula[0]);
      picture.setAttribute('aria-hidden', true);
      const open = button('', () => this.show(card.name), 'learn-open');
      open.dataset.card = card.name;
      open.append(
        make('span', 'learn-small-head', make('b', '', card.title), make('small', '', this.say(`family_${card.family}`))),
        ...(card.said.name ? [make('small', 'learn-name', card.said.name)] : []), picture, make('span', 'learn-line', card.said.line ?? card.said.idea ?? ''));
      return open;
    }

    opener(card) { return button(card.title, () => this.show(card.name), 'learn-link'); }

    table(family) {
      const cards = this.page.cards.filter(card => card.family === family), plain = family === 'autoencoder';
      const heads = ['method', ...(plain ? ['core'] : ['negatives', 'networks']), 'loss'];
      const row = card => make('tr', '', make('th', '', this.opener(card)),
        ...(plain ? [card.said.core ?? card.said.networks] : [card.said.negatives_short ?? card.said.negatives, card.said.networks_short ?? card.said.networks]).map(text => make('td', '', text)),
        make('td', '', card.said.loss_name ?? ''));
      const table = make('table', '', make('caption', '', this.say(`table_${family}`)), make('thead', '', make('tr', '', ...heads.map(key => make('th', '', this.say(key))))), make('tbody', '', ...cards.map(row)));
      for (const head of table.querySelectorAll('tbody th')) head.scope = 'row';
      for (const head of table.querySelectorAll('thead th')) head.scope = 'col';
      return make('div', 'learn-table', table);
    }

    insight({key, runs}, i) {
      const links = runs.map(one => this.seen(one, this.say(this.words[`run_${one.run}_${one.tab}`] ? `run_${one.run}_${one.tab}` : `run_${one.run}`)));
      const found = make('section', 'learn-insight', make('h4', '', make('span', '', i + 1), this.say(`insight_${key}`)), make('p', '', this.say(`insight_${key}_text`)), make('div', 'learn-actions', ...links));
      found.dataset.insight = key;
      return found;
    }

    // -- one card --------------------------------------------------------------------------------------------------

    full(card) {
      const title = make('h2', '', card.title), {said} = card;
      title.tabIndex = -1;
      const section = (key, ...children) => make('section', `learn-part ${key}`, make('h3', '', this.say(key)), ...children);
      const parts = [
        this.nav(card),
        make('header', 'learn-head', title, make('span', '', [said.name, this.say(`family_${card.family}`), card.year].filter(Boolean).join(' · '))),
        make('p', 'learn-lead', said.idea ?? ''),
      ];
      if (card.wide) parts.push(section('flow', markup('div', 'learn-drawing', card.wide + card.tall), make('p', 'learn-text', said.flow)));
      parts.push(section('formula', this.formula(card)));
      const facts = [['negatives', said.negatives], ['networks', said.networks], ['core', said.core], ['loss', said.loss_name]].filter(([, value]) => value);
      const columns = make('div', 'learn-columns',
        section('facts', make('dl', '', ...facts.flatMap(([key, value]) => [make('dt', '', this.say(key)), make('dd', '', value)]))),
        section('watch', make('p', 'learn-text', said.watch ?? ''), make('div', 'learn-actions', ...card.seen.map(one => this.seen(one, this.say(one.tab === 'train' ? 'see' : `see_${one.tab}`))), this.runner(card, {}, 'train'))));
      if (card.switches.length) columns.append(section('switch', ...card.switches.map(one => this.switch(card, one))));
      const notes = ['correction', 'differs'].filter(key => said[key]).map(key => section(key, make('p', 'learn-text', said[key])));
      columns.append(make('div', 'learn-notes', ...notes));
      parts.push(columns, this.code(card));
      return parts;
    }

    nav(card) {
      const pills = this.page.cards.map(one => {
        const pill = button(one.title, () => this.show(one.name), 'learn-pill');
        if (one === card) pill.setAttribute('aria-current', 'page');
        return pill;
      });
      const nav = make('nav', 'learn-nav', button(`← ${this.say('all')}`, () => this.show(''), 'small'), ...pills);
      nav.setAttribute('aria-label', this.say('methods'));
      return nav;
    }

    formula(card) {
      const lines = make('div', 'learn-formula', ...card.formula.map(line => markup('div', '', line)));
      if (!card.symbols.length) return lines;
      const legend = make('ul', 'learn-legend', ...card.symbols.map(one => {
        const row = button('', () => {}, 'learn-symbol');
        row.dataset.sym = one.key;
        row.setAttribute('aria-pressed', false);
        row.append(markup('span', 'sign', one.sign), make('span', '', one.text), make('code', '', one.shape));
        return make('li', '', row);
      }));
      return make('div', 'learn-symbols', make('div', '', lines, make('p', 'hint', this.say('symbols'))), make('div', '', legend, make('p', 'hint', card.shapes)));
    }

    switch(card, one) {
      const actions = make('div', 'learn-actions', ...(one.seen ? [this.seen(one.seen, this.say('see_switch'))] : []), this.runner(card, one.knobs, 'run'));
      return make('div', 'learn-switch', make('b', '', one.named), make('p', 'learn-text', one.text), actions);
    }

    // a run that this browser owns, with a method's own settings but for these knobs; Train shows it
    runner(card, knobs, key) {
      const note = make('span', 'learn-budget', this.say('budget', {seconds: card.try.seconds, data: card.data}));
      const run = button(this.say(key), async () => {
        run.disabled = true;
        note.classList.remove('bad');
        note.textContent = this.say('started');
        try {
          const {run: id} = await post('runs', {...card.try, knobs, secret: window.playgroundKit.owner()});
          window.playground.show(id);
          note.textContent = this.say('budget', {seconds: card.try.seconds, data: card.data});
        } catch (error) {
          note.classList.add('bad');
          note.textContent = error instanceof TypeError ? window.playgroundWords.gone : String(error.message);
        }
        run.disabled = false;
      }, key === 'run' ? 'small primary' : 'small');
      note.setAttribute('role', 'status');
      run.dataset.knobs = JSON.stringify(knobs);
      return make('span', 'learn-run', run, note);
    }

    // an example run on the tab that shows it; on Train without loading the page anew
    seen({run, tab, address}, name) {
      const link = make('a', 'learn-see', name);
      link.href = address;
      if (tab === 'train') {
        link.onclick = event => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          window.playground.show(run);
        };
      }
      return link;
    }

    code(card) {
      const lines = make('code', '', ...card.code.map(([kind, text]) => kind ? make('span', `code-${kind}`, text) : text));
      const box = make('pre', '', lines), paper = make('a', '', card.paper);
      box.tabIndex = 0;  // it scrolls
      box.setAttribute('aria-label', card.file);
      Object.assign(paper, {href: card.link, target: '_blank', rel: 'noopener', lang: 'en'});
      box.lang = 'en';
      return make('div', 'learn-end', make('p', 'learn-paper', make('b', '', this.say('paper')), ' ', paper, `, ${card.year}`),
        make('details', 'learn-code', make('summary', '', this.say('code'), ' ', make('code', '', card.file)), box));
    }

    // -- symbols and their places ----------------------------------------------------------------------------------

    keys(target) { return target?.closest?.('[data-sym]')?.dataset.sym ?? ''; }

    point(target) { this.light(this.keys(target) || this.kept || ''); }

    keep(target) {
      const keys = this.keys(target);
      if (!keys) return;
      this.kept = this.kept === keys ? '' : keys;
      for (const row of this.root.querySelectorAll('.learn-symbol')) row.setAttribute('aria-pressed', row.dataset.sym === this.kept);
      this.light(this.kept || keys);
    }

    light(keys) {
      if (keys === this.lit) return;
      this.lit = keys;
      const wanted = keys.split(' ').filter(Boolean);
      this.root.classList.toggle('lighting', wanted.length > 0);
      for (const node of this.root.querySelectorAll('[data-sym]')) node.classList.toggle('lit', node.dataset.sym.split(' ').some(key => wanted.includes(key)));
    }
  }

  window.playground.learn = element => { window.playground.learner = new Learn(element); };
})();
