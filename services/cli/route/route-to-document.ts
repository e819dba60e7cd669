import type { RouteReport } from '../../domain/routing/route-report.ts';
import type { PairedInterval } from '../../domain/statistics/paired-interval.ts';
import type { Document, Row, Section } from '../../shared/document/document.ts';
import type { Figure, Unit } from '../../shared/document/figure.ts';
import type { MarkSeries } from '../../shared/document/plot.ts';
import { describeCeiling, describeRouteVerdict, describeWay, type RouteNames } from './describe-route.ts';

export interface RouteFacts extends RouteNames {
  readonly runId: string;
  /** Of the benchmark, that it was executed on. */
  readonly split: string;
  readonly simulated: boolean;
  /** Where costs are tokens: figures are shortened. */
  readonly costUnit: Unit;
  /** Sentences that a reader should know before believing a figure. */
  readonly remarks: readonly string[];
}

/** A fit as every form shows it: its curve beside each workflow alone. */
export function routeToDocument(report: RouteReport, facts: RouteFacts): Document {
  const { verdict } = report;
  return {
    name: 'route',
    title: `Route over the workflows of ${facts.runId}`,
    simulated: facts.simulated,
    header: [
      { kind: 'text', text: describeRouteVerdict(report, facts) },
      { kind: 'text', text: describeCeiling(report.ceiling, facts) },
      ...(verdict.pays ? [{ kind: 'text' as const, text: `The way of a query: ${describeWay(report, facts)}.` }] : []),
      { kind: 'list', label: 'Note', items: facts.remarks },
    ],
    sections: [curveSection(report, facts), aloneSection(report, facts), chosenSection(report)],
  };
}

function curveSection(report: RouteReport, facts: RouteFacts): Section {
  const { verdict, curve } = report;
  const rows: Row[] = [
    { name: 'as fitted', cells: [score(verdict.score), points(verdict.difference), cost(facts, verdict.cost), share(verdict)] },
    ...curve.map((point): Row => {
      const costShare = point.cost / (verdict.bestCost || 1);
      return {
        name: `within ${point.within} of the cost`,
        cells: [
          score(point.score),
          points(point.difference),
          cost(facts, point.cost),
          { unit: 'number', value: costShare, digits: 2 },
        ],
      };
    }),
  ];
  return {
    id: 'curve',
    title: `Score against ${facts.unit}, cross-validated: each query by fits that have not seen it`,
    blocks: [
      {
        ...{ kind: 'marks', id: 'curve-plot', size: 'wide', title: `Score against ${facts.unit} an answer` },
        across: { label: `${facts.unit} an answer`, unit: facts.costUnit, domain: domainOf(costsIn(report)) },
        up: { label: 'score', unit: 'score', domain: domainOf(scoresIn(report)) },
        series: seriesOf(report, facts),
        caption:
          'The route for growing limits of the cost, beside each workflow alone. What lies above and left of a mark is better.',
      },
      {
        ...{ kind: 'table', of: 'route' },
        columns: [
          { name: 'score' },
          { name: 'to the best (points)' },
          { name: `${facts.unit} an answer` },
          { name: "of the best's" },
        ],
        rows,
      },
    ],
  };
}

function aloneSection({ alone, best, verdict }: RouteReport, facts: RouteFacts): Section {
  const bestCost = alone[best]?.cost ?? verdict.bestCost;
  return {
    id: 'alone',
    title: 'Each workflow alone, on the same queries (chosen on them, so the best looks better than it is)',
    blocks: [
      {
        ...{ kind: 'table', of: 'workflow' },
        columns: [
          { name: 'score' },
          { name: 'to the best (points)' },
          { name: `${facts.unit} an answer` },
          { name: "of the best's" },
        ],
        rows: alone.map((each) => ({
          name: `${facts.workflows[each.workflow] ?? ''}${each.workflow === best ? ' *' : ''}`,
          cells: [
            ...[score(each.score), points(each.difference), cost(facts, each.cost)],
            { unit: 'number', value: each.cost / (bestCost || 1), digits: 2 },
          ],
        })),
      },
    ],
  };
}

function chosenSection({ chosen, untried, settings }: RouteReport): Section {
  const { folds, partitions, seed } = settings;
  const how = `${folds * partitions} fits (${folds} parts, dealt ${partitions} times, seed ${seed}); each chose workflows, estimate and thresholds by a cross-validation of its own.`;
  const missing = untried.length === 0 ? [] : [`Not tried, since what it needs was not recorded: ${untried.join(', ')}.`];
  return {
    ...{ id: 'chosen', title: 'What the fits chose', filesOnly: true },
    blocks: [
      ...[how, ...missing].map((text) => ({ kind: 'text' as const, text })),
      {
        ...{ kind: 'table', of: 'route' },
        columns: [{ name: 'fits' }],
        rows: chosen.map(({ text, fits }) => ({ name: text, cells: [{ unit: 'count', value: fits }] })),
      },
    ],
  };
}

function seriesOf({ alone, curve, best, verdict }: RouteReport, { workflows }: RouteFacts): MarkSeries[] {
  const place = (across: number, up: number, title: string, label?: string) => ({ across, up, title, ...(label && { label }) });
  return [
    {
      ...{ name: 'route', mark: 'circle', joined: true },
      points: curve
        .toSorted((one, other) => one.cost - other.cost)
        .map((point) => place(point.cost, point.score, `within ${point.within} of the cost`)),
    },
    { name: 'as fitted', mark: 'star', points: [place(verdict.cost, verdict.score, 'as fitted', 'as fitted')] },
    {
      ...{ name: 'workflows alone', mark: 'square' },
      points: alone
        .filter(({ workflow }) => workflow !== best)
        .map((each) => place(each.cost, each.score, workflows[each.workflow] ?? '', workflows[each.workflow])),
    },
    {
      ...{ name: 'the best alone', mark: 'diamond' },
      points: alone
        .filter(({ workflow }) => workflow === best)
        .map((each) => place(each.cost, each.score, workflows[each.workflow] ?? '', workflows[each.workflow])),
    },
  ];
}

const costsIn = ({ alone, curve, verdict }: RouteReport): number[] => [...alone, ...curve, verdict].map((each) => each.cost);
const scoresIn = ({ alone, curve, verdict }: RouteReport): number[] => [...alone, ...curve, verdict].map((each) => each.score);

/** A little room around what is drawn. */
function domainOf(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

const score = (value: number): Figure => ({ unit: 'score', value });

function points({ difference, low, high }: PairedInterval): Figure {
  return { unit: 'points', value: 100 * difference, low: 100 * low, high: 100 * high };
}

function cost({ costUnit }: RouteFacts, value: number): Figure {
  return { unit: costUnit, value };
}

function share({ costShare, costShareInterval: { low, high } }: RouteReport['verdict']): Figure {
  return { unit: 'number', value: costShare, low, high, digits: 2 };
}
