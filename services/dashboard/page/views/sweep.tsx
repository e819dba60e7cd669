import { useMemo } from 'preact/hooks';
import type { Money } from '../../../domain/prices/money-of.ts';
import { dash } from '../../../shared/document/figure.ts';
import { ask, savedPageAddress } from '../../addresses.ts';
import type { SweepAnswer, SweepCell } from '../../api/sweep-answers.ts';
import { duration, money, plural, score, time, tokens } from '../numbers.ts';
import { useAnswer, usePage } from '../page-context.ts';
import { Card } from '../parts/card.tsx';
import { Actions } from '../parts/confirm.tsx';
import { FilterBox } from '../parts/filter-box.tsx';
import { moneyColumn } from '../parts/money-column.ts';
import { StatePill } from '../parts/state-pill.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { links } from '../route.ts';
import { useStore } from '../store.ts';
import { SweepFigures } from './sweep-report.tsx';
import { CellsBar, cellsOf } from './sweeps.tsx';

export function SweepView({ sweepId }: { readonly sweepId: string }) {
  const { live } = usePage();
  const newer = useStore(live.sweeps).get(sweepId);
  const answer = useAnswer(ask.sweep(sweepId), newer === undefined ? '' : JSON.stringify(newer));
  return (
    <Show answer={answer} what="the sweep">
      {(sweep) => <Sweep sweep={newer === undefined ? sweep : { ...sweep, row: newer }} />}
    </Show>
  );
}

function Sweep({ sweep }: { readonly sweep: SweepAnswer }) {
  const { route, want, source } = usePage();
  const { row, cells, axes } = sweep;
  const { text = '' } = route.wanted;
  const columns = useMemo(() => columnsOf(axes, cells), [axes, cells]);
  const shown = useMemo(() => cells.filter((cell) => fits(cell, text)), [cells, text]);
  const scores = cells.flatMap((cell) => cell.score ?? []);
  return (
    <>
      <header class="head">
        <p class="crumbs">
          <a href={links.sweeps()}>Sweeps</a>
        </p>
        <div class="title">
          <h1 tabIndex={-1}>
            <bdi>{row.name || row.sweepId}</bdi>
          </h1>
          <StatePill state={row.state} />
          {source.embedded === undefined && (
            <a class="button small save" href={savedPageAddress({ sweepId: row.sweepId })} download={`${row.sweepId}.html`}>
              Save as a file
            </a>
          )}
          <Actions of={{ sweepId: row.sweepId }} name={row.name || row.sweepId} state={row.isOver ? 'over' : row.state} />
        </div>
        {row.simulated && <p class="notice">A simulated model gave answers here: nothing of it is a result.</p>}
        {row.reason !== undefined && row.reason !== '' && (
          <p class="notice">
            <bdi>{row.reason}</bdi>
          </p>
        )}
      </header>
      <dl class="cards">
        <Card title="Cells" figure={`${row.cells.completed} of ${cellsOf(row)}`} note={<CellsBar row={row} />} />
        <Card
          title="Best score"
          figure={score(scores.length === 0 ? undefined : Math.max(...scores))}
          note={scores.length < 2 ? '' : `the lowest: ${score(Math.min(...scores))}`}
        />
        <Card
          title="Tokens"
          figure={tokens(row.spentTokens || row.tokens)}
          note={row.spentTokens !== 0 && row.spentTokens !== row.tokens ? `charged: ${tokens(row.tokens)}` : 'of all its runs'}
        />
        {row.money !== undefined && <Card title="Cost" figure={money(row.money)} note={lacking(row.money)} />}
        <Card
          title={row.endedAtMs === undefined ? 'Started' : 'Took'}
          figure={row.endedAtMs === undefined ? time(row.createdAtMs).slice(11) : duration(row.endedAtMs - row.createdAtMs)}
          note={time(row.createdAtMs)}
        />
      </dl>
      <div class="tools">
        <FilterBox label="Filter by setting, state or run" value={text} change={(value) => want({ text: value })} />
        <span class="faint count" role="status">
          {shown.length === cells.length ? plural(cells.length, 'cell') : `${shown.length} of ${plural(cells.length, 'cell')}`}
        </span>
      </div>
      {shown.length === 0 ? (
        <Empty title="No cell fits">
          <button type="button" class="button" onClick={() => want({ text: undefined })}>
            Show all cells
          </button>
        </Empty>
      ) : (
        <Table label="Cells of the sweep" rows={shown} columns={columns} keyOf={keyOf} order="" />
      )}
      <SweepFigures sweepId={row.sweepId} revision={JSON.stringify(row.cells)} />
    </>
  );
}

