import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { CliError } from '../cli-error.ts';
import type { DataFolder } from '../cluster/data-folder.ts';
import { inDataFolder } from '../cluster/data-folder-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';

/**
 * Writes what a run has to show into its folder. Where the run was deleted meanwhile the folder goes again: whoever deleted it
 * may have looked for the folder before.
 * @throws CliError for such a run; DataFolderError
 */
export async function inRunFolder<Result>(
  { client }: Pick<ReachedCluster, 'client'>,
  { folder, runId }: { readonly folder: DataFolder; readonly runId: string },
  write: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const written = await inDataFolder(folder, write);
  try {
    await client.getRun(runId, signal);
    return written;
  } catch (error) {
    if (!(error instanceof ControlError && error.kind === 'not-found')) throw error;
    await rm(join(folder.runs, runId), { recursive: true, force: true });
    throw new CliError('conflict', `run ${runId} was deleted while its results were written`, { cause: error });
  }
}
