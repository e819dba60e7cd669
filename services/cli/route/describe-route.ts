import type { Ceiling, RouteReport, RouteVerdict } from '../../domain/routing/route-report.ts';
import { simulatedWarning } from '../../shared/document/document.ts';
import { formatFigure } from '../../shared/document/figure.ts';
import { formatCount, formatScore, formatShare } from '../../shared/document/format.ts';
import type { PolicyEvaluation } from './evaluate-policy.ts';

/** What a route's figures are about. */
export interface RouteNames {
  /** Parallel to the matrix's workflows. */
  readonly workflows: readonly string[];
  /** What costs are counted in, e.g. "tokens" or "USD". */
  readonly unit: string;
}

/** The first line: whether it pays, and by how much. */
export function describeRouteVerdict({ verdict, queries, settings, route, best }: RouteReport, names: RouteNames): string {
  const { workflows } = names;
  const bestName = workflows[best] ?? '';
  const against = `${figures(verdict, names)} of ${bestName}, the best workflow alone, on ${queries} queries, cross-validated`;
  if (verdict.pays) return `Routing pays: ${against}.`;
  const few = verdict.costShare <= settings.share && verdict.difference.difference >= -settings.margin;
  const wanted = `It pays at ${settings.share} of the cost or less with a lower bound of ${points(-settings.margin)} points or more${few ? ', which so few queries cannot show' : ', or if it is surely better for no more'}.`;
  if (verdict.serves === 'cheaper') {
    const name = workflows[route.steps[0]?.workflow ?? 0] ?? '';
    return `Routing does not pay, a cheaper workflow alone does as well: ${against}. The policy is ${name} alone.`;
  }
  return `Routing does not pay: ${against}. ${wanted} The policy is ${bestName} alone.`;
}

function figures({ difference, costShare, costShareInterval }: RouteVerdict, { unit }: RouteNames): string {
  const share = `${costShare.toFixed(2)} (${costShareInterval.low.toFixed(2)} to ${costShareInterval.high.toFixed(2)})`;
  const { difference: value, low, high } = difference;
  const score = formatFigure({ unit: 'points', value: 100 * value, low: 100 * low, high: 100 * high });
  return `a score of ${score} points for ${share} of the ${unit}`;
}

/** Of a route that was fitted on this run, which was executed on this split. */
export function describeCeiling(
  ceiling: Ceiling | undefined,
  { runId, split }: { readonly runId: string; readonly split: string },
): string {
  if (ceiling === undefined) {
    return `Ceiling: unknown, since the best workflow was executed once a query. What repeats of it would give must be taken off the union of different workflows: \`scale eval --run ${runId} --split ${split} --repeat 5\`, and then --with that evaluation.`;
  }
  const { tries, different, repeats, gain } = ceiling;
  const interval = formatFigure({
    ...{ unit: 'points', value: 100 * gain.difference, low: 100 * gain.low, high: 100 * gain.high },
  });
  const real = gain.low > 0 ? 'only that is what diversity adds' : 'so diversity adds nothing that can be told from repeating';
  return `Ceiling: an oracle over ${tries} different workflows reaches ${percent(different)} %, over ${tries} executions of the best one ${percent(repeats)} %: ${interval} points, and ${real}.`;
}

/** The way of a query in words, e.g. "round 1, checked by agreement; then round 6". */
export function describeWay({ route }: RouteReport, { workflows }: RouteNames): string {
  return route.steps
    .map(({ workflow, check }) => {
      const name = workflows[workflow] ?? '';
      if (check === undefined) return name;
      const second = check.second === undefined ? '' : ` with ${check.second === workflow ? 'itself' : workflows[check.second]}`;
      return `${name}, left where ${check.estimator}${second} says more than ${check.threshold.toFixed(3)}`;
    })
    .join('; then ');
}

const percent = (value: number): string => (100 * value).toFixed(1);
const points = (value: number): string => formatFigure({ unit: 'points', value: 100 * value });

/** What a policy has come to on a split. */
export function describePolicyEvaluation(
  { score, tokens, queries, lost, simulated, steps }: PolicyEvaluation,
  split: string,
  file: string,
): string {
  const shares = steps.map(({ name, share }) => `${name} ${formatShare(share)}`).join(', ');
  return [
    ...(simulated ? [`*** ${simulatedWarning} ***`, ''] : []),
    `${split}: ${formatScore(score.score)} (${formatScore(score.low)} to ${formatScore(score.high)}) on ${queries} queries, ${formatCount(tokens)} tokens an answer`,
    `Answered by: ${shares}`,
    ...(lost === 0 ? [] : [`${lost} queries have no score: the infrastructure failed them`]),
    `Records: ${file} (\`scale compare\` compares them with those of \`scale eval\`)`,
  ].join('\n');
}
