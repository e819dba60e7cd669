import type { ControlClient } from '../../shared/control-client/control-client.ts';
import type { TimelineAnswer, TimelineSpan } from '../api/timeline-answer.ts';
import { type FoldedRun, stateOf } from '../runs/folded-run.ts';
import { outcomesOf, roundIn } from './round-answer.ts';

/** More cannot be told apart on a screen. */
const mostSpans = 5_000;

const note =
  'Results tell who did a job and how long it took, and the store when it got them: a bar ends there. What an earlier worker spent on ' +
  'a job that it did not finish is not on record, and clocks of machines may differ.';

/** @param wanted a round; undefined: the newest that has executed anything */
export async function timelineAnswer(
  client: ControlClient,
  run: FoldedRun,
  wanted: number | undefined,
  signal: AbortSignal,
): Promise<TimelineAnswer> {
  const { runId, benchmark } = run;
  const newest = stateOf(run)?.rounds.findLast(({ outcomes }) => outcomes.length > 0)?.round ?? 1;
  const { state, round } = roundIn(run, wanted ?? newest);
  const workers = places();
  const endpoints = places();
  const spans: TimelineSpan[] = [];
  const { workflowHash } = round;
  if (workflowHash !== '') {
    for await (const { result, queryIndex, repeat, storedAtMs } of client.listExecutions({ runId, workflowHash }, signal)) {
      if (result === undefined || storedAtMs === undefined) continue;
      const execution = result.outcome?.$case === 'execution' ? result.outcome.value : undefined;
      spans.push({
        ...{ queryId: benchmark.queries[queryIndex]?.id ?? String(queryIndex), repeat },
        worker: workers.of(result.worker),
        endpoints: [
          ...new Set(result.calls.filter(({ endpoint }) => endpoint !== '').map(({ endpoint }) => endpoints.of(endpoint))),
        ],
        ...{ beganMs: storedAtMs - result.elapsedMs, endedMs: storedAtMs, calls: result.calls.length },
        ...{ score: execution?.score ?? 0, failed: execution === undefined || execution.failure !== undefined },
      });
      if (spans.length === mostSpans) break;
    }
    signal.throwIfAborted();
  }
  return {
    ...{ runId, round: round.round, workers: workers.names, endpoints: endpoints.names, note },
    spans: spans.sort((one, other) => one.beganMs - other.beganMs),
    left: Math.max(0, outcomesOf(state, round).length - spans.length),
  };
}

function places() {
  const names: string[] = [];
  const known = new Map<string, number>();
  const of = (name: string): number => {
    const place = known.get(name) ?? names.push(name) - 1;
    known.set(name, place);
    return place;
  };
  return { names, of };
}
