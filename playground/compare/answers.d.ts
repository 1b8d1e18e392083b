// What the routes answer: written from answers.py by `python -m scripts.answer_types`.

/** Where a run stands. */
export interface Stand {
  run: string;
  state: string;
  ended: boolean;
  status: string;
  progress: number;
}

/** What the tab must know of a run beside its row of the table; set: a name of its images, last: its newest snapshot. */
export interface Run {
  run: string;
  state: string;
  ended: boolean;
  status: string;
  progress: number;
  label: string;
  title: string;
  collapsed: string;
  set: string;
  rebuilds: boolean;
  last: number | null;
  sweep: string | null;
}

/** A column of the table; measured: of a number of the end or the newest snapshot. */
export interface Column {
  key: string;
  name: string;
  means: string;
  better: 'high' | 'low' | '';
  measured: boolean;
}

/** A value of the table, and whether it is the best of those that can be compared. */
export interface Cell {
  text: string;
  best: boolean;
}

/** A row of what is reached without training. */
export interface Untrained {
  name: string;
  key: string;
  texts: string[];
}

/** The table: columns, a row of cells for each run, and rows of what is reached without training. */
export interface Table {
  columns: Column[];
  cells: Cell[][];
  beaten: Untrained[];
}

/** A comparison of shipped runs. */
export interface Example {
  key: string;
  name: string;
  runs: string[];
}

/** A quantity and its name. */
export interface Named {
  key: string;
  name: string;
}

/** A figure, as plotly takes it. */
export interface Figure {
  data: any[];
  layout: Record<string, any>;
}

/** The addresses of a run's maps. */
export interface MapKeys {
  pca: string;
  umap: string;
}

/** Something in which images were made to differ, and what it is. */
export interface FactorColumn {
  key: string;
  name: string;
  means: string;
}

/** How well each factor is read from a run's features and, where there is a head, its embedding; place: among the runs. */
export interface FactorRow {
  place: number | null;
  name: string;
  features: string[];
  embedding: string[];
}

/** What runs keep of how their images were made. */
export interface Factors {
  title: string;
  help: string;
  columns: FactorColumn[];
  rows: FactorRow[];
}

/** All that the tab shows of some runs; gone: how many of those that were asked for are not there. */
export interface Comparison {
  columns: Column[];
  cells: Cell[][];
  beaten: Untrained[];
  version: string;
  runs: Run[];
  gone: number;
  examples: Example[];
  most: number;
  seen: string;
  notes: string[];
  offered: Named[];
  curves: Record<string, Figure>;
  keys: MapKeys;
  factors: Factors | null;
}

/** A knob of a form that takes one of some options, each a value and its name. */
export interface Choice {
  name: string;
  label: string;
  value: string | boolean;
  help: string;
  options: ([string | boolean, string])[];
}

/** A knob of a form that takes a number; suggested: values of a sweep. */
export interface Range {
  name: string;
  label: string;
  value: number;
  help: string;
  low: number;
  high: number;
  step: 1 | 'any';
  suggested: number[];
}

/** A form for a copy of a run; seconds: for how long it trains where nobody says. */
export interface Form {
  run: string;
  title: string;
  seconds: number;
  fields: (Choice | Range)[];
}

/** A sweep that was begun, and its runs. */
export interface Begun {
  sweep: string;
  runs: string[];
}

/** A run of a sweep, by its value of the knob; number: as it is measured, once it has ended. */
export interface Value {
  run: string;
  state: string;
  ended: boolean;
  status: string;
  progress: number;
  value: string;
  number: string | null;
}

/** A sweep as it stands: its runs by their value, and a curve of those that have ended. */
export interface Sweep {
  sweep: string;
  knob: string;
  label: string;
  title: string;
  runs: Value[];
  done: number;
  of: number;
  ended: boolean;
  measure: string;
  measures: Named[];
  seen: string;
  figure: Figure | null;
}
