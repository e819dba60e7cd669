import { isKnown, scoreAt } from '../picking/outcome-board.ts';
import { mostRowsRecalled, rowsToRecall } from '../run/memory.ts';
import type { MemoryRow, OutcomeRow } from '../run/outcomes/outcome-row.ts';
import type { PreparedSearch, ReplayedSearch } from './prepared-search.ts';
import type { ReplayPlan } from './replay-plan.ts';

type Replay = (search: PreparedSearch, plan: ReplayPlan) => ReplayedSearch;

const nothing: readonly MemoryRow[] = [];

/**
 * What a run would have been offered from the searches before this one, by the same rule as in a live run. Those are replayed
 * without memory of their own.
 */
export function rememberedRows(search: PreparedSearch, { memory, ...plan }: ReplayPlan, replay: Replay): readonly MemoryRow[] {
  if (memory === undefined || search.earlier.length === 0) return nothing;
  const kept: MemoryRow[] = [];
  for (const earlier of search.earlier) {
    if (kept.length >= mostRowsRecalled) break;
    const rows = memory === 'full' ? fullRows(earlier) : executedRows(replay(earlier, plan), earlier.queryCount);
    kept.push(...rows.map((row, index) => memoryRow(row, earlier.name, index + 1, plan.method.name)));
  }
  return rowsToRecall(kept, { runId: search.name, model: recorded, simulated: false });
}

const recorded = 'recorded';

function memoryRow({ queries, scores }: OutcomeRow, runId: string, round: number, method: string): MemoryRow {
  return { runId, round, workflowHash: `${runId}/${round}`, model: recorded, method, simulated: false, queries, scores };
}

function fullRows({ workflows, queryCount }: PreparedSearch): OutcomeRow[] {
  const queries = Array.from({ length: queryCount }, (_, query) => query);
  return workflows.map(({ repeats: [scores = []] }) => ({ queries, scores }));
}

function executedRows({ rows, board }: ReplayedSearch, queryCount: number): readonly OutcomeRow[] {
  if (board === undefined) return rows;
  return rows.map((_, candidate) => {
    const queries = Array.from({ length: queryCount }, (__, query) => query).filter((query) => isKnown(board, candidate, query));
    return { queries, scores: queries.map((query) => scoreAt(board, candidate, query)) };
  });
}
