// What every page begins with, whichever tab it opens.
import {switchLanguage, start as startLanguage} from './language.js';
import {playground} from './playground.js';
import {open, start as startTabs} from './tabs.js';

Object.assign(playground, {open, switchLanguage});
startLanguage();
startTabs();
