// What this browser's runs are stopped with, and which runs it began.

const SECRET = 'playground-secret', RUNS = 'playground-runs', LESSONS = 'playground-lessons', MOST = 300, MOST_IN_ADDRESS = 20;

/** The part of the address that no server is sent: it carries what storage refuses, as in a frame of another site. */
const fragment = () => new URLSearchParams(location.hash.slice(1));

/** @param {string} key */
function stored(key) {
  try { return localStorage.getItem(key); } catch { return fragment().get(key); }
}

/** @param {string} key @param {string} value @param {string} [brief] what is kept where there is little room */
function store(key, value, brief = value) {
  try { localStorage.setItem(key, value); } catch {
    const kept = fragment();
    kept.set(key, brief);
    const url = new URL(location.href);  // '#…' alone would be of <base>, without what the address says else
    url.hash = kept.toString();
    history.replaceState(history.state, '', url);
  }
}

/** Whether this browser keeps what it is told; a frame of another site may be refused. */
export function keeps() {
  try { return Boolean(localStorage); } catch { return false; }
}

/** This browser's secret, made once and kept where only this page reads it. */
export function owner() {
  const found = stored(SECRET) || [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');
  store(SECRET, found);
  return found;
}

/**
 * How far this browser is in each lesson.
 * @returns {Record<string, import('../lessons/lessons.js').Progress>}
 */
export function progress() {
  try {
    const found = JSON.parse(stored(LESSONS) ?? '{}');
    return found && typeof found === 'object' && !Array.isArray(found) ? found : {};
  } catch { return {}; }  // somebody wrote something else there
}

/** @param {string} lesson @param {import('../lessons/lessons.js').Progress} how */
export function keepProgress(lesson, how) {
  store(LESSONS, JSON.stringify({...progress(), [lesson]: how}), JSON.stringify({[lesson]: {...how, told: {}}}));
}

/** What it began is deleted. */
export const forget = () => store(RUNS, '[]');

/** The runs that this browser began, the newest last. @returns {string[]} */
export function begun() {
  try {
    const found = JSON.parse(stored(RUNS) ?? '[]');
    return Array.isArray(found) ? found : [];
  } catch { return []; }  // somebody wrote something else there
}

/** Whether this browser began a run, and so may stop it. @param {string} run @param {boolean} [add] it just has */
export function mine(run, add = false) {
  let runs = begun();
  if (add && !runs.includes(run)) {
    runs = [...runs, run].slice(-MOST);
    store(RUNS, JSON.stringify(runs), JSON.stringify(runs.slice(-MOST_IN_ADDRESS)));
  }
  return runs.includes(run);
}
