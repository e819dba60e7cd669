import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import type { RunState } from '../../domain/run/state.ts';
import { readRunLog } from '../../shared/traces/read-run-log.ts';
import { TraceError } from '../../shared/traces/trace-error.ts';
import type { DataFolder } from '../cluster/data-folder.ts';

/** Newer ones say more about the models of today, and reading takes time. */
const mostRuns = 20;

interface KnownRun {
  readonly simulated?: boolean;
  readonly run?: { readonly benchmark?: string; readonly executor?: string; readonly optimizer?: string };
}

/**
 * Runs in the data folder that had this executor or this optimizer, the newest first, as their logs tell them. No cluster is
 * asked. One that cannot be read is left out: a forecast needs none of them.
 * @param simulated whether the models of the run to come are: what a simulated one has used says nothing about a real one
 */
export async function readEarlierRuns(
  { runs }: DataFolder,
  { executor, optimizer }: Pick<RunConfiguration, 'executor' | 'optimizer'>,
  simulated: boolean,
): Promise<RunState[]> {
  const names = await readdir(runs).catch(() => []);
  const dated = await Promise.all(
    names.map(async (name) => ({
      name,
      at: await stat(join(runs, name, 'report.json')).then(
        (found) => found.mtimeMs,
        () => 0,
      ),
    })),
  );
  const newest = dated.filter(({ at }) => at > 0).sort((one, other) => other.at - one.at);
  const states: RunState[] = [];
  for (const { name } of newest.slice(0, 5 * mostRuns)) {
    if (states.length === mostRuns) break;
    const known = await readKnown(join(runs, name, 'report.json'));
    const isLike = known?.run?.executor === executor.model || known?.run?.optimizer === optimizer.model;
    if (!isLike || known?.simulated !== simulated) continue;
    const state = await readLog(join(runs, name, 'events.binpb'));
    if (state !== undefined) states.push(state);
  }
  return states;
}

async function readKnown(path: string): Promise<KnownRun | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as KnownRun;
  } catch {
    return undefined;
  }
}

async function readLog(path: string): Promise<RunState | undefined> {
  try {
    return await readRunLog(path);
  } catch (error) {
    if (error instanceof TraceError) return undefined;
    throw error;
  }
}
