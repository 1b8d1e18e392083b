// What the routes answer: written from answers.py by `python -m scripts.answer_types`.

/** A run's newest map, some of its points: x y x y … as 16-bit integers in base64, and the class of each, -1 for none. */
export interface Small {
  step: number;
  points: string;
  labels: number[];
  classes: string[];
}

/** A run on the wall. */
export interface Tile {
  run: string;
  person: string;
  title: string;
  changed: string;
  reached: string;
  status: string;
  tone: string;
  progress: number;
  map: Small | null;
}

/** A room as it stands; version: what to ask for the next time. */
export interface Wall {
  version: string;
  name: string;
  people: string[];
  pinned: string;
  runs: Tile[];
}

/** What every page of somebody in a room wants to know: which run is shown to all, and what it is called. */
export interface Brief {
  name: string;
  pinned: string;
  title: string;
}
