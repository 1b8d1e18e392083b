// The wall: each run of the room as a small map, whose it is, what was changed, what was reached.
import {html, nothing, repeat, styleMap} from '../page/lit.js';
import {mine} from '../page/owner.js';
import {playground} from '../page/playground.js';
import {className, sayer} from '../page/words.js';
import '../widgets/embedding-map/element.js';

/** @typedef {import('./answers').Tile} Tile */
/** @typedef {import('./answers').Small} Small */
/** @typedef {{step: number, about: import('../widgets/embedding-map/types').About, positions: Float32Array}} Drawn */

const say = sayer('room');

/** A small map as the widget wants it. @param {Small} map @returns {Drawn} */
export function drawn({step, points, labels, classes}) {
  const bytes = Uint8Array.from(atob(points), letter => letter.charCodeAt(0));
  const positions = Float32Array.from(new Int16Array(bytes.buffer), value => value / 32767), count = positions.length / 2;
  const known = labels.some(one => one >= 0) ? labels : null;
  return {step, about: {count, columns: 1, rows: count, width: 1, height: 1, classes: classes.map(className), labels: known}, positions};
}

export class Tiles {
  maps = /** @type {Map<string, Drawn>} */ (new Map());  // of each run: another object would begin its map anew

  /** @param {Tile} tile */
  map({run, map}) {
    const before = this.maps.get(run);
    if (!map || before?.step === map.step) return before;
    const next = drawn(map), same = before && String(before.about.labels) === String(next.about.labels);
    const found = same ? {...next, about: before.about} : next;
    this.maps.set(run, found);
    return found;
  }

  /**
   * @param {Tile[]} tiles @param {string} pinned the run that is shown to all
   * @param {((run: string) => void) | null} pin what a host does with a run
   */
  view(tiles, pinned, pin) {
    return html`<div class="wall">${repeat(tiles, tile => tile.run, tile => this.tile(tile, pinned === tile.run, pin))}</div>`;
  }

  /** @param {Tile} tile @param {boolean} pinned @param {((run: string) => void) | null} pin */
  tile(tile, pinned, pin) {
    const {run, person, title, changed, reached, status, tone, progress} = tile, map = this.map(tile);
    return html`<article class="wall-tile" data-run=${run} data-pinned=${pinned || nothing}>
      <button type="button" class="wall-open" aria-label=${say('see', {person, title})} @click=${() => playground.show?.(run)}>
        <embedding-map class="map" .about=${map?.about ?? null} .positions=${map?.positions ?? null} .images=${false}
          data-step=${map?.step ?? nothing}></embedding-map></button>
      <p class="wall-person"><b>${person}</b>${mine(run) ? html` <small>${say('you')}</small>` : nothing}
        ${reached ? html`<em>${reached}</em>` : nothing}</p>
      <p class="wall-title">${title}</p>${changed ? html`<p class="wall-changed">${changed}</p>` : nothing}
      <div class="live-bar" data-tone=${tone} title=${status}><div style=${styleMap({width: `${100 * progress}%`})}></div></div>
      <p class="wall-status"><span>${status}</span>${pin ? html`<button type="button" class="small" aria-pressed=${pinned}
        @click=${() => pin(pinned ? '' : run)}>${say('pin')}</button>` : pinned ? html`<b>${say('pinned')}</b>` : nothing}</p></article>`;
  }
}
