// The page's one global name: by it tabs, which do not import each other, and Gradio's own components reach what a tab offers.

/**
 * @typedef {object} Playground
 * @property {() => string} [run] the run that Train shows, '' for none
 * @property {(run: string) => void} [show] show a run in Train
 * @property {(name: string) => void} [open] open a tab
 * @property {() => void} [follow] let Train show what the address tells of
 * @property {(which: (key: string) => boolean) => Record<string, string>} [said] what an address says of Train's controls
 * @property {{run: string, title: string} | null} [pinned] the run that the host of one's room shows to everybody
 * @property {() => void} [share] open, or close, where links are made
 * @property {() => string | null} [linkedRun] the run that the address of Train names
 * @property {() => void} [switchLanguage]
 * @property {any} [words] all texts of the page's scripts, in its language
 *
 * @typedef {object} Component what Gradio gives to the script of a component
 * @property {any} props the component's value and its other properties
 * @property {(name: string, changed: () => void) => void} watch tells of a change that Python made
 * @property {(event: string) => void} trigger
 */

const page = /** @type {{playground?: Playground & Record<string, any>}} */ (/** @type {unknown} */ (globalThis));
page.playground ??= {};

export const playground = page.playground;
