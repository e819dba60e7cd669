import { useMemo } from 'preact/hooks';
import { ask } from '../../addresses.ts';
import type { RunRow } from '../../api/run-row.ts';
import { ago, duration, money, plural, saved, score, time, tokens } from '../numbers.ts';
import { useAnswer, usePage } from '../page-context.ts';
import { FilterBox } from '../parts/filter-box.tsx';
import { StatePill } from '../parts/state-pill.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { links } from '../route.ts';
import { useStore } from '../store.ts';

const states = ['running', 'paused', 'interrupted', 'completed', 'cancelled', 'failed'] as const;

export function RunsView() {
  const { live } = usePage();
  const answer = useAnswer(ask.runs());
  const newer = useStore(live.runs);
  const removed = useStore(live.removedRuns);
  return (
    <>
      <header class="head">
        <h1 tabIndex={-1}>Runs</h1>
      </header>
      <Show answer={answer} what="the runs">
        {({ runs }) => <RunsTable rows={merged(runs, newer, removed)} />}
      </Show>
    </>
  );
}

/** As read, with what has been heard since. */
function merged(read: readonly RunRow[], newer: ReadonlyMap<string, RunRow>, removed: ReadonlySet<string>): readonly RunRow[] {
  const known = new Set(read.map(({ runId }) => runId));
  const added = [...newer.values()].filter(({ runId }) => !known.has(runId));
  return [...added, ...read.map((row) => newer.get(row.runId) ?? row)].filter(({ runId }) => !removed.has(runId));
}

export function RunsTable({ rows }: { readonly rows: readonly RunRow[] }) {
  const { route, want } = usePage();
  const { text = '', state = '' } = route.wanted;
  const shown = useMemo(() => rows.filter((row) => fits(row, text, state)), [rows, text, state]);
  const columns = useMemo(() => columnsOf(rows), [rows]);
  if (rows.length === 0) {
    return (
      <Empty title="No runs yet">
        <p>
          Start one with <code>scale run examples/demo.yaml</code>: it appears here by itself.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <div class="tools">
        <FilterBox label="Filter by name, benchmark, label or team" value={text} change={(value) => want({ text: value })} />
        <label>
          State{' '}
          <select value={state} onChange={(event) => want({ state: event.currentTarget.value })}>
            <option value="">all</option>
            {states.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <span class="faint count" role="status">
          {shown.length === rows.length ? plural(rows.length, 'run') : `${shown.length} of ${plural(rows.length, 'run')}`}
        </span>
      </div>
      {shown.length === 0 ? (
        <Empty title="No run fits">
          <button type="button" class="button" onClick={() => want({ text: undefined, state: undefined })}>
            Show all runs
          </button>
        </Empty>
      ) : (
        <Table label="Runs" rows={shown} columns={columns} keyOf={({ runId }) => runId} order="-started" />
      )}
    </>
  );
}

function fits(row: RunRow, text: string, state: string): boolean {
  if (state !== '' && row.state !== state) return false;
  const words = text.toLowerCase().split(/\s+/);
  const said = [row.runId, row.name, row.benchmark, row.team ?? '', row.startedBy ?? '', ...row.labels].join(' ').toLowerCase();
  return words.every((word) => said.includes(word));
}

function columnsOf(rows: readonly RunRow[]): readonly Column<RunRow>[] {
  const hasMoney = rows.some((row) => row.money !== undefined || row.spentMoney !== undefined);
  const named = Map.groupBy(rows, ({ name }) => name);
  const hasLeft = rows.some((row) => row.leftMs !== undefined);
  const now = Date.now();
  return [
    {
      id: 'name',
      title: 'run',
      sort: ({ name }) => name,
      cell: (row) => <RunName row={row} isAlone={named.get(row.name)?.length === 1} />,
    },
    {
      ...{ id: 'state', title: 'state', sort: ({ state }) => state, minor: 1 },
      cell: (row) => <StatePill state={row.state} note={row.waiting && `${row.waiting.what}, until ${row.waiting.until}`} />,
    },
    {
      ...{ id: 'score', title: 'best score', isNumber: true, sort: ({ best }) => best?.score },
      cell: ({ best }) => (
        <>
          {score(best?.score)}
          {best?.interval && (
            <span class="under">
              {score(best.interval.low)}–{score(best.interval.high)}
            </span>
          )}
        </>
      ),
    },
    {
      ...{ id: 'rounds', title: 'rounds', isNumber: true, minor: 2, sort: ({ roundsCompleted }) => roundsCompleted },
      cell: ({ roundsCompleted, maxRounds }) => (maxRounds === 0 ? '–' : `${roundsCompleted} / ${maxRounds}`),
    },
    {
      ...{ id: 'tokens', title: 'tokens', isNumber: true, minor: 1, sort: (row) => row.spentTokens ?? row.tokens },
      cell: (row) => tokens(row.spentTokens ?? row.tokens),
    },
    ...(hasMoney
      ? [
          {
            ...{ id: 'money', title: 'cost', isNumber: true, minor: 2 as const },
            sort: (row: RunRow) => (row.spentMoney ?? row.money)?.amount,
            cell: (row: RunRow) => money(row.spentMoney ?? row.money),
          },
        ]
      : []),
    {
      ...{ id: 'saved', title: 'saved', isNumber: true, minor: 2, sort: (row) => row.saved?.share },
      cell: (row) => (
        <span title={row.saved === undefined ? undefined : 'against executing every workflow on every query, as estimated'}>
          {saved(row.saved?.share)}
          {row.saved?.money && <span class="under">{money(row.saved.money)}</span>}
        </span>
      ),
    },
    ...(hasLeft
      ? [
          {
            ...{ id: 'left', title: 'time left', isNumber: true, minor: 2 as const, sort: (row: RunRow) => row.leftMs },
            cell: (row: RunRow) => (row.leftMs === undefined ? '' : `~${duration(row.leftMs)}`),
          },
        ]
      : []),
    {
      ...{ id: 'started', title: 'started', isNumber: true, minor: 1, sort: ({ createdAtMs }) => createdAtMs },
      cell: ({ createdAtMs, startedBy }) => (
        <span title={time(createdAtMs)}>
          {ago(createdAtMs, now)}
          {startedBy !== undefined && (
            <span class="under brief">
              <bdi>{startedBy}</bdi>
            </span>
          )}
        </span>
      ),
    },
  ];
}

/** @param isAlone no other run has its name, so that its id need not be shown */
function RunName({ row, isAlone }: { readonly row: RunRow; readonly isAlone: boolean }) {
  return (
    <>
      <a class="name two-lines" href={links.run(row.runId)}>
        <bdi>{row.name || row.runId}</bdi>
      </a>
      <span class="narrow-only">
        <StatePill state={row.state} />
      </span>
      <span class="under">
        <bdi class="brief">{row.benchmark}</bdi>
        {!isAlone && <code> {row.runId.replace(/^.*-(?=[^-]+$)/, '')}</code>}
        {row.simulated && <span class="tag">simulated</span>}
        {row.team !== undefined && <span class="tag">{row.team}</span>}
        {row.labels.map((label) => (
          <span key={label} class="tag">
            <bdi>{label}</bdi>
          </span>
        ))}
        {row.waiting && (
          <a class="tag warn" href={links.why(row.runId)}>
            waits: {row.waiting.what}
          </a>
        )}
      </span>
    </>
  );
}
