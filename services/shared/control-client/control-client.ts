import type { Benchmark } from '../contracts/generated/scale/v1/benchmark.ts';
import {
  type BackupRequest,
  type BackupResponse,
  type CancelRunResponse,
  type CancelSweepResponse,
  type ClearCacheResponse,
  type DeleteRunsRequest,
  type DeleteRunsResponse,
  type DiagnoseResponse,
  type FindRunsResponse,
  type ForgetMemoryResponse,
  type GetCacheResponse,
  type GetCallerResponse,
  type GetRoundRequest,
  type GetRoundResponse,
  type GetRunBenchmarkResponse,
  type GetRunResponse,
  type GetSweepResponse,
  type KeepBenchmarkResponse,
  type ListAuditRequest,
  type ListAuditResponse,
  type ListDeadLettersResponse,
  type ListExecutionsRequest,
  type ListExecutionsResponse,
  type ListMemoryResponse,
  type ListRunsResponse,
  type ListSweepsResponse,
  type ListWorkersResponse,
  type PauseRunResponse,
  type PauseSweepResponse,
  type RestoreRequest,
  type RestoreResponse,
  type ResumeRunResponse,
  type ResumeSweepResponse,
  type RetryDeadLetterResponse,
  type RunLimits,
  type SetLabelsRequest,
  type SetLabelsResponse,
  type SetRunLimitsResponse,
  type SetShareRequest,
  type SetShareResponse,
  type StartRunRequest,
  type StartRunResponse,
  type StartSweepRequest,
  type StartSweepResponse,
  WatchRunRequest,
  type WatchRunResponse,
  type WatchSweepResponse,
} from '../contracts/generated/scale/v1/control.ts';
import { type ControlClientSettings, openControlCalls } from './control-calls.ts';

/**
 * The ControlService as promises and iterators. Every call ends: after its deadline, or when its signal aborts.
 * All reject with a ControlError.
 */
export interface ControlClient {
  readonly address: string;
  /** May be repeated: the same configuration is the same run. */
  startRun(request: StartRunRequest, signal: AbortSignal): Promise<StartRunResponse>;
  listRuns(signal: AbortSignal): Promise<ListRunsResponse>;
  /** The runs that go by the name, newest first; no log is read. */
  findRuns(name: string, signal: AbortSignal): Promise<FindRunsResponse>;
  getRun(runId: string, signal: AbortSignal): Promise<GetRunResponse>;
  /** @param query only this one: its id, or else its place from 0 */
  getRunBenchmark(runId: string, signal: AbortSignal, query?: string): Promise<GetRunBenchmarkResponse>;
  cancelRun(runId: string, reason: string, signal: AbortSignal): Promise<CancelRunResponse>;
  /** @param reason shown to whoever looks at the run; "" for none */
  pauseRun(runId: string, reason: string, signal: AbortSignal): Promise<PauseRunResponse>;
  resumeRun(runId: string, signal: AbortSignal): Promise<ResumeRunResponse>;
  /** Replaces the limits of a run, which goes on if one of them has ended it and they allow more. */
  setRunLimits(runId: string, limits: RunLimits, signal: AbortSignal): Promise<SetRunLimitsResponse>;
  /** What is absent stays as it is. */
  setShare(request: SetShareRequest, signal: AbortSignal): Promise<SetShareResponse>;
  setLabels(request: SetLabelsRequest, signal: AbortSignal): Promise<SetLabelsResponse>;
  /** All that are named, or none if one may not be deleted now. */
  deleteRuns(request: DeleteRunsRequest, signal: AbortSignal): Promise<DeleteRunsResponse>;
  /** One stream, for as long as the connection lasts; watchReliably continues after a lost connection. */
  watchRun(request: WatchRequest, signal: AbortSignal): AsyncIterable<WatchRunResponse>;
  /** Executions with their whole results. */
  listExecutions(request: ListExecutionsRequest, signal: AbortSignal): AsyncIterable<ListExecutionsResponse>;
  /** @param request.round 0 for the best one */
  getRound(request: GetRoundRequest, signal: AbortSignal): Promise<GetRoundResponse>;
  listMemory(signal: AbortSignal): Promise<ListMemoryResponse>;
  forgetMemory(runIds: readonly string[], signal: AbortSignal): Promise<ForgetMemoryResponse>;
  getCache(signal: AbortSignal): Promise<GetCacheResponse>;
  clearCache(signal: AbortSignal): Promise<ClearCacheResponse>;
  /** Who this is to the coordinator. */
  getCaller(signal: AbortSignal): Promise<GetCallerResponse>;
  listAudit(request: ListAuditRequest, signal: AbortSignal): Promise<ListAuditResponse>;
  listDeadLetters(signal: AbortSignal): Promise<ListDeadLettersResponse>;
  /** Refused for a job that its run has gone on without. */
  retryDeadLetter(runId: string, jobId: string, signal: AbortSignal): Promise<RetryDeadLetterResponse>;
  dropDeadLetter(runId: string, jobId: string, signal: AbortSignal): Promise<void>;
  listWorkers(signal: AbortSignal): Promise<ListWorkersResponse>;
  diagnose(signal: AbortSignal): Promise<DiagnoseResponse>;
  keepBenchmark(benchmark: Benchmark, signal: AbortSignal): Promise<KeepBenchmarkResponse>;
  /** May be repeated: the same name and base are the same sweep. Its benchmarks must have been kept before. */
  startSweep(request: StartSweepRequest, signal: AbortSignal): Promise<StartSweepResponse>;
  listSweeps(signal: AbortSignal): Promise<ListSweepsResponse>;
  getSweep(sweepId: string, signal: AbortSignal): Promise<GetSweepResponse>;
  /** The sweep as it is, again after each change, until it has ended; for as long as the connection lasts. */
  watchSweep(sweepId: string, signal: AbortSignal): AsyncIterable<WatchSweepResponse>;
  pauseSweep(sweepId: string, reason: string, signal: AbortSignal): Promise<PauseSweepResponse>;
  resumeSweep(sweepId: string, signal: AbortSignal): Promise<ResumeSweepResponse>;
  cancelSweep(sweepId: string, reason: string, signal: AbortSignal): Promise<CancelSweepResponse>;
  /** The bytes of a backup, in pieces. */
  backup(request: BackupRequest, signal: AbortSignal): AsyncIterable<BackupResponse>;
  /** As long as it takes: the coordinator answers when all is written. */
  restore(requests: AsyncIterable<RestoreRequest>, signal: AbortSignal): Promise<RestoreResponse>;
  close(): void;
}

