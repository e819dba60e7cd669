import { phases } from '../run/ledger/token-use.ts';
import type { VariantResult } from './compare-variants.ts';
import type { IntervalPlot, ResultRow, ResultTable } from './experiment-report.ts';
import { percentFigure, pointsFigure, probabilityFigure, shareFigure, tokensFigure } from './figures.ts';

/** Score and tokens of each variant on one benchmark, against the reference. */
export function variantTable(title: string, results: readonly VariantResult[], reference: string): ResultTable {
  return {
    title,
    columns: [
      'test score (%)',
      'search tokens',
      `score minus ${reference} (points)`,
      'p',
      `tokens / ${reference}`,
      'tokens on broken candidates',
    ],
    rows: results.map(({ variant, score, tokens, against, broken }) => ({
      name: variant,
      source: 'ours',
      cells: [
        percentFigure(score),
        tokensFigure(tokens),
        against && pointsFigure(against.difference),
        probabilityFigure(against?.pValue),
        against && shareFigure(against.tokenRatio),
        tokensFigure(broken),
      ],
    })),
  };
}

/** Figures that the paper prints of a variant, in the columns of `variantTable`. */
export function paperRow(name: string, { score, tokens }: { readonly score: number; readonly tokens: number }): ResultRow {
  return {
    name,
    source: 'paper',
    cells: [{ unit: 'percent', value: score }, { unit: 'tokens', value: tokens }, undefined, undefined, undefined, undefined],
  };
}

/** Where the tokens of a search went, averaged over seeds. */
export function phaseTable(title: string, results: readonly VariantResult[]): ResultTable {
  const used = phases.filter((phase) => results.some(({ byPhase }) => byPhase.has(phase)));
  return {
    title,
    columns: used,
    rows: results.map(({ variant, byPhase }) => ({
      name: variant,
      source: 'ours',
      cells: used.map((phase) => tokensFigure({ value: byPhase.get(phase) ?? 0 })),
    })),
  };
}

export function scorePlot(title: string, results: readonly VariantResult[]): IntervalPlot {
  const severalBenchmarks = new Set(results.map(({ benchmark }) => benchmark)).size > 1;
  return {
    kind: 'intervals',
    title,
    rows: results.map(({ benchmark, variant, score }) => ({
      name: severalBenchmarks ? `${benchmark}: ${variant}` : variant,
      figure: percentFigure(score),
    })),
  };
}
