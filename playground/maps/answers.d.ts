// What the routes answer: written from answers.py by `python -m scripts.answer_types`.

/** A run in a list of runs that have a map; two of the same set look at the same images. begun: seconds since 1970. */
export interface Entry {
  run: string;
  title: string;
  method: string;
  changed: string;
  shipped: boolean;
  begun: number;
  set: string;
  ended: boolean;
  last: number;
}

/** A parameter of a reducer: one of some options, or a number of a range. */
export interface Parameter {
  name: string;
  default: any;
  low?: number;
  high?: number;
  step?: number;
  options?: string[];
}

/** How far the making of a map is: the steps whose frames are ready, a share from 0 to 1, and why it failed. */
export interface MapProgress {
  key: string;
  ready: number[];
  state: 'done' | 'working' | 'waiting' | 'failed';
  progress: number;
  sentence: string;
}

/** What a frame keeps of the neighbours among features, both from 0 to 1. */
export interface Quality {
  trustworthiness: number;
  preservation: number;
}

/** Where something new lies on the last frame, how it came there, and the nearest images with their cosines. */
export interface Placement {
  at: number[];
  how: 'transform' | 'mean';
  near: ([number, number])[];
}

/** A person's image on a map, as the network saw it; note: what is to be said of how it was read, or "". */
export interface ImagePlacement {
  at: number[];
  how: 'transform' | 'mean';
  near: ([number, number])[];
  name: string;
  note: string;
  picture: string;
}

/** A person's images on a map, and why some were left out. */
export interface ImagePlacements {
  placed: ImagePlacement[];
  skipped: string[];
}

/** A text on a map, whether the network knows a word of it, end: the last letters read of one that was cut, else "". */
export interface TextPlacement {
  at: number[];
  how: 'transform' | 'mean';
  near: ([number, number])[];
  known: boolean;
  end: string;
}

/** Images and their captions in one plane: x0 y0 x1 y1 and so on. */
export interface Plane {
  images: number[];
  texts: number[];
}

/** Texts on a map, and how far images and texts lie apart in CLIP's space. */
export interface TextPlacements {
  placed: TextPlacement[];
  gap: number;
  plane: Plane;
}