/** An amount without them is too low. */
const lacking = ({ unpriced = [] }: Money): string =>
  unpriced.length === 0 ? 'of all its runs' : `without ${unpriced.join(', ')}, whose price is not known`;

const keyOf = ({ labels }: SweepCell) => JSON.stringify(labels);

function fits({ labels, state, runId = '' }: SweepCell, text: string): boolean {
  const said = [...Object.entries(labels).flat(), state, runId].join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}

/** By its value on the first axis, and by all of them where there is no room for more columns. */
function CellName({
  cell: { labels, runId, state, leftOut },
  axes,
}: {
  readonly cell: SweepCell;
  readonly axes: readonly string[];
}) {
  const [first = '', ...others] = axes;
  const name = <bdi>{labels[first] ?? dash}</bdi>;
  return (
    <>
      {runId === undefined ? (
        name
      ) : (
        <a class="name" href={links.run(runId)}>
          {name}
        </a>
      )}
      <span class="narrow-only">
        <StatePill state={leftOut ? 'cancelled' : state} />
      </span>
      {others.length > 0 && (
        <span class="under narrow-only">
          <bdi>{others.map((axis) => `${axis.split('.').at(-1)} ${labels[axis] ?? dash}`).join(', ')}</bdi>
        </span>
      )}
    </>
  );
}

function columnsOf(axes: readonly string[], cells: readonly SweepCell[]): readonly Column<SweepCell>[] {
  const top = Math.max(0.0001, ...cells.flatMap((cell) => cell.score ?? []));
  return [
    ...axes.map(
      (axis, index): Column<SweepCell> => ({
        ...{ id: axis, title: axis, sort: ({ labels }) => labels[axis] },
        ...(index > 0 && { minor: 1 }),
        cell: (cell) => (index === 0 ? <CellName cell={cell} axes={axes} /> : <bdi>{cell.labels[axis] ?? dash}</bdi>),
      }),
    ),
    {
      ...{ id: 'state', title: 'state', minor: 1, sort: ({ state }) => state },
      cell: ({ state, leftOut, why }) => (
        <>
          <StatePill state={leftOut ? 'cancelled' : state} note={why} />
          {why !== undefined && why !== '' && (
            <span class="under one-line">
              <bdi>{why}</bdi>
            </span>
          )}
        </>
      ),
    },
    {
      ...{ id: 'score', title: 'best score', isNumber: true, sort: (cell) => cell.score },
      cell: (cell) => (
        <>
          {score(cell.score)}
          {cell.score !== undefined && (
            <span class="spark" aria-hidden="true">
              <span style={{ width: `${(100 * cell.score) / top}%` }} />
            </span>
          )}
        </>
      ),
    },
    {
      ...{ id: 'rounds', title: 'rounds', isNumber: true, minor: 1, sort: ({ round }) => round },
      cell: ({ round, maxRounds }) =>
        round === undefined ? dash : `${round}${maxRounds === undefined ? '' : ` / ${maxRounds}`}`,
    },
    { id: 'tokens', title: 'tokens', isNumber: true, minor: 1, sort: (cell) => cell.tokens, cell: (cell) => tokens(cell.tokens) },
    ...moneyColumn(cells),
    {
      ...{ id: 'took', title: 'took', isNumber: true, minor: 2 },
      sort: ({ startedAtMs, endedAtMs }) => (startedAtMs && endedAtMs ? endedAtMs - startedAtMs : undefined),
      cell: ({ startedAtMs, endedAtMs }) => duration(startedAtMs && endedAtMs ? endedAtMs - startedAtMs : undefined),
    },
  ];
}
