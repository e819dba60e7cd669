import { useMemo } from 'preact/hooks';
import { ask } from '../../addresses.ts';
import type { MatrixAnswer } from '../../api/execution-answers.ts';
import { plural } from '../numbers.ts';
import { useAnswer, usePage, useRevision } from '../page-context.ts';
import { FilterBox } from '../parts/filter-box.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { MatrixGrid } from './matrix-grid.tsx';
import { cellWords, columnMean, fitsMatrix, type MatrixFilter, matrixFilters, matrixRows, orderMatrix } from './matrix-rows.ts';
import { RunFrame } from './run-frame.tsx';

export function MatrixView({ runId }: { readonly runId: string }) {
  return (
    <RunFrame runId={runId} tab="matrix">
      {({ report }) => <Matrix runId={runId} best={report?.best?.round} />}
    </RunFrame>
  );
}

function Matrix({ runId, best }: { readonly runId: string; readonly best: number | undefined }) {
  const answer = useAnswer(ask.matrix(runId), useRevision(runId));
  return (
    <Show answer={answer} what="the matrix">
      {(matrix) =>
        matrix.rows.length === 0 ? (
          <Empty title="Nothing has been executed yet">
            <p>As soon as a workflow has answered a query, its score stands here.</p>
          </Empty>
        ) : (
          <Tools matrix={matrix} runId={runId} best={best} />
        )
      }
    </Show>
  );
}

const orders = {
  mean: 'hardest first',
  '-mean': 'easiest first',
  '-spread': 'where workflows differ the most',
  index: "in the benchmark's order",
} as const;

const firstOrder = 'mean';

function Tools({
  matrix,
  runId,
  best,
}: {
  readonly matrix: MatrixAnswer;
  readonly runId: string;
  readonly best: number | undefined;
}) {
  const { route, want } = usePage();
  const { text = '', sort = firstOrder, columns: columnOrder = '' } = route.wanted;
  const filter: MatrixFilter =
    route.wanted.show !== undefined && Object.hasOwn(matrixFilters, route.wanted.show)
      ? (route.wanted.show as MatrixFilter)
      : 'executed';
  const all = useMemo(() => matrixRows(matrix), [matrix]);
  const rounds = useMemo(() => matrix.rows.map(({ round }) => round), [matrix]);
  const means = useMemo(() => matrix.rows.map(({ cells }) => columnMean(cells)), [matrix]);
  const rows = useMemo(
    () =>
      orderMatrix(
        all.filter((row) => fitsMatrix(row, filter, text.toLowerCase())),
        sort,
        rounds,
      ),
    [all, filter, text, sort, rounds],
  );
  const columns = useMemo(() => {
    const places = rounds.map((_, place) => place);
    return columnOrder === 'score'
      ? places.sort((one, other) => (means[other] ?? -1) - (means[one] ?? -1) || one - other)
      : places;
  }, [rounds, means, columnOrder]);
  const byRound = sort.replace(/^-/, '').startsWith('round-') ? sort : undefined;
  return (
    <>
      <div class="tools">
        <FilterBox label="Filter by query or question" value={text} change={(value) => want({ text: value })} />
        <label>
          Show{' '}
          <select value={filter} onChange={(event) => want({ show: event.currentTarget.value })}>
            {Object.entries(matrixFilters).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          Queries{' '}
          <select value={sort} onChange={(event) => want({ sort: event.currentTarget.value })}>
            {Object.entries(orders).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
            {byRound !== undefined && (
              <option value={byRound}>
                by round {byRound.replace(/\D/g, '')}, {byRound.startsWith('-') ? 'best' : 'worst'} first
              </option>
            )}
          </select>
        </label>
        <label>
          Workflows{' '}
          <select value={columnOrder} onChange={(event) => want({ columns: event.currentTarget.value })}>
            <option value="">in the order of rounds</option>
            <option value="score">best first</option>
          </select>
        </label>
        <span class="faint count" role="status">
          {rows.length} of {plural(all.length, 'query')}
        </span>
      </div>
      {rows.length === 0 ? (
        <Empty title="No query fits">
          <button type="button" class="button" onClick={() => want({ text: undefined, show: undefined })}>
            Show all executed queries
          </button>
        </Empty>
      ) : (
        <MatrixGrid
          {...{ runId, rows, columns, rounds, means, best }}
          sort={sort}
          sortBy={(order) => want({ sort: order === firstOrder ? undefined : order })}
        />
      )}
      <ul class="legend">
        <li>
          <span class="cell-sample" style={{ '--share': '100%' }}>
            1
          </span>
          right
        </li>
        <li>
          <span class="cell-sample" style={{ '--share': '0%' }}>
            0
          </span>
          wrong
        </li>
        <li>
          <span class="cell-sample failed">×</span>
          {cellWords.failed}
        </li>
        {rows.some(({ cells }) => cells.includes('unscored')) && (
          <li>
            <span class="cell-sample failed">?</span>
            {cellWords.unscored}
          </li>
        )}
        <li>
          <span class="cell-sample none" />
          not executed
        </li>
      </ul>
      <p class="faint">
        Arrow keys move from cell to cell, Enter opens the execution. A column's head sorts the queries by that workflow.
      </p>
    </>
  );
}
