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

export interface Deletion {
  readonly folder: DataFolder;
  readonly dryRun: boolean;
  /** Told what has gone, where it ends before all have. */
  readonly notice: (message: string) => void;
}

/**
 * Deletes runs one by one, each in the cluster and at once its folder here: where that is interrupted, no folder is left of runs
 * that are gone.
 * @param each says of a run what is deleted with it
 * @returns what is gone, or would be
 */
export async function deleteEach<Run>(
  runs: readonly Run[],
  deletion: Deletion,
  each: (run: Run, gone: readonly GoneRun[]) => Promise<readonly DeletedRun[]>,
): Promise<GoneRun[]> {
  const gone: GoneRun[] = [];
  try {
    for (const run of runs) gone.push(...(await removeFolders(await each(run, gone), deletion)));
    return gone;
  } catch (error) {
    if (gone.length > 0) deletion.notice(describeGone(gone, deletion.dryRun));
    throw error;
  }
}

/** What the cluster says of them, and their folders here, which are removed unless it is only asked what would be. */
async function removeFolders(runs: readonly DeletedRun[], { folder, dryRun }: Deletion): Promise<GoneRun[]> {
  return Promise.all(
    runs.map(async ({ runId, becauseOf = null, memory }) => {
      const found = await folderOf(folder, runId);
      if (found !== null && !dryRun) await rm(found, { recursive: true, force: true });
      return { runId, becauseOf, memory, folder: found };
    }),
  );
}

/** The folder of a run here; null for none, and for what is no run's id. */
export async function folderOf({ runs }: DataFolder, runId: string): Promise<string | null> {
  if (!/^[\w-]+$/.test(runId)) return null;
  const path = join(runs, runId);
  return (await stat(path).catch(() => undefined))?.isDirectory() === true ? path : null;
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