/** Without a digest, the position in the log is found by its sequence. */
export type WatchRequest = Omit<WatchRunRequest, 'afterDigest'> & Partial<Pick<WatchRunRequest, 'afterDigest'>>;

/** @param address host:port; the first call makes the connection */
export function connectControl(address: string, settings: ControlClientSettings = {}): ControlClient {
  const { client, metadata, deadlineMs, ask, stream, give } = openControlCalls(address, settings);
  return {
    address,
    startRun: (request, signal) => ask('StartRun', client.startRun, request, signal, 4 * deadlineMs),
    listRuns: (signal) => ask('ListRuns', client.listRuns, {}, signal),
    findRuns: (name, signal) => ask('FindRuns', client.findRuns, { name }, signal),
    getRun: (runId, signal) => ask('GetRun', client.getRun, { runId }, signal),
    getRound: (request, signal) => ask('GetRound', client.getRound, request, signal),
    getRunBenchmark: (runId, signal, query) => ask('GetRunBenchmark', client.getRunBenchmark, { runId, query }, signal),
    cancelRun: (runId, reason, signal) => ask('CancelRun', client.cancelRun, { runId, reason }, signal),
    pauseRun: (runId, reason, signal) => ask('PauseRun', client.pauseRun, { runId, reason }, signal),
    resumeRun: (runId, signal) => ask('ResumeRun', client.resumeRun, { runId }, signal),
    setRunLimits: (runId, limits, signal) => ask('SetRunLimits', client.setRunLimits, { runId, limits }, signal),
    setShare: (request, signal) => ask('SetShare', client.setShare, request, signal),
    setLabels: (request, signal) => ask('SetLabels', client.setLabels, request, signal),
    deleteRuns: (request, signal) => ask('DeleteRuns', client.deleteRuns, request, signal, 4 * deadlineMs),
    listMemory: (signal) => ask('ListMemory', client.listMemory, {}, signal),
    getCache: (signal) => ask('GetCache', client.getCache, {}, signal),
    clearCache: (signal) => ask('ClearCache', client.clearCache, {}, signal),
    getCaller: (signal) => ask('GetCaller', client.getCaller, {}, signal),
    listAudit: (request, signal) => ask('ListAudit', client.listAudit, request, signal),
    listDeadLetters: (signal) => ask('ListDeadLetters', client.listDeadLetters, {}, signal),
    retryDeadLetter: (runId, jobId, signal) => ask('RetryDeadLetter', client.retryDeadLetter, { runId, jobId }, signal),
    dropDeadLetter: async (runId, jobId, signal) => {
      await ask('DropDeadLetter', client.dropDeadLetter, { runId, jobId }, signal);
    },
    forgetMemory: (runIds, signal) => ask('ForgetMemory', client.forgetMemory, { runIds: [...runIds] }, signal),
    listWorkers: (signal) => ask('ListWorkers', client.listWorkers, {}, signal),
    diagnose: (signal) => ask('Diagnose', client.diagnose, {}, signal),
    keepBenchmark: (benchmark, signal) => ask('KeepBenchmark', client.keepBenchmark, { benchmark }, signal, 4 * deadlineMs),
    startSweep: (request, signal) => ask('StartSweep', client.startSweep, request, signal, 4 * deadlineMs),
    listSweeps: (signal) => ask('ListSweeps', client.listSweeps, {}, signal),
    getSweep: (sweepId, signal) => ask('GetSweep', client.getSweep, { sweepId }, signal),
    watchSweep: (sweepId, signal) => stream('WatchSweep', () => client.watchSweep({ sweepId }, metadata), signal),
    pauseSweep: (sweepId, reason, signal) => ask('PauseSweep', client.pauseSweep, { sweepId, reason }, signal),
    resumeSweep: (sweepId, signal) => ask('ResumeSweep', client.resumeSweep, { sweepId }, signal),
    cancelSweep: (sweepId, reason, signal) => ask('CancelSweep', client.cancelSweep, { sweepId, reason }, signal),
    watchRun: (request, signal) =>
      stream('WatchRun', () => client.watchRun(WatchRunRequest.fromPartial(request), metadata), signal),
    listExecutions: (request, signal) => stream('ListExecutions', () => client.listExecutions(request, metadata), signal),
    backup: (request, signal) => stream('Backup', () => client.backup(request, metadata), signal),
    restore: (requests, signal) => give('Restore', requests, signal),
    close: () => client.close(),
  };
}
