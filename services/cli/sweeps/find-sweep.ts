import type { SweepSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';

/**
 * The sweep that a person means: by its id, the start of its id, or its name; without any of these, the one that was started
 * last.
 * @throws CliError if there is none or more than one
 */
export async function findSweep(
  cluster: Pick<ReachedCluster, 'client'>,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<SweepSummary> {
  const { sweeps } = await cluster.client.listSweeps(signal);
  return chooseSweep(sweeps, wanted);
}

export function chooseSweep(sweeps: readonly SweepSummary[], wanted: string | undefined): SweepSummary {
  if (wanted === undefined) {
    const newest = sweeps.toSorted((a, b) => b.createdAtMs - a.createdAtMs)[0];
    if (newest === undefined) throw new CliError('bad-input', 'there is no sweep here yet: start one with `scale sweep FILE`');
    return newest;
  }
  const exact = sweeps.filter(({ sweepId }) => sweepId === wanted);
  const found = exact.length > 0 ? exact : sweeps.filter(({ name, sweepId }) => name === wanted || sweepId.startsWith(wanted));
  const [sweep, another] = found;
  if (sweep === undefined) {
    const ids = sweeps.map(({ sweepId }) => sweepId).join(', ');
    const known = sweeps.length === 0 ? 'there are no sweeps here' : `the sweeps here are ${ids}`;
    throw new CliError('bad-input', `no sweep is called ${wanted}: ${known}`);
  }
  if (another !== undefined) {
    const ids = found.map(({ sweepId }) => sweepId).join(', ');
    throw new CliError('bad-input', `more than one sweep is called ${wanted}: name one of ${ids}`);
  }
  return sweep;
}
