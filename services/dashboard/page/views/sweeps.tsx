import { ask } from '../../addresses.ts';
import type { SweepRow } from '../../api/sweep-answers.ts';
import { ago, plural, time, tokens } from '../numbers.ts';
import { useAnswer, usePage } from '../page-context.ts';
import { moneyColumn } from '../parts/money-column.ts';
import { StatePill } from '../parts/state-pill.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { links } from '../route.ts';
import { useStore } from '../store.ts';

export function SweepsView() {
  const { live } = usePage();
  const answer = useAnswer(ask.sweeps());
  const newer = useStore(live.sweeps);
  return (
    <>
      <header class="head">
        <h1 tabIndex={-1}>Sweeps</h1>
      </header>
      <Show answer={answer} what="the sweeps">
        {({ sweeps }) => {
          const known = new Set(sweeps.map(({ sweepId }) => sweepId));
          const rows = [
            ...[...newer.values()].filter(({ sweepId }) => !known.has(sweepId)),
            ...sweeps.map((row) => newer.get(row.sweepId) ?? row),
          ];
          return rows.length === 0 ? (
            <Empty title="No sweeps yet">
              <p>
                A sweep is one search under several settings and seeds: start one with{' '}
                <code>scale sweep examples/sweep.yaml</code>.
              </p>
            </Empty>
          ) : (
            <Table label="Sweeps" rows={rows} columns={columnsOf(rows)} keyOf={({ sweepId }) => sweepId} order="-started" />
          );
        }}
      </Show>
    </>
  );
}

export const cellsOf = ({ cells }: SweepRow) => cells.waiting + cells.running + cells.completed + cells.failed + cells.cancelled;

const columnsOf = (rows: readonly SweepRow[]): readonly Column<SweepRow>[] => [
  {
    ...{ id: 'name', title: 'sweep', sort: ({ name }) => name },
    cell: (row) => (
      <>
        <a class="name" href={links.sweep(row.sweepId)}>
          <bdi>{row.name || row.sweepId}</bdi>
        </a>
        <span class="under">
          {plural(cellsOf(row), 'cell')}
          {row.simulated && <span class="tag">simulated</span>}
          {row.reason !== undefined && row.reason !== '' && (
            <span class="tag warn">
              <bdi>{row.reason}</bdi>
            </span>
          )}
        </span>
      </>
    ),
  },
  { id: 'state', title: 'state', sort: ({ state }) => state, cell: ({ state }) => <StatePill state={state} /> },
  {
    ...{ id: 'done', title: 'cells', minor: 1, sort: ({ cells }) => cells.completed },
    cell: (row) => <CellsBar row={row} />,
  },
  {
    ...{
      id: 'tokens',
      title: 'tokens',
      isNumber: true,
      minor: 1,
      sort: ({ spentTokens, tokens: charged }) => spentTokens || charged,
    },
    cell: ({ spentTokens, tokens: charged }) => tokens(spentTokens || charged),
  },
  ...moneyColumn(rows),
  {
    ...{ id: 'started', title: 'started', isNumber: true, minor: 2, sort: ({ createdAtMs }) => createdAtMs },
    cell: ({ createdAtMs }) => <span title={time(createdAtMs)}>{ago(createdAtMs, Date.now())}</span>,
  },
];

/** How many cells are how far: as a bar, and in words. */
export function CellsBar({ row }: { readonly row: SweepRow }) {
  const all = Math.max(1, cellsOf(row));
  const { cells } = row;
  const parts = (['completed', 'running', 'failed', 'cancelled', 'waiting'] as const).filter((state) => cells[state] > 0);
  return (
    <span class="cells-bar">
      <span class="bar" aria-hidden="true">
        {parts.map((state) => (
          <span key={state} class={`part s-${state}`} style={{ width: `${(100 * cells[state]) / all}%` }} />
        ))}
      </span>
      <span class="under">{parts.map((state) => `${cells[state]} ${state}`).join(', ')}</span>
    </span>
  );
}
