// What the routes answer: written from answers.py by `python -m scripts.answer_types`.

/** A finished run, or several with commas between, the tab that shows it, and the page's address of that. */
export interface Example {
  run: string;
  tab: string;
  address: string;
}

/** A row of a formula's legend: the symbol as MathML, what it is, its shape in the code. */
export interface Sign {
  key: string;
  sign: string;
  shape: string;
  text: string;
}

/** A part that can be taken away by these knobs; a finished run that shows it, where one ships. */
export interface SwitchAnswer {
  text: string;
  knobs: Record<string, any>;
  named: string;
  seen: Example | null;
}

/** What a run of a card begins with. */
export interface Attempt {
  method: string;
  dataset: string;
  seconds: number;
  seed: number;
}

export interface CardAnswer {
  name: string;
  title: string;
  family: string;
  year: number;
  paper: string;
  link: string;
  said: Record<string, string>;
  formula: string[];
  symbols: Sign[];
  shapes: string;
  wide: string;
  tall: string;
  try: Attempt;
  data: string;
  file: string;
  code: ([string, string])[];
}

/** A method's data flow, with places for what a run has in them, and what each of its symbols is. */
export interface FlowAnswer {
  wide: string;
  tall: string;
  text: string;
  symbols: Sign[];
  shapes: string;
}

/** A card with the runs that show it. */
export interface LinkedCard {
  name: string;
  title: string;
  family: string;
  year: number;
  paper: string;
  link: string;
  said: Record<string, string>;
  formula: string[];
  symbols: Sign[];
  shapes: string;
  wide: string;
  tall: string;
  try: Attempt;
  data: string;
  file: string;
  code: ([string, string])[];
  seen: Example[];
  switches: SwitchAnswer[];
}

/** Something that several methods show together, and the runs that show it. */
export interface Insight {
  key: string;
  runs: Example[];
}

/** All of the tab. */
export interface Page {
  words: Record<string, string>;
  cards: LinkedCard[];
  insights: Insight[];
}
