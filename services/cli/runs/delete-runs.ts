import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeletedRun } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { DataFolder } from '../cluster/data-folder.ts';

/** A run that is gone, or would be. */
export interface GoneRun {
  readonly runId: string;
  /** The run that it evaluated, if it went along with that. */
  readonly becauseOf: string | null;
  /** Later searches do not learn from it any more. */
  readonly memory: boolean;
  /** Its folder on this machine, with report and log; null for none. */
  readonly folder: string | null;
}

/** What the cluster says of them, and their folders here, which are removed unless it is only asked what would be. */
export async function removeFolders(
  runs: readonly DeletedRun[],
  { runs: root }: DataFolder,
  dryRun: boolean,
): Promise<GoneRun[]> {
  return Promise.all(
    runs.map(async ({ runId, becauseOf = null, memory }) => {
      const path = join(root, runId);
      const isThere = (await stat(path).catch(() => undefined))?.isDirectory() === true;
      const folder = isThere ? path : null;
      if (folder !== null && !dryRun) await rm(folder, { recursive: true, force: true });
      return { runId, becauseOf, memory, folder };
    }),
  );
}

/** One line a run. */
export function describeGone(runs: readonly GoneRun[], dryRun: boolean): string {
  const verb = dryRun ? 'Would delete' : 'Deleted';
  return runs
    .map(({ runId, becauseOf, memory, folder }) => {
      const along = [...(memory ? ['its memory'] : []), ...(folder === null ? [] : ['its report'])];
      const because = becauseOf === null ? '' : `, which evaluates ${becauseOf}`;
      return `${verb} ${runId}${because}${along.length === 0 ? '' : `, with ${along.join(' and ')}`}.`;
    })
    .join('\n');
}
