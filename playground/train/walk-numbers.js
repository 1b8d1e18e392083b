// The numbers of one step in slow motion that the page works out by itself, from those that the server measured.
/** @typedef {import('./answers').WalkTable} Table */

/**
 * The softmax of a table's rows, with logits times a factor: shares of what is shown, of all else, and what each row costs.
 * @param {Pick<Table, 'values' | 'rest' | 'target'>} table @param {number} [factor] of the logits: temperatures, old over new
 * @returns {{shares: number[][], rest: number[], costs: number[]}}
 */
export function softmax({values, rest, target}, factor = 1) {
  const found = {shares: /** @type {number[][]} */ ([]), rest: /** @type {number[]} */ ([]), costs: /** @type {number[]} */ ([])};
  for (const [i, row] of values.entries()) {
    const logits = row.map(value => value === null ? -Infinity : value * factor), more = (rest[i] ?? []).map(value => value * factor);
    const top = [...logits, ...more].reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = (/** @type {number[]} */ some) => some.reduce((total, value) => total + Math.exp(value - top), 0);
    const [shown, hidden] = [sum(logits), sum(more)], all = Math.log(shown + hidden) + top;
    found.shares.push(logits.map(value => Math.exp(value - all)));
    found.rest.push(hidden / (shown + hidden));
    found.costs.push([...logits, ...more].reduce((cost, value, j) => target[i][j] ? cost + target[i][j] * (all - value) : cost, 0));
  }
  return found;
}

/** What each row of a table adds to the loss. @param {Table} table @param {number} [factor] @returns {number[]} */
export function rowLosses(table, factor = 1) {
  if (table.kind === 'softmax') return softmax(table, factor).costs.map(cost => table.weight * cost / table.values.length);
  return table.shares.map(row => row.reduce((a, b) => a + b, 0));
}

/**
 * What an entry of a softmax has to do with the loss: what it costs itself where it fits, and what the loss would be less without it.
 * @param {Table} table @param {number[][]} shares @param {number} i @param {number} j
 */
export function entryLoss({target, weight, values}, shares, i, j) {
  const each = weight / values.length, share = shares[i][j];
  const cost = (/** @type {number} */ some) => -each * Math.log(Math.max(some, 1e-30));
  return {own: target[i][j] ? target[i][j] * cost(share) : 0, less: cost(1 - share)};
}

/** The largest distance from 0 in a table. @param {(number | null)[][]} values */
export const largest = values => values.flat().reduce((/** @type {number} */ most, value) => Math.max(most, Math.abs(value ?? 0)), 1e-30);

/** How much each entry of a table rose. @param {(number | null)[][]} values @param {(number | null)[][]} after @param {number} [factor] */
export const change = (values, after, factor = 1) => values.map((row, i) => row.map((value, j) => {
  const then = after[i]?.[j] ?? null;
  return value === null || then === null ? null : (then - value) * factor;
}));
