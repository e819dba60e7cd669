import { line, plot } from '@observablehq/plot';
import { useCallback, useMemo } from 'preact/hooks';
import type { RoundReport } from '../../../domain/report/report-model.ts';
import { lookOfScore } from '../../../domain/report/score-look.ts';
import { spentBy } from '../../../domain/report/spent-by.ts';
import { exact, formatCount, formatScore } from '../../../shared/document/format.ts';
import { partInMoney } from '../../../shared/document/format-money.ts';
import { phaseLabel } from '../../../shared/document/phase-label.ts';
import { scoreDomain } from '../../../shared/document/plots/scale.ts';
import type { RunReport } from '../../api/run-answer.ts';
import { links } from '../route.ts';
import { Chart } from './chart.tsx';
import { Legend } from './legend.tsx';
import { marksLayer, stripLayer } from './marks-layer.ts';

interface Scored {
  readonly round: RoundReport;
  readonly score: number;
  readonly method: string;
  /** All that had been spent when the score was known. */
  readonly by: number;
  /** What that has cost; "" where nothing says it. */
  readonly cost: string;
}

export function ScoreAgainstTokens({ runId, report }: { readonly runId: string; readonly report: RunReport }) {
  const scored = useMemo(() => scoredRounds(report), [report]);
  const { total } = report.ledger;
  const draw = useCallback(
    (width: number) => {
      const best = bestSoFar(scored);
      const y = scoreDomain(scored.map(({ score }) => score));
      const reached = [...best.map(({ by, score }) => ({ by, score })), { by: total.tokens, score: best.at(-1)?.score ?? 0 }];
      return plot({
        ...{ width, height: Math.max(240, Math.min(360, width * 0.42)), marginLeft: 46, marginBottom: 44, className: 'plot' },
        x: { domain: [0, Math.max(1, total.tokens)], label: 'tokens spent', tickFormat: formatCount, ticks: width < 500 ? 4 : 8 },
        y: { domain: [...y], label: 'score', grid: true, nice: false, ticks: 6 },
        marks: [
          stripLayer(
            report.spending.map(({ round, phase, before, tokens, money }) => ({
              ...{ from: before, to: before + tokens, className: `p-${phase}` },
              title: `round ${round}, ${phaseLabel(phase)}: ${exact(tokens)} tokens${partInMoney(money, total.money)}`,
            })),
          ),
          line(reached, { x: 'by', y: 'score', curve: 'step-after', className: 'best-line' }),
          marksLayer(
            scored.map(({ round, score, method, by, cost }) => ({
              ...{ x: by, y: score, mark: lookOfScore(method).mark, href: links.round(runId, round.round) },
              title: `round ${round.round}: ${formatScore(score)} (${method}) after ${exact(by)} tokens${cost}`,
              ...(best.some((each) => each.round === round) && { label: String(round.round) }),
            })),
          ),
        ],
      });
    },
    [runId, report, scored, total.tokens],
  );
  if (scored.length === 0) return <p class="faint">No workflow has a score yet.</p>;
  const methods = [...new Set(scored.map(({ method }) => method))];
  const phases = [...new Set(report.spending.map(({ phase }) => phase))];
  return (
    <>
      <Chart
        label={`Scores of ${scored.length} workflows against the tokens that had been spent by then, ${formatCount(total.tokens)} in all; the table below has the figures.`}
        caption="Each mark is a workflow, placed at what had been spent when its score was known. The dashed line is the best score so far; the band at the bottom shows what the tokens were spent on."
        draw={draw}
        table={
          <div class="wide">
            <table>
              <thead>
                <tr>
                  <th scope="col">round</th>
                  <th scope="col" class="number">
                    tokens spent by then
                  </th>
                  {total.money && (
                    <th scope="col" class="number">
                      cost by then
                    </th>
                  )}
                  <th scope="col" class="number">
                    score
                  </th>
                  <th scope="col">by</th>
                </tr>
              </thead>
              <tbody>
                {scored.map(({ round, score, method, by, cost }) => (
                  <tr key={round.round}>
                    <th scope="row">
                      <a href={links.round(runId, round.round)}>round {round.round}</a>
                    </th>
                    <td class="number">{exact(by)}</td>
                    {total.money && <td class="number">{cost.replace(/[()]/g, '').trim()}</td>}
                    <td class="number">{formatScore(score)}</td>
                    <td>{method}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        }
      />
      <Legend
        entries={[
          ...methods.map((method) => ({ mark: lookOfScore(method).mark, text: lookOfScore(method).label })),
          ...phases.map((phase) => ({ className: `p-${phase}`, text: `spent: ${phaseLabel(phase)}` })),
        ]}
      />
    </>
  );
}

function scoredRounds({ rounds, spending, ledger }: RunReport): Scored[] {
  return rounds.flatMap((round) => {
    const { score, method } = round;
    if (score === undefined || method === undefined) return [];
    const { tokens: by, money } = spentBy(spending, round.round);
    return [{ round, score, method, by, cost: partInMoney(money, ledger.total.money) }];
  });
}

/** The rounds that had a higher score than all before. */
function bestSoFar(scored: readonly Scored[]): Scored[] {
  let best = Number.NEGATIVE_INFINITY;
  return scored.filter(({ score }) => {
    if (score <= best) return false;
    best = score;
    return true;
  });
}
