import type { RunSummary, SweepSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { chooseOneRun, chooseRun } from '../runs/find-run.ts';
import { chooseSweep } from './find-sweep.ts';

export type RunOrSweep =
  | { readonly run: RunSummary; readonly sweep?: undefined }
  | { readonly sweep: SweepSummary; readonly run?: undefined };

/**
 * The run or the sweep that a person means: by its id, its name, or the start of its id. The runs of a sweep have its name, which
 * means the sweep then.
 * @throws CliError if there is none or more than one
 */
export async function findRunOrSweep(
  { client }: Pick<ReachedCluster, 'client'>,
  wanted: string,
  signal: AbortSignal,
): Promise<RunOrSweep> {
  const [{ runs }, { sweeps }] = await Promise.all([client.listRuns(signal), client.listSweeps(signal)]);
  return chooseRunOrSweep(runs, sweeps, wanted);
}

export function chooseRunOrSweep(runs: readonly RunSummary[], sweeps: readonly SweepSummary[], wanted: string): RunOrSweep {
  const run = runs.find(({ runId }) => runId === wanted);
  if (run !== undefined) return { run };
  if (sweeps.some(({ sweepId, name }) => sweepId === wanted || name === wanted)) return { sweep: chooseSweep(sweeps, wanted) };
  const ofRuns = runs.filter(({ runId, name }) => name === wanted || runId.startsWith(wanted));
  const ofSweeps = sweeps.filter(({ sweepId }) => sweepId.startsWith(wanted));
  if (ofRuns.length > 0 && ofSweeps.length > 0) {
    const ids = [...ofSweeps.map(({ sweepId }) => sweepId), ...ofRuns.map(({ runId }) => runId)].join(', ');
    throw new CliError('bad-input', `a sweep and a run are called ${wanted}: name one of ${ids}`);
  }
  return ofSweeps.length > 0 ? { sweep: chooseSweep(ofSweeps, wanted) } : { run: chooseRun(runs, wanted) };
}

/**
 * The run whose limits a person means. A sweep's are those of its command.
 * @param changes they are to be changed: then a name that several runs have means none of them
 * @throws CliError if there is none or more than one, or it is a sweep
 */
export async function findLimitedRun(
  { client }: Pick<ReachedCluster, 'client'>,
  wanted: string,
  changes: boolean,
  signal: AbortSignal,
): Promise<RunSummary> {
  const [{ runs }, { sweeps }] = await Promise.all([client.listRuns(signal), client.listSweeps(signal)]);
  const { sweep, run } = chooseRunOrSweep(runs, sweeps, wanted);
  if (sweep === undefined) return changes ? chooseOneRun(runs, wanted) : run;
  const message = `${wanted} is a sweep: \`scale sweep status ${wanted}\` shows its limits, and \`scale sweep FILE\`, with its file and options such as --max-tokens, changes them`;
  throw new CliError('bad-input', message);
}
