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

/** A number of the end. */
export interface Line {
  name: string;
  value: string;
}

/** The numbers of the end: a table of those that features are compared by, and the other ones. */
export interface Result {
  table: string[][];
  lines: Line[];
}

/** Steps of which there is a map of each kind. */
export interface Kinds {
  pca: number[];
  umap: number[];
}

/** What both kinds of map are called in addresses. */
export interface Keys {
  pca: string;
  umap: string;
}

/** All that the panel shows of a run at one moment. */
export interface Moment {
  version: string;
  state: string;
  method: string;
  ended: boolean;
  example: Example | null;
  tone: string;
  title: string;
  status: string;
  progress: number;
  tiles: Tile[];
  figures: Record<string, any>;
  warning: string;
  pictures: Pictures | null;
  maps: Kinds;
  map_keys: Keys;
  umap_pending: boolean;
  result: Result;
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
}

/** How many of a browser's runs were deleted, and of the things that it brought. */
export interface Deleted {
  runs: number;
  uploads: number;
}
