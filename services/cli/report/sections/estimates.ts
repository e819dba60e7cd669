import type { EstimateKind, ReportModel, RoundEstimates } from '../../../domain/report/report-model.ts';
import { lookOfScore } from '../../../domain/report/score-look.ts';
import type { Block, Cell } from '../../../shared/document/document.ts';
import type { Figure } from '../../../shared/document/figure.ts';
import { formatScore } from '../../../shared/document/format.ts';
import type { Axis, MarksPlot } from '../../../shared/document/plot.ts';
import { scoreDomain } from '../../../shared/document/plots/scale.ts';
import type { RunSection } from './run-section.ts';

type Kind = EstimateKind | 'full';

/** Each with the method whose score it is. */
const kinds: readonly { readonly kind: Kind; readonly name: string; readonly method: string }[] = [
  { kind: 'full', name: 'full', method: 'full' },
  { kind: 'predicted', name: 'predicted (Eq 6)', method: 'predicted' },
  { kind: 'few-shot', name: 'few-shot (Eq 7)', method: 'few-shot' },
  { kind: 'calibrated', name: 'calibrated (Eq 8)', method: 'scale' },
];

export const estimates: RunSection = ({ estimates: { rounds, agreements } }) => {
  if (rounds.length === 0) return undefined;
  return {
    id: 'estimates',
    title: 'Estimates and full evaluation',
    blocks: [
      { kind: 'beside', blocks: [byRound(rounds), ...(agreements.length === 0 ? [] : [againstFull(rounds)])] },
      agreementBlock(agreements),
      figuresTable(rounds),
    ],
  };
};

function estimateOf(round: RoundEstimates, kind: Kind): number | undefined {
  return kind === 'few-shot' ? round.fewShot : round[kind];
}

function scoreAxis(label: string, rounds: readonly RoundEstimates[]): Axis {
  const values = rounds.flatMap((round) => kinds.flatMap(({ kind }) => estimateOf(round, kind) ?? []));
  return { label, unit: 'score', domain: scoreDomain(values) };
}

/** Each kind of score over the rounds. */
function byRound(rounds: readonly RoundEstimates[]): MarksPlot {
  const last = Math.max(1, ...rounds.map(({ round }) => round));
  return {
    kind: 'marks',
    id: 'estimates-by-round',
    title: 'Scores by round',
    description: 'Full, predicted, few-shot and calibrated scores of each round, where the round has them.',
    size: 'middle',
    across: { label: 'round', unit: 'count', domain: [0.5, last + 0.5] },
    up: scoreAxis('score', rounds),
    series: kinds.map(({ kind, name, method }) => ({
      ...{ name, mark: lookOfScore(method).mark, joined: true },
      points: rounds.flatMap((round) => {
        const value = estimateOf(round, kind);
        if (value === undefined) return [];
        const inHindsight = round.inHindsight && (kind === 'few-shot' || kind === 'calibrated') ? ' (in hindsight)' : '';
        const title = `round ${round.round}, ${kind}: ${formatScore(value)}${inHindsight}`;
        return [{ across: round.round, up: value, title }];
      }),
    })),
  };
}

/** Estimates against the full score of the same workflow. */
function againstFull(rounds: readonly RoundEstimates[]): MarksPlot {
  const known = rounds.filter(({ full }) => full !== undefined);
  const series = kinds.slice(1).map(({ kind, name, method }) => ({
    ...{ name, mark: lookOfScore(method).mark },
    points: known.flatMap((round) => {
      const value = estimateOf(round, kind);
      if (value === undefined || round.full === undefined) return [];
      const title = `round ${round.round}, ${kind}: ${formatScore(value)}, full: ${formatScore(round.full)}`;
      return [{ across: round.full, up: value, title }];
    }),
  }));
  const count = series.reduce((sum, { points }) => sum + points.length, 0);
  return {
    kind: 'marks',
    id: 'estimates-against-full',
    title: 'Estimates against full evaluation',
    description: `${count} estimates of ${known.length} fully executed workflows.`,
    caption: 'On the dashed line, the estimate equals the full score.',
    size: 'square',
    across: scoreAxis('full evaluation', known),
    up: scoreAxis('estimate', known),
    diagonal: true,
    series,
  };
}

function agreementBlock(agreements: ReportModel['estimates']['agreements']): Block {
  if (agreements.length === 0) {
    const text = 'No round has both an estimate and a full evaluation, so it is not known how good the estimates are.';
    return { kind: 'text', text, filesOnly: true };
  }
  return {
    kind: 'table',
    of: 'agreement with full evaluation',
    columns: [{ name: 'rounds' }, { name: 'MAE' }, { name: 'Pearson' }, { name: 'Spearman' }, { name: 'DiffCos' }],
    rows: agreements.map(({ estimate, count, meanAbsoluteError, pearson, spearman, diffCos }) => ({
      name: estimate,
      cells: [
        { unit: 'count', value: count },
        numberFigure(meanAbsoluteError, 4),
        // A correlation of two points is always 1 or -1.
        ...[pearson, spearman, diffCos].map((value) => (count < 3 ? undefined : numberFigure(value, 2))),
      ],
    })),
  };
}

function numberFigure(value: number | undefined, digits: number): Figure | undefined {
  return value === undefined ? undefined : { unit: 'number', value, digits };
}

function figuresTable(rounds: readonly RoundEstimates[]): Block {
  return {
    kind: 'table',
    title: 'The figures',
    folded: true,
    of: 'round',
    columns: [...kinds.map(({ kind }) => ({ name: kind })), { name: '', text: true }],
    rows: rounds.map((round) => ({
      name: `${round.round}`,
      cells: [
        ...kinds.map(({ kind }): Cell => {
          const value = estimateOf(round, kind);
          return value === undefined ? undefined : { unit: 'score', value };
        }),
        round.inHindsight ? 'few-shot and calibrated in hindsight' : '',
      ],
    })),
  };
}
