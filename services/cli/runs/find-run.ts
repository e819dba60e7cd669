import type { RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';

/**
 * The run that a person means: by its id, its name, or the start of its id; of several with the name, the newest; without any of
 * these, the run that was started last.
 * @throws CliError if there is none, or more than one whose id begins like that
 */
export async function findRun(
  cluster: Pick<ReachedCluster, 'client'>,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<RunSummary> {
  const { runs } = await cluster.client.listRuns(signal);
  return chooseRun(runs, wanted);
}

/**
 * The same for what is to be changed or deleted: a name that several runs have means none of them.
 * @throws CliError if there is none or more than one
 */
export async function findOneRun(
  cluster: Pick<ReachedCluster, 'client'>,
  wanted: string,
  signal: AbortSignal,
): Promise<RunSummary> {
  const { runs } = await cluster.client.listRuns(signal);
  return chooseOneRun(runs, wanted);
}

export function chooseOneRun(runs: readonly RunSummary[], wanted: string): RunSummary {
  const named = runs.filter(({ runId, name }) => name === wanted && runId !== wanted);
  if (named.length > 1 && !runs.some(({ runId }) => runId === wanted)) throw ambiguous(wanted, named);
  return chooseRun(runs, wanted);
}

export function chooseRun(runs: readonly RunSummary[], wanted: string | undefined): RunSummary {
  if (wanted === undefined) {
    const newest = runs.toSorted((a, b) => b.createdAtMs - a.createdAtMs)[0];
    if (newest === undefined) throw new CliError('bad-input', 'there is no run here yet: start one with `scale run FILE`');
    return newest;
  }
  const exact = runs.filter((run) => run.runId === wanted);
  const [newest] = runs.filter((run) => run.name === wanted).toSorted((a, b) => b.createdAtMs - a.createdAtMs);
  if (exact.length === 0 && newest !== undefined) {
    refuseCell(newest, runs, wanted);
    return newest;
  }
  const found = exact.length > 0 ? exact : runs.filter((run) => run.runId.startsWith(wanted));
  const [run, another] = found;
  if (run === undefined) {
    if (runs.some(({ sweepId = '' }) => sweepId !== '' && sweepId.startsWith(wanted)))
      throw new CliError(
        'bad-input',
        `${wanted} is a sweep: \`scale sweep status ${wanted}\` shows its runs, and each has an id of its own`,
      );
    throw new CliError('bad-input', `no run is called ${wanted}: ${describeKnown(runs)}`);
  }
  if (another !== undefined) throw ambiguous(wanted, found);
  return run;
}

/** The runs of a sweep have its name, and of them no one stands for the others because it was started last. */
function refuseCell({ sweepId, name }: RunSummary, runs: readonly RunSummary[], wanted: string): void {
  if (sweepId === undefined || sweepId === '') return;
  const cells = runs.filter((run) => run.sweepId === sweepId && run.name === name);
  if (cells.length === 1) return;
  const message = `${wanted} is a sweep of ${cells.length} runs: name one of them; \`scale sweep status ${wanted}\` shows which is which`;
  throw new CliError('bad-input', message);
}

/** A cluster may have hundreds of runs, and a line that names them all is read by nobody. */
function describeKnown(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return 'there are no runs here';
  const ids = runs.map(({ runId }) => runId);
  if (ids.length <= 10) return `the runs here are ${ids.join(', ')}`;
  const newest = runs.toSorted((a, b) => b.createdAtMs - a.createdAtMs).slice(0, 5);
  const named = newest.map(({ runId }) => runId).join(', ');
  return `the newest of the ${ids.length} runs here are ${named}; \`scale list\` has them all`;
}

function ambiguous(wanted: string, found: readonly RunSummary[]): CliError {
  const ids = found.map(({ runId }) => runId).join(', ');
  return new CliError('bad-input', `more than one run is called ${wanted}: name one of ${ids}`);
}
