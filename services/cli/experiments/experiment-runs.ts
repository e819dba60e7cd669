import type { RunReference } from '../../domain/experiments/experiment-report.ts';
import { isScored } from '../../domain/failure-class.ts';
import { describeDoubts } from '../../domain/run/ledger/describe-doubts.ts';
import { totalsByModel, totalUse } from '../../domain/run/ledger/totals.ts';
import { isSearch } from '../../domain/run/run-kind.ts';
import type { LedgerEntry, RunState } from '../../domain/run/state.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { within } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { DataFolder } from '../cluster/data-folder.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { type RunView, tellWaits } from '../progress/run-view.ts';
import { createEndpointCheck } from '../runs/check-endpoints.ts';
import { refuseMissingKeys } from '../runs/run-request.ts';
import { type EndedRun, runOn, type Undertaking } from '../runs/run-to-its-end.ts';
import { createExperimentProgress, type RunTicket } from './experiment-progress.ts';
import { createExperimentSweep, type ExperimentSweep } from './experiment-sweep.ts';
import { nameOfSubject, type RunSubject } from './run-subject.ts';
import type { SharedCluster } from './shared-cluster.ts';

/** The runs of an experiment: the cells of a sweep, of which several are in flight at once. */
export interface ExperimentRuns {
  /**
   * Runs or continues a search or an evaluation to its end, and takes from it what is wanted. It waits for its turn.
   * @throws CliError if the run did not come to a good end
   */
  run<Result>(file: RunFile, subject: RunSubject, take: (ended: EndedRun, state: RunState) => Result): Promise<Result>;
  /** Those that ended well, in the order of what they are. Two that ask for the same are one run. */
  ended(): readonly RunReference[];
  /** A simulated model gave at least one answer. */
  simulated(): boolean;
  /** Reasons to doubt the calls of all runs, a sentence each. */
  doubts(): string[];
  /** When all runs have ended: waits until the sweep has noted that too. */
  settle(): Promise<void>;
  /** Lets go of the runs in flight, which can be continued; without an end of their own, those that wait are not started. */
  close(): Promise<void>;
}

export interface ExperimentRunsSettings {
  readonly cli: Cli;
  readonly cluster: SharedCluster;
  readonly folder: DataFolder;
  /** The cluster is this machine's, whose workers have their keys from this command's environment. */
  readonly isLocal: boolean;
  /** The experiment's. */
  readonly name: string;
  /** Of everything that its runs have in common. */
  readonly baseHash: string;
  /** Runs in flight at once. */
  readonly parallel: number;
  readonly waitForEndpoints: boolean;
}

const settleWithinMs = 10_000;

