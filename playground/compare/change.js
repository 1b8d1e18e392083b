import {owner} from '../page/owner.js';
import {get, path, post, sentence} from '../page/ask.js';
import {html, keyed} from '../page/lit.js';
import {choice, heading, select} from '../widgets/forms.js';
import {asCopy, asList, asked, current, fits} from './knobs.js';
import {field, say} from './parts.js';

/** @typedef {import('./compare.js').Comparer} Comparer */
/** @typedef {import('./answers').Comparison} Comparison */
/** @typedef {import('./answers').Form} Form */

const TIMES = [15, 30, 120];  // s for each run

/** A copy of a run with one knob changed, or a sweep of one knob. */
export class Change {
  // what a person chose; '' or null for nothing yet
  mode = 'copy';
  source = '';
  name = '';  // of the knob
  /** @type {string | null} */
  time = null;
  /** Of a copy: a number as text, or the place of an option. @type {string | null} */
  value = null;
  /** Of a sweep: numbers as text. @type {string | null} */
  values = null;
  /** Of a sweep: places of options. @type {Set<number>} */
  without = new Set();
  round = 0;  // fields that somebody began anew are other elements
  // what the server says
  /** @type {Map<string, Form>} */
  forms = new Map();
  /** Of the run that was asked for last and has answered. @type {Form | null} */
  form = null;
  wanted = '';  // the run that was asked for last
  busy = false;
  note = '';
  good = false;

  /** @param {Comparer} page */
  constructor(page) { this.page = page; }

  get runs() { return this.page.found?.runs ?? []; }
  /** The run to copy. */
  get of() { return this.runs.some(run => run.run === this.source) ? this.source : this.runs[0]?.run ?? ''; }
  get knob() { return this.form?.fields.find(one => one.name === this.name) ?? this.form?.fields[0] ?? null; }

  /** Other runs are shown: whatever somebody typed stays. */
  sync() { if (this.of && this.of !== this.wanted) this.ask(this.of); }

  /** @param {string} run whose knobs are to be shown */
  async ask(run) {
    this.wanted = run;
    try {
      const form = this.forms.get(run) ?? await get(path`runs/${run}/knobs`);
      this.forms.set(run, form);
      if (this.wanted !== run) return;
      this.form = form;
      this.say('');
    } catch (error) {
      if (this.wanted !== run) return;
      this.wanted = '';  // the next look tries again
      this.say(sentence(error));
    }
    this.page.draw();
  }

  /** Something else is chosen: what was typed for what was there before goes. @param {Partial<Pick<Change, 'source' | 'name'>>} chosen */
  choose(chosen) {
    Object.assign(this, chosen, {value: null, values: null, without: new Set(), round: this.round + 1});
    this.say('');
    if (chosen.source) this.ask(chosen.source);
    this.page.draw();
  }

  /** @param {string} mode */
  turn(mode) {
    this.mode = mode;
    this.say('');
    this.page.draw();
  }

  /** @param {Partial<Pick<Change, 'time' | 'value' | 'values'>>} typed */
  type(typed) {
    Object.assign(this, typed);
    this.page.draw();
  }

  /** An option comes into a sweep, or goes. @param {number} at its place */
  leave(at) {
    if (!this.without.delete(at)) this.without.add(at);
    this.page.draw();
  }

  /** @param {string} text @param {boolean} [good] */
  say(text, good = false) { Object.assign(this, {note: text, good}); }

  /** The values of the knob that are to be trained. @returns {(string | boolean)[]} */
  chosen() {
    const {knob} = this;
    if (!knob) return [];
    return this.mode === 'copy' ? asCopy(knob, this.value) : asList(knob, this.values, this.without);
  }

  /** The times that can be chosen, '' for that of the run. @param {Form} form @returns {[string, string][]} */
  times({seconds}) {
    return [['', say('change_time_same', {seconds})], ...TIMES.filter(some => some !== seconds).map(some =>
      /** @type {[string, string]} */ ([String(some), say('change_time_some', {seconds: some})]))];
  }

