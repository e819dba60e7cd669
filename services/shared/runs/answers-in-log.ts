import { detailKey } from '../../domain/comparison/execution-record.ts';
import type { RunRecord } from './run-record.ts';

/** The answers of a round's workflow as the log has them, shortened, by detailKey: a run's state does not keep them. */
export function answersInLog({ events }: Pick<RunRecord, 'events'>, round: number): Map<string, string> {
  const answers = new Map<string, string>();
  for (const { event } of events) {
    if (event.kind === 'canary-completed' && event.round === round) answers.set(detailKey(event.outcome), event.outcome.answer);
    if (event.kind !== 'executions-completed' && event.kind !== 'final-executions-completed') continue;
    if (event.round !== round) continue;
    for (const outcome of event.outcomes) answers.set(detailKey(outcome), outcome.answer);
  }
  return answers;
}
