import type { RunEvent } from '../run/event.ts';
import { mean } from '../statistics/intervals.ts';
import type { FeedbackGroup } from './report-model.ts';

const groupsShown = 12;

/** What was said of most answers first; of as many, what was said first. Undefined if nothing was said. */
export function reportFeedback(events: Iterable<RunEvent>): readonly FeedbackGroup[] | undefined {
  const said: { readonly feedback: string; readonly score: number; readonly round: number }[] = [];
  for (const event of events) {
    if (event.kind !== 'executions-completed') continue;
    const { round } = event;
    for (const { feedback, score } of event.outcomes) if (feedback !== undefined) said.push({ feedback, score, round });
  }
  if (said.length === 0) return undefined;
  return [...Map.groupBy(said, ({ feedback }) => feedback)]
    .map(([text, group]) => ({
      ...{ text, count: group.length, meanScore: mean(group.map(({ score }) => score)) },
      rounds: [...new Set(group.map(({ round }) => round))].sort((one, other) => one - other),
    }))
    .sort((one, other) => other.count - one.count)
    .slice(0, groupsShown);
}
