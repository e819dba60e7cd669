import { countOf } from '../../domain/names/count-of.ts';
import type { BackupContents } from '../../shared/contracts/generated/scale/v1/control.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { oneLine } from '../../shared/document/format.ts';
import { statusName } from '../../shared/runs/status-name.ts';
import type { CheckedBackup } from './backup-file.ts';

/** For programs. */
export function backupDocument(file: string, { bytes, createdAtMs, version, contents }: CheckedBackup): Record<string, unknown> {
  const { runs, sweeps, memories, blobs } = contents;
  return {
    ...{ file, bytes, createdAt: new Date(createdAtMs).toISOString(), version },
    runs: runs.map(({ status, ...run }) => ({ ...run, status: statusName(status) })),
    ...{ sweeps, memories, blobs },
  };
}

/** E.g. "3 runs, 1 sweep and what 2 runs remember". */
export function countsOf({ runs, sweeps, memories }: BackupContents): string {
  const counts = [
    countOf(runs.length, 'run'),
    ...(sweeps.length === 0 ? [] : [countOf(sweeps.length, 'sweep')]),
    ...(memories === 0 ? [] : [`what ${memories} ${memories === 1 ? 'run remembers' : 'runs remember'}`]),
  ];
  return counts.join(', ').replace(/, ([^,]*)$/, ' and $1');
}

export function backupTable({ createdAtMs, version, contents: { runs, sweeps } }: CheckedBackup): string {
  const runRows = runs.map(({ runId, name, status, entries, results }) => [
    ...[runId, oneLine(name, 40), statusName(status), String(entries), String(results)],
  ]);
  const sweepRows = sweeps.map(({ sweepId, entries }) => [sweepId, '', 'sweep', String(entries), '']);
  const made = `Made at ${new Date(createdAtMs).toISOString()} by SCALE ${version}.`;
  if (runs.length + sweeps.length === 0) return made;
  return `${made}\n${alignColumns([['RUN', 'NAME', 'STATUS', 'ENTRIES', 'RESULTS'], ...runRows, ...sweepRows])}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024 ** 2) return `${Math.max(1, Math.round(bytes / 1024))} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
