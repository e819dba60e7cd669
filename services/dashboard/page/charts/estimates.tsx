import { line, plot } from '@observablehq/plot';
import { useCallback } from 'preact/hooks';
import type { EstimateReport, RoundEstimates } from '../../../domain/report/report-model.ts';
import { lookOfScore } from '../../../domain/report/score-look.ts';
import { formatScore } from '../../../shared/document/format.ts';
import { scoreDomain } from '../../../shared/document/plots/scale.ts';
import { score } from '../numbers.ts';
import { links } from '../route.ts';
import { Chart } from './chart.tsx';
import { Legend } from './legend.tsx';
import { marksLayer } from './marks-layer.ts';

/** Each with the method whose score it is, and whose mark it therefore has. */
const kinds = [
  { kind: 'full', text: 'full', method: 'full' },
  { kind: 'predicted', text: 'predicted (Eq 6)', method: 'predicted' },
  { kind: 'few-shot', text: 'few-shot (Eq 7)', method: 'few-shot' },
  { kind: 'calibrated', text: 'calibrated (Eq 8)', method: 'scale' },
] as const;

type Kind = (typeof kinds)[number]['kind'];

interface EstimatesProps {
  readonly runId: string;
  readonly estimates: EstimateReport;
}

export function Estimates({ runId, estimates: { rounds, agreements } }: EstimatesProps) {
  const drawByRound = useCallback((width: number) => byRound(runId, rounds, width), [runId, rounds]);
  const drawAgainst = useCallback((width: number) => againstFull(runId, rounds, width), [runId, rounds]);
  if (rounds.length === 0)
    return <p class="faint">No round has an estimate: all were executed in full, or none has a score yet.</p>;
  const present = kinds.filter(({ kind }) => rounds.some((round) => estimateOf(round, kind) !== undefined));
  const hasBoth = agreements.length > 0;
  const figures = <Figures runId={runId} rounds={rounds} />;
  return (
    <>
      <div class={hasBoth ? 'beside' : ''}>
        <Chart
          label="Full, predicted, few-shot and calibrated scores of each round; the table below has the figures."
          caption="The scores of each round, by every way that it was scored in. A line joins those of one round."
          draw={drawByRound}
          table={figures}
        />
        {hasBoth && (
          <Chart
            label="Estimates against the score by full execution, for the rounds that have both; the table has the figures."
            caption="Against full execution, where a round has both: the nearer to the dashed line, the better the estimate."
            draw={drawAgainst}
            table={
              <div class="wide">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">estimate</th>
                      <th scope="col" class="number">
                        rounds
                      </th>
                      <th scope="col" class="number">
                        mean error
                      </th>
                      <th scope="col" class="number">
                        Pearson
                      </th>
                      <th scope="col" class="number">
                        Spearman
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {agreements.map(({ estimate, count, meanAbsoluteError, pearson, spearman }) => (
                      <tr key={estimate}>
                        <th scope="row">{estimate}</th>
                        <td class="number">{count}</td>
                        <td class="number">{score(meanAbsoluteError)}</td>
                        <td class="number">{pearson === undefined ? '–' : pearson.toFixed(3)}</td>
                        <td class="number">{spearman === undefined ? '–' : spearman.toFixed(3)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            }
          />
        )}
      </div>
      <Legend entries={present.map(({ method, text }) => ({ mark: lookOfScore(method).mark, text }))} />
      {!hasBoth && (
        <p class="faint">
          No round has both an estimate and a score by full execution, so that how far the estimates are off is not known.
        </p>
      )}
    </>
  );
}

function estimateOf(round: RoundEstimates, kind: Kind): number | undefined {
  return kind === 'few-shot' ? round.fewShot : round[kind];
}

function domainOf(rounds: readonly RoundEstimates[]): [number, number] {
  return [...scoreDomain(rounds.flatMap((round) => kinds.flatMap(({ kind }) => estimateOf(round, kind) ?? [])))];
}

function titleOf({ round, inHindsight }: RoundEstimates, kind: Kind, value: number): string {
  const late = inHindsight && (kind === 'few-shot' || kind === 'calibrated') ? ' (in hindsight)' : '';
  return `round ${round}, ${kind}: ${formatScore(value)}${late}`;
}

function byRound(runId: string, rounds: readonly RoundEstimates[], width: number) {
  const last = Math.max(1, ...rounds.map(({ round }) => round));
  const spans = rounds.flatMap((round) => {
    const values = kinds.flatMap(({ kind }) => estimateOf(round, kind) ?? []);
    return [Math.min(...values), Math.max(...values)].map((value) => ({ round: round.round, value }));
  });
  return plot({
    ...{ width, height: 300, marginLeft: 46, marginBottom: 40, className: 'plot' },
    x: { domain: [0.5, last + 0.5], label: 'round', ticks: Math.min(last, width < 500 ? 6 : 14), tickFormat: 'd' },
    y: { domain: domainOf(rounds), label: 'score', grid: true, ticks: 6 },
    marks: [
      line(spans, { x: 'round', y: 'value', z: 'round', className: 'spread' }),
      marksLayer(
        rounds.flatMap((round) =>
          kinds.flatMap(({ kind, method }) => {
            const value = estimateOf(round, kind);
            if (value === undefined) return [];
            const at = { x: round.round, y: value, title: titleOf(round, kind, value) };
            return [{ ...at, mark: lookOfScore(method).mark, href: links.round(runId, round.round) }];
          }),
        ),
      ),
    ],
  });
}

function againstFull(runId: string, rounds: readonly RoundEstimates[], width: number) {
  const domain = domainOf(rounds);
  const ends = domain.map((value) => ({ value }));
  return plot({
    ...{ width, height: 300, marginLeft: 46, marginBottom: 40, className: 'plot' },
    x: { domain, label: 'score by full execution', ticks: 5 },
    y: { domain, label: 'estimate', grid: true, ticks: 6 },
    marks: [
      line(ends, { x: 'value', y: 'value', className: 'diagonal' }),
      marksLayer(
        rounds.flatMap((round) => {
          const { full } = round;
          if (full === undefined) return [];
          return kinds.flatMap(({ kind, method }) => {
            const value = kind === 'full' ? undefined : estimateOf(round, kind);
            if (value === undefined) return [];
            const at = { x: full, y: value, title: `${titleOf(round, kind, value)}; in full: ${formatScore(full)}` };
            return [{ ...at, mark: lookOfScore(method).mark, href: links.round(runId, round.round) }];
          });
        }),
      ),
    ],
  });
}

function Figures({ runId, rounds }: { readonly runId: string; readonly rounds: readonly RoundEstimates[] }) {
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">round</th>
            {kinds.map(({ kind, text }) => (
              <th key={kind} scope="col" class="number">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rounds.map((round) => (
            <tr key={round.round}>
              <th scope="row">
                <a href={links.round(runId, round.round)}>round {round.round}</a>
              </th>
              {kinds.map(({ kind }) => (
                <td key={kind} class="number">
                  {score(estimateOf(round, kind))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
