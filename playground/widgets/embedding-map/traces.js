// Points as plotly has them: for maps in space, and for figures that leave the page.
import {faint, legible, NO_GROUP, PLAIN} from './colours.js';

/** @typedef {import('./element.js').EmbeddingMap} EmbeddingMap */

/**
 * A trace a group, then marks, then a person's own points.
 * @param {EmbeddingMap} map @param {'scatter' | 'scatter3d'} type @param {string} ink @returns {any[]}
 */
export function traces(map, type, ink) {
  const {where: w, dimensions: d, bins, palette, coding, chosen, placed} = map, deep = type === 'scatter3d';
  const size = deep ? 3 : bins.length > 5000 ? 4 : 5.5;
  const at = (/** @type {number[]} */ members) => Object.fromEntries((deep ? ['x', 'y', 'z'] : ['x', 'y']).map((axis, c) =>
    [axis, members.map(i => w[d * i + c])]));
  const groups = palette.map(() => /** @type {number[]} */ ([])), rest = /** @type {number[]} */ ([]);
  bins.forEach((bin, i) => { if (map.shown(i)) (bin < 0 ? rest : groups[bin]).push(i); });
  /** @param {number[]} members @param {string} plain @param {string} name */
  const trace = (members, plain, name, colour = legible(plain, ink)) => ({
    type, mode: 'markers', name, customdata: members, hoverinfo: 'none', showlegend: !coding.values && !!name, ...at(members),
    marker: {
      size, color: chosen ? members.map(i => faint(colour, chosen.has(i))) : colour, opacity: chosen ? 1 : PLAIN,
      line: {width: 0},
    },
  });
  /** @type {any[]} */
  const found = rest.length ? [trace(rest, NO_GROUP, '')] : [];
  groups.forEach((members, g) => { if (members.length) found.push(trace(members, palette[g], coding.values ? '' : coding.names[g])); });
  const marks = [...map.near.map(i => [i, 6]), [map.picked, 9], [map.linked, 8]].filter(([i]) => i >= 0), marked = marks.map(([i]) => i);
  if (deep && marks.length) {
    found.push({
      type, mode: 'markers', customdata: marked, hoverinfo: 'none', showlegend: false, ...at(marked),
      marker: {size: marks.map(m => m[1]), symbol: 'circle-open', color: ink, line: {width: 2}},
    });
  }
  if (placed.length) {
    found.push({
      type, mode: 'markers+text', text: placed.map(p => p.name), textposition: 'top center', hoverinfo: 'none', showlegend: false,
      x: placed.map(p => p.at[0]), y: placed.map(p => p.at[1]), ...(deep ? {z: placed.map(p => p.at[2])} : {}),
      customdata: placed.map((_, j) => -2 - j), marker: {size: size + 3, symbol: 'diamond', color: ink},
    });
  }
  return found;
}

/** The map on white paper, with a title. @param {EmbeddingMap} map @param {string} title @returns {{data: any[], layout: object}} */
export function figure(map, title) {
  const deep = map.dimensions === 3, ink = '#222', {x, y} = map.camera.ranges;
  return {data: traces(map, deep ? 'scatter3d' : 'scatter', ink), layout: {
    title: {text: title, font: {size: 15, color: ink}}, paper_bgcolor: '#fff', plot_bgcolor: '#fff', margin: {l: 20, r: 20, t: 50, b: 20},
    font: {color: ink, family: getComputedStyle(document.body).fontFamily}, legend: {itemsizing: 'constant'},
    ...(deep ? {scene: {...map.space.plot.layout.scene}}
      : {xaxis: {visible: false, range: x}, yaxis: {visible: false, range: y, scaleanchor: 'x'}}),
  }};
}