export function createExperimentRuns(settings: ExperimentRunsSettings): ExperimentRuns {
  const stopping = new AbortController();
  const cli = stoppedBy(settings.cli, stopping.signal);
  const { notice } = cli;
  const progress = createExperimentProgress(notice);
  const { waitForEndpoints } = settings;
  const check = createEndpointCheck(cli, { waits: waitForEndpoints });
  const sweeps = new Map<ReachedCluster, ExperimentSweep>();
  const ended: RunReference[] = [];
  const inFlight = new Set<Promise<unknown>>();
  const ledger: LedgerEntry[] = [];
  let lost = 0;
  let isSettled = false;

  const sweepOn = (cluster: ReachedCluster): ExperimentSweep => {
    const { name, baseHash, parallel } = settings;
    const sweep =
      sweeps.get(cluster) ?? createExperimentSweep(cluster, { name: `experiment ${name}`, baseHash, atOnce: parallel });
    sweeps.set(cluster, sweep);
    return sweep;
  };

  const runInTurn = async <Result>(
    file: RunFile,
    subject: RunSubject,
    take: (ended: EndedRun, state: RunState) => Result,
  ): Promise<Result> => {
    if (settings.isLocal) refuseMissingKeys(file, cli.environment);
    const what = nameOfSubject(subject);
    const ticket = progress.add(what);
    let atNoCost = false;
    const undertaking: Undertaking<EndedRun> = {
      ...{ cli, file, check, folder: settings.folder },
      options: { fresh: false, waitForEndpoints },
      view: quietView(ticket, (message) => notice(`${what}: ${message}`)),
      start: (cluster, message, hasEnded, signal) => sweepOn(cluster).start({ subject, message, hasEnded }, signal),
      begun: (continued, status) => {
        atNoCost = continued && status === RunStatus.COMPLETED;
        ticket.begun();
      },
      collect: async (run) => run,
    };
    try {
      const run = await settings.cluster.use((cluster) => runOn(cluster, undertaking));
      const state = run.record.state();
      ticket.ended(state, atNoCost);
      const { runId } = run.record;
      refuseUnlessCompleted(what, runId, state);
      ledger.push(...state.ledger);
      if (!isSearch(state.configuration)) lost += state.rounds[0]?.outcomes.filter((outcome) => !isScored(outcome)).length ?? 0;
      ended.push({ runId, what, tokens: totalUse(state.ledger).tokens });
      return take(run, state);
    } finally {
      ticket.gone();
    }
  };

  return {
    run: (file, subject, take) => {
      const running = runInTurn(file, subject, take);
      const settled = running.catch(() => undefined).finally(() => inFlight.delete(settled));
      inFlight.add(settled);
      return running;
    },
    ended: () => ended.toSorted((one, other) => (one.what < other.what ? -1 : 1)),
    simulated: () => ledger.some(({ simulated }) => simulated),
    doubts: () => [...describeDoubts(totalsByModel(ledger)).map(({ sentence }) => sentence), ...describeLost(lost)],
    settle: async () => {
      // Nothing depends on it, so a cluster that is busy or gone is not waited for.
      using limit = within(systemTiming, settleWithinMs);
      await Promise.all([...sweeps.values()].map((sweep) => sweep.settle(limit.signal))).catch(unlessControlError);
      isSettled = true;
    },
    close: async () => {
      const goesOn = isSettled || settings.cli.interrupts.requested.aborted;
      stopping.abort(new Error('the experiment has ended'));
      await Promise.all(inFlight);
      progress.stop();
      if (goesOn) return;
      using limit = within(systemTiming, settleWithinMs);
      const elsewhere = [...sweeps].filter(([{ kind }]) => kind !== 'own');
      await Promise.all(elsewhere.map(([, sweep]) => sweep.hold(limit.signal))).catch(unlessControlError);
    },
  };
}

function describeLost(count: number): string[] {
  if (count === 0) return [];
  const what = count === 1 ? 'One execution of a test has' : `${count} executions of tests have`;
  return [
    `${what} no score, since the infrastructure failed ${count === 1 ? 'it' : 'them'}: such a query is taken for one that the workflow solves as often as the others.`,
  ];
}

/** Whether the cluster is still there, or sees to it in time. @throws what is neither */
function unlessControlError(error: unknown): void {
  if (!(error instanceof ControlError)) throw error;
}

/** When one run has failed, the others need not continue to their ends. */
function stoppedBy(cli: Cli, signal: AbortSignal): Cli {
  return { ...cli, interrupts: { ...cli.interrupts, requested: AbortSignal.any([cli.interrupts.requested, signal]) } };
}

function quietView(ticket: RunTicket, notice: (message: string) => void): RunView {
  const tell = tellWaits(notice);
  return {
    event: (_, state) => ticket.advanced(state),
    progress: () => undefined,
    // Runs of one experiment always wait for each other's jobs; the other waits concern the user.
    waiting: (wait) => tell(wait?.kind === 'work' ? undefined : wait),
    notice,
    close: () => undefined,
  };
}

function refuseUnlessCompleted(what: string, runId: string, { status, failure }: RunState): void {
  if (status === 'completed') return;
  const why = failure === undefined ? `it was ${status}` : `it failed: ${failure.message}`;
  throw new CliError('failed', `${what} (run ${runId}) has no result, so the experiment has none: ${why}`);
}