  /** The time that is chosen; a sweep of a long run takes less where nobody says. @param {Form} form */
  timed(form) {
    if (this.time !== null && this.times(form).some(([value]) => value === this.time)) return this.time;
    return this.mode === 'sweep' && form.seconds > TIMES[1] ? String(TIMES[1]) : '';
  }

  /** What stands in the way, or how long it takes; whether it can begin. @param {Form} form @returns {[string, boolean]} */
  total(form) {
    const {knob, page: {full, found}} = this, most = found?.most ?? 0, seconds = Number(this.timed(form)) || form.seconds;
    if (this.mode === 'copy' || !knob) return [full ? say('change_full') : '', !full];
    const values = this.chosen(), wrong = values.filter(value => !fits(knob, value)), number = values.length;
    if (wrong.length && 'step' in knob) {
      return [say(knob.step === 1 ? 'change_wrong_whole' : 'change_wrong', {...knob, values: wrong.join(' · ')}), false];
    }
    if (number < 2) return [say('change_few'), false];
    if (number > most) return [say('change_many', {most}), false];
    return [say('change_total', {number, seconds, total: number * seconds}), true];
  }

  async begin() {
    const {knob, form, mode} = this, values = this.chosen();
    if (!knob || !form || this.busy) return;
    if (mode === 'copy' && String(values[0]) === String(knob.value)) {
      this.say(say('change_same'));
      return this.page.draw();
    }
    const time = this.timed(form), question = {like: form.run, secret: owner(), ...(time ? {seconds: Number(time)} : {})};
    this.busy = true;
    this.say('');
    this.page.draw();
    try {
      if (mode === 'copy') {
        const {run} = await post('runs', {...question, knobs: {[knob.name]: values[0]}});
        this.say(say(this.page.full ? 'change_full' : 'change_begun'), !this.page.full);
        this.page.add(run);
      } else this.page.sweep.open((await post('sweeps', {...question, knob: knob.name, values})).sweep);
    } catch (error) { this.say(sentence(error)); }
    this.busy = false;
    this.page.draw();
  }

  /** @param {Comparison} found */
  view(found) {
    const {form, mode, of} = this, [total, can] = form ? this.total(form) : ['', false];
    return html`<section class="compare-change">${heading(say('change'), say('change_help'))}<div class="compare-row"><div>${
      choice([['copy', say('change_copy')], ['sweep', say('change_sweep')]], mode, chosen => this.turn(chosen))}</div></div>
      <div class="compare-row bottom">${this.fields(found)}<button type="button" class="small primary" id="compare-go"
        ?disabled=${!can || this.busy || form?.run !== of} @click=${() => this.begin()}>${
        say(mode === 'copy' ? 'change_train' : 'change_start')}</button></div><p class="hint">${this.help()}</p><p class="hint">${total}</p>
      <p class=${this.good ? 'match-error good' : 'match-error'} role="status">${this.note}</p></section>`;
  }

  /** @param {Comparison} found */
  fields({runs, most}) {
    const {form, knob, mode, of} = this;
    const one = select(runs.map(run => [run.run, run.label]), of, source => this.choose({source}), {id: 'compare-of'});
    const all = form?.fields.map(one => /** @type {[string, string]} */ ([one.name, one.label])) ?? [];
    const names = select(all, knob?.name ?? '', name => this.choose({name}), {id: 'compare-knob'});
    const time = select(form ? this.times(form) : [], form ? this.timed(form) : '', time => this.type({time}), {id: 'compare-time'});
    return html`${field(say('change_of'), one)}${field(say('change_knob'), names)}<div class="compare-value">${
      knob ? keyed(`${this.round} ${mode} ${knob.name}`, asked(this, knob, most)) : ''}</div>${field(say('change_time'), time)}`;
  }

  help() {
    const {knob} = this;
    if (!knob) return '';
    const range = 'step' in knob ? say('change_range', {...knob}) : '';
    return [knob.help, range, say('change_now', {value: current(knob)})].filter(Boolean).join(' · ');
  }
}
