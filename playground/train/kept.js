// What is kept and what is forgotten: readings of how images were made, what they say, and what to change to have it otherwise.
import {holds} from '../page/link.js';
import {html, nothing} from '../page/lit.js';
import {explained} from '../page/terms.js';
import '../widgets/factor-readings.js';

/** @typedef {import('./train.js').Panel} Panel */

/** @param {Panel} panel */
export function kept(panel) {
  const found = panel.moment?.kept;
  if (!found || !(found.missing || found.rows.length)) return nothing;
  const {title, intro, missing, labels, seconds, rows, sentences, switches} = found;
  if (missing) return html`<section class="live-kept"><h3>${title}</h3><p class="hint">${missing}</p></section>`;
  return html`<section class="live-kept"><h3>${title}</h3><div class="kept-said">${sentences.map(said => html`<p>${said}</p>`)}</div>
    <factor-readings .factors=${rows} .seconds=${seconds} .labels=${labels}></factor-readings>
    <p class="hint">${explained(intro)}</p>
    ${switches.length && !holds() ? html`<div class="kept-switches"><span>${labels.again}</span>
      ${switches.map(({knob, value, text, help}) => html`<button type="button" class="small" data-knob=${knob} title=${help}
      ?disabled=${panel.busy} @click=${() => panel.again({[knob]: value})}>${text}</button>`)}<span class="live-said"
      role="alert">${panel.moment?.example ? '' : panel.note}</span></div>` : nothing}
  </section>`;
}
