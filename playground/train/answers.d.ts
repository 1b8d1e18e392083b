// What the routes answer: written from answers.py by `python -m scripts.answer_types`.

/** What a run that came with the app says of itself, and what a button beside it does. */
export interface Example {
  text: string;
  act: string;
}

/** A large number: its name, its value, and what it means. */
export interface Tile {
  key: string;
  name: string;
  value: string;
  help: string;
}

/** A row of pictures. */
export interface Row {
  key: string;
  name: string;
}

/** The pictures of a step: their rows, how many images are in one, and the tables beside them as figures. */
export interface Pictures {
  step: number;
  rows: Row[];
  count: number;
  tables: Record<string, any>;
}

/** One of the numbers that stand beside each other: as a word, and as a share of the longest bar there can be. */
export interface Bar {
  name: string;
  value: string;
  share: number;
}

/** What was learned, in one number, and what it has to be compared with; `bars` begins with the run's own. */
export interface Learned {
  key: string;
  name: string;
  help: string;
  bars: Bar[];
  note: string;
}

/** Where to look next: a tab, and the page's address of it. */
export interface Way {
  tab: string;
  text: string;
  address: string;
}

/** What a run came to, in sentences. */
export interface Ending {
  text: string;
  tone: string;
  ways: Way[];
}

/** The frames of the map that moves, of a long run some of them: step, seconds and number of images of each. */
export interface Looks {
  count: number;
  planes: number;
  steps: number[];
  seconds: number[];
  images: number[];
  newest: string;
}

/** A number of the end; key: by which the glossary explains it. */
export interface Line {
  key: string;
  name: string;
  value: string;
}

/** The numbers of the end: a table of those that features are compared by, a key for each row and column, and the others. */
export interface Result {
  table: string[][];
  keys: string[];
  sides: string[];
  lines: Line[];
}

/** Steps of which there is a map of each kind; seconds: of those of `pca`, which are all. */
export interface Kinds {
  pca: number[];
  umap: number[];
  seconds: number[];
}

/** What both kinds of map are called in addresses. */
export interface Keys {
  pca: string;
  umap: string;
}

/** How well a factor is read at each look, as R² or a share. guess: by who sees nothing; without a head no embedding. */
export interface Reading {
  key: string;
  name: string;
  help: string;
  share: boolean;
  guess: number;
  pixels: number | null;
  features: (number | null)[];
  embedding: (number | null)[];
}

/** A knob to change in a copy of the run, what to, and what to expect of it. */
export interface Switch {
  knob: string;
  value: number;
  text: string;
  help: string;
}

/** What is kept and what is forgotten, over seconds; "missing" says why there is nothing. */
export interface Kept {
  title: string;
  intro: string;
  missing: string;
  labels: Record<string, string>;
  seconds: number[];
  rows: Reading[];
  sentences: string[];
  switches: Switch[];
}

/** All that the panel shows of a run at one moment. */
export interface Moment {
  version: string;
  state: string;
  method: string;
  knobs: Record<string, any>;
  line: string;
  ended: boolean;
  example: Example | null;
  tone: string;
  name: string;
  title: string;
  status: string;
  progress: number;
  learned: Learned;
  tiles: Tile[];
  ending: Ending | null;
  looks: Looks;
  figures: Record<string, any>;
  warning: string;
  pictures: Pictures | null;
  maps: Kinds;
  map_keys: Keys;
  umap_pending: boolean;
  result: Result;
  kept: Kept;
  labels: Record<string, string>;
  map_title: string;
}

/** The held-out images of a run, as its images.json has them. */
export interface About {
  count: number;
  columns: number;
  rows: number;
  width: number;
  height: number;
  classes: string[];
  labels?: number[] | null;
  captions?: Record<string, string[]> | null;
  names?: string[] | null;
  skipped?: string[];
  notes?: string[];
}

/** How many of a browser's runs were deleted, and of the things that it brought. */
export interface Deleted {
  runs: number;
  uploads: number;
}

/** That the app answers; waiting: runs in the queue; unseen: machines whose apps work in the same folder, without locks. */
export interface Health {
  waiting: number;
  unseen: string[];
}

/** A stop of one step in slow motion: which it is, what it is called, and what happens there. */
export interface Station {
  key: string;
  title: string;
  text: string;
}

/** Rows of numbers that a network hands on, as a picture of a pixel each; strip: the pictures that they are of. */
export interface WalkVectors {
  key: string;
  name: string;
  strip: string;
  rows: number;
  columns: number;
  low: number;
  high: number;
  src: string;
}

/** What a loss compares, entry by entry. kind: softmax, cosine or square. */
export interface WalkTable {
  kind: string;
  key: string;
  name: string;
  strip: string;
  rows: number[];
  row_names: string[];
  across: string;
  columns: number[];
  names: string[];
  values: ((number | null)[])[];
  rest: number[][];
  target: number[][];
  gradient: number[][];
  weight: number;
  shares: number[][];
  after: ((number | null)[])[];
  grid: number[] | null;
}

/** A network: the length of its gradient, None where none reaches it, and how far it moved, as a share of its length. */
export interface WalkPart {
  name: string;
  label: string;
  gradient: number | null;
  moved: number;
}

/** Cosines of the two views of each image, and the mean of those of different images, before the step and after it. */
export interface Closer {
  pairs: number[];
  pairs_after: number[];
  others: number;
  others_after: number;
}

/** A part of a loss that is a loss too. */
export interface Term {
  name: string;
  value: number;
}

/** One step in slow motion. step: of the run; of: images in one of its batches, of which these are the first `count`. */
export interface Walked {
  step: number;
  of: number;
  count: number;
  rate: number;
  loss: number;
  loss_after: number;
  terms: Term[];
  temperature: number | null;
  spread: number;
  strips: Record<string, string>;
  sides: Record<string, number>;
  rows: Record<string, string>;
  vectors: WalkVectors[];
  tables: WalkTable[];
  closer: Closer | null;
  gradients: number[] | null;
  parts: WalkPart[];
  numbers: Record<string, any>;
  stations: Station[];
  words: Record<string, string>;
}
