// What a person has set, as the address says it.
import {known, number, packed, unpacked} from '../page/address.js';

/** @typedef {import('./types').Settings} Settings */

export const NOISES = ['gaussian', 'masking', 'salt-and-pepper'], MASKS = ['random', 'block', 'grid'];
const MOST = 1e6;

/** @param {string | null} text */
const whole = text => /^\d+$/.test(text ?? '') ? number(text, MOST) : null;

/** What an address says, as far as it makes sense. @param {{get(key: string): string | null}} query @returns {Settings} */
export function read(query) {
  const [noise, level, noiseSeed] = (query.get('noise') ?? '').split('_');
  const [damage, much, damageSeed] = (query.get('damage') ?? '').split('_');
  return {
    index: whole(query.get('image')) ?? 0, dealt: whole(query.get('strip')) ?? 0, second: whole(query.get('second')),
    doing: query.get('do') ?? '',
    noise: {noise: known(noise, NOISES), level: number(level, 1), seed: whole(noiseSeed) ?? 0},
    mask: readMask(query.get('mask') ?? ''),
    damage: {damage: damage || 'gaussian', level: number(much, 1) ?? 0.5, seed: whole(damageSeed) ?? 0},
  };
}

/** @param {string} text @returns {import('./types').MaskSetting} */
function readMask(text) {
  const byHand = /^hand_(.*)$/.exec(text), [mask, ratio, seed] = text.split('_');
  if (byHand) return {mask: null, ratio: null, seed: 0, hidden: byHand[1] ? unpacked(byHand[1]) : []};
  return {mask: known(mask, MASKS), ratio: number(ratio, 0.95), seed: whole(seed) ?? 0, hidden: null};
}

/**
 * What the address has to say of settings: of those of a view only while it is shown.
 * @param {Settings} settings @param {boolean} own not a held-out image
 */
export function written({index, dealt, doing, second, noise, mask, damage}, own) {
  const on = (/** @type {string} */ name) => doing === name;
  const hidden = mask.hidden?.length ? packed(mask.hidden) : '';
  return {
    image: own ? null : index, strip: dealt || null, do: doing, second: on('between') ? second : null,
    noise: on('noise') ? [noise.noise, noise.level, noise.seed].join('_') : null,
    mask: !on('mask') ? null : mask.hidden ? `hand_${hidden}` : [mask.mask, mask.ratio, mask.seed].join('_'),
    damage: on('compare') ? [damage.damage, damage.level, damage.seed].join('_') : null,
  };
}

/**
 * Fills in what nobody has said: as the run was trained.
 * @param {Settings} settings @param {import('./answers').Maker} maker @returns {Settings}
 */
export function filled(settings, {damage, patches}) {
  const {noise, mask} = settings, most = patches ? patches.rows * patches.columns : Infinity;
  return {
    ...settings,
    noise: {...noise, noise: noise.noise ?? damage?.noise ?? 'gaussian', level: noise.level ?? damage?.level ?? 0.3},
    mask: {
      ...mask, mask: mask.mask ?? patches?.mask ?? null, ratio: mask.ratio ?? (patches ? Math.min(0.95, patches.ratio) : null),
      hidden: mask.hidden?.some(i => i >= most) ? null : mask.hidden,
    },
  };
}

/** Another seed. */
export const fresh = () => Math.floor(Math.random() * MOST);
