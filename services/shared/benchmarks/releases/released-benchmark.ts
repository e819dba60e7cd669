import type { SplitManifest } from './split-manifest.ts';

/** One file that a publisher offers for download. */
export interface ReleasePart {
  /** What the file may be called in a user's folder; the first is what it is called here. */
  readonly names: readonly string[];
  readonly url: string;
}

/** One way to get the official rows. */
export interface ReleaseSource {
  readonly parts: readonly ReleasePart[];
  /**
   * The official rows, in the release's order.
   * @param parts the bytes of each part, in order
   * @throws ReleaseError if they are something else
   */
  rowsOf(parts: readonly Uint8Array[]): Promise<readonly unknown[]> | readonly unknown[];
}

/**
 * How AFlow's files for one benchmark are rebuilt from the official release. A new one is one file and one line in registry.ts.
 */
export interface ReleasedBenchmark {
  readonly name: string;
  /** What is downloaded, and whose it is. */
  readonly title: string;
  readonly licence: string;
  /** The first is tried first; the others replace it if it is gone. */
  readonly sources: readonly ReleaseSource[];
  readonly files: Readonly<Record<string, SplitManifest>>;
  /**
   * The lines of one of AFlow's files, as AFlow wrote them.
   * @throws ReleaseError if rows are not in the release
   */
  rebuild(rows: readonly unknown[], file: string, manifest: SplitManifest): readonly string[];
}
