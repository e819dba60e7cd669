import type { RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';

/**
 * The run that a person means: by its id, the start of its id, or its name; without any of these, the run that was started last.
 * @throws CliError if there is none or more than one
 */
export async function findRun(
  cluster: Pick<ReachedCluster, 'client'>,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<RunSummary> {
  const { runs } = await cluster.client.listRuns(signal);
  return chooseRun(runs, wanted);
}

export function chooseRun(runs: readonly RunSummary[], wanted: string | undefined): RunSummary {
  if (wanted === undefined) {
    const newest = runs.toSorted((a, b) => b.createdAtMs - a.createdAtMs)[0];
    if (newest === undefined) throw new CliError('bad-input', 'there is no run here yet: start one with `scale run FILE`');
    return newest;
  }
  const exact = runs.filter((run) => run.runId === wanted);
  const found = exact.length > 0 ? exact : runs.filter((run) => run.name === wanted || run.runId.startsWith(wanted));
  const [run, another] = found;
  if (run === undefined) {
    const known = runs.length === 0 ? 'there are no runs here' : `the runs here are ${runs.map(({ runId }) => runId).join(', ')}`;
    throw new CliError('bad-input', `no run is called ${wanted}: ${known}`);
  }
  if (another !== undefined) {
    const ids = found.map(({ runId }) => runId).join(', ');
    throw new CliError('bad-input', `more than one run is called ${wanted}: name one of ${ids}`);
  }
  return run;
}
