import type { ReportModel, RoundReport } from '../../../domain/report/report-model.ts';
import { lookOfScore } from '../../../domain/report/score-look.ts';
import { spentBy } from '../../../domain/report/spent-by.ts';
import { exact, formatCount, formatScore } from '../../../shared/document/format.ts';
import { partInMoney } from '../../../shared/document/format-money.ts';
import { phaseLabel } from '../../../shared/document/phase-label.ts';
import type { MarkSeries } from '../../../shared/document/plot.ts';
import { scoreDomain } from '../../../shared/document/plots/scale.ts';
import type { RunSection } from './run-section.ts';

interface ScoredRound extends RoundReport {
  readonly score: number;
  readonly method: string;
  /** All that had been spent when the score was known. */
  readonly by: number;
  /** What that has cost; "" where nothing says it. */
  readonly cost: string;
}

export const scoreAgainstTokens: RunSection = (report) => {
  const { spending, ledger } = report;
  if (spending.length === 0) return undefined;
  const scored = scoredRounds(report);
  const steps = bestSoFar(scored);
  return {
    id: 'tokens',
    title: 'Score against tokens',
    blocks: [
      {
        kind: 'marks',
        id: 'token-plot',
        title: 'Score against tokens spent',
        description: `Scores of ${scored.length} workflows against the tokens that had been spent by then, ${formatCount(ledger.total.tokens)}${partInMoney(ledger.total.money?.amount, ledger.total.money)} in all.`,
        caption:
          'Each mark is a workflow, placed at what had been spent when its score was known. The dashed line is the best score so far; the ribbon shows what the tokens were spent on.',
        size: 'wide',
        across: { label: 'tokens spent, by phase', unit: 'tokens', domain: [0, ledger.total.tokens] },
        up: { label: 'score', unit: 'score', domain: scoreDomain(scored.map(({ score }) => score)) },
        series: [...Map.groupBy(scored, ({ method }) => method)].map(([method, group]) => seriesOf(method, group, steps)),
        steps: steps.map(({ score, by }) => ({ across: by, up: score })),
        ribbon: spending.map(({ round, phase, before, tokens, money }) => ({
          ...{ phase, from: before, amount: tokens },
          title: `round ${round}, ${phaseLabel(phase)}: ${exact(tokens)} tokens${partInMoney(money, ledger.total.money)}`,
        })),
      },
    ],
  };
};

function scoredRounds({ rounds, spending, ledger }: ReportModel): ScoredRound[] {
  return rounds.flatMap((round) => {
    const { score, method } = round;
    if (score === undefined || method === undefined) return [];
    const { tokens: by, money } = spentBy(spending, round.round);
    return [{ ...round, score, method, by, cost: partInMoney(money, ledger.total.money) }];
  });
}

/** The rounds that had a higher score than all before. */
function bestSoFar(scored: readonly ScoredRound[]): ScoredRound[] {
  let best = Number.NEGATIVE_INFINITY;
  return scored.filter(({ score }) => {
    if (score <= best) return false;
    best = score;
    return true;
  });
}

function seriesOf(method: string, group: readonly ScoredRound[], labelled: readonly ScoredRound[]): MarkSeries {
  const { label, mark } = lookOfScore(method);
  const points = group.map((round) => ({
    across: round.by,
    up: round.score,
    title: `round ${round.round}: ${formatScore(round.score)} (${method}) after ${exact(round.by)} tokens${round.cost}`,
    ...(labelled.includes(round) && { label: `${round.round}` }),
  }));
  return { name: label, mark, points };
}
