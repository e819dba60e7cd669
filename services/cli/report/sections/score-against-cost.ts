import type { RoundReport } from '../../../domain/report/report-model.ts';
import { lookOfScore } from '../../../domain/report/score-look.ts';
import { describeLatency } from '../../../shared/document/describe-latency.ts';
import { exact, formatScore } from '../../../shared/document/format.ts';
import { shortMoney } from '../../../shared/document/format-money.ts';
import type { MarksPlot } from '../../../shared/document/plot.ts';
import { scoreDomain } from '../../../shared/document/plots/scale.ts';
import type { RunSection } from './run-section.ts';

interface PricedRound extends RoundReport {
  readonly score: number;
  readonly method: string;
  readonly answer: NonNullable<RoundReport['answer']>;
}

/** Score against the cost of an answer, with the front: what a workflow must beat to be worth its tokens. */
export const scoreAgainstCost: RunSection = ({ rounds, best }) => {
  const priced = rounds.filter((round): round is PricedRound => round.score !== undefined && round.answer !== undefined);
  const front = priced.filter(({ isOnFront }) => isOnFront).toSorted((one, other) => one.answer.tokens - other.answer.tokens);
  if (priced.length < 2) return undefined;
  const timed = priced.filter((round): round is TimedRound => round.latencyMs !== undefined);
  const isTimed = front.some(({ latencyMs }) => latencyMs !== undefined);
  const most = Math.max(...priced.map(({ answer }) => answer.tokens));
  return {
    id: 'cost',
    title: 'Score against the cost of an answer',
    filesOnly: true,
    blocks: [
      {
        kind: 'marks',
        id: 'cost-plot',
        title: 'Score against tokens an answer',
        description: `Scores of ${priced.length} workflows against the tokens that an answer takes; ${front.length} are on the front.`,
        caption:
          'Each mark is a workflow. The dashed line is the front: no workflow has a higher score for as few tokens an answer. Scores are those of the search, so neighbours may well be equal.',
        size: 'wide',
        across: { label: 'tokens an answer', unit: 'tokens', domain: [0, Math.max(1, most)] },
        up: { label: 'score', unit: 'score', domain: scoreDomain(priced.map(({ score }) => score)) },
        series: [...Map.groupBy(priced, ({ method }) => method)].map(([method, group]) => ({
          name: lookOfScore(method).label,
          mark: lookOfScore(method).mark,
          points: group.map((round) => ({
            across: round.answer.tokens,
            up: round.score,
            title: titleOf(round),
            ...((round.isOnFront || round.round === best?.round) && { label: `${round.round}` }),
          })),
        })),
        steps: front.map(({ score, answer }) => ({ across: answer.tokens, up: score })),
      },
      {
        kind: 'table',
        title: 'The front of score and cost',
        of: 'round',
        columns: [
          { name: 'score' },
          { name: 'tokens an answer' },
          ...(front.some(({ answer }) => answer.money) ? [{ name: 'cost of an answer', text: true as const }] : []),
          ...(isTimed ? [{ name: 'time of an answer', text: true as const }] : []),
          { name: 'edit', text: true },
        ],
        rows: front.map(({ round, score, answer, latencyMs, modification }) => ({
          name: `${round}${round === best?.round ? ' ★' : ''}`,
          cells: [
            { unit: 'score', value: score },
            { unit: 'count', value: Math.round(answer.tokens) },
            ...(front.some((other) => other.answer.money) ? [answer.money ? shortMoney(answer.money) : ''] : []),
            ...(isTimed ? [latencyMs ? describeLatency(latencyMs) : ''] : []),
            modification,
          ],
        })),
      },
      ...(timed.length < 2 ? [] : [timePlot(timed, best?.round)]),
    ],
  };
};

interface TimedRound extends PricedRound {
  readonly latencyMs: NonNullable<RoundReport['latencyMs']>;
}

/** What a user waits for: the median, and what nine in ten stay within. */
function timePlot(timed: readonly TimedRound[], best: number | undefined): MarksPlot {
  const most = Math.max(...timed.map(({ latencyMs }) => latencyMs.median));
  return {
    kind: 'marks',
    id: 'time-plot',
    title: 'Score against the time of an answer',
    description: `Scores of ${timed.length} workflows against the median time of their executions.`,
    caption:
      'Each mark is a workflow, at the median time of its executions. The time includes waiting for a place at the server, so only workflows of one run under one load compare.',
    size: 'wide',
    across: { label: 'seconds an answer (median)', unit: 'number', domain: [0, Math.max(0.001, most / 1000)] },
    up: { label: 'score', unit: 'score', domain: scoreDomain(timed.map(({ score }) => score)) },
    series: [...Map.groupBy(timed, ({ method }) => method)].map(([method, group]) => ({
      name: lookOfScore(method).label,
      mark: lookOfScore(method).mark,
      points: group.map((round) => ({
        across: round.latencyMs.median / 1000,
        up: round.score,
        title: titleOf(round),
        ...((round.isOnFront || round.round === best) && { label: `${round.round}` }),
      })),
    })),
  };
}

function titleOf({ round, score, answer, latencyMs }: PricedRound): string {
  const time = latencyMs === undefined ? '' : `, ${describeLatency(latencyMs)}`;
  return `round ${round}: ${formatScore(score)}, ${exact(Math.round(answer.tokens))} tokens an answer${time}`;
}
