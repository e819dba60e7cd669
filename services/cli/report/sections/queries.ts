import { countOf } from '../../../domain/names/count-of.ts';
import type { MatrixCell, MatrixQuery, QueryMatrix } from '../../../domain/report/report-model.ts';
import type { Block } from '../../../shared/document/document.ts';
import { formatShare, oneLine } from '../../../shared/document/format.ts';
import type { CellState } from '../../../shared/document/plot.ts';
import type { RunSection } from './run-section.ts';

export const queries: RunSection = ({ matrix }) => {
  if (matrix.rows.length === 0) return undefined;
  return {
    id: 'queries',
    title: 'Queries by workflows',
    filesOnly: true,
    blocks: [
      {
        kind: 'matrix',
        id: 'query-matrix',
        title: 'Queries by workflows',
        description: `${matrix.rows.length} executed workflows on ${matrix.queries.length} queries.`,
        columns: matrix.queries.map(describeQuery),
        rows: matrix.rows.map(({ round, cells }) => ({ name: `round ${round}`, cells: cells.map(stateOf) })),
        note: 'queries, from the hardest on the left to the easiest',
      },
      { kind: 'text', text: describeUnsolved(matrix) },
      hardestQueries(matrix),
    ],
  };
};

function stateOf(cell: MatrixCell): CellState {
  if (cell === null) return 'none';
  if (cell === 'failed') return 'failed';
  if (cell === 0) return 'wrong';
  return cell >= 1 ? 'right' : 'partial';
}

function describeQuery({ id, question, meanScore, executedBy }: MatrixQuery): string {
  const score =
    meanScore === undefined ? 'not executed' : `mean score ${formatShare(meanScore)} over ${countOf(executedBy, 'workflow')}`;
  return `${id}: ${score}. ${oneLine(question, 140)}`;
}

function describeUnsolved({ queries: all }: QueryMatrix): string {
  const unsolved = all.filter(({ meanScore }) => meanScore === 0).length;
  if (unsolved === 0) return 'Every executed query was solved by some workflow.';
  return `${unsolved} of ${all.length} queries were solved by no workflow that executed them.`;
}

const hardestShown = 12;

function hardestQueries({ queries: all }: QueryMatrix): Block {
  return {
    kind: 'table',
    title: 'The hardest queries',
    folded: true,
    of: 'query',
    columns: [{ name: 'mean score' }, { name: 'executed by' }, { name: 'question', text: true }],
    rows: all.slice(0, hardestShown).map(({ id, meanScore, executedBy, question }) => ({
      name: id,
      cells: [
        meanScore === undefined ? undefined : { unit: 'score', value: meanScore },
        { unit: 'count', value: executedBy },
        question,
      ],
    })),
  };
}
