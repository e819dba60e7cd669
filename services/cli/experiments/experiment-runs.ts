import type { RunReference } from '../../domain/experiments/experiment-report.ts';
import { describeDoubts } from '../../domain/run/ledger/describe-doubts.ts';
import { totalsByModel, totalUse } from '../../domain/run/ledger/totals.ts';
import type { LedgerEntry, RunState } from '../../domain/run/state.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { createNumberedSlots } from '../../shared/lifecycle/numbered-slots.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { DataFolder } from '../cluster/data-folder.ts';
import { type RunView, tellWaits } from '../progress/run-view.ts';
import { createEndpointCheck } from '../runs/check-endpoints.ts';
import { refuseMissingKeys } from '../runs/run-request.ts';
import { type EndedRun, runOn } from '../runs/run-to-its-end.ts';
import { createExperimentProgress, type RunTicket } from './experiment-progress.ts';
import type { SharedCluster } from './shared-cluster.ts';

/** The runs of an experiment, several in flight at once. */
export interface ExperimentRuns {
  /**
   * Runs or continues a search or an evaluation to its end, and takes from it what is wanted. It waits for its turn.
   * @throws CliError if the run did not come to a good end
   */
  run<Result>(file: RunFile, what: string, take: (ended: EndedRun, state: RunState) => Result): Promise<Result>;
  /** Those that ended well, in the order of what they are. Two that ask for the same are one run. */
  ended(): readonly RunReference[];
  /** A simulated model gave at least one answer. */
  simulated(): boolean;
  /** Reasons to doubt the calls of all runs, a sentence each. */
  doubts(): string[];
  /** Lets go of the runs in flight, which can be continued. */
  close(): Promise<void>;
}

export interface ExperimentRunsSettings {
  readonly cli: Cli;
  readonly cluster: SharedCluster;
  readonly folder: DataFolder;
  /** The cluster is this machine's, whose workers have their keys from this command's environment. */
  readonly isLocal: boolean;
  /** Runs in flight at once. */
  readonly parallel: number;
  readonly waitForEndpoints: boolean;
}

export function createExperimentRuns(settings: ExperimentRunsSettings): ExperimentRuns {
  const stopping = new AbortController();
  const cli = stoppedBy(settings.cli, stopping.signal);
  const { notice } = cli;
  const progress = createExperimentProgress(notice);
  const { waitForEndpoints } = settings;
  const check = createEndpointCheck(cli, { waits: waitForEndpoints });
  const slots = createNumberedSlots(settings.parallel);
  const ended: RunReference[] = [];
  const inFlight = new Set<Promise<unknown>>();
  const ledger: LedgerEntry[] = [];

  const runInTurn = async <Result>(
    file: RunFile,
    what: string,
    take: (ended: EndedRun, state: RunState) => Result,
  ): Promise<Result> => {
    if (settings.isLocal) refuseMissingKeys(file, cli.environment);
    const ticket = progress.add(what);
    const slot = await slots.take(cli.interrupts.requested);
    let atNoCost = false;
    const undertaking = {
      ...{ cli, file, check, folder: settings.folder },
      options: { fresh: false, waitForEndpoints },
      view: quietView(ticket, (message) => notice(`${what}: ${message}`)),
      begun: (continued: boolean, status: RunStatus) => {
        atNoCost = continued && status === RunStatus.COMPLETED;
      },
      collect: async (run: EndedRun) => run,
    };
    ticket.begun();
    try {
      const run = await settings.cluster.use((cluster) => runOn(cluster, undertaking));
      const state = run.record.state();
      ticket.ended(state, atNoCost);
      const { runId } = run.record;
      refuseUnlessCompleted(what, runId, state);
      ledger.push(...state.ledger);
      ended.push({ runId, what, tokens: totalUse(state.ledger).tokens });
      return take(run, state);
    } finally {
      ticket.gone();
      slots.giveBack(slot);
    }
  };

  return {
    run: (file, what, take) => {
      const running = runInTurn(file, what, take);
      const settled = running.catch(() => undefined).finally(() => inFlight.delete(settled));
      inFlight.add(settled);
      return running;
    },
    ended: () => ended.toSorted((one, other) => (one.what < other.what ? -1 : 1)),
    simulated: () => ledger.some(({ simulated }) => simulated),
    doubts: () => describeDoubts(totalsByModel(ledger)).map(({ sentence }) => sentence),
    close: async () => {
      stopping.abort(new Error('the experiment has ended'));
      await Promise.all(inFlight);
      progress.stop();
    },
  };
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
