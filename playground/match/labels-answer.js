// What a model says of pictures and labels: cards, a table of all pairs, the best picture of each label.
import {html, keyed} from '../page/lit.js';
import {lang, percent, sayer} from '../page/words.js';
import {choice} from '../widgets/forms.js';
import '../widgets/heat-table.js';
import {pictureCards} from '../widgets/picture-card.js';
import {alone, asCosine, share} from './format.js';
import {drawNotes, paintedNotes} from './painted.js';
import {cutNotes} from './parts.js';
import {file, keyOf, nameOf, shown} from './pictures.js';

export const HEATS = ['to_text', 'to_image', 'cosines', 'each'];  // each: of a model with a logit bias alone
const BARS = 5, MANY = 12, NEXT_TO_NOTHING = 0.005;  // MANY: labels beyond which a cell of next to nothing stays empty
const say = sayer('match');

/** @typedef {import('./answers').Matched} Matched */
/** @typedef {import('./pictures.js').Picture} Picture */

/** A label, marked where the model knows no word of it. @param {Matched} found @param {number} j */
const labelled = (found, j) => found.unknown.includes(j) ? `${found.texts[j]} ⚠` : found.texts[j];

/** What is to be known of the labels before one believes an answer. @param {Matched} found @param {boolean} multilingual */
export function unclear({texts, unknown, cut}, multilingual) {
  const notes = cut.length ? [cutNotes(cut)] : [];
  const or = new Intl.ListFormat(lang(), {type: 'disjunction'});
  if (unknown.length) notes.push(say('unknown', {words: or.format(unknown.map(j => say('quoted', {text: texts[j]})))}));
  if (!multilingual && texts.some(text => /[^\p{Cc} -\u024f\u2000-\u206f]/u.test(text))) notes.push(say('english_only'));
  return notes.join(' ');
}

/** A card a picture. @param {Matched} found @param {Picture[]} pictures @returns {import('../widgets/picture-card.js').Card[]} */
export function cardsOf(found, pictures) {
  const {texts, neutral} = found, none = neutral ? texts.length : -1;
  const name = (/** @type {number} */ j) => j === none ? say('none') : labelled(found, j);
  return pictures.map((p, i) => {
    const row = (neutral ?? found).to_text[i], order = row.map((_, j) => j).sort((a, b) => row[b] - row[a]), first = order[0];
    const cosine = neutral && first === none ? neutral.cosines[i] : found.cosines[i][first];
    return {
      key: keyOf(p), index: i, src: file(p).href, name: nameOf(p), title: name(first), label: first === none ? '' : texts[first],
      share: row[first], none: first === none, note: noteOf(asCosine(cosine), first === none ? null : found.each?.[i][first]),
      rest: row.length > BARS ? say('more_labels', {number: row.length - BARS}) : '',
      bars: order.slice(0, BARS).map(j => ({name: name(j), value: row[j], text: share(row[j]), cls: j === none ? 'none' : ''})),
    };
  });
}

/** @param {string} cosine @param {number | null} [each] its share of yes by itself */
const noteOf = (cosine, each = null) => each === null ? say('cosine_is', {cosine}) : say('cosine_alone', {cosine, share: alone(each)});

/**
 * All pairs as colours.
 * @param {Matched} found @param {Picture[]} pictures @param {string} wanted @returns {import('../widgets/heat-table.js').Heat}
 */
