// What every page begins with, whichever tab it opens; and the button that goes on to the next language.
import {query} from './address.js';
import {start as held} from './link.js';
import {keeps} from './owner.js';
import {playground} from './playground.js';
import {open, start} from './tabs.js';
import {lang, words} from './words.js';

const KEY = 'playground-lang';

/** Gradio's own handlers answer in the language that the page is read in. @param {string} name */
// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not there on a plain http address
const tellServer = name => { document.cookie = `${KEY}=${name};path=/;SameSite=Lax`; };

/** Loads the page again in the next language, with the views of all its tabs. */
function switchLanguage() {
  const {languages} = words(), next = languages[(languages.indexOf(lang()) + 1) % languages.length];
  const url = new URL(location.href);
  if (keeps()) {
    localStorage.setItem(KEY, next);
    query.delete('lang');
  } else query.set('lang', next);
  url.search = query.toString();
  tellServer(next);
  if (url.href === location.href) location.reload();
  else location.href = url.href;
}

Object.assign(playground, {open, switchLanguage});
tellServer(lang());
held();
start();
