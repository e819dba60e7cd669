import type { BackupRecord } from './generated/scale/v1/backup.ts';
import type { BackupContents, BackupRun, BackupSweep } from './generated/scale/v1/control.ts';
import { nextDigest } from './log-digest.ts';

export interface BackupCount {
  /** Takes in a record, in the order of the copy. */
  add(record: BackupRecord): void;
  /** What came so far. A run without a manifest is none: it was deleted while it was read. */
  contents(): BackupContents;
}

/** Adds up what a copy holds: what it says of itself at its end must be what comes out here. */
export function countBackup(): BackupCount {
  const runs = new Map<string, BackupRun>();
  const sweeps = new Map<string, BackupSweep>();
  const whole = new Set<string>();
  let [memories, blobs] = [0, 0];
  const run = (runId: string): BackupRun => {
    const known = runs.get(runId) ?? { runId, name: '', status: 0, entries: 0, digest: '', results: 0 };
    runs.set(runId, known);
    return known;
  };
  return {
    add({ body }) {
      switch (body?.$case) {
        case 'entry': {
          const counted = run(body.value.runId);
          counted.entries += 1;
          counted.digest = nextDigest(counted.digest, body.value.entry);
          return;
        }
        case 'result':
          run(body.value.runId).results += 1;
          return;
        case 'manifest': {
          const { runId, configuration, status } = body.value;
          Object.assign(run(runId), { name: configuration?.name ?? '', status });
          whole.add(runId);
          return;
        }
        case 'sweepEntry': {
          const { sweepId, entry } = body.value;
          const { entries, digest } = sweeps.get(sweepId) ?? { entries: 0, digest: '' };
          sweeps.set(sweepId, { sweepId, entries: entries + 1, digest: nextDigest(digest, entry) });
          return;
        }
        case 'memory':
          memories += 1;
          return;
        case 'blob':
          if (body.value.isLast) blobs += 1;
          return;
        default:
          return;
      }
    },
    contents: () => ({
      runs: [...runs.values()].filter(({ runId }) => whole.has(runId)),
      sweeps: [...sweeps.values()],
      ...{ memories, blobs },
    }),
  };
}
