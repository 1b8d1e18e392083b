// What the routes answer: written from answers.py by `python -m scripts.answer_types`.

/** A metric of a run at each of its snapshots. */
export interface Metric {
  key: string;
  name: string;
  values: (number | null)[];
}

/** The names of the usual maps. */
export interface MapKeys {
  pca: string;
  umap: string;
}

/** A run that is in no list, and what is wrong with it. */
export interface Damaged {
  run: string;
  sentence: string;
}

/** A run's time axis: its snapshots with their metrics, and what its points can be coloured by. */
export interface Timeline {
  run: string;
  title: string;
  method: string;
  changed: string;
  shipped: boolean;
  begun: number;
  set: string;
  ended: boolean;
  last: number;
  generation: number;
  state: string;
  steps: number[];
  seconds: number[];
  metrics: Metric[];
  colours: string[];
  error: string;
  reads: boolean;
  rebuilds: boolean;
  keys: MapKeys;
}
