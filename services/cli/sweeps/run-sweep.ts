import { countOf } from '../../domain/names/count-of.ts';
import type { SweepFile } from '../../shared/config/sweep-file/sweep-file.ts';
import type { GetSweepResponse, StartSweepResponse } from '../../shared/contracts/generated/scale/v1/control.ts';
import { sweepIdOf } from '../../shared/contracts/sweep-id.ts';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { secretVariablesOf } from '../../shared/models/settings/key-bindings.ts';
import { type Cli, interruptedError, type LiveScreen } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { DataFolder } from '../cluster/data-folder.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { reachToRun } from '../cluster/reach-to-run.ts';
import { InterruptedError } from '../interrupts.ts';
import { tellWaits } from '../progress/run-view.ts';
import { createEndpointCheck, type EndpointCheck } from '../runs/check-endpoints.ts';
import { needsSimulator } from '../runs/run-request.ts';
import { endOf } from '../runs/run-to-its-end.ts';
import { followSweep } from './follow-sweep.ts';
import { sweepRequestOf } from './sweep-request.ts';
import { createSweepScreen } from './sweep-screen.ts';

export interface SweepUndertaking {
  readonly cli: Cli;
  readonly options: SweepRunOptions;
  readonly folder: DataFolder;
  readonly file: SweepFile;
  readonly screen: LiveScreen;
}

export interface SweepRunOptions {
  readonly server?: string;
  readonly executors?: number;
  readonly slots?: number;
  readonly waitForEndpoints: boolean;
  /** End once the cluster has the sweep. */
  readonly detach: boolean;
}

/**
 * Starts or continues a sweep, until it is over. On this machine, the cluster of another command may end before our sweep does:
 * then we start one and continue.
 * @throws CliError, or a ControlError
 */
export async function runSweep(undertaking: SweepUndertaking): Promise<GetSweepResponse> {
  const { cli, options, screen } = undertaking;
  const check = createEndpointCheck(cli, { waits: options.waitForEndpoints });
  for (;;) {
    const cluster = await reachFor(undertaking);
    try {
      return await sweepOn(cluster, undertaking, check);
    } catch (error) {
      const ended = await endOf(cluster, error);
      if (ended === undefined) throw error;
      screen.notice(`${ended.message}; continuing with a cluster of our own.`);
    } finally {
      await cluster.close(cli.interrupts.forced);
    }
  }
}

function reachFor({ cli, options, folder, file, screen }: SweepUndertaking): Promise<ReachedCluster> {
  const { server, executors = file.cluster.executors, slots = file.cluster.slots } = options;
  const files = file.cells.map((cell) => cell.file);
  return reachToRun({
    ...{ cli, server, folder, executors, slots, notice: screen.notice },
    withSimulator: files.some(needsSimulator),
    simulatorBenchmarks: [...new Set(files.flatMap(({ benchmarkFile }) => benchmarkFile ?? []))],
    keyVariables: [...new Set(files.flatMap(({ endpoints }) => endpoints.flatMap(secretVariablesOf)))],
  });
}

async function sweepOn(
  cluster: ReachedCluster,
  { cli, options, file, screen }: SweepUndertaking,
  check: EndpointCheck,
): Promise<GetSweepResponse> {
  const signal = cli.interrupts.requested;
  const { notice } = screen;
  if (options.detach && cluster.kind === 'own') {
    throw new CliError(
      'bad-input',
      'with --detach the sweep would end with this command, which runs its cluster: name one with --server',
    );
  }
  const view = { notice, waiting: tellWaits(notice) };
  const wanted = await missingCells(cluster, file, signal);
  // The workers of a cluster elsewhere look at the endpoints themselves: this machine may not be able to reach them.
  if (cluster.kind !== 'server') for (const cell of wanted) await check.before(cell.file, view);
  const { request, benchmarks } = sweepRequestOf(file, cluster.simulatorUrl, check.spent());
  await cluster.bindKeys(request.cells.flatMap(({ start }) => start?.endpoints ?? []));
  const start = async (limit: AbortSignal, again: boolean): Promise<StartSweepResponse> => {
    for (const benchmark of benchmarks) await cluster.client.keepBenchmark(benchmark, limit);
    return cluster.client.startSweep(again ? withoutPreflight(request) : request, limit);
  };
  const started = await start(signal, false);
  const { sweepId } = started;
  for (const sentence of describeStart(started)) notice(sentence);
  const now = await cluster.client.getSweep(sweepId, signal);
  if (now.summary?.status === 'paused') await cluster.client.resumeSweep(sweepId, signal);
  if (options.detach) return now;
  const shown = createSweepScreen(screen);
  for (;;) {
    try {
      const last = await followSweep(
        {
          ...{ cluster, sweepId, notice },
          seen: (seen) => {
            shown.show(seen);
            return cluster.kind !== 'server' && isStuck(seen);
          },
          // A restarted coordinator continues nothing until it is told to.
          onReconnect: (limit) => start(limit, true),
        },
        signal,
      );
      if (last.summary?.endedAtMs !== undefined) return last;
      if (!options.waitForEndpoints) throw stuckSweep(last, cluster);
      for (const cell of file.cells) await check.again(cell.file, view);
      await cluster.client.resumeSweep(sweepId, signal);
    } catch (error) {
      throw error instanceof InterruptedError ? interruptedSweep(error, cluster, sweepId) : error;
    }
  }
}

