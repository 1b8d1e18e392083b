// A Match tab without its page, whose questions are answered by hand.
import {Models} from '../../../playground/match/models.js';
import {Sets} from '../../../playground/match/sets.js';

globalThis.sessionStorage ??= {getItem: () => null, setItem() {}};

/** Lets all that is due happen. */
export const soon = async () => { for (let i = 0; i < 20; i++) await new Promise(setImmediate); };

const requests = [];

/** Requests that wait for an answer: {path, body, answer(found, status)}; none at first. */
export function server() {
  requests.length = 0;
  globalThis.fetch = (url, {body} = {}) => new Promise(done => {
    const path = new URL(url).pathname.replace('/playground/', ''), sent = typeof body === 'string' ? JSON.parse(body) : body;
    requests.push({path, body: sent, answer(found, status = 200) { done(new Response(JSON.stringify(found), {status})); return soon(); }});
  });
  return requests;
}

/** What the views need of the page. */
export function page(more = {}) {
  const models = new Models(() => {}, () => {});
  Object.assign(models, {model: 'emoji-clip', listed: [{id: 'emoji-clip', kind: 'shipped', title: 'small'}], about: {scale: 20, multilingual: true}});
  const sets = new Sets('', []);
  sets.built = [{id: 'emoji', title: 'Emoji'}, {id: 'digits', title: 'Digits'}];
  return {models, sets, own: {}, template: 'none', remembered: 0, remember() { this.remembered++; }, visible: () => true, ...more};
}

/** An answer to match, in which each picture fits the first label best. */
export const matched = ({pictures, texts}) => {
  const rows = pictures.map(() => texts.map((_, j) => j ? 0.1 : 0.9));
  return {state: 'done', cosines: rows, to_text: rows, to_image: rows, scale: 20, neutral: null, each: null, cut: [], read: texts.map(t => [t]), unknown: [], texts};
};

/** What a person types into a field. */
export function type(field, text) {
  field.value = text;
  field.dispatchEvent(new Event('input', {bubbles: true}));
}
