import type { RoundReport } from '../../../domain/report/report-model.ts';
import { lookOfScore } from '../../../domain/report/score-look.ts';
import { exact, formatScore } from '../../../shared/document/format.ts';
import { shortMoney } from '../../../shared/document/format-money.ts';
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
            title: `round ${round.round}: ${formatScore(round.score)}, ${exact(Math.round(round.answer.tokens))} tokens an answer`,
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
          { name: 'edit', text: true },
        ],
        rows: front.map(({ round, score, answer, modification }) => ({
          name: `${round}${round === best?.round ? ' ★' : ''}`,
          cells: [
            { unit: 'score', value: score },
            { unit: 'count', value: Math.round(answer.tokens) },
            ...(front.some((other) => other.answer.money) ? [answer.money ? shortMoney(answer.money) : ''] : []),
            modification,
          ],
        })),
      },
    ],
  };
};