/** A sweep that has its results asks the endpoints for nothing. */
async function missingCells(cluster: ReachedCluster, file: SweepFile, signal: AbortSignal): Promise<SweepFile['cells']> {
  const sweepId = sweepIdOf(file.name, file.baseHash);
  try {
    const { cells } = await cluster.client.getSweep(sweepId, signal);
    const done = new Set(cells.filter(({ state }) => state === 'completed').map((cell) => labelsKey(cell.cell?.labels ?? [])));
    return file.cells.filter(({ labels }) => !done.has(labelsKey(labels)));
  } catch (error) {
    if (error instanceof ControlError && error.kind === 'not-found') return file.cells;
    throw error;
  }
}

function labelsKey(labels: readonly { readonly axis: string; readonly value: string }[]): string {
  return JSON.stringify(labels.map(({ axis, value }) => [axis, value]));
}

function withoutPreflight(request: ReturnType<typeof sweepRequestOf>['request']): typeof request {
  const cells = request.cells.map(({ labels, start }) => ({
    labels,
    ...(start && { start: { ...start, preflight: undefined } }),
  }));
  return { ...request, cells };
}

function describeStart({ sweepId, continued, added, leftOut, again }: StartSweepResponse): string[] {
  if (!continued) return [`Sweep ${sweepId}: ${countOf(added, 'cell')}.`];
  const parts = [
    ...(added > 0 ? [`${added} ${added === 1 ? 'cell is' : 'cells are'} new`] : []),
    ...(again > 0 ? [`${again} that ended without a result, or at a limit, ${again === 1 ? 'is' : 'are'} taken up again`] : []),
    ...(leftOut > 0
      ? [
          `${leftOut} that the file does not name ${leftOut === 1 ? 'is' : 'are'} left out, and started no more (if another file of this name and base does, give one of the two another name)`,
        ]
      : []),
  ];
  return [`Continuing sweep ${sweepId}${parts.length === 0 ? '' : `: ${parts.join('; ')}`}.`];
}

/** Nothing goes on before a person has seen to it. */
function isStuck({ summary, cells }: GetSweepResponse): boolean {
  const going = cells.filter(({ state }) => state === 'running');
  return (
    summary?.status === 'running' && going.length > 0 && summary.counts?.waiting === 0 && going.every((cell) => cell.needsPerson)
  );
}

function stuckSweep({ summary, cells }: GetSweepResponse, { kind }: ReachedCluster): CliError {
  const reasons = [...new Set(cells.flatMap(({ needsPerson, pauseReason }) => (needsPerson ? [pauseReason] : [])))];
  const how = kind === 'own' ? '' : `, and so does \`scale sweep resume ${summary?.sweepId ?? ''}\``;
  const message = `${reasons.join('; ')}. Nothing of sweep ${summary?.sweepId ?? ''} goes on, and none of this was scored: once it is fixed, the same command continues the sweep${how}.`;
  return new CliError('needs-person', message);
}

function interruptedSweep(error: InterruptedError, cluster: ReachedCluster, sweepId: string): CliError {
  const next =
    cluster.kind === 'own'
      ? 'the same command continues it'
      : `it continues there: \`scale sweep status ${sweepId}\` shows it, \`scale sweep cancel ${sweepId}\` ends it`;
  return interruptedError(error, `${error.message} in sweep ${sweepId}; ${next}`);
}
