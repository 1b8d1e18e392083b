// What the routes answer: written from answers.py by `python -m scripts.answer_types`.

/** A model in the list to choose from. */
export interface Model {
  id: string;
  kind: 'shipped' | 'run' | 'known';
  title: string;
  size: string;
  note: string;
  licence: string;
  speed: string;
  multilingual: boolean;
}

/** A data set whose pictures can be looked through. */
export interface DataSet {
  id: string;
  title: string;
}

/** A person's own data set: how many pictures and classes it has, and sentences about how it was understood. */
export interface CountedSet {
  id: string;
  title: string;
  count: number;
  classes: number;
  notes: string[];
}

/** What there is to choose from; local: whether paths of this machine may be named. */
export interface Models {
  models: Model[];
  sets: DataSet[];
  local: boolean;
}

/** A person's own picture. */
export interface OwnPicture {
  own: string;
  name: string;
}

/** A person's own pictures that are kept, sentences about how they were read, and about the others. */
export interface OwnPictures {
  pictures: OwnPicture[];
  notes: string[];
  skipped: string[];
}

/** A person's own set that is kept, and sentences about files that are not in it. */
export interface OwnSet {
  set: CountedSet;
  skipped: string[];
}

/** How far a question is that has no answer yet. */
export interface Progress {
  state: 'working' | 'waiting';
  progress: number;
  words: string;
}

/** What a network is: pixels a side, numbers of an embedding, tokens that a text may have, logit scale. */
export interface Network {
  size: number;
  dimensions: number;
  parameters: number;
  bytes: number;
  tokens: number;
  scale: number;
  bias: number | null;
  patches: boolean;
  licence: string;
  multilingual: boolean;
}

/** A model that is loaded. */
export interface About {
  size: number;
  dimensions: number;
  parameters: number;
  bytes: number;
  tokens: number;
  scale: number;
  bias: number | null;
  patches: boolean;
  licence: string;
  multilingual: boolean;
  id: string;
  title: string;
}

/** The answer to load. */
export interface Loaded {
  about: About;
}

/** What a data set says of one of its pictures. */
export interface Words {
  name: string;
  caption: string | null;
  label: string | null;
}

/** A picture of a data set. */
export interface Picture {
  name: string;
  caption: string | null;
  label: string | null;
  set: string;
  index: number;
}

/** The answer to deal. */
export interface Dealt {
  pictures: Picture[];
}

/** A text that fits every picture a little; its shares are the last ones of to_text (n,m+1). */
export interface Neutral {
  text: string;
  cosines: number[];
  to_text: number[][];
}

/** A text of which only the beginning was read: which one, how it begins, and the last letters that were read. */
export interface Cut {
  text: number;
  start: string;
  end: string;
}

/** The answer to match: n pictures with m texts; read: the sentences of each text; unknown: texts of unknown words. */
export interface Matched {
  cosines: number[][];
  to_text: number[][];
  to_image: number[][];
  each: number[][] | null;
  scale: number;
  neutral: Neutral | null;
  read: string[][];
  unknown: number[];
  cut: Cut[];
  texts: string[];
}

/** The answer to place: where in a picture a text is, in grids of rows from the top. */
export interface Place {
  cosine: number;
  drop: number[][];
  window: number;
  patches: number[][] | null;
  cut: Cut[];
}

/** A picture that was found. */
export interface Hit {
  name: string;
  caption: string | null;
  label: string | null;
  index: number;
  cosine: number;
}

/** The answer to find. */
export interface Found {
  hits: Hit[];
  of: number;
  seconds: number;
  how: 'exact' | 'usearch';
  cut: Cut[];
}

/** A text that fits a picture; each: its share of yes by itself, by a model that has a logit bias. */
export interface TextHit {
  text: string;
  cosine: number;
  share: number;
  each: number | null;
}

/** The answer to texts: the best of so many. */
export interface Texts {
  hits: TextHit[];
  of: number;
  cut: Cut[];
}

/** How many of a class's pictures were recognised; null where there are none. */
export interface ClassScore {
  name: string;
  accuracy: number | null;
  count: number;
}

/** A picture that got a wrong class. */
export interface Mistake {
  set: string;
  index: number;
  true: string;
  said: string;
  share: number;
}

/** What the same features reach with labels. */
export interface Judged {
  knn: number;
  probe: number;
}

/** The answer to test; confusion: rows are true classes, columns what was said; cut: names of classes by which one. */
export interface Tested {
  knn: number;
  probe: number;
  accuracy: number;
  chance: number;
  of: number;
  classes: ClassScore[];
  confusion: number[][];
  prompts: string[];
  cut: Cut[];
  mistakes: Mistake[];
}

/** Cosines (n,n) of images, as rows, and captions. */
export interface Table {
  columns: string[];
  values: number[][];
}

/** How often the right caption comes first, or among five, of so many. */
export interface Matches {
  match_1: number;
  match_5: number;
  match_of: number;
}

/** Where a run of CLIP stands and what it has learned. */
export interface Lesson {
  run: string;
  state: string;
  title: string;
  step: number;
  seconds: number;
  words: string;
  progress: number;
  symmetric: boolean;
  table: Table | null;
  picture: string | null;
  diagonal: number | null;
  rest: number | null;
  scale: number | null;
  losses: Record<string, any> | null;
  scales: Record<string, any> | null;
  match: Matches | null;
}
