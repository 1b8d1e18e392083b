// How an address is given to others: on the clipboard, and as a QR code.
import {base} from './ask.js';

/** The address of a picture that a camera reads this text from. @param {string} text */
export function code(text) {
  const url = base('code.svg');
  url.searchParams.set('text', text);
  return url.href;
}

/** Puts a text on the clipboard. @param {string} text */
export async function copy(text) {
  try { await navigator.clipboard.writeText(text); } catch {  // on a plain http address there is none
    const field = Object.assign(document.createElement('textarea'), {value: text});
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}
