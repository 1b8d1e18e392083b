// The map of a run's held-out images: plotly draws the points, the image of a point is cut out of one sheet.
// Static parts (sheet, labels) come once; a new frame is positions only, and points glide to it.
(() => {
  const GLIDE = 450;  // ms from one frame to the next
  const COLOURS = ['#4477AA', '#EE6677', '#228833', '#CCBB44', '#66CCEE', '#AA3377', '#999999', '#EE7733', '#009988', '#7755CC'];

  class EmbeddingMap {
    constructor(root) {
      this.root = root;
      this.plot = document.createElement('div');
      this.plot.className = 'map-plot';
      this.card = document.createElement('div');
      this.card.className = 'map-card';
      this.card.hidden = true;
      this.picture = document.createElement('div');
      this.caption = document.createElement('div');
      this.card.append(this.picture, this.caption);
      root.append(this.plot, this.card);
      this.resizing = new ResizeObserver(() => this.drawn && this.root.clientWidth && Plotly.Plots.resize(this.plot));
      this.resizing.observe(root);
    }

    // about: images.json; sheet: address of images.png
    async show(about, sheet, fallback) {
      this.about = about;
      this.sheet = sheet;
      new Image().src = sheet;
      const translated = window.playgroundWords?.classes || {};
      this.classes = about.classes.map(name => translated[name] || name);
      const groups = about.labels ? this.classes : [fallback];
      const label = i => about.labels ? about.labels[i] : 0;
      this.members = groups.map(() => []);
      for (let i = 0; i < about.count; i++) this.members[label(i)].push(i);
      this.names = groups;
      this.where = new Float32Array(2 * about.count);
      this.traces = this.members.map((members, g) => ({
        type: 'scattergl', mode: 'markers', name: groups[g], x: members.map(() => 0), y: members.map(() => 0),
        customdata: members, hoverinfo: 'none', marker: {size: about.count > 5000 ? 4 : 5.5, color: COLOURS[g % COLOURS.length], opacity: 0.8},
      }));
      const axis = {visible: false, range: [-2.6, 2.6], fixedrange: false};
      this.layout = {
        margin: {l: 0, r: 0, t: 0, b: 0}, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', hovermode: 'closest',
        xaxis: {...axis}, yaxis: {...axis, scaleanchor: 'x'}, dragmode: 'pan', font: {family: getComputedStyle(document.body).fontFamily}, uirevision: 'keep', showlegend: groups.length > 1,
        legend: {orientation: 'h', y: -0.02, font: {size: 12, color: getComputedStyle(this.root).color}, itemsizing: 'constant'},
      };
      await Plotly.newPlot(this.plot, this.traces, this.layout, {displaylogo: false, responsive: false, scrollZoom: true,
        showSendToCloud: false, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'], displayModeBar: 'hover', doubleClick: false});
      this.drawn = true;
      this.plot.on('plotly_hover', e => this.hover(e.points[0].customdata, e.event));
      this.plot.on('plotly_click', e => this.hover(e.points[0].customdata, e.event));
      this.plot.on('plotly_relayout', e => { if ('xaxis.range[0]' in e) this.zoomed = true; });
      this.plot.on('plotly_doubleclick', () => { this.zoomed = false; this.place(this.where, this.span); });
      this.plot.on('plotly_unhover', () => { this.card.hidden = true; });
    }

    // positions: Float32Array x0 y0 x1 y1 …; glides there from where the points are, jumps on the first frame
    frame(positions) {
      const from = this.where, to = positions, first = !this.placed, begun = performance.now();
      const sizes = Float32Array.from(to, Math.abs).sort();
      const span = 1.08 * (sizes[Math.floor(sizes.length * 0.998)] || 1), before = first ? span : this.span;
      this.placed = true;
      clearTimeout(this.moving);
      const calm = first || matchMedia('(prefers-reduced-motion: reduce)').matches;
      const step = () => {
        const t = calm ? 1 : Math.min(1, (performance.now() - begun) / GLIDE);
        const ease = t * t * (3 - 2 * t);
        const now = new Float32Array(to.length);
        for (let i = 0; i < to.length; i++) now[i] = from[i] + (to[i] - from[i]) * ease;
        this.where = now;
        const drawing = performance.now();
        this.place(now, before + (span - before) * ease);
        // where drawing is slow (no graphics card) most of the time stays free for everything else
        if (t < 1) this.moving = setTimeout(() => requestAnimationFrame(step), 3 * (performance.now() - drawing));
      };
      step();
    }

    // the view follows the points' spread until a person zooms; a double click gives it back
    place(at, span) {
      this.span = span;
      const xs = this.members.map(m => Float32Array.from(m, i => at[2 * i]));
      const ys = this.members.map(m => Float32Array.from(m, i => at[2 * i + 1]));
      const range = [-span, span];
      Plotly.update(this.plot, {x: xs, y: ys}, this.zoomed ? {} : {'xaxis.range': [...range], 'yaxis.range': [...range]});
    }

    hover(i, event) {
      const {columns, rows, width, height, labels, captions} = this.about;
      const side = 96, scale = side / Math.max(width, height);
      Object.assign(this.picture.style, {
        width: `${width * scale}px`, height: `${height * scale}px`, backgroundImage: `url("${this.sheet}")`,
        backgroundSize: `${columns * width * scale}px ${rows * height * scale}px`,
        backgroundPosition: `${-(i % columns) * width * scale}px ${-Math.floor(i / columns) * height * scale}px`,
      });
      const lang = window.PLAYGROUND_LANG;
      const words = [captions?.[lang]?.[i], labels ? this.classes[labels[i]] : null].filter(Boolean);
      this.caption.textContent = words.join(' · ') || `${i + 1}`;
      this.card.dataset.index = i;
      this.card.hidden = false;
      const box = this.root.getBoundingClientRect();
      const x = event.clientX - box.left, y = event.clientY - box.top;
      this.card.style.left = `${x > box.width - 150 ? x - 130 : x + 14}px`;
      this.card.style.top = `${Math.max(0, Math.min(y - 60, box.height - 150))}px`;
    }

    close() {
      this.resizing.disconnect();
      clearTimeout(this.moving);
      if (this.drawn) Plotly.purge(this.plot);
      this.root.replaceChildren();
    }
  }
  window.EmbeddingMap = EmbeddingMap;
})();
