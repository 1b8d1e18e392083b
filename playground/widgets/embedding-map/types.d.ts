/** The images behind the points of a map, as a run's images.json has them. */
export interface About {
  count: number; columns: number; rows: number; width: number; height: number;
  classes: string[]; labels?: number[] | null; captions?: Record<string, string[]> | null; names?: string[] | null;
}

/** Groups and the group of each point, -1 for none. */
export interface Groups { names: string[]; of: ArrayLike<number>; values?: undefined }
/** A number each, and what the ends of the scale stand for. */
export interface Values { values: ArrayLike<number>; low: number; high: number; names?: undefined }
/** What the colours of a map mean. */
export type Spec = Groups | Values;

/** An image or a word of a person's own: where it lies, and an address of its picture. */
export interface Placed { at: ArrayLike<number>; name: string; picture?: string | null }

/** Centre and size of what a view shows: x, y, width, height. */
export type Span = [number, number, number, number];
