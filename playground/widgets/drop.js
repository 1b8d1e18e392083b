// Files that are dropped onto an element, those of folders too, and pictures that are pasted where no field wants them.

/** What a chooser of pictures offers: some systems do not count what phones make among images. */
export const PICTURES = 'image/*,.heic,.heif,.avif';

/** @typedef {File & {path?: string}} Found */

/** The files below an entry of a drop, each with its path. @param {any} entry @returns {Promise<Found[]>} */
async function walked(entry) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => { entry.file(done, failed); });
    return [Object.assign(file, {path: entry.fullPath.slice(1)})];
  }
  const reader = entry.createReader(), found = [];
  for (;;) {  // a hundred at a time
    const more = await new Promise((done, failed) => { reader.readEntries(done, failed); });
    if (!more.length) return found;
    found.push(...(await Promise.all(more.map(walked))).flat());
  }
}

/** @param {DataTransfer} from @returns {Promise<Found[]>} */
export async function filesOf(from) {
  const files = [...from.files], entries = [...from.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
  return entries.some(entry => entry?.isDirectory) ? (await Promise.all(entries.map(walked))).flat() : files;
}

/** Listeners of an element that takes files, to be spread into a template by hand. @param {(files: Found[]) => void} act */
export const dropping = act => ({
  /** @param {DragEvent} event */
  over(event) { if (event.dataTransfer?.types.includes('Files')) event.preventDefault(); },
  /** @param {DragEvent} event */
  async drop(event) {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    act(await filesOf(event.dataTransfer));
  },
});

/** The pictures of a paste; none where a text field has the focus and there is text that it can take. @param {ClipboardEvent} event */
export function pictures(event) {
  const from = event.clipboardData, field = /** @type {Element | null} */ (event.target)?.closest?.('input, textarea, [contenteditable]');
  if (!from || field && from.types.some(type => type.startsWith('text/'))) return [];
  return [...from.files].filter(file => file.type.startsWith('image/'));
}
