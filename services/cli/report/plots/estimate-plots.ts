import type { EstimateKind, ReportModel, RoundEstimates } from '../../../domain/report/report-model.ts';
import { formatScore } from '../../../shared/document/format.ts';
import { type Markup, markup } from '../../../shared/document/markup.ts';
import { axes, drawing } from '../../../shared/document/plots/axes.ts';
import { linearScale, scoreDomain } from '../../../shared/document/plots/scale.ts';
import { className, scoreMark } from './marks.ts';

export const estimateKinds: readonly EstimateKind[] = ['predicted', 'few-shot', 'calibrated'];

type Series = EstimateKind | 'full';

export function estimateOf(round: RoundEstimates, kind: Series): number | undefined {
  return kind === 'few-shot' ? round.fewShot : round[kind];
}

const twoDigits = (value: number) => value.toFixed(2);

/** Each kind of score over the rounds. */
export function estimatesByRound({ estimates }: ReportModel): Markup {
  const size = { width: 560, height: 360 };
  const frame = { left: 58, right: 546, top: 16, bottom: 304 };
  const last = Math.max(1, ...estimates.rounds.map(({ round }) => round));
  const x = linearScale([0.5, last + 0.5], [frame.left, frame.right], 10);
  const y = linearScale(scoreDomain(allValues(estimates.rounds)), [frame.bottom, frame.top], 6);
  const series = (['full', ...estimateKinds] as const).map((kind) => {
    const points = estimates.rounds.flatMap((round) => {
      const value = estimateOf(round, kind);
      return value === undefined ? [] : [{ round: round.round, value, inHindsight: kind !== 'predicted' && round.inHindsight }];
    });
    const line = points.map(({ round, value }, index) => `${index === 0 ? 'M' : 'L'}${x(round)} ${y(value)}`).join('');
    return markup`<path class="thin-line l-${className(kind)}" d="${line}"/>${points.map(({ round, value, inHindsight }) =>
      scoreMark(
        kind,
        x(round),
        y(value),
        `round ${round}, ${kind}: ${formatScore(value)}${inHindsight && kind !== 'full' ? ' (in hindsight)' : ''}`,
      ),
    )}`;
  });
  const whole = Object.assign((value: number) => x(value), { ticks: x.ticks.filter(Number.isInteger) });
  return drawing(
    'estimates-by-round',
    size,
    'Scores by round',
    'Full, predicted, few-shot and calibrated scores of each round, where the round has them.',
    markup`${axes(frame, { scale: whole, label: 'round', format: String }, { scale: y, label: 'score', format: twoDigits })}${series}`,
  );
}

/** Estimates against the full score of the same workflow; on the diagonal they would be right. */
export function estimatesAgainstFull({ estimates }: ReportModel): Markup {
  const size = { width: 380, height: 360 };
  const frame = { left: 58, right: 366, top: 16, bottom: 304 };
  const known = estimates.rounds.filter(({ full }) => full !== undefined);
  const [low, high] = scoreDomain(allValues(known));
  const x = linearScale([low, high], [frame.left, frame.right], 5);
  const y = linearScale([low, high], [frame.bottom, frame.top], 5);
  const marks = known.flatMap((round) =>
    estimateKinds.flatMap((kind) => {
      const value = estimateOf(round, kind);
      if (value === undefined || round.full === undefined) return [];
      const title = `round ${round.round}, ${kind}: ${formatScore(value)}, full: ${formatScore(round.full)}`;
      return [scoreMark(kind, x(round.full), y(value), title)];
    }),
  );
  return drawing(
    'estimates-against-full',
    size,
    'Estimates against full evaluation',
    `${marks.length} estimates of ${known.length} fully executed workflows.`,
    markup`${axes(frame, { scale: x, label: 'full evaluation', format: twoDigits }, { scale: y, label: 'estimate', format: twoDigits })}
<line class="diagonal" x1="${x(low)}" y1="${y(low)}" x2="${x(high)}" y2="${y(high)}"/>${marks}`,
  );
}

function allValues(rounds: readonly RoundEstimates[]): number[] {
  return rounds.flatMap((round) => (['full', ...estimateKinds] as const).flatMap((kind) => estimateOf(round, kind) ?? []));
}
