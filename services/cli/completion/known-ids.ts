import { readdir } from 'node:fs/promises';
import type { Cli } from '../cli.ts';
import { readClusterFile } from '../cluster/cluster-file.ts';
import { withCluster } from '../cluster/cluster-options.ts';
import { dataFolderAt, nearestDataFolder } from '../cluster/data-folder.ts';
import type { KnownIds } from './complete-words.ts';

/** Somebody waits at the keyboard. */
const withinMs = 1_500;

/**
 * Runs with a report in the data folder, and those of a cluster that runs already, or its sweeps; none is started. The newest
 * first, as far as that is known. Whatever fails is not told: there is no place to, in the middle of a line.
 */
export function knownIds(cli: Cli): KnownIds {
  return async (options, of) => {
    const dataDir = options.get('--data-dir') ?? nearestDataFolder();
    const server = options.get('--server');
    const folder = dataFolderAt(dataDir);
    const isThere = server !== undefined || (await readClusterFile(folder))?.purpose === 'run';
    const reported = server === undefined && of === 'runs' ? await readdir(folder.runs).catch(() => []) : [];
    return [...new Set([...(isThere ? await listed(cli, of, { dataDir, server }) : []), ...reported])];
  };
}

async function listed(
  cli: Cli,
  of: 'runs' | 'sweeps',
  { dataDir, server }: { readonly dataDir: string; readonly server: string | undefined },
): Promise<string[]> {
  const signal = AbortSignal.timeout(withinMs);
  const options = server === undefined ? { dataDir } : { dataDir, server };
  return withCluster(cli, options, async ({ client }) => {
    if (of === 'sweeps') return (await client.listSweeps(signal)).sweeps.map(({ sweepId }) => sweepId);
    const { runs } = await client.listRuns(signal);
    return runs.toSorted((a, b) => b.createdAtMs - a.createdAtMs).map(({ runId }) => runId);
  }).catch(() => []);
}