export function heatOf(found, pictures, wanted) {
  const kind = shownHeat(found, wanted), {texts} = found, values = valuesOf(found, kind), cosines = kind === 'cosines';
  const none = values[0]?.length > texts.length ? [say('none')] : [];
  const top = (/** @type {number} */ i, /** @type {number} */ j) => kind === 'to_text' ? values[i].every(v => v <= values[i][j])
    : (kind === 'to_image' || kind === 'each') && values.every(row => row[j] <= values[i][j]);
  return {
    rows: pictures.map(p => keyed(keyOf(p), shown(p))), columns: [...texts.map((_, j) => labelled(found, j)), ...none], values, best: top,
    strength: v => v,
    text: v => cosines ? asCosine(v) : kind === 'each' ? alone(v) : texts.length > MANY && v < NEXT_TO_NOTHING ? '' : percent(v),
    sentence: (i, j) => {
      const own = j < texts.length, {neutral} = found;
      return say(own ? 'cell' : 'cell_none', {
        picture: nameOf(pictures[i]), label: own ? texts[j] : say('none'), text: share((neutral ?? found).to_text[i][j]),
        image: own ? share(found.to_image[i][j]) : '', cosine: asCosine(own ? found.cosines[i][j] : neutral?.cosines[i] ?? 0),
      });
    },
  };
}

/** Which numbers are shown of those that somebody chose for another model. @param {Matched} found @param {string} heat */
const shownHeat = ({each}, heat) => heat === 'each' && !each ? HEATS[0] : heat;

/** The numbers of a table; “none of these” is a column where it takes part. @param {Matched} found @param {string} kind */
function valuesOf({cosines, each, to_image: toImage, to_text: toText, neutral}, kind) {
  if (kind === 'each' && each) return each;
  if (kind === 'to_image') return toImage;
  if (kind === 'to_text') return (neutral ?? {to_text: toText}).to_text;
  return neutral ? cosines.map((row, i) => [...row, neutral.cosines[i]]) : cosines;
}

/** @param {number[][]} values */
const range = values => ({low: Math.min(...values.flat()), high: Math.max(...values.flat())});

/** The picture that fits each label best: the label, the picture's number, its share. @param {Matched} found */
export const bestOf = found => found.texts.map((text, j) => {
  const column = found.to_image.map(row => row[j]), index = column.indexOf(Math.max(...column));
  return {text, name: labelled(found, j), index, share: column[index]};
});

/**
 * @typedef {object} View
 * @property {Matched} found
 * @property {Picture[]} pictures
 * @property {string} heat which numbers the table shows
 * @property {import('../widgets/picture-card.js').Card[]} cards
 * @property {import('../widgets/heat-table.js').Heat} table
 * @property {(heat: string) => void} choose
 * @param {View} view
 */
export function answerView({found, pictures, heat: wanted, cards, table, choose}) {
  const heats = HEATS.filter(name => name === shownHeat(found, name)), heat = shownHeat(found, wanted);
  const {low, high} = range(valuesOf(found, heat)), help = heat === 'to_text' && found.neutral ? 'heat_to_text_none' : `heat_${heat}_help`;
  return html`<p class="unseen" role="status">${cards.map(card => `${card.index + 1}: ${card.title} ${share(card.share)}`).join('; ')}</p>
    <div class="match-cards">${pictureCards(cards)}</div>
    ${drawNotes(paintedNotes(found, pictures))}
    <p class="reconstruct-truth">${found.each ? say('warning_each')
      : found.neutral ? say('warning_none', {text: found.neutral.text}) : say('warning')}</p>
    <h4>${say('heat')}</h4>${choice(heats.map(name => [name, say(`heat_${name}`)]), heat, choose)}
    <p class="hint match-explain">${say(help, {low: asCosine(low), high: asCosine(high)})}</p>
    <heat-table class="heat" data-heat=${heat} .heat=${table} .name=${`${say('heat')}. ${say('heat_keys')}`}></heat-table>
    <h4>${say('best')}</h4><p class="hint">${say('best_help')}</p>
    <div class="match-best">${bestOf(found).map(({text, name, index, share: value}) => html`<figure class="match-best-one"
      data-label=${text} data-index=${index}>${keyed(keyOf(pictures[index]), shown(pictures[index]))}<figcaption><b>${name}</b><small>${
      share(value)}</small></figcaption></figure>`)}</div>`;
}
