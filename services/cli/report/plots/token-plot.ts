import type { ReportModel } from '../../../domain/report/report-model.ts';
import { formatCount, formatScore } from '../../../shared/document/format.ts';
import { type Markup, markup } from '../../../shared/document/markup.ts';
import { axes, drawing } from '../../../shared/document/plots/axes.ts';
import { linearScale, rounded, scoreDomain } from '../../../shared/document/plots/scale.ts';
import { className, scoreMark } from './marks.ts';

const size = { width: 960, height: 400 };
const frame = { left: 62, right: 940, top: 24, bottom: 316 };
const ribbon = { top: 368, height: 16 };

/** Ticks are round numbers: "50 k", not "50.0 k". */
function formatTick(tokens: number): string {
  if (tokens >= 1e6) return `${tokens / 1e6} M`;
  return tokens >= 1e3 ? `${tokens / 1e3} k` : String(tokens);
}

interface Point {
  readonly round: number;
  readonly tokens: number;
  readonly score: number;
  readonly method: string;
}

/** Scores against all tokens spent by then; the ribbon below tells what they were spent on. */
export function tokenPlot(model: ReportModel): Markup {
  const points = scoredPoints(model);
  const total = model.ledger.total.tokens;
  const x = linearScale([0, total], [frame.left, frame.right], 8);
  const y = linearScale(scoreDomain(points.map(({ score }) => score)), [frame.bottom, frame.top], 6);
  const best = bestSoFar(points);
  const steps = best
    .map(({ tokens, score }, index) => (index === 0 ? `M${x(tokens)} ${y(score)}` : `H${x(tokens)}V${y(score)}`))
    .join('');
  return drawing(
    'token-plot',
    size,
    'Score against tokens spent',
    `Scores of ${points.length} workflows against the tokens that had been spent by then, ${formatCount(total)} in all.`,
    markup`${axes(frame, { scale: x, label: 'tokens spent, by phase', format: formatTick }, { scale: y, label: 'score', format: (value) => value.toFixed(2) })}
<path class="best-line" d="${steps}${best.length > 0 ? `H${x(total)}` : ''}"/>
${points.map((point) => scoreMark(point.method, x(point.tokens), y(point.score), describe(point)))}
${best.map((point) => markup`<text class="point-label" x="${x(point.tokens)}" y="${y(point.score) - 10}" text-anchor="middle">${point.round}</text>`)}
${model.spending.map(({ round, phase, before, tokens }) => {
  const width = rounded(Math.max(0.3, x(before + tokens) - x(before)));
  return markup`<rect class="p-${className(phase)}" x="${x(before)}" y="${ribbon.top}" width="${width}" height="${ribbon.height}"><title>round ${round}, ${phase}: ${tokens.toLocaleString('en-US')} tokens</title></rect>`;
})}`,
  );
}

function scoredPoints({ rounds, spending }: ReportModel): Point[] {
  return rounds.flatMap(({ round, score, method }) => {
    if (score === undefined || method === undefined) return [];
    const last = spending.findLast((entry) => entry.round <= round && entry.phase !== 'final' && entry.phase !== 'test');
    return [{ round, score, method, tokens: last === undefined ? 0 : last.before + last.tokens }];
  });
}

/** The rounds that had a higher score than all before. */
function bestSoFar(points: readonly Point[]): Point[] {
  let best = Number.NEGATIVE_INFINITY;
  return points.filter(({ score }) => {
    if (score <= best) return false;
    best = score;
    return true;
  });
}

function describe({ round, score, method, tokens }: Point): string {
  return `round ${round}: ${formatScore(score)} (${method}) after ${tokens.toLocaleString('en-US')} tokens`;
}
