import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { type DownloadSettings, download } from './download.ts';
import { ReleaseError } from './release-error.ts';
import type { ReleasedBenchmark, ReleasePart, ReleaseSource } from './released-benchmark.ts';

/** Where to take official files from. */
export interface ReleaseOrigin {
  /** A folder with copies of them; nothing is downloaded then. */
  readonly from?: string | undefined;
  /** An address that replaces every host: the paths stay the same. */
  readonly mirror?: string | undefined;
  /** Downloads are kept here until they are used. */
  readonly downloads: string;
  readonly settings: DownloadSettings;
  readonly signal: AbortSignal;
  readonly onProgress: (url: string, done: number, total: number | undefined) => void;
  readonly onNote: (sentence: string) => void;
}

export interface LoadedPart {
  /** The file or the URL. */
  readonly where: string;
  /** Where it is now. */
  readonly path: string;
}

/** Ways to get a benchmark's release, in the order to try them. */
export function sourcesAt({ sources }: ReleasedBenchmark, { from, mirror }: ReleaseOrigin): readonly ReleaseSource[] {
  if (from === undefined && mirror === undefined) return sources;
  // A folder or a mirror may have the files of any source; files of the same name are the same in all sources.
  const whole = (source: ReleaseSource): string => source.parts.map((part) => whereOf(part, { from, mirror })).join();
  return [...new Map(sources.map((source) => [whole(source), source])).values()];
}

/** @throws ReleaseError if a part is not available */
export async function loadParts(
  benchmark: ReleasedBenchmark,
  source: ReleaseSource,
  origin: ReleaseOrigin,
): Promise<LoadedPart[]> {
  const loaded: LoadedPart[] = [];
  for (const part of source.parts) {
    const load = origin.from === undefined ? downloadPart : findPart;
    loaded.push(await load(benchmark, part, origin));
  }
  return loaded;
}

async function findPart({ name }: ReleasedBenchmark, { names }: ReleasePart, { from = '.' }: ReleaseOrigin): Promise<LoadedPart> {
  for (const path of [name, ''].flatMap((inside) => names.map((file) => join(from, inside, file)))) {
    if (await isReadable(path)) return { where: path, path };
  }
  throw new ReleaseError('missing-file', `${from} has no ${names.join(' or ')} (nor has its folder ${name})`);
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}

async function downloadPart({ name }: ReleasedBenchmark, part: ReleasePart, origin: ReleaseOrigin): Promise<LoadedPart> {
  const url = whereOf(part, origin);
  const path = join(origin.downloads, name, new URL(url).hostname, part.names[0] ?? 'release');
  // Complete, but a crash kept it from being used.
  if (await isReadable(path)) return { where: url, path };
  const { settings, signal } = origin;
  await download({
    url,
    file: path,
    settings,
    signal,
    onProgress: (done, total) => origin.onProgress(url, done, total),
    onRetry: (why) => origin.onNote(`${url}: ${why}; trying again`),
  });
  return { where: url, path };
}

function whereOf({ url, names }: ReleasePart, { from, mirror }: Pick<ReleaseOrigin, 'from' | 'mirror'>): string {
  if (from !== undefined) return names.join();
  return mirror === undefined ? url : `${mirror.replace(/\/+$/, '')}${new URL(url).pathname}`;
}
