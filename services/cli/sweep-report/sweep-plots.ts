import { comparedAxes } from '../../domain/sweep-report/seed-axis.ts';
import type { GroupReport, SweepAxis, SweepReport } from '../../domain/sweep-report/sweep-report-model.ts';
import { seriesMarks } from '../../shared/document/colours.ts';
import type { Figure } from '../../shared/document/figure.ts';
import { exact } from '../../shared/document/format.ts';
import type { CurvesPlot, IntervalsPlot, MarksPlot } from '../../shared/document/plot.ts';
import { scoreDomain } from '../../shared/document/plots/scale.ts';
import { figureOf, percentOf } from './sweep-tables.ts';
import { nameOfGroup, nameOfValue } from './sweep-words.ts';

/** A plot reads no further than this. */
const mostRows = 60;

/** The scores that a sweep's plots show: those of tests, if there is one, otherwise the searches' own. */
interface ShownScore {
  readonly name: string;
  readonly of: (group: GroupReport) => GroupReport['score'];
}

function shownScore({ groups }: SweepReport): ShownScore {
  const isTested = groups.some(({ test }) => test !== undefined);
  return isTested ? { name: 'test score (%)', of: ({ test }) => test } : { name: 'search score (%)', of: ({ score }) => score };
}

/** Every completed run, by what it scores and spends; those with the same value of one axis look alike. */
export function scoreAgainstTokens(report: SweepReport): MarksPlot {
  const { cells, sweep } = report;
  const isTested = cells.some(({ run }) => run?.test !== undefined);
  const [axis] = comparedAxes(sweep.axes).toSorted((one, other) => Number(isBenchmark(one)) - Number(isBenchmark(other)));
  const points = cells.flatMap(({ id, values, status, run }) => {
    const score = isTested ? run?.test : run?.score;
    if (status !== 'completed' || run === undefined || score === undefined) return [];
    const up = 100 * score.value;
    const title = `${id}: ${up.toFixed(1)} for ${exact(run.tokens)} tokens`;
    return [{ value: axis && values[axis.name], point: { across: run.tokens, up, title } }];
  });
  const [low, high] = scoreDomain(points.map(({ point }) => point.up / 100));
  const most = Math.max(1, ...points.map(({ point }) => point.across));
  return {
    kind: 'marks',
    id: 'score-against-tokens',
    title: 'Score against tokens',
    caption: `Each mark is a completed run${axis === undefined ? '' : `; its form and colour show ${axis.name}`}. Up and to the left is better.`,
    size: 'wide',
    across: { label: 'tokens charged', unit: 'tokens', domain: [0, 1.03 * most] },
    up: { label: shownScore(report).name, unit: 'percent', domain: [100 * low, 100 * high] },
    series: (axis?.values ?? [undefined]).map((value, place) => ({
      name: axis === undefined || value === undefined ? 'runs' : nameOfValue(axis.name, value),
      mark: seriesMarks[place % seriesMarks.length] ?? 'circle',
      points: points.filter((one) => one.value === value).map(({ point }) => point),
    })),
  };
}

function isBenchmark({ name }: SweepAxis): boolean {
  return name === 'benchmark' || name.startsWith('benchmark.');
}

/** The score by each axis's values: numbers as curves, others a line each, with those to be compared next to each other. */
export function scoreByAxis(report: SweepReport): (CurvesPlot | IntervalsPlot)[] {
  const score = shownScore(report);
  return comparedAxes(report.sweep.axes).map((axis, place) => {
    const id = `score-by-axis-${place + 1}`;
    const title = `${score.name} by ${axis.name}`;
    const shown = report.groups.flatMap((group) => {
      const figure = percentOf(score.of(group));
      return figure === undefined ? [] : [{ group, figure, rest: nameOfRest(group, axis, report) }];
    });
    return axis.values.every(isNumber)
      ? curves(axis, { id, title, up: score.name, shown })
      : intervals(axis, { id, title, up: score.name, shown });
  });
}

function isNumber(value: string): boolean {
  return value.trim() !== '' && Number.isFinite(Number(value));
}

/** A group by its values on all other axes; "" if there are none. */
function nameOfRest(group: GroupReport, axis: SweepAxis, report: SweepReport): string {
  const { [axis.name]: _, ...values } = group.values;
  const name = nameOfGroup({ values }, report);
  return name === 'all' ? '' : name;
}

interface Shown {
  readonly id: string;
  readonly title: string;
  readonly up: string;
  readonly shown: readonly { readonly group: GroupReport; readonly figure: Figure; readonly rest: string }[];
}

function curves({ name }: SweepAxis, { id, title, up, shown }: Shown): CurvesPlot {
  return {
    kind: 'curves',
    ...{ id, title, up, across: name, unit: 'percent', caption: title },
    series: [...Map.groupBy(shown, ({ rest }) => rest)].map(([rest, group]) => ({
      name: rest === '' ? up.replace(' (%)', '') : rest,
      points: group.map(({ group: { values }, figure }) => ({ at: Number(values[name]), figure })),
    })),
  };
}

function intervals({ name, values }: SweepAxis, { id, title, shown }: Shown): IntervalsPlot {
  const rows = [...Map.groupBy(shown, ({ rest }) => rest)].flatMap(([rest, group]) =>
    group
      .toSorted((one, other) => values.indexOf(one.group.values[name] ?? '') - values.indexOf(other.group.values[name] ?? ''))
      .map(({ group: { values: of }, figure }) => {
        const value = nameOfValue(name, of[name] ?? '');
        return { name: rest === '' ? value : `${rest}: ${value}`, figure };
      }),
  );
  const left = rows.length - mostRows;
  const caption = left > 0 ? `${title}; ${left} more rows are in the table below.` : title;
  return { kind: 'intervals', id, title, caption, rows: rows.slice(0, mostRows) };
}

/** What a number costs: the tokens over the values of each axis of numbers. */
export function tokensByAxis(report: SweepReport): CurvesPlot[] {
  return comparedAxes(report.sweep.axes)
    .filter(({ values }) => values.every(isNumber))
    .map((axis, place) => {
      const shown = report.groups.flatMap((group) => {
        const figure = figureOf('tokens', group.tokens);
        return figure === undefined ? [] : [{ group, figure, rest: nameOfRest(group, axis, report) }];
      });
      const title = `tokens by ${axis.name}`;
      return { ...curves(axis, { id: `tokens-by-axis-${place + 1}`, title, up: 'tokens', shown }), unit: 'tokens' };
    });
}
