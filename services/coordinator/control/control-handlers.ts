import { defined } from '../../domain/defined.ts';
import { executedWorkflows } from '../../domain/run/query-workflows.ts';
import type { Round } from '../../domain/run/state.ts';
import { placeOfQuery } from '../../shared/benchmarks/place-of-query.ts';
import { runScope } from '../../shared/budgets/scopes-of.ts';
import { readBenchmarkMessage } from '../../shared/contracts/benchmark-codec.ts';
import type {
  ClearCacheResponse,
  DiagnoseResponse,
  FindRunsResponse,
  ForgetMemoryResponse,
  GetCacheResponse,
  GetRoundRequest,
  GetRoundResponse,
  GetRunBenchmarkRequest,
  GetRunBenchmarkResponse,
  GetRunResponse,
  ListExecutionsRequest,
  ListExecutionsResponse,
  ListMemoryResponse,
  ListRunsResponse,
  ListWorkersResponse,
  RunLimits,
  RunManifest,
  RunSummary,
  SetShareRequest,
  SetShareResponse,
  WatchRunResponse,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import { RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { isSettled } from '../../shared/contracts/is-settled.ts';
import type { WatchRequest } from '../../shared/control-client/control-client.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { pauseRun, resumedManifest } from '../../shared/messaging/pause-run.ts';
import { withAsked } from '../../shared/sharing/share-rules.ts';
import type { Coordinator } from '../coordinator.ts';
import { refuseBadLimits, withLimits } from '../limits/with-limits.ts';
import { createEndedViews } from '../log/ended-views.ts';
import type { RunView } from '../log/run-log.ts';
import { unreadableLog } from '../log/unreadable-log.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { executionsOf, outcomesOn } from '../results/executions-of-round.ts';
import { describeKept } from '../rounds/run-memory.ts';
import { factsOf, runSummary } from '../runs/run-summary.ts';
import { pauseOf, waitingToProto } from '../waits/run-wait.ts';
import { diagnose } from './diagnose.ts';
import { refuseBadShare } from './refuse-bad-share.ts';
import { roundToProto } from './round-to-proto.ts';
import { createStartRun, type StartRun } from './start-run.ts';
import { watchRun } from './watch-run.ts';

/** "term", or "term-2", which is the same search again. */
function isNamed(found: string, name: string): boolean {
  return found === name || (found.startsWith(`${name}-`) && /^\d+$/.test(found.slice(name.length + 1)));
}

/** ControlService as plain functions; control-server.ts puts gRPC around them. */
export interface ControlHandlers {
  readonly startRun: StartRun;
  listRuns(signal: AbortSignal): Promise<ListRunsResponse>;
  findRuns(name: string): Promise<FindRunsResponse>;
  getRun(runId: string, signal: AbortSignal): Promise<GetRunResponse>;
  watchRun(request: WatchRequest, signal: AbortSignal): AsyncIterable<WatchRunResponse>;
  cancelRun(runId: string, reason: string): Promise<{ status: RunStatus }>;
  pauseRun(runId: string, reason: string): Promise<{ status: RunStatus }>;
  resumeRun(runId: string): Promise<{ status: RunStatus }>;
  setShare(request: SetShareRequest): Promise<SetShareResponse>;
  setRunLimits(runId: string, limits: RunLimits | undefined): Promise<{ status: RunStatus }>;
  getRunBenchmark(request: GetRunBenchmarkRequest): Promise<GetRunBenchmarkResponse>;
  listExecutions(request: ListExecutionsRequest, signal: AbortSignal): AsyncIterable<ListExecutionsResponse>;
  getRound(request: GetRoundRequest, signal: AbortSignal): Promise<GetRoundResponse>;
  listMemory(): Promise<ListMemoryResponse>;
  forgetMemory(runIds: readonly string[]): Promise<ForgetMemoryResponse>;
  getCache(): Promise<GetCacheResponse>;
  clearCache(): Promise<ClearCacheResponse>;
  listWorkers(): Promise<ListWorkersResponse>;
  diagnose(signal: AbortSignal): Promise<DiagnoseResponse>;
  /** The operation of the bus that has kept failing for the longest time. */
  trouble(): string | undefined;
  /** Whether there is no connection to NATS at this moment. */
  isCutOff(): boolean;
}

function endedByOther({ runId, summary }: RunManifest): string {
  return summary?.progress?.limit === undefined
    ? `run ${runId} has already ended, and not because of a limit`
    : `run ${runId} has ended at a limit that these do not raise; its limits are set for when they are`;
}

/** Only its manifest speaks: the other runs of a list can do nothing for a log that cannot be read. */
function unreadable(manifest: RunManifest, error: unknown, nowMs: number): RunSummary {
  const found = unreadableLog(error);
  if (found === undefined) throw error;
  const wait = { kind: 'person', ...found, waitedMs: 0 } as const;
  return { ...runSummary(manifest, undefined, undefined, nowMs), driven: false, waiting: waitingToProto(wait, nowMs) };
}

/** @param name of this coordinator */
export function createControlHandlers(bus: Bus, coordinator: Coordinator, timing: Timing, name = ''): ControlHandlers {
  const manifestOf = async (runId: string): Promise<RunManifest> => {
    const manifest = await bus.runs.get(runId);
    if (!manifest) throw new RequestRefusedError('not-found', `there is no run ${runId}; \`scale list\` shows all runs`);
    return manifest;
  };
  const readView = createEndedViews(bus);
  const viewOf = async (manifest: RunManifest, signal: AbortSignal): Promise<RunView | undefined> =>
    coordinator.view(manifest.runId) ?? (await readView(manifest, signal));
  const summaryOf = async (manifest: RunManifest, signal: AbortSignal): Promise<RunSummary> => {
    // Nothing is added to a run that has ended.
    if (manifest.summary !== undefined && hasEnded(manifest.status))
      return { ...manifest.summary, ...factsOf(manifest), driven: false };
    const view = await viewOf(manifest, signal);
    const wait = coordinator.wait(manifest.runId) ?? pauseOf(manifest, timing.wallMs());
    const waiting = wait && waitingToProto(wait, timing.wallMs());
    const spent = await coordinator.spent(manifest, view?.state, signal);
    return {
      ...runSummary(manifest, view, spent, timing.wallMs()),
      waiting,
      driven: coordinator.state(manifest.runId) !== undefined,
      underWay: coordinator.underWay(manifest.runId).map(({ round, phase, done, total }) => ({ round, phase, done, total })),
    };
  };
  /** @param write returns the changed manifest: a run that has ended meanwhile stays as it ended */
  const steer = async (
    runId: string,
    wanted: RunStatus,
    write: () => Promise<RunManifest | undefined>,
  ): Promise<{ status: RunStatus }> => {
    const steered = (await write()) ?? (await manifestOf(runId));
    const { status } = steered;
    if (status !== wanted) throw new RequestRefusedError('conflict', `run ${runId} has already ended`);
    if (!isSettled(steered)) coordinator.drive(steered);
    return { status };
  };
  const unlessOver = (runId: string, change: (manifest: RunManifest) => RunManifest): Promise<RunManifest | undefined> =>
    bus.runs.update(runId, (manifest) => (hasEnded(manifest.status) ? manifest : change(manifest)));

  const limitFacts = () => ({ table: coordinator.budget, nowMs: timing.wallMs() });

  return {
    startRun: createStartRun(bus, coordinator, timing),
    async findRuns(name) {
      const manifests = (await bus.runs.list()).filter(({ configuration }) => isNamed(configuration?.name ?? '', name));
      return { manifests: manifests.toSorted((a, b) => b.createdAtMs - a.createdAtMs) };
    },
    async listRuns(signal) {
      const manifests = await bus.runs.list();
      const runs: RunSummary[] = [];
      for (const manifest of manifests) {
        const summary = await summaryOf(manifest, signal).catch((error: unknown) => unreadable(manifest, error, timing.wallMs()));
        runs.push(summary);
      }
      return { runs: runs.sort((a, b) => b.createdAtMs - a.createdAtMs) };
    },
    async getRun(runId, signal) {
      const manifest = await manifestOf(runId);
      const scopes = [runScope(runId), ...(manifest.limits?.scopes ?? [])];
      const budgets = (await Promise.all(scopes.map(coordinator.readBudget))).filter((table) => table !== undefined);
      return { manifest, summary: await summaryOf(manifest, signal), budgets };
    },
    async *watchRun(request, signal) {
      await manifestOf(request.runId);
      yield* watchRun({ bus, coordinator, timing }, request, signal);
    },
    cancelRun: (runId, reason) =>
      steer(runId, RunStatus.CANCELLED, () =>
        unlessOver(runId, (manifest) => ({ ...manifest, status: RunStatus.CANCELLED, cancelReason: reason })),
      ),
    pauseRun: (runId, reason) => steer(runId, RunStatus.PAUSED, () => pauseRun(bus, runId, reason, { nowMs: timing.wallMs() })),
    resumeRun: (runId) => steer(runId, RunStatus.RUNNING, () => bus.runs.update(runId, resumedManifest)),
    async setShare({ runId, ...asked }) {
      refuseBadShare(asked);
      const known = await unlessOver(runId, (manifest) => ({ ...manifest, share: withAsked(manifest.share, asked) }));
      const manifest = known ?? (await manifestOf(runId));
      if (hasEnded(manifest.status)) throw new RequestRefusedError('conflict', `run ${runId} has already ended`);
      coordinator.drive(manifest);
      return { share: manifest.share, ...defined({ team: manifest.team }) };
    },
    setRunLimits: async (runId, limits) => {
      refuseBadLimits(limits, await manifestOf(runId));
      const limited = await bus.runs.update(runId, (found) => withLimits(found, limits, limitFacts()));
      const manifest = limited ?? (await manifestOf(runId));
      if (hasEnded(manifest.status)) throw new RequestRefusedError('conflict', endedByOther(manifest));
      coordinator.drive(manifest);
      return { status: manifest.status };
    },
    async getRunBenchmark({ runId, query }) {
      const manifest = await manifestOf(runId);
      const contentHash = manifest.configuration?.benchmark?.contentHash ?? '';
      const benchmark = readBenchmarkMessage(await bus.blobs.get(contentHash));
      const queryIndex = query === undefined ? undefined : placeOfQuery(benchmark.queries, query);
      const only = queryIndex === undefined ? undefined : benchmark.queries[queryIndex];
      return only === undefined ? { benchmark } : { benchmark: { ...benchmark, queries: [only] }, queryIndex };
    },
    async *listExecutions({ runId, workflowHash, queryIndex }, signal) {
      const manifest = await manifestOf(runId);
      const state = (await viewOf(manifest, signal))?.state;
      const hashFor = (round: Round) => executedWorkflows(round)(queryIndex ?? -1)?.workflowHash ?? round.workflowHash;
      const wanted = (state?.rounds ?? []).filter((round) => workflowHash === '' || hashFor(round) === workflowHash);
      for (const round of wanted) {
        const outcomes = outcomesOn(state ?? {}, round, queryIndex);
        yield* executionsOf(bus, manifest, { ...round, outcomes }, signal);
      }
    },
    async getRound({ runId, round, queryIndex }, signal) {
      const manifest = await manifestOf(runId);
      return roundToProto(runId, (await viewOf(manifest, signal))?.state, round, queryIndex);
    },
    trouble: () => bus.trouble()?.message,
    isCutOff: () => !bus.link().isUp,
    async listMemory() {
      return { kept: (await bus.memory.list()).map(describeKept) };
    },
    async listWorkers() {
      return { workers: [...coordinator.workers.present()], settled: coordinator.workers.isSettled() };
    },
    diagnose: (signal) => diagnose({ name, bus, coordinator, timing }, signal),
    async forgetMemory(runIds) {
      const forgotten: string[] = [];
      for (const runId of runIds) if (await bus.memory.forget(runId)) forgotten.push(runId);
      return { runIds: forgotten };
    },
    getCache: () => bus.responses.size(),
    async clearCache() {
      return { replies: await bus.responses.clear() };
    },
  };
}
