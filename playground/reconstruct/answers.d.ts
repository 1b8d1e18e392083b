// What the routes answer: written from answers.py by `python -m scripts.answer_types`.

/** The noise that a network was trained to remove. */
export interface Damage {
  noise: string;
  level: number;
}

/** The patches of a network's images, and how many of them it was trained without. */
export interface Patches {
  rows: number;
  columns: number;
  side: number;
  ratio: number;
  mask: string;
}

/** The images that a network takes, and what it can be asked: `code`, `damage` and `patches` with what belongs to each. */
export interface Abilities {
  channels: number;
  height: number;
  width: number;
  code?: number;
  damage?: Damage;
  patches?: Patches;
}

/** A run whose network turns an image back into one. */
export interface Maker {
  run: string;
  title: string;
  method: string;
  changed: string;
  shipped: boolean;
  begun: number;
  set: string;
  ended: boolean;
  last: number;
  channels: number;
  height: number;
  width: number;
  code?: number;
  damage?: Damage;
  patches?: Patches;
  trained: string;
}

/** A person's own image, as a run's network would see it; note: what is to be said of how it was read, or "". */
export interface Fitted {
  name: string;
  pixels: string;
  note: string;
}

/** A picture beside the true one: where it is wrong, MSE, PSNR in dB (null: equal) and SSIM. */
export interface Judged {
  made: string;
  error: string;
  mse: number;
  psnr: number | null;
  ssim: number;
}

/** An image as its network remembers it; its code, where there is one, and how the codes of all images lie. */
export interface Rebuilt {
  made: string;
  error: string;
  mse: number;
  psnr: number | null;
  ssim: number;
  image: string;
  code?: number[];
  dimensions?: number[];
  mean?: number[];
  spread?: number[];
}

/** What a code stands for; the held-out image whose code is nearest, and how far that is over what is usual. */
export interface Decoded {
  made: string;
  near: number;
  gap: number;
  far: number;
}

/** The way from one image to another, mixed code by code and pixel by pixel; how far each code is from any real one. */
export interface Between {
  second: string;
  made: string[];
  mixed: string[];
  gaps: number[];
}

/** A plane of codes: its pictures from the top left, how far each is from any real code, where the real ones lie. */
export interface Plane {
  codes: number[];
  at: number[];
  side: number;
  tile: number[];
  reach: number;
  lattice: string[];
  gaps: number[];
  far: number;
  holes: number;
  returns: number;
  returns_holes: number | null;
}

/** Errors over all held-out images, where a run has ended and worked them out. */
export interface HeldOut {
  mse?: number | null;
  mse_pca?: number | null;
}

/** The image through a code of one size, and through PCA of the same size. */
export interface Size {
  run: string;
  title: string;
  method: string;
  changed: string;
  shipped: boolean;
  begun: number;
  set: string;
  ended: boolean;
  last: number;
  made: string;
  error: string;
  mse: number;
  psnr: number | null;
  ssim: number;
  latent: number;
  held_out: HeldOut;
  pca: Judged;
}

/** The image through codes of all sizes, the smallest first. */
export interface Sizes {
  runs: Size[];
}

/** An image with noise, as the network repairs it, and as a classical filter does. */
export interface Denoised {
  image: string;
  noisy: Judged;
  denoised: Judged;
  filter: Judged;
}

/** PSNR of some held-out images over the level of a noise; the level that the network was trained with. */
export interface Curve {
  trained: number | null;
  images: number;
  levels: number[];
  noisy: (number | null)[];
  denoised: (number | null)[];
  filter: (number | null)[];
}

/** An image without some patches, and as the network paints them; errors over these, and those of two mean patches. */
export interface Completed {
  hidden: number[];
  visible: string;
  made: string;
  pasted: string;
  error: string;
  mse: number | null;
  mse_mean: number | null;
  mse_here: number | null;
}

/** The same, and the image itself. */
export interface Masked {
  hidden: number[];
  visible: string;
  made: string;
  pasted: string;
  error: string;
  mse: number | null;
  mse_mean: number | null;
  mse_here: number | null;
  image: string;
}

/** The same, of a reveal: what share is hidden. */
export interface Frame {
  hidden: number[];
  visible: string;
  made: string;
  pasted: string;
  error: string;
  mse: number | null;
  mse_mean: number | null;
  mse_here: number | null;
  ratio: number;
}

/** From nearly all hidden to nothing hidden. */
export interface Reveal {
  frames: Frame[];
}

/** Several masks of one share: each completion, their mean, and how much they differ. */
export interface Draws {
  made: string[];
  mean: string;
  spread: string;
  most: number;
  mse: number;
  mse_std: number;
}

/** Whence a patch takes, in the last block that has it. */
export interface Attention {
  weights: number[];
  where: 'encoder' | 'decoder';
}

/** What one network makes of a damage. */
export interface Beside {
  run: string;
  title: string;
  method: string;
  changed: string;
  shipped: boolean;
  begun: number;
  set: string;
  ended: boolean;
  last: number;
  made: string;
  error: string;
  mse: number;
  psnr: number | null;
  ssim: number;
  trained: string;
}

/** The same damage for several networks. */
export interface Compared {
  image: string;
  damaged: Judged;
  runs: Beside[];
}
