// The controls of Train in the page's address: data, method, seconds or steps, seed, knob.NAME.
import {CONTROLS, query, remember} from '../page/address.js';
import {held} from '../page/link.js';
import {words} from '../page/words.js';

/** @typedef {Record<string, unknown>} Given a control's key and its value */

const SETTLED = 150;  // ms: a slider that is pulled has hundreds of values

/** What the address sets. @returns {Record<string, string>} */
export const given = () => Object.fromEntries([...query].filter(([key]) => CONTROLS.test(key)));

/** What it sets of those that the page's link hides or fixes. @returns {Record<string, string>} */
const linked = () => Object.fromEntries(Object.entries(given()).filter(([key]) =>
  held(key === 'steps' ? 'seconds' : key.startsWith('knob.') ? key.replace('knob', 'any') : key)));

/**
 * What the address says of controls: those that are not as at first, and of knobs those of the method.
 * @param {[string, unknown][]} known key and default of each @param {Given} now
 */
export function told(known, now) {
  /** @type {Record<string, string>} */
  const said = {};
  for (const [key, value] of known) {
    const [of, knob] = key.split('.');
    if (now[key] === null || String(now[key]) === String(value) || (knob && of !== now.method)) continue;
    const steps = key === 'seconds' && /^(\d+) steps$/.exec(String(now[key]))?.[1];
    said[knob ? `knob.${knob}` : steps ? 'steps' : key] = steps || String(now[key]);
  }
  return said;
}

export class Linked {
  method = 'simclr';
  known = /** @type {[string, unknown][]} */ ([]);
  now = /** @type {Given} */ ({});
  begun = false;  // the controls are as the page's link has them
  first = linked();  // of which those are that it hides or fixes
  asked = /** @type {Given | null} */ (null);  // what the controls are to be set to
  answered = /** @type {unknown[]} */ ([]);  // the controls as an answer set them last
  mine = /** @type {Record<string, string>} */ ({});  // method -> the run of it that was last shown here
  panel = /** @type {import('./train.js').Panel | null} */ (null);
  writing = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /** @param {() => void} ask lets Gradio ask for what the controls are to be set to */
  constructor(ask) { this.ask = ask; }

  /**
   * The controls once an answer is there: as it says, but for those that somebody has set since the question, and for those that
   * the page's link hides or fixes, which stay as it had them.
   * @param {{values: unknown[], before: unknown[]} | null} wanted null where it leaves one as it is @param {unknown[]} now
   */
  restored = (wanted, ...now) => {
    this.answered = now.map((value, at) => {
      const asked = wanted?.values[at] ?? null, stays = this.begun && held(this.known[at]?.[0] ?? '');
      return asked === null || stays || ![wanted?.before[at], this.answered[at]].some(one => same(one, value)) ? value : asked;
    });
    this.begun = true;
    return this.answered;
  };

  /** @param {Given} asked */
  restore(asked) {
    this.asked = this.begun ? asked : {...asked, ...this.first};
    this.ask();
  }

  /** The controls that belong to no method, as they are at first. @returns {Given} */
  defaults = () => Object.fromEntries(this.known.filter(([key]) => !key.includes('.')));

  /** Shows the run and sets the controls that the address tells of. @param {Given} [usual] what those are that it does not tell of */
  follow(usual = {}) {
    const {panel} = this, run = query.get('run') ?? '', asked = given(), method = asked.method ?? usual.method;
    if (words().methods.includes(String(method))) this.method = String(method);
    if (panel) panel.fromAddress = true;
    panel?.show(run);
    if ('method' in asked || (!run && Object.keys({...usual, ...asked}).length)) this.restore({...usual, ...asked});
    else if (run) this.restore({run});
    else this.begun = true;
  }

  /**
   * What an address says so that these controls are as they are now, and of the method, without which a run's would count.
   * @param {(key: string) => boolean} which
   */
  said = which => ({...told(this.known.map(([key, value]) => [key, which(key) ? NaN : value]), this.now), method: this.method});

  /** The controls as they are now. @param {[string, unknown][]} known @param {unknown[]} values */
  controls = (known, values) => {
    this.known = known;
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.write(known, values), SETTLED);
  };

  /** @param {[string, unknown][]} known @param {unknown[]} values */
  write(known, values) {
    const {panel, method: before} = this, {shipped} = words();
    const now = Object.fromEntries(known.map(([key], at) => [key, values[at]])), method = String(now.method), said = told(known, now);
    this.now = now;
    this.method = method;
    // from one finished run to the next
    if (panel && method !== before && this.leaves(method) && (method in shipped || this.mine[method])) {
      panel.show(this.mine[method] ?? '');
      if (panel.shipped && now.data === shipped[before] && now.data !== shipped[method]) {
        return this.restore({...said, method, data: shipped[method]});
      }
    }
    if (!panel?.shipped) said.method = method;  // or the address would take its controls from the run
    remember({...Object.fromEntries(Object.keys(given()).map(key => [key, null])), ...said, ...(this.begun ? {} : this.first)});
  }

  /** Whether what is shown is a finished run of another method. @param {string} method */
  leaves(method) {
    const {panel} = this, moment = panel?.moment;
    const example = panel?.shipped ? panel.run : moment?.example && moment.method;
    return example ? example !== method : Boolean(moment?.ended && moment.method !== method);
  }

  /**
   * Gradio names every radio button differently, so that arrow keys do not move among them and nobody hears that they are one
   * choice; and it calls a slider's parts in English. It does so anew at each change.
   */
  name() {
    const box = /** @type {HTMLElement} */ (document.getElementById('controls'));
    new MutationObserver(rename).observe(box, {subtree: true, childList: true, attributeFilter: ['name', 'aria-label']});
    rename();
  }
}

/** A number may have been a word on its way. @param {unknown} one @param {unknown} other */
const same = (one, other) => String(one ?? '') === String(other ?? '');

function rename() {
  for (const name of ['method', 'budget']) {
    const buttons = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(`#${name} input`));
    for (const one of buttons) if (one.name !== name) one.name = name;
  }
  for (const node of document.querySelectorAll('#knobs [aria-label]')) {
    const said = node.getAttribute('aria-label') ?? '';
    const plain = said === 'Reset to default value' ? words().reset : said.replace(/^(number input|range slider) for /, '');
    if (said !== plain) node.setAttribute('aria-label', plain);
  }
}
