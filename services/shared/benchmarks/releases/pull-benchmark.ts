import { readFile, rm } from 'node:fs/promises';
import { type LoadedPart, loadParts, type ReleaseOrigin, sourcesAt } from './load-release.ts';
import { placeFile } from './place-file.ts';
import { ReleaseError } from './release-error.ts';
import type { ReleasedBenchmark, ReleaseSource } from './released-benchmark.ts';
import { type FileReport, judgeFile, reportFile, reportFiles } from './split-file-state.ts';
import { canBeRebuilt, type SplitManifest } from './split-manifest.ts';

export interface PulledFile extends FileReport {
  /** Written now; otherwise it already existed. */
  readonly written: boolean;
}

export interface PulledBenchmark {
  readonly files: readonly PulledFile[];
  /** URLs or files that the release came from; none if nothing was missing. */
  readonly from: readonly string[];
  /** Files that no release provides. */
  readonly notToBeHad: readonly { readonly file: string; readonly why: string }[];
}

/**
 * Makes sure that a folder has a benchmark's files: takes the official release, rebuilds AFlow's files from it, and writes the
 * missing ones if all of them equal AFlow's.
 * @throws ReleaseError
 */
export async function pullBenchmark(
  benchmark: ReleasedBenchmark,
  folder: string,
  origin: ReleaseOrigin,
): Promise<PulledBenchmark> {
  const before = await reportFiles(folder, benchmark.files);
  refuseOthers(before);
  const missing = before.filter(({ file, state }) => state === 'missing' && canBeRebuilt(manifestOf(benchmark, file)));
  const there = before.filter(({ state }) => state !== 'missing').map((report) => ({ ...report, written: false }));
  const notToBeHad = before.flatMap(({ file, state }) => {
    const why = manifestOf(benchmark, file).optional;
    return state === 'missing' && why !== undefined ? [{ file, why }] : [];
  });
  if (missing.length === 0) return { files: there, from: [], notToBeHad };
  const { texts, parts } = await rebuildFromFirstGood(benchmark, origin);
  const written: PulledFile[] = [];
  for (const { file } of missing) {
    await placeFile(folder, file, texts.get(file) ?? '');
    written.push({ ...(await reportFile(folder, file, manifestOf(benchmark, file))), written: true });
  }
  if (origin.from === undefined) await Promise.all(parts.map(({ path }) => rm(path, { force: true })));
  return { files: [...there, ...written], from: parts.map(({ where }) => where), notToBeHad };
}

function manifestOf({ files }: ReleasedBenchmark, file: string): SplitManifest {
  return files[file] ?? { rows: 0 };
}

/** A file that a user put there under one of these names is not overwritten. */
function refuseOthers(reports: readonly FileReport[]): void {
  const other = reports.find(({ state }) => state === 'other');
  if (other === undefined) return;
  throw new ReleaseError(
    'other-content',
    `${other.path} is not AFlow's: ${other.fault}; move it away to get AFlow's in its place`,
  );
}

interface Rebuilt {
  readonly texts: ReadonlyMap<string, string>;
  readonly parts: readonly LoadedPart[];
}

async function rebuildFromFirstGood(benchmark: ReleasedBenchmark, origin: ReleaseOrigin): Promise<Rebuilt> {
  const sources = sourcesAt(benchmark, origin);
  const faults: ReleaseError[] = [];
  for (const source of sources) {
    const isLast = source === sources.at(-1);
    try {
      const parts = await loadParts(benchmark, source, isLast ? origin : withLessPatience(origin));
      return { parts, texts: await rebuildAll(benchmark, source, parts, origin) };
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      faults.push(error);
      if (origin.from === undefined && !isLast) origin.onNote(`${error.message}; trying another source`);
    }
  }
  // If a folder lacks the files of every source, those of the first are asked for.
  const telling = faults.every(({ problem }) => problem === 'missing-file') ? faults.slice(0, 1) : faults;
  const message = telling.map((fault) => fault.message).join('; and ');
  throw new ReleaseError(faults[0]?.problem ?? 'download', `${message}; ${adviceFor(benchmark, origin)}`, {
    cause: faults.at(-1),
  });
}

/** For a host that another can replace. */
function withLessPatience(origin: ReleaseOrigin): ReleaseOrigin {
  return { ...origin, settings: { ...origin.settings, tries: Math.min(2, origin.settings.tries) } };
}

function adviceFor({ name, title }: ReleasedBenchmark, { from }: ReleaseOrigin): string {
  if (from !== undefined) return `put ${title} there`;
  return `get ${title} in another way and give its folder: \`scale data pull ${name} --from DIR\``;
}

/** A release that does not yield AFlow's files is deleted, so that another try does not find it again. */
async function rebuildAll(
  benchmark: ReleasedBenchmark,
  source: ReleaseSource,
  parts: readonly LoadedPart[],
  { from }: ReleaseOrigin,
): Promise<Map<string, string>> {
  try {
    const rows = await source.rowsOf(await Promise.all(parts.map(({ path }) => readFile(path))));
    const rebuildable = Object.entries(benchmark.files).filter(([, manifest]) => canBeRebuilt(manifest));
    const texts = rebuildable.map(async ([file, manifest]): Promise<[string, string]> => {
      const text = benchmark
        .rebuild(rows, file, manifest)
        .map((line) => `${line}\n`)
        .join('');
      const { state, fault } = await judgeFile(Buffer.from(text), manifest);
      if (state === 'other') throw new ReleaseError('wrong-release', `${file}, as rebuilt from it, is not AFlow's: ${fault}`);
      return [file, text];
    });
    return new Map(await Promise.all(texts));
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    if (from === undefined) await Promise.all(parts.map(({ path }) => rm(path, { force: true })));
    const where = parts.map((part) => part.where).join(', ');
    throw new ReleaseError(error.problem, `${where} is not the release that AFlow used: ${error.message}`, { cause: error });
  }
}
