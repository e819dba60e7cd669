import type { VariantResult } from './compare-variants.ts';
import type { CurvePlot } from './experiment-report.ts';
import { percentFigure, tokensFigure } from './figures.ts';
import { describeDifference, describeTokenRatio } from './verdict.ts';

/**
 * Test score and tokens over a setting that was varied, one curve per benchmark.
 * @param placeOf a variant's value of the setting; variants without one are left out
 */
export function settingCurves(
  results: readonly VariantResult[],
  setting: string,
  placeOf: (variant: string) => number | undefined,
): CurvePlot[] {
  const curve = (
    title: string,
    unit: CurvePlot['unit'],
    figureOf: (result: VariantResult) => CurvePlot['series'][number]['points'][number]['figure'],
  ): CurvePlot => ({
    kind: 'curves',
    title: `${title} by ${setting}`,
    across: setting,
    up: title,
    unit,
    series: [...Map.groupBy(results, ({ benchmark }) => benchmark)].map(([name, group]) => ({
      name,
      points: group.flatMap((result) => {
        const at = placeOf(result.variant);
        return at === undefined ? [] : [{ at, figure: figureOf(result) }];
      }),
    })),
  });
  return [
    curve('test score (%)', 'percent', ({ score }) => percentFigure(score)),
    curve('search tokens', 'tokens', ({ tokens }) => tokensFigure(tokens)),
  ];
}

/** One sentence per variant and benchmark: what it spends, and whether its score differs from the reference's. */
export function describeSettings(results: readonly VariantResult[], reference: string): string[] {
  return results.flatMap(({ benchmark, variant, against }) =>
    against === undefined
      ? []
      : [
          `${benchmark}: ${variant} ${describeTokenRatio(against.tokenRatio, reference)}, and ${describeDifference('its test score', against.difference, `that of ${reference}`)}.`,
        ],
  );
}
