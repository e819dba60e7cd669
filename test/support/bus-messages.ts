import { randomUUID } from 'node:crypto';
import { type RunManifest, type RunMemory, RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Job } from '../../services/shared/contracts/generated/scale/v1/job.ts';
import type { ModelCall, Result } from '../../services/shared/contracts/generated/scale/v1/result.ts';
import type { SpendingNote } from '../../services/shared/contracts/generated/scale/v1/spending.ts';

/** Small messages for tests of the bus. */

export function newRunId(): string {
  return `run-${randomUUID()}`;
}

export function executeJob(runId: string, jobId: string): Job {
  const value = { workflowHash: 'w'.repeat(64), workflowBlob: 'b'.repeat(64), queryIndex: 3, repeat: 0 };
  return {
    schemaVersion: 1,
    runId,
    jobId,
    epoch: 1,
    newUnder: '',
    timeLimitMs: 60_000,
    bodies: [],
    work: { $case: 'execute', value },
  };
}

export function predictJob(runId: string, jobId: string): Job {
  const value = { round: 2, attempt: 1, promptBlob: 'b'.repeat(64), structuredBlob: '' };
  return {
    schemaVersion: 1,
    runId,
    jobId,
    epoch: 1,
    newUnder: '',
    timeLimitMs: 60_000,
    bodies: [],
    work: { $case: 'predict', value },
  };
}

export function modelCall(callId: string, text = 'The answer is 12.'): ModelCall {
  return {
    callId,
    model: 'qwen',
    usage: { promptTokens: 10, completionTokens: 5, cachedTokens: 0, reasoningTokens: 0 },
    text,
    reasoning: '',
    finishReason: 'stop',
    latencyMs: 120,
    timeToFirstTokenMs: 30,
    attempts: 1,
    simulated: true,
    endpoint: 'http://127.0.0.1:8000/v1',
    usageEstimated: false,
    promptCut: false,
    servedModel: '',
    samples: [],
    attemptId: '',
  };
}

export function spendingNote(runId: string, attemptId: string, state = 'answered', callId = 'solve/0'): SpendingNote {
  const { usage, model } = modelCall(callId);
  return { schemaVersion: 1, runId, attempts: [{ attemptId, jobId: 'j1', callId, model, state, usage, usageEstimated: false }] };
}

export function executionResult(runId: string, jobId: string, worker = 'executor-1', answer = '12'): Result {
  return {
    schemaVersion: 1,
    runId,
    jobId,
    epoch: 1,
    worker,
    delivery: 1,
    elapsedMs: 150,
    calls: [modelCall('solve/0')],
    outcome: { $case: 'execution', value: { answer, extracted: '12', score: 1, otherScores: { strict: 1 }, failure: undefined } },
  };
}

export function runManifest(runId: string, status: RunStatus = RunStatus.RUNNING): RunManifest {
  return {
    schemaVersion: 1,
    runId,
    configuration: undefined,
    endpoints: [],
    status,
    maxInFlight: 8,
    createdAtMs: 1_700_000_000_000,
    simulated: false,
    cancelReason: '',
    pauseReason: '',
    pausedAtMs: 0,
  };
}

export function runMemory(runId: string, queriesHash: string, rows = 1, queries = 3): RunMemory {
  const row = (round: number) => ({
    ...{ runId, round, workflowHash: `w${round}`, model: 'qwen', method: 'rasch', simulated: true },
    queries: Array.from({ length: queries }, (_, query) => query),
    scores: Array.from({ length: queries }, (_, query) => (query % 3) / 2),
  });
  return {
    ...{ schemaVersion: 1, runId, queriesHash, benchmark: 'sample', split: 'validate', scorer: 'strict', queryCount: queries },
    rows: Array.from({ length: rows }, (_, index) => row(index + 1)),
  };
}
