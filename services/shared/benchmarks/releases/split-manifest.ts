/**
 * What is known about one of AFlow's files: enough to find its rows in the official release and to recognise it, but none of its
 * rows.
 */
export interface SplitManifest {
  readonly rows: number;
  /** SHA-256 of the file, unpacked if it is gzipped. Without it the file is not known, and can only be imported. */
  readonly sha256?: string;
  /** contentHashOf its rows: the same however the JSON is written. */
  readonly content?: string;
  /** How each row is found in the official release, in order, separated by blanks. */
  readonly keys?: readonly string[];
  /** For rows that are assembled from pieces of official rows: see humaneval.ts. */
  readonly recipes?: readonly string[];
  /** The file is optional: what it is, and what is used in its place. */
  readonly optional?: string;
}

export function keysOf({ keys = [] }: SplitManifest): readonly string[] {
  return keys.flatMap((line) => line.split(' '));
}

/** A file that only AFlow's own archive holds cannot be rebuilt. */
export function canBeRebuilt({ keys, recipes }: SplitManifest): boolean {
  return keys !== undefined || recipes !== undefined;
}
