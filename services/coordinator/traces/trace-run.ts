import type { RoundTimes } from '../../domain/report/time-left.ts';
import { totalUse } from '../../domain/run/ledger/totals.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { attribute, runSpanName } from '../../shared/telemetry/conventions.ts';
import { roundSpanId, runSpanId, runTraceId } from '../../shared/telemetry/trace-ids.ts';
import type { SpanPlace } from '../../shared/telemetry/traceparent.ts';
import { isTracing, startSpan } from '../../shared/telemetry/tracing.ts';
import type { RunView } from '../log/run-log.ts';

/**
 * A run and its rounds are traced when they are over, from the times in the log, with ids that follow from the run's: they last
 * for hours, through restarts of their coordinators, and no process could hold a span for as long.
 */

/** What a run's rounds come below, and a job's trace points at. Always sampled, see samplerOf. */
export function roundPlace(runId: string, round: number): SpanPlace {
  return { traceId: runTraceId(runId), spanId: roundSpanId(runId, round), isSampled: true };
}

/** For lines of the log about a run. */
export function traceOfRun(runId: string): { readonly trace_id?: string } {
  return isTracing() ? { trace_id: runTraceId(runId) } : {};
}

/** The rounds that are completed now and were not before. */
export function traceRounds(runId: string, before: RunState | undefined, now: RunState, times: RoundTimes): void {
  if (!isTracing()) return;
  for (const [place, { completed, evaluation, failure }] of now.rounds.entries()) {
    if (!completed || before?.rounds[place]?.completed === true) continue;
    const round = place + 1;
    const { startMs, endMs } = times.get(round) ?? {};
    if (startMs === undefined) continue;
    const { traceId, spanId } = roundPlace(runId, round);
    const span = startSpan({
      name: 'round',
      ids: { traceId, spanId },
      parent: { traceId, spanId: runSpanId(runId), isSampled: true },
      startMs,
      attributes: { [attribute.runId]: runId, [attribute.round]: round, [attribute.roundScore]: evaluation?.score },
    });
    if (failure !== undefined) span.failed(failure.kind);
    span.end(endMs);
  }
}

/** The run as a whole, once it has ended. */
export function traceRun({ runId, createdAtMs, configuration }: RunManifest, { state, times }: RunView, nowMs: number): void {
  if (!isTracing()) return;
  const span = startSpan({
    name: runSpanName,
    ids: { traceId: runTraceId(runId), spanId: runSpanId(runId) },
    startMs: createdAtMs || (times.get(1)?.startMs ?? nowMs),
    attributes: {
      [attribute.runId]: runId,
      [attribute.runName]: configuration?.name,
      [attribute.runStatus]: state.status,
      [attribute.benchmark]: configuration?.benchmark?.name,
      [attribute.runTokens]: totalUse(state.ledger).tokens,
    },
  });
  if (state.status === 'failed') span.failed('internal');
  span.end(nowMs);
}
