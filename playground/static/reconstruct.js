// The Reconstruct tab: one image, and what a run's network makes of it when it is squeezed, damaged or partly hidden. Every
// move of a slider is a question to the server (playground.repairs); one is under way at a time, and the latest wins.
(() => {
  // ms: between looks at a run that trains, till a slider rests, of a reveal, till a person wants to know that it works
  const RUNNING = 1500, SETTLED = 350, FRAME = 240, SLOW = 400;
  const STRIP = 12, ERROR_TOP = 0.5, BRUSH = 2;  // images to choose from; the error that is brightest; px of a new brush
  const NOISES = ['gaussian', 'masking', 'salt-and-pepper'], MASKS = ['random', 'block', 'grid'];
  const MAGMA = [[0, 0, 4], [81, 18, 124], [183, 55, 121], [252, 137, 97], [252, 253, 191]];
  const {make, path, query, gone, button, option, choice, slider, heading, wait, percent, get, post, numbers, figure, packed, unpacked} = window.playgroundKit;
  const say = window.playgroundKit.sayer('reconstruct');
  let sent = null;  // {run, index}: what another tab wants to be looked at here
  const fresh = () => Math.floor(Math.random() * 1e6);

  // numbers from 0 to 1 that a seed decides: mulberry32
  const chance = seed => () => {
    seed = seed + 0x6D2B79F5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };

  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const letters = array => btoa(array.reduce((s, b) => s + String.fromCharCode(b), ''));

  function magma(share) {
    const at = Math.min(0.9999, Math.max(0, share)) * (MAGMA.length - 1), i = Math.floor(at);
    return MAGMA[i].map((v, c) => v + (MAGMA[i + 1][c] - v) * (at - i));
  }

  // pixels (H,W,C) onto a canvas of their own size; one channel as greys, or as heat up to `top`
  function paint(canvas, text, {width, height}, top = 0) {
    const from = bytes(text), channels = from.length / (width * height), to = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const colour = top ? magma(from[i] / 255 / top) : channels === 3 ? from.subarray(3 * i, 3 * i + 3) : [from[i], from[i], from[i]];
      to.data.set([...colour, 255], 4 * i);
    }
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
    canvas.getContext('2d').putImageData(to, 0, 0);
  }

  const judged = j => say('judged', {mse: j.mse.toFixed(4), psnr: j.psnr === null ? '∞' : j.psnr.toFixed(1), ssim: j.ssim.toFixed(2)});

  // a picture with its name, and a line of numbers under it
  class Shot {
    constructor(name, cls = '') {
      this.canvas = make('canvas');
      this.canvas.setAttribute('role', 'img');
      this.name = make('b');
      this.number = make('small');
      this.element = make('figure', `shot ${cls}`, this.canvas, make('figcaption', '', this.name, this.number));
      this.called(name);
    }

    called(name) {
      this.name.textContent = name;
      this.canvas.setAttribute('aria-label', name);
    }

    show(text, spec, number) {
      paint(this.canvas, text, spec);
      if (number !== undefined) this.number.textContent = number;
    }

    heat(text, spec, top = ERROR_TOP) { paint(this.canvas, text, spec, top); }
  }

  const shots = (...all) => make('div', 'shots', ...all.map(one => one.element ?? one));
  const scale = () => make('p', 'hint heat-scale', say('error_scale'), make('span', '', '0'), make('i'), make('span', '', `${ERROR_TOP}`));

  // -- an autoencoder's code -----------------------------------------------------------------------------------------

  class Rebuild {
    constructor(page) {
      this.page = page;
      this.original = new Shot(say('original'));
      this.made = new Shot(say('made'));
      this.error = new Shot(say('error'));
      this.turned = new Shot(say('turned'));
      this.sliders = make('div', 'latents');
      this.hole = make('p', 'hint');
      this.root = make('div', 'activity', heading(say('rebuild'), say('rebuild_help')), shots(this.original, this.made, this.error, this.turned), scale(),
        make('div', 'reconstruct-row', make('h4', '', say('latents')), button(say('latents_reset'), () => this.refresh())), make('p', 'hint', say('latents_help')), this.hole, this.sliders);
      this.asked = page.asker('rebuild', found => this.draw(found));
      this.decoded = page.asker('decode', found => {
        this.turned.show(found.made, page.info, '');
        this.hole.textContent = page.gap(found);
      });
    }

    refresh() { this.asked({}); }

    draw(found) {
      const {info} = this.page;
      this.original.show(found.image, info);
      this.made.show(found.made, info, judged(found));
      this.error.heat(found.error, info);
      this.turned.show(found.made, info, say('turned_not'));
      this.hole.textContent = '';
      const code = found.code, few = found.dimensions.length < code.length;
      this.sliders.replaceChildren(...found.dimensions.map(d => {
        const reach = 3 * found.spread[d], low = Math.min(code[d], found.mean[d] - reach), high = Math.max(code[d], found.mean[d] + reach);
        const one = slider(`z${d + 1}`, {min: low, max: high, step: (high - low) / 200 || 1e-3, value: code[d]}, v => Number(v).toFixed(2), v => { code[d] = v; this.decoded({code}); });
        one.input.dataset.dimension = d;
        return one.element;
      }), ...(few ? [make('p', 'hint', say('latents_few', {shown: found.dimensions.length, of: code.length}))] : []));
    }
  }

  class Walk {
    constructor(page) {
      this.page = page;
      this.at = [0, 0];
      this.canvas = make('canvas', 'plane');
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute('role', 'application');
      this.canvas.setAttribute('aria-label', say('plane_keys'));
      this.made = new Shot(say('decoded'));
      this.near = make('div', 'near');
      this.text = make('p', 'hint');
      this.truth = make('p', 'reconstruct-truth');
      this.root = make('div', 'activity', heading(say('walk'), say('walk_help')),
        make('div', 'walk', make('div', '', this.canvas, make('p', 'hint', say('plane_legend'))),
          make('div', '', shots(this.made, make('figure', 'shot', this.near, make('figcaption', '', make('b', '', say('nearest_real'))))), this.text, this.truth)));
      this.asked = page.asker('plane', found => this.draw(found));
      this.walked = page.asker('walk', found => this.arrived(found));
      const move = event => {
        const box = this.canvas.getBoundingClientRect(), reach = this.plane.reach;
        this.go([2 * reach * ((event.clientX - box.left) / box.width - 0.5), -2 * reach * ((event.clientY - box.top) / box.height - 0.5)]);
      };
      this.canvas.onpointerdown = event => { if (!this.plane) return; this.canvas.setPointerCapture(event.pointerId); this.dragged = true; move(event); };
      this.canvas.onpointermove = event => { if (this.dragged) move(event); };
      this.canvas.onpointerup = this.canvas.onpointercancel = () => { this.dragged = false; };
      this.canvas.onkeydown = event => {
        const step = {ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1]}[event.key];
        if (!step || !this.plane) return;
        event.preventDefault();
        this.go(this.at.map((v, i) => v + step[i]));
      };
    }

    refresh() { this.asked({}); }

    go(at) {
      const {reach} = this.plane;
      this.at = at.map(v => Math.max(-reach, Math.min(reach, v)));
      this.paint();
      this.walked({at: this.at});
    }

    draw(found) {
      const {side, tile: [h, w]} = found, page = this.page;
      this.plane = found;
      const tiles = this.tiles = Object.assign(make('canvas'), {width: side * w, height: side * h}), one = make('canvas'), g = tiles.getContext('2d');
      found.lattice.forEach((text, i) => {
        paint(one, text, {width: w, height: h});
        g.drawImage(one, (i % side) * w, Math.floor(i / side) * h);
      });
      this.truth.textContent = say(found.returns_holes === null ? 'holes_none' : 'holes', {
        share: percent(found.holes), far: found.far, real: found.returns.toFixed(1), made: found.returns_holes?.toFixed(1)});
      this.go(found.at);
      page.body.dataset.plane = side;
    }

    paint() {
      const {canvas, plane} = this, ratio = devicePixelRatio || 1, box = canvas.clientWidth || 400, g = canvas.getContext('2d');
      canvas.width = canvas.height = box * ratio;
      g.scale(ratio, ratio);
      g.imageSmoothingEnabled = false;
      g.drawImage(this.tiles, 0, 0, box, box);
      const cell = box / plane.side, to = (u, v) => [box * (u / plane.reach + 1) / 2, box * (1 - v / plane.reach) / 2];
      g.lineWidth = 1;
      plane.gaps.forEach((gap, i) => {  // hatched: no real image has a code near here
        if (gap <= plane.far) return;
        const [x, y] = [(i % plane.side) * cell, Math.floor(i / plane.side) * cell];
        g.save();
        g.beginPath();
        g.rect(x, y, cell, cell);
        g.clip();
        g.strokeStyle = 'rgb(239 68 68 / .5)';
        g.beginPath();
        for (let k = -cell; k < cell; k += 10) { g.moveTo(x + k, y + cell); g.lineTo(x + k + cell, y); }
        g.stroke();
        g.restore();
      });
      g.fillStyle = 'rgb(56 189 248 / .8)';
      for (let i = 0; i < plane.codes.length; i += 2) {
        const [x, y] = to(plane.codes[i], plane.codes[i + 1]);
        g.fillRect(x - 1, y - 1, 2, 2);
      }
      const [x, y] = to(...this.at);
      for (const [colour, width] of [['#000', 6], ['#fde047', 3]]) {
        g.strokeStyle = colour;
        g.lineWidth = width;
        g.beginPath();
        g.arc(x, y, 11, 0, 6.2832);
        g.stroke();
      }
    }

    arrived(found) {
      const {page} = this;
      this.made.show(found.made, page.info, '');
      this.near.replaceChildren(page.thumb(found.near, 116));
      this.text.textContent = page.gap(found);
    }
  }

  class Between {
    constructor(page) {
      this.page = page;
      this.t = 0.5;
      this.first = new Shot(say('first'));
      this.made = new Shot(say('mixed_codes'));
      this.mixed = new Shot(say('mixed_pixels'));
      this.second = new Shot(say('second'));
      this.slider = slider(say('between_slider'), {min: 0, max: 20, step: 1, value: 10}, v => percent(v / 20), v => { this.t = v / 20; this.step(); });
      this.strips = make('div', 'strips');
      this.choose = make('div', 'reconstruct-strip');
      this.holes = make('p', 'hint');
      this.root = make('div', 'activity', heading(say('between'), say('between_help')), shots(this.first, this.made, this.mixed, this.second), this.slider.element,
        this.strips, this.holes, make('h4', '', say('choose_second')), this.choose);
      this.asked = page.asker('between', found => this.draw(found));
    }

    refresh() {
      const {page} = this;
      if (page.second === null || page.second >= page.about.count) page.second = Math.floor(page.about.count / 2);
      this.choose.replaceChildren(...page.strip.map(i => page.thumbButton(i, 46, () => { page.second = i; page.remember(); this.refresh(); })));
      this.asked({second: {index: page.second}});
    }

    draw(found) {
      const {info} = this.page, every = found.made.filter((_, i) => i % 2 === 0);
      this.found = found;
      this.first.show(found.mixed[0], info);
      this.second.show(found.second, info);
      const row = (name, texts) => {
        const images = texts.map(text => { const canvas = make('canvas'); paint(canvas, text, info); return canvas; });
        return make('div', 'strip-row', make('span', '', name), make('div', '', ...images));
      };
      this.strips.replaceChildren(row(say('mixed_codes'), every), row(say('mixed_pixels'), found.mixed.filter((_, i) => i % 2 === 0)));
      const far = Math.max(...found.gaps);
      this.holes.textContent = say(far > 2 ? 'between_hole' : 'between_near', {gap: far.toFixed(1)});
      this.step();
    }

    step() {
      if (!this.found) return;
      const i = Math.round(20 * this.t), {info} = this.page;
      this.made.show(this.found.made[i], info);
      this.mixed.show(this.found.mixed[i], info);
    }
  }

  class Sizes {
    constructor(page) {
      this.page = page;
      this.table = make('div', 'sizes');
      this.note = make('p', 'hint');
      this.root = make('div', 'activity', heading(say('sizes'), say('sizes_help')), this.table, this.note);
      this.asked = page.asker('sizes', found => this.draw(found));
    }

    refresh() { this.asked({}); }

    draw(found) {
      const {info} = this.page;
      this.note.textContent = found.runs.length < 2 ? say('sizes_more') : '';
      this.table.replaceChildren(...found.runs.map(one => {
        const own = new Shot(say('autoencoder')), pca = new Shot(say('pca'));
        own.show(one.made, info, judged(one));
        pca.show(one.pca.made, info, judged(one.pca));
        const all = one.held_out.mse === undefined || one.held_out.mse === null ? '' : say('sizes_all', {
          mse: one.held_out.mse.toFixed(4), pca: one.held_out.mse_pca?.toFixed(4) ?? '–'});
        const row = make('div', 'size', make('div', '', make('h4', '', say('numbers', {latent: one.latent})), make('p', 'hint', one.title), make('p', 'hint', all)), shots(own, pca));
        row.dataset.latent = one.latent;
        return row;
      }));
    }
  }

  // -- a denoiser ----------------------------------------------------------------------------------------------------

  class Noise {
    constructor(page) {
      this.page = page;
      this.kinds = make('div');
      this.level = slider(say('level'), {min: 0, max: 1, step: 0.01, value: 0.3}, v => Number(v).toFixed(2), v => { page.noise.level = v; this.ask(); this.mark(); });
      this.shots = Object.fromEntries(['clean', 'noisy', 'denoised', 'filter'].map(name => [name, new Shot(say(name))]));
      this.errors = Object.fromEntries(['noisy', 'denoised', 'filter'].map(name => [name, new Shot(say('error'), 'small')]));
      const column = name => make('div', 'pair', this.shots[name].element, ...(this.errors[name] ? [this.errors[name].element] : []));
      this.text = make('p', 'reconstruct-truth');
      this.curve = make('div', 'psnr-curve');
      this.root = make('div', 'activity', heading(say('noise'), say('noise_help')),
        make('div', 'reconstruct-row', this.kinds, this.level.element, button(say('new_noise'), () => { page.noise.seed = fresh(); this.ask(); })),
        make('div', 'shots', ...Object.keys(this.shots).map(column)), scale(), this.text, make('h4', '', say('curve')), make('p', 'hint', say('curve_help')), this.curve);
      this.asked = page.asker('noise', found => this.draw(found));
      this.curved = page.asker('curve', found => { this.found = found; this.mark(); });
    }

    refresh() {
      const {page} = this;
      choice(this.kinds, NOISES.map(kind => [kind, say(`noise_${kind}`)]), page.noise.noise, kind => { page.noise.noise = kind; this.refresh(); });
      this.level.set(page.noise.level);
      this.ask();
      this.curved({noise: page.noise.noise});
    }

    ask() { this.page.remember(); this.asked(this.page.noise); }

    draw(found) {
      const {info} = this.page, {shots, errors} = this;
      shots.clean.show(found.image, info);
      for (const name of ['noisy', 'denoised', 'filter']) {
        shots[name].show(found[name].made, info, judged(found[name]));
        errors[name].heat(found[name].error, info);
      }
      const of = name => found[name].psnr ?? 99, gain = of('denoised') - of('noisy'), over = of('denoised') - of('filter');
      this.text.textContent = found.noisy.psnr === null ? say('no_noise') : say('gain', {gain: signed(gain), over: signed(over)});
    }

    mark() {
      const {found, page} = this;
      if (!found) return;
      const line = (name, colour, dash) => ({x: found.levels, y: found[name], name: say(name), mode: 'lines', line: {color: colour, width: 2.5, dash}, hovertemplate: '%{y:.1f} dB'});
      const at = (x, dash) => ({type: 'line', x0: x, x1: x, yref: 'paper', y0: 0, y1: 1, line: {color: '#888', width: 1.5, dash}});
      const known = found.trained !== null;
      figure(this.curve, {data: [line('noisy', '#960F00', 'dot'), line('filter', '#E1C300', 'dash'), line('denoised', '#4B96FF', 'solid')], layout: {
        margin: {l: 48, r: 12, t: 24, b: 42}, height: 280, hovermode: 'x', legend: {orientation: 'h', y: 1.14, x: 0}, xaxis: {title: {text: say('level')}, range: [0, 1.02]}, yaxis: {title: {text: 'PSNR, dB'}},
        shapes: [...(known ? [at(found.trained, 'dash')] : []), at(page.noise.level, 'solid')],
        annotations: known ? [{x: found.trained, y: 1, yref: 'paper', text: say('trained_here'), showarrow: false, xanchor: 'left', yanchor: 'top', xshift: 4}] : []}});
      this.curve.dataset.trained = known ? found.trained : '';
    }
  }

  const signed = v => `${v < 0 ? '−' : '+'}${Math.abs(v).toFixed(1)}`;

  // -- a masked autoencoder ------------------------------------------------------------------------------------------

  class Mask {
    constructor(page) {
      this.page = page;
      this.mode = 'paint';
      this.cursor = -1;
      this.hidden = new Set();
      this.modes = make('div');
      this.kinds = make('div');
      this.canvas = make('canvas', 'mask-canvas');
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute('role', 'application');
      this.canvas.setAttribute('aria-label', say('mask_keys'));
      this.plain = new Shot(say('painted'));
      this.pasted = new Shot(say('pasted'));
      this.error = new Shot(say('error'));
      this.original = new Shot(say('original'));
      this.ratio = slider(say('ratio'), {min: 0, max: 0.95, step: 0.01, value: 0.75}, v => percent(v), v => { this.stop(); page.mask.ratio = v; page.mask.hidden = null; this.ask(); });
      this.play = button(say('reveal'), () => this.reveal());
      this.where = make('p', 'hint');
      this.text = make('p', 'reconstruct-truth');
      this.spread = make('div', 'draws');
      this.root = make('div', 'activity', heading(say('mask'), say('mask_help')),
        make('div', 'reconstruct-row', this.kinds, this.ratio.element, button(say('new_mask'), () => { this.stop(); page.mask.seed = fresh(); page.mask.hidden = null; this.ask(); }),
          button(say('clear_mask'), () => { this.stop(); page.mask.hidden = []; this.ask(); }), this.play),
        make('div', 'mask-columns', make('div', 'mask-paint', this.canvas, make('b', '', say('visible')), this.modes, this.where), shots(this.plain, this.pasted, this.error, this.original)), scale(), this.text, this.spread);
      this.asked = page.asker('mask', found => this.draw(found));
      this.attended = page.asker('attention', found => this.attend(found));
      this.drawn = page.asker('draws', found => this.draws(found));
      this.listen();
    }

    listen() {
      const {canvas} = this;
      const cell = event => {
        const box = canvas.getBoundingClientRect(), {rows, columns} = this.page.info.patches;
        const [x, y] = [Math.floor((event.clientX - box.left) / box.width * columns), Math.floor((event.clientY - box.top) / box.height * rows)];
        return x < 0 || y < 0 || x >= columns || y >= rows ? -1 : y * columns + x;
      };
      canvas.onpointerdown = event => {
        const patch = cell(event);
        if (patch < 0) return;
        canvas.setPointerCapture(event.pointerId);
        if (this.mode === 'attention') return this.look(patch);
        this.hide = !this.hidden.has(patch);
        this.brushing = true;
        this.touch(patch, this.hide);
      };
      canvas.onpointermove = event => { const patch = cell(event); if (this.brushing && patch >= 0) this.touch(patch, this.hide); };
      canvas.onpointerup = canvas.onpointercancel = () => { this.brushing = false; };
      canvas.onkeydown = event => {
        const {rows, columns} = this.page.info.patches, step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[event.key];
        if (step) {
          const next = Math.max(0, this.cursor) + (this.cursor < 0 ? 0 : step);
          if (next >= 0 && next < rows * columns) this.cursor = next;
          this.paint();
        } else if ([' ', 'Enter'].includes(event.key) && this.cursor >= 0) {
          this.mode === 'attention' ? this.look(this.cursor) : this.touch(this.cursor, !this.hidden.has(this.cursor));
        } else return;
        event.preventDefault();
      };
      canvas.onblur = () => { this.cursor = -1; this.paint(); };
    }

    touch(patch, hide) {
      if (this.hidden.has(patch) === hide) return;
      this.stop();
      hide ? this.hidden.add(patch) : this.hidden.delete(patch);
      this.page.mask.hidden = [...this.hidden].sort((a, b) => a - b);
      this.ask();
    }

    refresh() {
      const {page} = this;
      choice(this.kinds, MASKS.map(kind => [kind, say(`mask_${kind}`)]), page.mask.hidden ? '' : page.mask.mask, kind => { this.stop(); page.mask.mask = kind; page.mask.hidden = null; this.refresh(); });
      choice(this.modes, [['paint', say('by_hand')], ['attention', say('attention')]], this.mode, mode => { this.mode = mode; this.weights = null; this.refresh(); });
      this.canvas.dataset.mode = this.mode;
      this.where.textContent = say(this.mode === 'paint' ? 'by_hand_help' : 'attention_help');
      const {number} = page.grid();
      if (page.mask.hidden?.some(i => i >= number)) page.mask.hidden = null;
      this.ask();
    }

    body() {
      const {mask} = this.page;
      return mask.hidden ? {hidden: mask.hidden} : {ratio: mask.ratio, mask: mask.mask, seed: mask.seed};
    }

    ask() {
      const {page} = this, body = this.body();
      if (page.mask.hidden) this.kinds.querySelectorAll('.chosen').forEach(one => one.classList.remove('chosen'));
      else this.kinds.querySelector(`[data-kind=${page.mask.mask}]`)?.classList.add('chosen');
      if (page.mask.hidden) this.hidden = new Set(page.mask.hidden);
      page.remember();
      this.paint();
      this.asked(body);
      if (this.mode === 'attention' && this.patch >= 0 && this.weights) this.attended({...body, patch: this.patch});
      clearTimeout(this.settling);
      this.settling = setTimeout(() => {
        if (body.hidden || !body.ratio) this.spread.replaceChildren(make('h4', '', say('draws')), make('p', 'hint', say('draws_not')));
        else this.drawn(body);
      }, SETTLED);
    }

    draw(found) {
      const {page} = this;
      this.hidden = new Set(found.hidden);
      this.plain.show(found.made, page.info);
      this.pasted.show(found.pasted, page.info);
      this.error.heat(found.error, page.info);
      this.original.show(found.image ?? page.pixels, page.info);
      const number = found.hidden.length, {rows, columns} = page.info.patches;
      this.ratio.set(page.mask.hidden ? number / (rows * columns) : page.mask.ratio);
      this.text.textContent = found.mse === null ? say('nothing_hidden') : say('mse_hidden', {
        number, of: rows * columns, mse: found.mse.toFixed(4), mean: found.mse_mean.toFixed(4), here: found.mse_here.toFixed(4)});
      this.canvas.dataset.hidden = found.hidden.join(',');
      this.paint();
    }

    look(patch) {
      this.patch = patch;
      this.attended({...this.body(), patch});
    }

    attend(found) {
      this.weights = found.weights;
      const most = Math.max(...found.weights), at = found.weights.indexOf(most), {columns} = this.page.info.patches;
      const place = i => say('place', {row: Math.floor(i / columns) + 1, column: i % columns + 1});
      this.where.textContent = say(`attention_${found.where}`, {patch: place(this.patch), most: percent(most), other: place(at)});
      this.canvas.dataset.attention = found.where;
      this.paint();
    }

    paint() {
      const {canvas, page} = this, {rows, columns} = page.info.patches, ratio = devicePixelRatio || 1;
      const wide = canvas.clientWidth || 260, high = wide * page.info.height / page.info.width, g = canvas.getContext('2d');
      canvas.style.aspectRatio = `${page.info.width} / ${page.info.height}`;
      [canvas.width, canvas.height] = [Math.round(wide * ratio), Math.round(high * ratio)];
      g.scale(ratio, ratio);
      g.imageSmoothingEnabled = false;
      g.drawImage(page.fitted.canvas, 0, 0, wide, high);
      const [w, h] = [wide / columns, high / rows], box = i => [(i % columns) * w, Math.floor(i / columns) * h, w, h];
      g.fillStyle = '#808080';
      for (const i of this.hidden) g.fillRect(...box(i));
      if (this.mode === 'attention' && this.weights) {
        const most = Math.max(...this.weights);
        this.weights.forEach((weight, i) => { g.fillStyle = `rgb(249 115 22 / ${0.85 * weight / most})`; g.fillRect(...box(i)); });
      }
      g.strokeStyle = 'rgb(128 128 128 / .45)';
      g.lineWidth = 1;
      for (let i = 0; i < rows * columns; i++) g.strokeRect(...box(i));
      const marked = this.mode === 'attention' && this.weights ? [this.patch] : [];
      for (const i of [...marked, ...(this.cursor >= 0 ? [this.cursor] : [])]) {
        for (const [colour, width] of [['#000', 5], ['#fde047', 2.5]]) { g.strokeStyle = colour; g.lineWidth = width; g.strokeRect(...box(i)); }
      }
    }

    draws(found) {
      const {info} = this.page, mean = new Shot(say('draws_mean')), spread = new Shot(say('draws_spread'));
      mean.show(found.mean, info, say('draws_mse', {mse: found.mse.toFixed(4), std: found.mse_std.toFixed(4)}));
      spread.heat(found.spread, info, 1);
      spread.number.textContent = say('draws_most', {most: found.most.toFixed(2)});
      const all = found.made.map(text => { const canvas = make('canvas'); paint(canvas, text, info); return canvas; });
      this.spread.replaceChildren(make('h4', '', say('draws')), make('p', 'hint', say('draws_help', {number: all.length})), make('div', 'draws-row', shots(mean, spread), make('div', 'draws-all', ...all)));
    }

    async reveal() {
      if (this.playing) return this.stop();
      const {page} = this, {mask} = page, playing = this.playing = {};
      mask.hidden = null;
      this.weights = null;  // they are of another mask
      if (this.mode === 'attention') this.where.textContent = say('attention_help');
      this.play.textContent = say('stop');
      try {
        const run = page.run, {frames} = await page.ask('reveal', {mask: mask.mask, seed: mask.seed});
        for (const frame of frames) {
          if (this.playing !== playing || page.run !== run) return;
          mask.ratio = frame.ratio;
          this.draw(frame);
          await wait(FRAME);
        }
      } catch (error) { page.bad(error); }
      if (this.playing === playing) this.stop();
    }

    stop() {
      if (!this.playing) return;
      this.playing = null;
      this.play.textContent = say('reveal');
      this.ask();
    }
  }

  // -- side by side --------------------------------------------------------------------------------------------------

  class Compare {
    constructor(page) {
      this.page = page;
      this.kinds = make('div');
      this.level = slider(say('level_compare'), {min: 0, max: 1, step: 0.01, value: 0.5}, v => Number(v).toFixed(2), v => { page.damage.level = v; this.ask(); });
      this.original = new Shot(say('original'));
      this.damaged = new Shot(say('damaged'));
      this.rows = make('div', 'compared-runs');
      this.missing = make('p', 'hint');
      this.root = make('div', 'activity', heading(say('compare'), say('compare_help')),
        make('div', 'reconstruct-row', this.kinds, this.level.element, button(say('again'), () => { page.damage.seed = fresh(); this.ask(); })),
        shots(this.original, this.damaged), this.rows, scale(), this.missing);
      this.asked = page.asker('compare', found => this.draw(found));
    }

    refresh() {
      const {page} = this, same = page.list.filter(r => r.set === page.info.set), patches = same.some(r => r.patches);
      const kinds = ['none', ...NOISES, ...(patches ? ['patches'] : [])];
      if (!kinds.includes(page.damage.damage)) page.damage.damage = 'gaussian';
      choice(this.kinds, kinds.map(kind => [kind, say(NOISES.includes(kind) ? `noise_${kind}` : `damage_${kind}`)]), page.damage.damage, kind => { page.damage.damage = kind; this.refresh(); });
      this.level.set(page.damage.level);
      this.level.element.hidden = page.damage.damage === 'none';
      // of each method the run that is looked at, or else the newest
      const methods = [...new Set(same.map(r => r.method))].sort();
      this.runs = methods.map(method => (page.info.method === method ? page.info : same.find(r => r.method === method)).run);
      this.missing.textContent = methods.length < 3 ? say('compare_missing') : '';
      this.ask();
    }

    ask() { this.page.remember(); this.asked({...this.page.damage, runs: this.runs}); }

    draw(found) {
      const {info} = this.page;
      this.original.show(found.image, info);
      this.damaged.show(found.damaged.made, info, judged(found.damaged));
      this.rows.replaceChildren(...found.runs.map(one => {
        const made = new Shot(say('made')), error = new Shot(say('error'));
        made.show(one.made, info, judged(one));
        error.heat(one.error, info);
        const row = make('div', 'compared-run', make('div', '', make('h4', '', one.method), make('p', 'hint', one.trained)), shots(made, error));
        row.dataset.run = one.run;
        return row;
      }));
    }
  }

  const ACTIVITIES = {mask: [Mask, 'patches'], noise: [Noise, 'damage'], rebuild: [Rebuild, 'code'], walk: [Walk, 'code'], between: [Between, 'code'], sizes: [Sizes, 'code'], compare: [Compare, '']};

  class Reconstructor {
    constructor(element) {
      this.root = element.querySelector('.reconstruct');
      const parts = key => (query.get(key) || '').split('_');
      this.index = Math.max(0, parseInt(query.get('image'), 10) || 0);
      this.dealt = /^\d{1,6}$/.test(query.get('strip') ?? '') ? Number(query.get('strip')) : 0;
      this.second = /^\d+$/.test(query.get('second') ?? '') ? Number(query.get('second')) : null;
      this.doing = query.get('do') || '';
      const [noise, level, noiseSeed] = parts('noise'), [mask, ratio, maskSeed] = parts('mask'), [damage, much, damageSeed] = parts('damage');
      const known = (value, options) => options.includes(value) ? value : null;
      const number = (value, high) => value && Number(value) >= 0 && Number(value) <= high ? Number(value) : null;
      this.noise = {noise: known(noise, NOISES), level: number(level, 1), seed: number(noiseSeed, 1e6) ?? 0};
      this.mask = {mask: known(mask, MASKS), ratio: number(ratio, 0.95), seed: number(maskSeed, 1e6) ?? 0, hidden: null};
      try { if (mask === 'hand') this.mask.hidden = ratio ? unpacked(ratio) : []; } catch { /* a link that someone shortened */ }
      this.damage = {damage: damage || 'gaussian', level: number(much, 1) ?? 0.5, seed: number(damageSeed, 1e6) ?? 0};
      this.list = [];
      this.activities = {};
      this.answered = 0;
      this.skeleton();
      new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting)) this.opened(); }).observe(this.root);
      setInterval(() => { if (this.visible() && this.info && !this.info.ended) this.relearned(); }, RUNNING);
    }

    visible() { return this.root.offsetParent !== null && !document.hidden; }

    skeleton() {
      const part = this.part = {};
      part.run = make('select');
      part.run.id = 'reconstruct-run';
      part.run.onchange = () => { this.picky = part.gone.hidden = true; this.load(part.run.value); };
      part.trained = make('p', 'hint');
      this.fitted = new Shot(say('fitted'), 'fitted');
      part.other = button(say('other_images'), () => { this.dealt++; this.deal(); this.drawStrip(); this.remember(); });
      part.draw = button(say('draw'), () => this.draw(!this.drawing), 'small toggle');
      part.file = make('input');
      Object.assign(part.file, {type: 'file', accept: 'image/*', id: 'reconstruct-own'});
      part.file.onchange = () => { this.upload(part.file.files[0]); part.file.value = ''; };
      const choose = make('label', 'small-file', make('span', '', say('upload')), part.file);
      part.brush = slider(say('brush'), {min: 1, max: 6, step: 0.5, value: BRUSH}, v => `${v} px`, () => {});
      part.light = slider(say('brightness'), {min: 0, max: 1, step: 0.05, value: 1}, v => percent(v), () => {});
      part.colour = make('input');
      Object.assign(part.colour, {type: 'color', value: '#ef4444'});
      part.colour.setAttribute('aria-label', say('colour'));
      part.tools = make('div', 'draw-tools', part.brush.element, part.light.element, part.colour, button(say('blank'), () => this.blank()));
      part.tools.hidden = true;
      part.strip = make('div', 'reconstruct-strip');
      part.map = make('div', 'map');
      part.note = make('p', 'reconstruct-note');
      part.note.setAttribute('role', 'alert');
      const left = make('div', 'reconstruct-left', make('label', 'field', make('span', '', say('run')), part.run), part.trained, this.fitted.element, part.note,
        make('div', 'reconstruct-row', choose, part.draw, part.other), part.tools, part.strip, make('p', 'hint', say('map_help')), part.map);
      part.doing = make('div');
      part.working = make('p', 'hint working', say('working'));
      part.working.hidden = true;
      part.working.setAttribute('role', 'status');
      this.stage = make('div', 'stage');
      this.body = make('div', 'reconstruct-columns', left, make('div', 'reconstruct-main', part.doing, part.working, this.stage));
      this.empty = make('div', 'live-empty', make('h2', '', say('empty_title')), make('p', '', say('empty')));
      this.loading = make('p', 'live-loading', say('loading'));
      part.gone = make('div', 'link-gone', window.playgroundWords.missing);
      part.gone.setAttribute('role', 'alert');
      part.gone.hidden = true;
      this.fill(this.loading);
      window.playgroundKit.dropped(this.root, files => this.upload(files[0]));
      const {canvas} = this.fitted;
      canvas.addEventListener('pointerdown', event => { if (!this.drawing) return; canvas.setPointerCapture(event.pointerId); this.pen = null; this.stroke(event); });
      canvas.addEventListener('pointermove', event => { if (this.drawing && event.buttons) this.stroke(event); });
    }

    fill(node) { if (this.root.lastChild !== node) this.root.replaceChildren(this.part.gone, node); }

    // -- which run -------------------------------------------------------------------------------------------------

    async opened() {
      if (this.opening) return;
      this.opening = true;
      try {
        await this.listRuns();
        if (!this.list.length) return this.fill(this.empty);
        while (!window.Plotly || !window.EmbeddingMap) await wait(30);
        const now = sent?.run || window.playground.run(), can = this.list.some(r => r.run === now);
        if (sent) { this.index = sent.index; this.own = null; }
        const wanted = !this.info || (can && now !== this.followed && !this.picky) || sent;
        this.followed = now;
        sent = null;
        if (wanted) await this.load(can ? now : this.info?.run ?? this.list[0].run);
        else this.map?.resized();
      } catch (error) { this.bad(error); } finally { this.opening = false; }
    }

    async listRuns() {
      const linked = query.get('run'), asked = [linked, window.playground.run(), sent?.run, this.run].filter(Boolean);
      this.list = await get('repairs', {also: asked.join(',')});
      if (linked && !this.info && !this.list.some(r => r.run === linked)) this.part.gone.hidden = !await gone(linked);
      this.part.run.replaceChildren(...this.list.map(r => option(r.run, r.title + (r.changed ? ` · ${r.changed}` : ''))));
      if (this.run) this.part.run.value = this.run;
    }

    async relearned() {  // the network has moved on
      if (this.looking) return;
      this.looking = true;
      try {
        await this.listRuns();
        const info = this.list.find(r => r.run === this.run);
        const moved = info && info.last !== this.info.last;
        if (info) this.info = info;
        if (moved) { this.activity.refresh(); this.place(); }
      } catch { /* the page says elsewhere that the app is gone */ } finally { this.looking = false; }
    }

    async load(run) {
      const {part} = this, info = this.list.find(r => r.run === run), fits = this.info && this.info.set === info.set && this.info.width === info.width;
      const about = fits ? this.about : await get(path`runs/${run}/images.json`);
      this.fill(this.body);
      if (!fits) this.own = null;
      this.activity?.stop?.();
      Object.assign(this, {run, info, about});
      part.run.value = run;
      part.trained.textContent = info.trained;
      this.index = Math.min(this.index, about.count - 1);
      if (info.damage && this.info) { this.noise.noise ??= info.damage.noise; this.noise.level ??= info.damage.level; }
      this.noise.noise ??= 'gaussian';
      this.noise.level ??= 0.3;
      if (info.patches) { this.mask.mask ??= info.patches.mask; this.mask.ratio ??= Math.min(0.95, info.patches.ratio); }
      part.light.element.hidden = info.channels !== 1;
      part.colour.hidden = info.channels === 1;
      if (!fits) {
        this.sheet = new Image();
        this.sheet.src = window.playgroundKit.base(path`runs/${run}/images.png`).href;
        await this.sheet.decode();
        this.deal();
        this.drawing = false;
        this.map?.close();
        part.map.replaceChildren();
        this.map = new window.EmbeddingMap(part.map, {pick: i => this.pick(i)});
        await this.map.show(about, this.sheet.src, say('images'));
        part.map.setAttribute('role', 'group');
        part.map.setAttribute('aria-label', say('map_help'));
      }
      this.draw(false);
      this.drawStrip();
      this.showImage();
      this.turnTo(this.able(this.doing) ? this.doing : Object.keys(ACTIVITIES).find(name => this.able(name)));
      this.place();
    }

    async place() {  // PCA takes no time; UMAP where it is there already
      const {run, info} = this, {keys} = await get(path`runs/${run}/timeline`);
      for (const kind of ['pca', 'umap']) {
        const at = kind === 'pca' ? null : await get(path`runs/${run}/maps/${keys.umap}`, {who: 'reconstruct', frames: 'last'}).catch(() => null);
        if (at && !at.ready.includes(info.last)) return;
        const positions = await numbers(path`runs/${run}/maps/${keys[kind]}/${info.last}`).catch(() => null);
        if (!positions || this.run !== run) return;
        this.map.frame(positions, 2);
        this.map.mark(this.own ? -1 : this.index);
      }
    }

    able(name) { return name in ACTIVITIES && (!ACTIVITIES[name][1] || this.info[ACTIVITIES[name][1]] !== undefined); }

    turnTo(name) {
      this.activity?.stop?.();
      this.doing = name;
      this.activity = this.activities[name] ??= new ACTIVITIES[name][0](this);
      choice(this.part.doing, Object.keys(ACTIVITIES).filter(n => this.able(n)).map(n => [n, say(`do_${n}`)]), name, n => this.turnTo(n));
      this.part.doing.classList.add('doing');
      if (this.stage.firstChild !== this.activity.root) this.stage.replaceChildren(this.activity.root);
      this.body.dataset.doing = name;
      this.refresh();
    }

    refresh() {
      this.remember();
      if (!this.visible()) return;
      this.activity.refresh();
    }

    grid() { const {rows, columns} = this.info.patches; return {rows, columns, number: rows * columns}; }

    // -- which image -----------------------------------------------------------------------------------------------

    deal() {  // some of the held-out images, as if at random but not twice: the same ones wherever the link is opened
      const all = Array.from({length: this.about.count}, (_, i) => i), random = chance(this.dealt);
      for (let i = 0; i < Math.min(STRIP, all.length); i++) {
        const j = i + Math.floor(random() * (all.length - i));
        [all[i], all[j]] = [all[j], all[i]];
      }
      this.strip = all.slice(0, STRIP);
    }

    drawStrip() {
      this.part.strip.replaceChildren(...this.strip.map(i => this.thumbButton(i, 46, () => this.pick(i))));
      if (this.activity === this.activities.between && this.activity) this.activity.refresh();
    }

    thumb(i, side) { return this.map.dress(make('div', 'thumb-image'), i, side); }

    thumbButton(i, side, act) {
      const node = button(this.thumb(i, side), act, 'thumb bare');
      node.title = this.map.name(i);
      node.setAttribute('aria-label', this.map.name(i));
      node.dataset.index = i;
      return node;
    }

    pick(i) {
      this.index = i;
      this.own = null;
      this.note('');
      this.draw(false);
      this.showImage();
      this.refresh();
    }

    showImage() {
      const {width, height, channels} = this.info, {canvas} = this.fitted;
      if (this.own) {
        this.pixels = this.own.pixels;
        this.fitted.show(this.own.pixels, this.info, this.own.name);
      } else {
        Object.assign(canvas, {width, height});
        const g = canvas.getContext('2d', {willReadFrequently: true});
        g.drawImage(this.sheet, (this.index % this.about.columns) * width, Math.floor(this.index / this.about.columns) * height, width, height, 0, 0, width, height);
        this.pixels = this.read(channels);
        this.fitted.number.textContent = `${this.map.name(this.index)} · ${say('image_number', {number: this.index + 1})}`;
      }
      this.fitted.called(say('fitted', {width, height}));
      this.map.mark(this.own ? -1 : this.index);
      this.part.strip.querySelectorAll('.thumb').forEach(node => node.setAttribute('aria-pressed', !this.own && Number(node.dataset.index) === this.index));
    }

    read(channels) {  // what the canvas shows, as the server takes it
      const {width, height} = this.info, {data} = this.fitted.canvas.getContext('2d', {willReadFrequently: true}).getImageData(0, 0, width, height);
      const found = new Uint8Array(width * height * channels);
      for (let i = 0; i < width * height; i++) for (let c = 0; c < channels; c++) found[channels * i + c] = data[4 * i + c];
      return letters(found);
    }

    async upload(file) {
      if (!file || !this.run) return;
      const form = new FormData(), {run} = this;
      form.append('images', file, file.name);
      this.body.dataset.upload = 'busy';
      try {
        const found = await post(path`runs/${run}/fit`, form);
        if (run !== this.run) return;
        this.use(found.pixels, found.name);
        this.draw(false);
        this.note('');
      } catch (error) { this.bad(error); }
      this.body.dataset.upload = 'done';
    }

    use(pixels, name) {
      this.own = {pixels, name};
      this.showImage();
      this.refresh();
    }

    draw(on) {
      this.drawing = on;
      this.part.tools.hidden = !on;
      this.part.draw.setAttribute('aria-pressed', on);
      this.fitted.element.classList.toggle('drawable', on);
    }

    blank() {  // as the corner of a held-out image: black here, white there
      const g = this.fitted.canvas.getContext('2d'), corner = make('canvas');
      const c = corner.getContext('2d');
      c.drawImage(this.sheet, 0, 0, 1, 1, 0, 0, 1, 1);
      g.fillStyle = `rgb(${c.getImageData(0, 0, 1, 1).data.slice(0, 3).join(',')})`;
      g.fillRect(0, 0, this.info.width, this.info.height);
      this.use(this.read(this.info.channels), say('drawn'));
    }

    stroke(event) {
      const {canvas} = this.fitted, box = canvas.getBoundingClientRect(), g = canvas.getContext('2d'), {part, info} = this;
      const at = [(event.clientX - box.left) / box.width * info.width, (event.clientY - box.top) / box.height * info.height], light = Math.round(255 * part.light.input.value);
      g.strokeStyle = info.channels === 1 ? `rgb(${light},${light},${light})` : part.colour.value;
      g.lineWidth = Number(part.brush.input.value);
      g.lineCap = 'round';
      g.beginPath();
      g.moveTo(...(this.pen || at));
      g.lineTo(at[0] + 0.01, at[1]);
      g.stroke();
      this.pen = at;
      this.use(this.read(info.channels), say('drawn'));
    }

    // -- questions -------------------------------------------------------------------------------------------------

    ask(kind, body) { return post(path`runs/${this.run}/repair/${kind}`, {image: this.own ? {pixels: this.own.pixels} : {index: this.index}, ...body}); }

    // a question of one kind: one is under way, and of those that come meanwhile the last
    asker(kind, draw) {
      let next = null, busy = false;
      return async body => {
        next = body;
        if (busy) return;
        busy = true;
        while (next) {
          const now = next, asked = [this.run, this.pixels];
          next = null;
          const slow = setTimeout(() => { this.part.working.hidden = false; }, SLOW);
          try {
            const found = await this.ask(kind, now);
            if (asked[0] !== this.run || asked[1] !== this.pixels) continue;  // of an image that is gone; it is asked again
            draw(found);
            this.body.dataset.answered = ++this.answered;
            if (this.complained) this.note('');
          } catch (error) {
            if (asked[0] === this.run) this.bad(error);
          } finally {
            clearTimeout(slow);
            this.part.working.hidden = true;
          }
        }
        busy = false;
      };
    }

    gap(found) { return say(found.gap > found.far ? 'in_hole' : 'near_real', {gap: found.gap.toFixed(1)}); }

    remember() {
      if (!this.info || !this.visible()) return;
      const {noise, mask, damage} = this, on = name => this.doing === name;
      window.playgroundKit.remember({
        tab: 'reconstruct', run: this.run, image: this.own ? null : this.index, strip: this.dealt || null, do: this.doing, second: on('between') ? this.second : null,
        noise: on('noise') ? [noise.noise, noise.level, noise.seed].join('_') : null,
        mask: !on('mask') ? null : mask.hidden ? `hand_${mask.hidden.length ? packed(mask.hidden) : ''}` : [mask.mask, mask.ratio, mask.seed].join('_'),
        damage: on('compare') ? [damage.damage, damage.level, damage.seed].join('_') : null,
      });
    }

    note(text) { this.part.note.textContent = text; this.complained = false; }
    bad(error) { console.warn(error); (this.body.isConnected ? this.part.note : this.loading).textContent = String(error.message); this.complained = true; }
  }

  // another tab sends a person here with an image; Gradio draws this one when it is first opened
  window.playground.rebuild = (run, index) => {
    sent = {run, index};
    window.playground.open('reconstruct');
    window.playground.reconstructor?.opened();
  };
  window.playground.reconstruct = element => { window.playground.reconstructor = new Reconstructor(element); };
})();
