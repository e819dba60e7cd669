import { answerLatency } from '../../domain/report/report-rounds.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { RunManifest, RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { latencyToProto } from '../../shared/contracts/progress-codec.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { mostTimed } from '../../shared/runs/read-latencies.ts';
import { executionsOf, outcomesOn } from '../results/executions-of-round.ts';

/** With how long an answer of the best workflow takes, as far as its results are stored: the log holds no times. */
export async function withLatencyOfBest(
  summary: RunSummary,
  { manifest, state }: { readonly manifest: RunManifest; readonly state: RunState },
  bus: Bus,
  signal: AbortSignal,
): Promise<RunSummary> {
  const best = bestOf(state);
  if (best === undefined || summary.progress === undefined) return summary;
  const times: number[] = [];
  const outcomes = outcomesOn(state, best, undefined).slice(0, mostTimed);
  for await (const { result } of executionsOf(bus, manifest, { ...best, outcomes }, signal)) {
    if (result?.outcome?.$case === 'execution') times.push(result.elapsedMs);
  }
  const latency = answerLatency(times);
  if (latency === undefined) return summary;
  return { ...summary, progress: { ...summary.progress, bestAnswerLatency: latencyToProto(latency) } };
}
