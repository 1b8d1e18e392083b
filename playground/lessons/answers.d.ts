// What the routes answer: written from answers.py by `python -m scripts.answer_types`.

/** A lesson in the list of all: what one knows afterwards, minutes, and how many steps it has. */
export interface Summary {
  name: string;
  number: number;
  title: string;
  after: string;
  minutes: number;
  steps: number;
}

/** A tab of the page, the keys of the address that its view wants, and a CSS selector of the part that is lit. */
export interface Place {
  tab: string;
  view: Record<string, string>;
  lit: string;
}

/** An answer that can be chosen. */
export interface Choice {
  key: string;
  text: string;
}

/** A run that an answer can be seen by: what it begins with; shipped: the run that is used where none is trained. */
export interface Training {
  method: string;
  dataset: string;
  seconds: number;
  seed: number;
  knobs: Record<string, string | number | boolean>;
  named: string;
  shipped: string;
}

/** What is predicted. kind map: by a click on a point, or by one of the choices; low, high, by: of a number. */
export interface Question {
  kind: 'choice' | 'number' | 'map';
  ask: string;
  choices: Choice[];
  low: number;
  high: number;
  by: number;
  style: string;
  train: Training | null;
  seen: Place | null;
}

/** A step of a lesson. */
export interface Step {
  text: string;
  place: Place;
  question: Question | null;
}

/** A lesson, whole; words: what the panel says around it. */
export interface Lesson {
  name: string;
  number: number;
  title: string;
  after: string;
  minutes: number;
  steps: number;
  parts: Step[];
  words: Record<string, string>;
  after_this: string;
}

/** All lessons, and what the list of them says around. */
export interface Catalogue {
  lessons: Summary[];
  words: Record<string, string>;
}

/** What a run's numbers say of a prediction. state waits: the run has not ended; run: the one that was read. */
export interface Verdict {
  state: 'judged' | 'waits';
  right: boolean;
  key: string;
  text: string;
  because: string;
  source: string;
  run: string;
}
