// The map of a run's held-out images. plotly is the camera (pan, zoom, lasso) and draws maps in space; a map in the plane
// is painted on one plain canvas over it: 10,000 points glide at the screen's rate, a point can be an image, and eight maps
// side by side do not run out of the browser's 16 WebGL contexts. Static parts come once; a frame is positions only.
(() => {
  const GLIDE = 450, DWELL = 125;  // ms from one frame to the next; ms that the mouse rests before a card shows
  const NEAR = 11, NEAR_TOUCH = 24;  // px from a point that still mean it
  // plots.PALETTE, which colour-blind people can tell apart, then Paul Tol's muted colours, for who has more classes than ten
  const COLOURS = ['#4B96FF', '#874BB4', '#5AA52D', '#E1C300', '#FFA5A5', '#69D2FF', '#3C4B69', '#D269A5', '#87695A', '#960F00',
    '#332288', '#DDCC77', '#117733', '#88CCEE', '#882255', '#44AA99', '#CC6677', '#999933', '#AA4499', '#661100'];
  const SCALE = ['#352a87', '#2b5fb3', '#1f8fb8', '#23b39a', '#74c476', '#c7d95a', '#f9e721'];  // dark to light, even in lightness
  const DIM = 0.12;  // luminance that near-black leaves below a contrast of 3
  const FAINT = 0.1, PLAIN = 0.8;  // opacity of what is not selected, and of points
  const THUMB = 26, FEW = 160;  // px of a point drawn as its image, and how many in view make that the default

  const hex = colour => [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16));
  const parts = colour => colour.startsWith('#') ? hex(colour) : colour.match(/\d+/g).slice(0, 3);
  function scaled(share) {  // 0..1 -> colour
    const at = Math.min(0.9999, Math.max(0, share)) * (SCALE.length - 1), i = Math.floor(at);
    const [a, b] = [hex(SCALE[i]), hex(SCALE[i + 1])];
    return `rgb(${a.map((v, c) => Math.round(v + (b[c] - v) * (at - i))).join(',')})`;
  }
  const STEPS = Array.from({length: 24}, (_, i) => scaled((i + 0.5) / 24));

  class EmbeddingMap {
    // on: hover(i or -1), pick(i), select(array of i, or null), own(a placed point); wheel: whether the mouse's wheel zooms
    constructor(root, on = {}, wheel = true) {
      this.root = root;
      this.on = on;
      this.wheel = wheel;
      const make = (tag, cls) => Object.assign(document.createElement(tag), {className: cls});
      this.plot = make('div', 'map-plot');
      this.canvas = make('canvas', 'map-paint');
      this.card = make('div', 'map-card');
      this.card.hidden = true;
      this.picture = document.createElement('div');
      this.caption = document.createElement('div');
      this.card.append(this.picture, this.caption);
      root.append(this.plot, this.canvas, this.card);
      this.dimensions = 2;
      this.selection = null;
      this.hidden = new Set();
      this.placed = [];  // a person's own images and words: {at, name, picture}
      this.linked = -1;
      this.resizing = new ResizeObserver(() => this.drawn && this.root.clientWidth && this.resized());
      this.resizing.observe(root);
    }

    // about: images.json; sheet: address of images.png; unlabelled: what the points are called without classes
    async show(about, sheet, unlabelled) {
      this.about = about;
      this.sheet = sheet;
      this.sprite = new Image();
      this.sprite.onload = () => this.paint();
      this.sprite.src = sheet;
      const translated = window.playgroundWords?.classes || {};
      this.classes = about.classes.map(name => translated[name] || name);
      this.where = new Float32Array(2 * about.count);
      this.byLabel(unlabelled);
      await this.build();
      this.listen();
    }

    byLabel(unlabelled = this.unlabelled) {
      this.unlabelled = unlabelled;
      const {labels, count} = this.about;
      this.colour(labels ? {names: this.classes, of: labels} : {names: [unlabelled], of: new Array(count).fill(0)});
    }

    // {names, of}: groups and the group of each point, -1 for none; or {values, low, high}: a number each
    colour(spec) {
      this.spec = spec;
      this.hidden = new Set();
      this.bins = spec.values
        ? Array.from(spec.values, v => Math.min(23, Math.max(0, Math.floor(24 * (v - spec.low) / (spec.high - spec.low || 1)))))
        : Array.from(spec.of);
      this.palette = spec.values ? STEPS : spec.names.map((_, g) => COLOURS[g % COLOURS.length]);
      if (this.drawn) this.redraw();
    }

    colourOf(i) { return this.bins[i] < 0 ? '#9aa0aa' : this.palette[this.bins[i]]; }
    shown(i) { return this.spec.values || !this.hidden.has(this.bins[i]); }

    toggle(group, alone) {
      if (alone) {
        const others = this.spec.names.map((_, g) => g).filter(g => g !== group);
        const already = !this.hidden.has(group) && others.every(g => this.hidden.has(g));
        this.hidden = new Set(already ? [] : others);
      } else if (!this.hidden.delete(group)) this.hidden.add(group);
      this.redraw();
    }

    async build() {
      const ink = getComputedStyle(this.root).color;
      const plain = {paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', margin: {l: 0, r: 0, t: 0, b: 0}, showlegend: false, hovermode: false};
      const axis = {visible: false, fixedrange: false, range: [-2.6, 2.6]};
      const config = {displaylogo: false, responsive: false, scrollZoom: this.wheel, showSendToCloud: false, displayModeBar: false, doubleClick: false};
      if (this.drawn) Plotly.purge(this.plot);
      this.drawn = false;
      this.canvas.hidden = this.dimensions === 3;
      if (this.dimensions === 3) {
        const side = {visible: false, showspikes: false};
        await Plotly.newPlot(this.plot, this.traces(), {...plain, hovermode: 'closest', uirevision: 'keep', font: {color: ink},
          scene: {xaxis: side, yaxis: side, zaxis: side, aspectmode: 'data', dragmode: 'orbit', camera: {eye: {x: 1.3, y: 1.3, z: 0.8}}}}, config);
        this.plot.on('plotly_hover', e => this.hover(e.points[0].customdata ?? -1, e.event));
        this.plot.on('plotly_unhover', () => this.hover(-1));
        this.plot.on('plotly_click', e => { const i = e.points[0].customdata; if (i >= 0) this.on.pick?.(i); });
      } else {
        // the corners of the world, unseen: plotly has something to frame and to lasso
        const corners = {type: 'scatter', mode: 'markers', x: [-1e3, 1e3], y: [-1e3, 1e3], marker: {opacity: 0}, hoverinfo: 'skip'};
        await Plotly.newPlot(this.plot, [corners], {...plain, dragmode: this.dragmode || 'pan', xaxis: {...axis}, yaxis: {...axis, scaleanchor: 'x'},
          newselection: {line: {color: ink, width: 1.5}}}, config);
        this.plot.on('plotly_relayouting', () => { this.zoomed = true; this.paint(); });
        this.plot.on('plotly_relayout', e => { if ('xaxis.range[0]' in e) this.zoomed = true; this.paint(); });
        this.plot.on('plotly_doubleclick', () => this.reset());
        this.plot.on('plotly_selected', e => this.lassoed(e));
        if (this.span) this.aim(this.span);
      }
      this.drawn = true;
      this.redraw();
    }

    listen() {
      const at = event => {
        const box = this.root.getBoundingClientRect();
        return [event.clientX - box.left - this.root.clientLeft, event.clientY - box.top - this.root.clientTop];
      };
      const flat = () => this.dimensions === 2 && this.drawn;
      this.root.addEventListener('pointermove', event => {
        if (!flat() || event.pointerType === 'touch') return;
        this.hover(event.buttons ? -1 : this.find(...at(event), NEAR), event);
      });
      this.root.addEventListener('pointerleave', () => this.hover(-1));
      this.root.addEventListener('pointerdown', event => { this.pressed = [...at(event), event.pointerId]; }, true);
      this.released = event => {  // wherever: plotly lays a cover over the page while a button is down
        const [x, y] = at(event), from = this.pressed;
        this.pressed = null;
        if (!flat() || !from || from[2] !== event.pointerId || Math.hypot(x - from[0], y - from[1]) > 5) return;
        const touch = event.pointerType === 'touch', found = this.find(x, y, touch ? NEAR_TOUCH : NEAR);
        if (touch) this.hover(found, event, 0);
        if (found >= 0) this.on.pick?.(found);
        else if (found < -1) this.on.own?.(this.placed[-2 - found]);
        else if (touch) this.hover(-1);
      };
      addEventListener('pointerup', this.released, true);
    }

    // px of the canvas -> the point there: its index, -2 - j for the placed point j, -1 for none
    find(x, y, near) {
      let found = -1, least = near * near;
      const [px, py] = [this.toX(), this.toY()];
      const closer = (u, v, name) => {
        const d = (px(u) - x) ** 2 + (py(v) - y) ** 2;
        if (d < least) { least = d; found = name; }
      };
      const w = this.where;
      for (let i = 0; i < this.about.count; i++) if (this.shown(i)) closer(w[2 * i], w[2 * i + 1], i);
      this.placed.forEach((point, j) => closer(point.at[0], point.at[1], -2 - j));
      return found;
    }

    toX() { const a = this.plot._fullLayout.xaxis, [lo, hi] = a.range; return v => a._offset + (v - lo) / (hi - lo) * a._length; }
    toY() { const a = this.plot._fullLayout.yaxis, [lo, hi] = a.range; return v => a._offset + (hi - v) / (hi - lo) * a._length; }

    // positions: Float32Array x0 y0 (z0) x1 …; glides there from where the points are, jumps on the first frame
    frame(positions, dimensions = 2, calm = false) {
      if (dimensions !== this.dimensions) {
        this.dimensions = dimensions;
        this.gliding = null;
        this.where = positions;
        this.begun = true;
        this.span = spread(positions, dimensions);
        this.hover(-1);
        return this.build();
      }
      const span = spread(positions, dimensions);
      calm = calm || !this.begun || matchMedia('(prefers-reduced-motion: reduce)').matches;
      this.begun = true;
      if (calm) {
        this.gliding = null;
        this.where = positions;
        this.place(span);
        return null;
      }
      this.gliding = {from: this.where, to: positions, before: this.span, span, since: performance.now()};
      if (!this.stepping) this.step();
      return null;
    }

    step() {
      const g = this.gliding;
      this.stepping = false;
      if (!g || !this.drawn) return;
      const t = Math.min(1, (performance.now() - g.since) / GLIDE), ease = t * t * (3 - 2 * t);
      const now = t < 1 ? new Float32Array(g.to.length) : g.to;
      if (t < 1) for (let i = 0; i < now.length; i++) now[i] = g.from[i] + (g.to[i] - g.from[i]) * ease;
      this.where = now;
      this.frames = (this.frames || 0) + 1;  // painted so far: what the benchmark counts
      this.place(g.before.map((v, i) => v + (g.span[i] - v) * ease));
      if (t >= 1) { this.gliding = null; return; }
      this.stepping = true;
      requestAnimationFrame(() => this.step());
    }

    // the view follows the points' spread until a person zooms; a double click gives it back
    place(span) {
      this.span = span;
      if (!this.drawn) return;
      if (this.dimensions === 3) { this.redraw(); return; }
      if (!this.zoomed) this.aim(span);
      this.paint();
    }

    aim([x, y, wide, high]) {
      const {xaxis, yaxis} = this.plot._fullLayout, scale = Math.max(wide / (xaxis._length || 1), high / (yaxis._length || 1));
      const ranges = [[xaxis, x, scale * xaxis._length], [yaxis, y, scale * yaxis._length]].map(([a, c, s]) => [a, [c - s / 2, c + s / 2]]);
      if (ranges.every(([a, r]) => r.every((v, i) => Math.abs(a.range[i] - v) < 1e-4 * scale))) return;
      for (const [a, range] of ranges) {  // what a relayout would do, without its 20 ms: nothing of plotly's own is to be redrawn
        a.range = range;
        a._input.range = [...range];
        a.setScale?.();
      }
      clearTimeout(this.settling);
      this.settling = setTimeout(() => this.drawn && !this.zoomed && this.dimensions === 2 &&
        Plotly.relayout(this.plot, {'xaxis.range': [...xaxis.range], 'yaxis.range': [...yaxis.range]}), 120);
    }

    reset() { this.zoomed = false; if (this.span) this.place(this.span); }

    resized() {
      Plotly.Plots.resize(this.plot);
      if (this.dimensions === 2) { if (!this.zoomed && this.span) this.aim(this.span); this.paint(); }
    }

    redraw() {
      if (!this.drawn) return;
      if (this.dimensions === 3) Plotly.react(this.plot, this.traces(), this.plot.layout);
      else this.paint();
    }

    paint() {
      if (!this.drawn || this.dimensions === 3) return;
      const {canvas, where: w, about} = this, ratio = devicePixelRatio || 1;
      const [width, height] = [this.root.clientWidth, this.root.clientHeight];
      if (!width) return;
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
      }
      const g = canvas.getContext('2d');
      g.setTransform(ratio, 0, 0, ratio, 0, 0);
      g.clearRect(0, 0, width, height);
      const [px, py] = [this.toX(), this.toY()], x = new Float32Array(about.count), y = new Float32Array(about.count);
      const layers = new Map();  // of one colour and opacity: painted in one go
      let inside = 0;
      for (let i = 0; i < about.count; i++) {
        x[i] = px(w[2 * i]); y[i] = py(w[2 * i + 1]);
        if (x[i] < -20 || y[i] < -20 || x[i] > width + 20 || y[i] > height + 20 || !this.shown(i)) { x[i] = -1e4; continue; }
        inside++;
        const key = this.selection && !this.selection.has(i) ? -1 - this.bins[i] - 1 : this.bins[i] + 1;
        if (!layers.has(key)) layers.set(key, []);
        layers.get(key).push(i);
      }
      const ink = getComputedStyle(this.root).color;
      [g.strokeStyle, g.lineWidth] = [ink, 0.7];
      const thumbs = this.images ?? (inside <= FEW && about.count > FEW);
      const r = about.count > 5000 ? 2 : about.count > 800 ? 2.8 : 3.6;
      for (const key of [...layers.keys()].sort((a, b) => a - b)) {  // what is not selected lies below
        const members = layers.get(key);
        g.globalAlpha = key < 0 ? FAINT : PLAIN;
        g.fillStyle = this.colourOf(members[0]);
        if (thumbs && this.sprite.complete && key >= 0) {
          for (const i of members) this.thumb(g, i, x[i], y[i], this.images && inside > FEW ? 15 : THUMB);
          continue;
        }
        g.beginPath();
        if (r <= 2) for (const i of members) g.rect(x[i] - r * 0.9, y[i] - r * 0.9, 1.8 * r, 1.8 * r);
        else for (const i of members) { g.moveTo(x[i] + r, y[i]); g.arc(x[i], y[i], r, 0, 6.2832); }
        g.fill();
        if (key <= 0 || !dim(this.colourOf(members[0]), ink)) continue;
        g.globalAlpha = 0.5;
        g.stroke();
      }
      g.globalAlpha = 1;
      for (const [i, size] of [[this.picked ?? -1, 8], [this.linked, 6.5]]) {
        if (i < 0 || x[i] < -1e3) continue;
        ring(g, x[i], y[i], size, ink, this.colourOf(i));
      }
      for (const i of this.near || []) if (x[i] > -1e3) ring(g, x[i], y[i], 5, ink);
      for (const point of this.placed) this.star(g, px(point.at[0]), py(point.at[1]), point, ink);
    }

    tile(i) {
      const {columns, width, height} = this.about;
      return [(i % columns) * width, Math.floor(i / columns) * height, width, height];
    }

    thumb(g, i, x, y, side) {
      const [sx, sy, w, h] = this.tile(i);
      g.globalAlpha = 1;
      g.imageSmoothingEnabled = side < w;
      g.fillStyle = this.colourOf(i);
      g.fillRect(x - side / 2 - 1.5, y - side / 2 - 1.5, side + 3, side + 3);
      g.drawImage(this.sprite, sx, sy, w, h, x - side / 2, y - side / 2, side, side);
    }

    star(g, x, y, point, ink) {
      const ground = getComputedStyle(document.body).getPropertyValue('--background-fill-primary').trim() || '#fff';
      g.lineWidth = 2;
      g.strokeStyle = ink;
      if (point.image?.complete && point.image.naturalWidth) {
        g.fillStyle = ground;
        g.fillRect(x - 17, y - 17, 34, 34);
        g.drawImage(point.image, x - 15, y - 15, 30, 30);
        g.strokeRect(x - 16, y - 16, 32, 32);
        return;
      }
      g.font = `600 13px ${getComputedStyle(document.body).fontFamily}`;
      const text = point.name.length > 24 ? point.name.slice(0, 23) + '…' : point.name, wide = g.measureText(text).width + 14;
      g.fillStyle = ink;
      g.beginPath();
      g.roundRect(x - wide / 2, y - 11, wide, 22, 6);
      g.fill();
      g.fillStyle = ground;
      g.textAlign = 'center';
      g.textBaseline = 'middle';
      g.fillText(text, x, y + 0.5);
    }

    // plotly's own points, for maps in space and for figures that leave the page
    traces(type = 'scatter3d', ink = getComputedStyle(this.root).color) {
      const deep = type === 'scatter3d' && this.dimensions === 3, d = this.dimensions, w = this.where;
      const groups = this.palette.map(() => []);
      const rest = [];
      for (let i = 0; i < this.about.count; i++) if (this.shown(i)) (this.bins[i] < 0 ? rest : groups[this.bins[i]]).push(i);
      const size = deep ? 3 : this.about.count > 5000 ? 4 : 5.5;
      const trace = (members, colour, name) => ({
        type, mode: 'markers', name, customdata: members, hoverinfo: 'none', showlegend: !this.spec.values && !!name,
        x: members.map(i => w[d * i]), y: members.map(i => w[d * i + 1]), ...(deep ? {z: members.map(i => w[d * i + 2])} : {}),
        marker: {size, color: this.selection ? members.map(i => faint(colour, this.selection.has(i))) : colour, opacity: this.selection ? 1 : PLAIN,
          line: deep && !this.selection && dim(colour, ink) ? {width: 1, color: ink} : {width: 0}},
      });
      const found = groups.map((members, g) => trace(members, this.palette[g], this.spec.values ? '' : this.spec.names[g])).filter(t => t.x.length);
      if (rest.length) found.unshift(trace(rest, '#9aa0aa', ''));
      const marks = [...(this.near || []).map(i => [i, 6]), ...(this.picked >= 0 ? [[this.picked, 9]] : []), ...(this.linked >= 0 ? [[this.linked, 8]] : [])];
      if (deep && marks.length) {
        found.push({type, mode: 'markers', customdata: marks.map(m => m[0]), hoverinfo: 'none', showlegend: false,
          x: marks.map(m => w[3 * m[0]]), y: marks.map(m => w[3 * m[0] + 1]), z: marks.map(m => w[3 * m[0] + 2]),
          marker: {size: marks.map(m => m[1]), symbol: 'circle-open', color: ink, line: {width: 2}}});
      }
      if (this.placed.length) {
        found.push({type, mode: 'markers+text', text: this.placed.map(p => p.name), textposition: 'top center', hoverinfo: 'none', showlegend: false,
          x: this.placed.map(p => p.at[0]), y: this.placed.map(p => p.at[1]), ...(deep ? {z: this.placed.map(p => p.at[2])} : {}),
          customdata: this.placed.map((_, j) => -2 - j), marker: {size: size + 3, symbol: 'diamond', color: ink}});
      }
      return found;
    }

    async figure(format, title) {
      const deep = this.dimensions === 3, ink = '#222';
      const axis = {visible: false, range: deep ? undefined : [...this.plot._fullLayout.xaxis.range]};
      const figure = {data: this.traces(deep ? 'scatter3d' : 'scatter', ink), layout: {
        title: {text: title, font: {size: 15, color: ink}}, paper_bgcolor: '#fff', plot_bgcolor: '#fff', margin: {l: 20, r: 20, t: 50, b: 20},
        font: {color: ink, family: getComputedStyle(document.body).fontFamily}, legend: {itemsizing: 'constant'},
        ...(deep ? {scene: {...this.plot.layout.scene}} : {xaxis: axis, yaxis: {...axis, range: [...this.plot._fullLayout.yaxis.range], scaleanchor: 'x'}})}};
      return Plotly.toImage(figure, {format, width: 1100, height: 800, scale: format === 'png' ? 2 : 1});
    }

    tool(name) {
      this.dragmode = name;
      if (this.drawn && this.dimensions === 2) Plotly.relayout(this.plot, {dragmode: name});
    }

    lassoed(event) {
      const polygon = event?.lassoPoints;
      if (!polygon) return;
      Plotly.relayout(this.plot, {selections: []});
      const found = [];
      for (let i = 0; i < this.about.count; i++) {
        if (this.shown(i) && within(this.where[2 * i], this.where[2 * i + 1], polygon.x, polygon.y)) found.push(i);
      }
      this.on.select?.(found.length ? found : null);
    }

    // fills `node` with what the colours mean. name: of a scale of numbers; toggle: where several maps answer together
    legend(node, {name = '', help = '', toggle = (g, alone) => this.toggle(g, alone)} = {}) {
      const {spec, hidden, palette, bins} = this, add = (tag, cls, text) => Object.assign(document.createElement(tag), {className: cls, textContent: text});
      node.classList.add('map-legend');
      if (spec.values) {
        const bar = add('div', 'legend-scale', '');
        bar.style.background = `linear-gradient(90deg, ${SCALE.join(',')})`;
        node.replaceChildren(add('span', '', name), add('span', '', Number(spec.low.toPrecision(2))), bar, add('span', '', Number(spec.high.toPrecision(2))));
        return;
      }
      const count = new Array(spec.names.length).fill(0);
      bins.forEach(bin => { if (bin >= 0) count[bin]++; });
      node.replaceChildren(...spec.names.map((text, g) => {
        const button = add('button', '', ''), dot = add('i', '', '');
        dot.style.background = palette[g];
        button.type = 'button';
        button.title = help;
        button.append(dot, text, add('small', '', count[g]));
        button.setAttribute('aria-pressed', !hidden.has(g));
        const press = alone => {
          toggle(g, alone);
          [...node.children].forEach((other, i) => other.setAttribute('aria-pressed', !this.hidden.has(i)));
        };
        button.onclick = event => press(event.shiftKey);
        button.ondblclick = () => press(true);
        return button;
      }));
    }

    select(indices) { this.selection = indices ? new Set(indices) : null; this.redraw(); }
    mark(picked, near = []) { this.picked = picked; this.near = near; this.redraw(); }
    link(i) { if (i !== this.linked) { this.linked = i; this.redraw(); } }
    put(points) {
      this.placed = points;
      for (const point of points) {
        if (!point.picture) continue;
        point.image = new Image();
        point.image.onload = () => this.paint();
        point.image.src = point.picture;
      }
      this.redraw();
    }

    // an element of the page as the image i, `side` px large
    dress(node, i, side) {
      const {columns, rows, width, height} = this.about, scale = side / Math.max(width, height);
      Object.assign(node.style, {
        width: `${width * scale}px`, height: `${height * scale}px`, backgroundImage: `url("${this.sheet}")`,
        backgroundSize: `${columns * width * scale}px ${rows * height * scale}px`, imageRendering: 'pixelated',
        backgroundPosition: `${-(i % columns) * width * scale}px ${-Math.floor(i / columns) * height * scale}px`,
      });
      return node;
    }

    name(i) {
      const {labels, captions, names} = this.about, lang = window.PLAYGROUND_LANG;
      const words = [captions?.[lang]?.[i], labels ? this.classes[labels[i]] : null].filter(Boolean);
      return words.join(' · ') || names?.[i] || `${i + 1}`;
    }

    hover(i, event, dwell = DWELL) {
      if (i === this.hovered) { if (i !== -1 && event) this.pointer = event; return; }
      this.hovered = i;
      this.pointer = event;
      clearTimeout(this.dwelling);
      this.card.hidden = true;
      this.root.classList.toggle('over', i !== -1);
      if (i === -1) { this.on.hover?.(-1); return; }
      this.dwelling = setTimeout(() => this.tell(i), dwell);
    }

    tell(i) {
      const side = 96, own = i < -1 ? this.placed[-2 - i] : null;
      if (own) {
        Object.assign(this.picture.style, {width: own.picture ? `${side}px` : 0, height: own.picture ? `${side}px` : 0,
          backgroundImage: own.picture ? `url("${own.picture}")` : 'none', backgroundSize: 'contain', backgroundPosition: '0 0'});
      } else this.dress(this.picture, i, side);
      this.caption.textContent = own ? own.name : this.name(i) + (this.spec.values ? ` · ${this.spec.values[i].toPrecision(3)}` : '');
      this.card.dataset.index = i;
      this.card.hidden = false;
      const box = this.root.getBoundingClientRect();
      const x = this.pointer.clientX - box.left, y = this.pointer.clientY - box.top;
      this.card.style.left = `${x > box.width - 150 ? Math.max(0, x - 140) : x + 14}px`;
      this.card.style.top = `${Math.max(0, Math.min(y - 60, box.height - 150))}px`;
      this.on.hover?.(i);
    }

    close() {
      this.resizing.disconnect();
      removeEventListener('pointerup', this.released, true);
      this.gliding = null;
      clearTimeout(this.settling);
      clearTimeout(this.dwelling);
      if (this.drawn) Plotly.purge(this.plot);
      this.drawn = false;
      this.root.replaceChildren();
    }
  }

  // centre and size, [x, y, width, height], of 99.6% of the points: one that is far off does not shrink the rest
  function spread(positions, dimensions) {
    const sides = [0, 1].map(axis => {
      const values = positions.filter((_, i) => i % dimensions === axis).sort(), out = Math.floor(values.length * 0.002);
      return [values[out] ?? -1, values[values.length - 1 - out] ?? 1];
    });
    return [...sides.map(([low, high]) => (low + high) / 2), ...sides.map(([low, high]) => 1.12 * (high - low) || 1)];
  }

  function faint(colour, chosen) {
    const [r, g, b] = parts(colour);
    return `rgba(${r},${g},${b},${chosen ? PLAIN : FAINT})`;
  }

  function luminance(colour) {
    const [r, g, b] = parts(colour).map(part => (part / 255 <= 0.04 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  const dim = (colour, ink) => luminance(ink) > 0.5 && luminance(colour) <= DIM;  // dark points get an outline on black

  function ring(g, x, y, size, ink, fill) {
    g.beginPath();
    g.arc(x, y, size, 0, 6.2832);
    if (fill) { g.fillStyle = fill; g.fill(); }
    g.lineWidth = 2;
    g.strokeStyle = ink;
    g.stroke();
  }

  function within(x, y, xs, ys) {  // a polygon, by the crossings of a ray
    let inside = false;
    for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
      if ((ys[i] > y) !== (ys[j] > y) && x < (xs[j] - xs[i]) * (y - ys[i]) / (ys[j] - ys[i]) + xs[i]) inside = !inside;
    }
    return inside;
  }

  window.EmbeddingMap = EmbeddingMap;
  EmbeddingMap.colours = {COLOURS, SCALE, scaled};
  EmbeddingMap.spread = spread;
})();
