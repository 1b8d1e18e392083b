// "How it learns": what two runs of CLIP know of a few pictures and captions, step by step.
import {get, path, post, sentence} from '../page/ask.js';
import {holds} from '../page/link.js';
import {html, nothing, render} from '../page/lit.js';
import {owner} from '../page/owner.js';
import {playground} from '../page/playground.js';
import {ordered, runName} from '../page/runs.js';
import {explained} from '../page/terms.js';
import {sayer} from '../page/words.js';
import {heading} from '../widgets/forms.js';
import {Pane} from './pane.js';
import {activity, alert} from './parts.js';

const SECONDS = 30, SEED = 0;  // of the two runs
const CANDIDATES = 6;  // runs of which two are shown at first
const say = sayer('match');

/** @typedef {import('./answers').Lesson} Lesson */

export class Learning {
  root = activity();
  /** @type {Map<string, string>} */
  runs = new Map();  // of CLIP: run -> title
  error = '';
  training = false;
  refreshing = false;

  /** @param {import('./match.js').Matcher} page @param {URLSearchParams} query */
  constructor(page, query) {
    this.page = page;
    this.wanted = (query.get('pair') || '').split(',');
    /** @type {Pane[]} */
    this.panes = [0, 1].map(at => new Pane(at, {
      changed: () => this.draw(), visible: () => page.visible() && page.activity === this, seen: found => this.seen(found),
      chosen: run => { this.panes[at].follow(run); page.remember(); },
    }));
  }

  /** A run that is too young to be in the list of runs. @param {Lesson} found */
  seen({run, title, symmetric}) {
    if (!this.runs.get(run)) this.runs.set(run, title + (symmetric ? '' : ` · ${say('one_way')}`));
  }

  async refresh() {
    this.page.remember();
    this.draw();
    if (this.refreshing) return;
    Object.assign(this, {refreshing: true, error: ''});
    try {
      const also = [playground.run?.(), ...this.wanted, ...this.panes.map(pane => pane.run)].filter(Boolean);
      for (const one of ordered(/** @type {import('../maps/answers').Entry[]} */ (await get('runs', {also: also.join(',')})))) {
        if (one.method === 'CLIP') this.runs.set(one.run, runName(one));
      }
      this.draw();
      if (!this.panes.some(pane => pane.run)) await this.showFirst();
    } catch (error) { this.error = sentence(error); } finally { this.refreshing = false; }
    this.draw();
  }

  /** The runs of the address, else the newest of either kind. */
  async showFirst() {
    const candidates = [...new Set([...this.wanted.filter(Boolean), ...[...this.runs.keys()].slice(0, CANDIDATES)])];
    let problem = '';
    /** @type {(Lesson | null)[]} */
    const answers = await Promise.all(candidates.map(run => get(path`runs/${run}/lesson`).catch(error => {
      problem = sentence(error);
      return null;
    })));
    const found = answers.filter(one => one !== null);
    if (!found.length && problem) this.error = problem;
    for (const [at, pane] of this.panes.entries()) {
      const run = (found.find(one => one.run === this.wanted[at]) ?? found.find(one => one.symmetric === (at === 0)))?.run;
      if (run && !pane.acts) pane.follow(run);  // or somebody was faster
    }
    this.page.remember();
  }

  /** Trains two runs, and shows each but where a person chose another meanwhile. */
  async train() {
    const acts = this.panes.map(pane => pane.acts);
    Object.assign(this, {training: true, error: ''});
    this.draw();
    try {
      for (const [at, knobs] of [{}, {symmetric: false}].entries()) {
        const {run} = await post('runs', {method: 'clip', dataset: 'emoji', seconds: SECONDS, seed: SEED, knobs, secret: owner()});
        this.runs = new Map([[run, ''], ...this.runs]);
        if (this.panes[at].acts === acts[at]) this.panes[at].follow(run);
      }
      this.page.remember();
    } catch (error) { this.error = sentence(error); }
    this.training = false;
    this.draw();
  }

  /** Another address: nobody looks at these panes any more. */
  end() { for (const pane of this.panes) pane.follow(''); }

  draw() {
    /** @type {[string, string][]} */
    const runs = [...this.runs].map(([run, title]) => [run, title || run]);
    render(html`${heading(say('lesson_title'), explained(say('lesson_help')))}
      ${holds() ? nothing : html`<div class="reconstruct-row"><button type="button" class="small primary" id="match-train-both"
        ?disabled=${this.training} @click=${() => this.train()}>${say('train_both')}</button><span
        class="hint">${say('train_both_help')}</span></div>`}
      ${alert(this.error)}
      <p class="hint" ?hidden=${this.runs.size > 0}>${say('lesson_none')}</p>
      <p class="reconstruct-truth">${say('lesson_look')}</p>
      <div class="match-panes">${this.panes.map(pane => pane.draw(runs))}</div>`, this.root);
  }

  state() { return {pair: this.panes.map(pane => pane.run).join(',').replace(/^,$/, '')}; }
}
