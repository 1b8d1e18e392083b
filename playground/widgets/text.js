// Texts with blanks.

/** A text with its blanks, as {name}, filled in. @param {string} text @param {Record<string, unknown>} [values] */
export const filled = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
