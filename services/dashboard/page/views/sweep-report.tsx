import { useState } from 'preact/hooks';
import type { GroupReport, SweepReport, ValueComparison } from '../../../domain/sweep-report/sweep-report-model.ts';
import { dash, type Figure, formatFigure, formatValue } from '../../../shared/document/figure.ts';
import { ask } from '../../addresses.ts';
import { useAnswer } from '../page-context.ts';
import { Section } from '../parts/card.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';

/** What the cells come to over their seeds. It is read when somebody asks for it: the logs of all runs are read for it. */
export function SweepFigures({ sweepId, revision }: { readonly sweepId: string; readonly revision: string }) {
  const [isWanted, setWanted] = useState(false);
  const answer = useAnswer(isWanted ? ask.sweepReport(sweepId) : undefined, revision);
  return (
    <Section id="figures" title="Over seeds">
      {isWanted ? (
        <Show answer={answer} what="the sweep's report">
          {({ report }) => <Figures report={report} />}
        </Show>
      ) : (
        <p>
          <button type="button" class="button" onClick={() => setWanted(true)}>
            Work out the figures
          </button>{' '}
          <span class="faint">Means with their intervals and tests between settings; the logs of all runs are read for it.</span>
        </p>
      )}
    </Section>
  );
}

const figure = (
  unit: Figure['unit'],
  of: { readonly value: number; readonly low?: number; readonly high?: number } | undefined,
) => (of === undefined ? dash : formatFigure({ unit, ...of }));

function Figures({ report: { groups, comparisons, remarks, total } }: { readonly report: SweepReport }) {
  if (groups.length === 0) {
    return (
      <Empty title="No figures yet">
        <p>As soon as a cell is completed, its figures stand here.</p>
      </Empty>
    );
  }
  return (
    <>
      {remarks.length > 0 && (
        <ul class="remarks" aria-label="What to know before believing a figure">
          {remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
      <Table<GroupReport>
        label="Figures over seeds"
        orderName="groups"
        order=""
        rows={groups}
        keyOf={({ values }) => JSON.stringify(values)}
        columns={groupColumnsOf(total.money?.currency)}
      />
      {comparisons.length > 0 && (
        <Table<ValueComparison>
          label="Settings against each other"
          orderName="comparisons"
          order=""
          rows={comparisons}
          keyOf={({ axis, a, b, basis }) => `${axis} ${a} ${b} ${basis}`}
          columns={comparisonColumns}
        />
      )}
    </>
  );
}

const groupColumnsOf = (currency: string | undefined): readonly Column<GroupReport>[] => [
  {
    ...{ id: 'settings', title: 'settings' },
    cell: ({ values }) => (
      <bdi>
        {Object.entries(values)
          .map(([axis, value]) => `${axis} ${value}`)
          .join(', ') || 'all'}
      </bdi>
    ),
  },
  {
    id: 'seeds',
    title: 'seeds',
    isNumber: true,
    sort: ({ cells }) => cells,
    cell: ({ cells, ofCells }) => `${cells} of ${ofCells}`,
  },
  {
    ...{ id: 'score', title: 'score', isNumber: true, sort: ({ score }) => score?.value },
    cell: ({ score }) => figure('score', score),
  },
  {
    ...{ id: 'test', title: 'on the test', isNumber: true, minor: 1, sort: ({ test }) => test?.value },
    cell: ({ test }) => figure('score', test),
  },
  {
    ...{ id: 'tokens', title: 'tokens', isNumber: true, minor: 1, sort: ({ tokens }) => tokens?.value },
    cell: ({ tokens }) => figure('tokens', tokens),
  },
  ...(currency === undefined
    ? []
    : [
        {
          ...{ id: 'money', title: `cost (${currency})`, isNumber: true, minor: 2 as const },
          sort: ({ money }: GroupReport) => money?.value,
          cell: ({ money }: GroupReport) => figure('money', money),
        },
      ]),
];

const comparisonColumns: readonly Column<ValueComparison>[] = [
  {
    ...{ id: 'settings', title: 'compared' },
    cell: ({ axis, a, b }) => (
      <bdi>
        {axis}: {b} minus {a}
      </bdi>
    ),
  },
  {
    ...{ id: 'difference', title: 'difference', isNumber: true, sort: ({ difference }) => difference.value },
    cell: ({ difference }) => figure('difference', difference),
  },
  {
    ...{ id: 'p', title: 'p, adjusted', isNumber: true, minor: 1, sort: ({ adjustedPValue }) => adjustedPValue },
    cell: ({ adjustedPValue }) => (adjustedPValue === undefined ? dash : formatValue('probability', adjustedPValue)),
  },
  {
    ...{ id: 'tokens', title: 'tokens, as a share', isNumber: true, minor: 2, sort: ({ tokenRatio }) => tokenRatio?.value },
    cell: ({ tokenRatio }) => figure('share', tokenRatio),
  },
  {
    ...{ id: 'verdict', title: 'better', minor: 1, sort: ({ verdict }) => verdict },
    cell: ({ verdict, a, b }) => <bdi>{verdict === 'undecided' ? 'undecided' : verdict === 'a' ? a : b}</bdi>,
  },
];
