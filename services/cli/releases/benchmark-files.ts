import { defined } from '../../domain/defined.ts';
import { releasedBenchmarksOf } from '../../shared/benchmarks/releases/registry.ts';
import { type FileReport, reportFiles } from '../../shared/benchmarks/releases/split-file-state.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { formatBytes } from './download-progress.ts';

export interface BenchmarkFiles {
  readonly benchmark: string;
  readonly title: string;
  readonly licence: string;
  readonly files: readonly BenchmarkFile[];
  /** Every file that it needs is there, and none differs from AFlow's. */
  readonly complete: boolean;
}

export interface BenchmarkFile extends FileReport {
  readonly expectedRows: number;
  /** Why it may be missing. */
  readonly optional?: string;
}

/**
 * What a folder has of the files of these benchmarks, of all if none is named.
 * @throws ReleaseError if a benchmark is not known
 */
export async function benchmarkFiles(folder: string, names: readonly string[]): Promise<BenchmarkFiles[]> {
  const benchmarks = releasedBenchmarksOf(names).map(async ({ name, title, licence, files: manifests }) => {
    const reports = await reportFiles(folder, manifests);
    const files = reports.map((report): BenchmarkFile => {
      const { rows, optional } = manifests[report.file] ?? { rows: 0 };
      return { ...report, expectedRows: rows, ...defined({ optional }) };
    });
    const complete = files.every(({ state, optional }) => state !== 'other' && (state !== 'missing' || optional !== undefined));
    return { benchmark: name, title, licence, files, complete };
  });
  return Promise.all(benchmarks);
}

export function renderBenchmarkFiles(benchmarks: readonly BenchmarkFiles[]): string {
  const rows = benchmarks.flatMap(({ benchmark, files }) => files.map((file) => [benchmark, ...columnsOf(file)]));
  return alignColumns([['BENCHMARK', 'FILE', 'ROWS', 'SIZE', ''], ...rows]);
}

function columnsOf(file: BenchmarkFile): string[] {
  if (file.state === 'missing')
    return [file.file, '-', '-', file.optional === undefined ? 'missing' : `not there: ${file.optional}`];
  return [file.file, String(file.rows), formatBytes(file.size), describeState(file)];
}

export function describeState({ state, fault }: Pick<FileReport, 'state' | 'fault'>): string {
  switch (state) {
    case 'verified':
      return 'verified';
    case 'same-content':
      return 'verified: the same rows, written differently';
    case 'unverified':
      return "not verified: the hash of AFlow's file is not known";
    case 'other':
      return `not AFlow's: ${fault}`;
    case 'missing':
      return 'missing';
  }
}
