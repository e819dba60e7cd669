import { exact } from '../../../shared/document/format.ts';
import { ask } from '../../addresses.ts';
import type { ExecutionRow } from '../../api/execution-answers.ts';
import { plural, score, tokens } from '../numbers.ts';
import { useAnswer, usePage, useRevision } from '../page-context.ts';
import { FilterBox } from '../parts/filter-box.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { links } from '../route.ts';

interface RoundQueriesProps {
  readonly runId: string;
  readonly round: number;
}

/** The executions of a round's workflow, the worst first. */
export function RoundQueries({ runId, round }: RoundQueriesProps) {
  const { route, want } = usePage();
  const { text = '' } = route.wanted;
  const answer = useAnswer(ask.executionRows(runId, round), useRevision(runId));
  return (
    <Show answer={answer} what="its executions">
      {({ rows, total }) => {
        if (total === 0) {
          return (
            <Empty title="Nothing was executed">
              <p>Its score was predicted, or it has not been its turn yet.</p>
            </Empty>
          );
        }
        const shown = rows.filter((row) =>
          `${row.queryId} ${row.answer} ${row.failure?.kind ?? ''}`.toLowerCase().includes(text.toLowerCase()),
        );
        return (
          <>
            <div class="tools">
              <FilterBox label="Filter by query, answer or failure" value={text} change={(value) => want({ text: value })} />
              <span class="faint count" role="status">
                {shown.length === rows.length ? plural(total, 'execution') : `${shown.length} of ${plural(total, 'execution')}`}
                {rows.length < total && `; the ${exact(rows.length)} worst are listed`}
              </span>
            </div>
            <Table
              label={`Executions of round ${round}`}
              order="score"
              rows={shown}
              keyOf={(row) => `${row.queryIndex} ${row.repeat}`}
              columns={executionColumns(
                runId,
                round,
                rows.some(({ repeat }) => repeat > 0),
              )}
            />
          </>
        );
      }}
    </Show>
  );
}

function executionColumns(runId: string, round: number, hasRepeats: boolean): readonly Column<ExecutionRow>[] {
  return [
    {
      ...{ id: 'query', title: 'query', sort: ({ queryIndex }) => queryIndex },
      cell: (row) => (
        <>
          <a class="name" href={links.query(runId, round, row.queryId)}>
            <bdi>{row.queryId}</bdi>
            {hasRepeats && ` · ${row.repeat + 1}`}
          </a>
          <span class="narrow-only">
            <AnswerShown row={row} />
          </span>
        </>
      ),
    },
    {
      ...{ id: 'score', title: 'score', isNumber: true, sort: (row) => row.score },
      cell: (row) => score(row.score),
    },
    { id: 'tokens', title: 'tokens', isNumber: true, minor: 1, sort: (row) => row.tokens, cell: (row) => tokens(row.tokens) },
    {
      ...{ id: 'answer', title: 'answer, and why it has this score', minor: 1 },
      cell: (row) => <AnswerShown row={row} />,
    },
  ];
}

function AnswerShown({ row: { answer, failure, feedback } }: { readonly row: ExecutionRow }) {
  return (
    <span class="edit">
      {failure === undefined ? <bdi>{answer}</bdi> : <bdi class="bad">{`${failure.kind}: ${failure.message}`}</bdi>}
      {feedback !== undefined && feedback !== '' && (
        <span class="under">
          <bdi>{feedback}</bdi>
        </span>
      )}
    </span>
  );
}
