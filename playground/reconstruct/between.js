import {html} from '../page/lit.js';
import {percent} from '../page/words.js';
import {define, widget} from '../page/widget.js';
import {slider} from '../widgets/forms.js';
import '../widgets/picture-strip.js';
import {asker} from './api.js';
import {VIEW, another, heading, say, shot} from './parts.js';

const STEPS = 20, HOLE = 2;  // from one image to the other; times the usual distance to a real code that are a hole

/** "Between two images": codes mixed, beside pixels mixed. Fires `set` with the index of the other image. */
export class BetweenView extends widget({
  ...VIEW, choice: /** @type {import('./types').Choice | null} */ (null), second: 0, step: STEPS / 2,
  found: /** @type {import('./answers').Between | null} */ (null),
}) {
  ask = asker('between', this, found => { this.found = found; });

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (another(this, changed) || this.maker && this.image && changed.has('second')) this.ask({second: {index: this.second}});
  }

  /** @param {CustomEvent<number>} event */
  choose({detail}) {
    this.second = detail;
    this.tell('set', detail);
  }

  /** @param {string} name @param {string[]} every */
  strip(name, every) {
    const some = every.filter((_, i) => i % 2 === 0);
    return html`<div class="strip-row"><span>${name}</span><div>${some.map(pixels => html`<pixel-canvas .pixels=${pixels}
      .size=${this.maker}></pixel-canvas>`)}</div></div>`;
  }

  render() {
    const {maker, found, step, choice} = this, far = Math.max(...found?.gaps ?? []);
    if (!maker) return html``;
    return html`${heading('between')}
      <div class="shots">${shot(maker, say('first'), found?.mixed[0] ?? '')}${shot(maker, say('mixed_codes'), found?.made[step] ?? '')}
        ${shot(maker, say('mixed_pixels'), found?.mixed[step] ?? '')}${shot(maker, say('second'), found?.second ?? '')}</div>
      ${slider(say('between_slider'), {min: 0, max: STEPS, step: 1, value: step}, v => percent(v / STEPS), v => { this.step = v; })}
      <div class="strips">${found ? [this.strip(say('mixed_codes'), found.made), this.strip(say('mixed_pixels'), found.mixed)] : ''}</div>
      <p class="hint">${found ? say(far > HOLE ? 'between_hole' : 'between_near', {gap: far.toFixed(1)}) : ''}</p>
      <h4>${say('choose_second')}</h4>
      <picture-strip .sheet=${choice?.sheet ?? null} .shown=${choice?.shown ?? []} .chosen=${null} @choose=${this.choose}></picture-strip>`;
  }
}

define('between-view', BetweenView);
