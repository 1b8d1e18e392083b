// What the scripts of Reconstruct pass to each other.
import type {
  Attention, Between, Compared, Curve, Decoded, Denoised, Draws, Maker, Masked, Plane, Rebuilt, Reveal, Sizes,
} from './answers';
import type {Sheet} from '../widgets/picture-strip';

/** An image that is looked at: a held-out one by its index, or a person's own. Another object is another image. */
export interface Picture { index: number | null; pixels: string; name: string }

/** The held-out images of a run, as they lie on its sheet. */
export interface About {
  count: number; columns: number; rows: number; width: number; height: number;
  classes: string[]; labels?: number[] | null; captions?: Record<string, string[]> | null; names?: string[] | null;
}

/** Some held-out images to choose from. */
export interface Choice { sheet: Sheet; shown: {index: number; name: string}[] }

export interface NoiseSetting { noise: string | null; level: number | null; seed: number }
/** Patches that a person has hidden, or how they are drawn where nobody has. */
export interface MaskSetting { mask: string | null; ratio: number | null; seed: number; hidden: number[] | null }
export interface DamageSetting { damage: string; level: number; seed: number }

/** All that a person can set here. */
export interface Settings {
  index: number; dealt: number; second: number | null; doing: string; noise: NoiseSetting; mask: MaskSetting; damage: DamageSetting;
}

/** What is answered to each kind of question. */
export interface Answers {
  rebuild: Rebuilt; decode: Decoded; between: Between; plane: Plane; walk: Decoded; sizes: Sizes; noise: Denoised; curve: Curve;
  mask: Masked; draws: Draws; reveal: Reveal; attention: Attention; compare: Compared;
}

/** A view of one image, as far as its questions need it. */
export interface View { maker: Maker | null; image: Picture | null; tell(event: string, detail?: unknown): void }
