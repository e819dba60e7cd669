import type { ReportModel, RoundReport } from '../../domain/report/report-model.ts';
import { spentBy } from '../../domain/report/spent-by.ts';
import { optional, type RecordColumn, text, truth, whole } from '../eval/record-columns.ts';
import { encodeTable, type TableFormat } from './encode-table.ts';

interface RoundRow extends RoundReport {
  /** All that had been charged when this round's score was known. */
  readonly tokensByThen: number;
}

/** Every round of a run: what it proposed, its score and how that was found, what it took. */
export function roundTable(
  { run, rounds, spending, best, pick, simulated }: ReportModel,
  format: TableFormat,
): string | Uint8Array {
  const otherScorers = [...new Set(rounds.flatMap(({ otherScores = {} }) => Object.keys(otherScores)))].sort();
  const columns: RecordColumn<RoundRow>[] = [
    text('run', () => run.runId),
    text('benchmark', () => run.benchmark),
    whole('round', ({ round }) => round),
    whole('parent', ({ parentRound }) => parentRound),
    optional('merged_with', 'whole', ({ mergedRound }) => mergedRound),
    text('edit', ({ modification }) => modification),
    text('workflow', ({ workflowHash }) => workflowHash),
    optional('method', 'text', ({ method }) => method),
    optional('score', 'decimal', ({ score }) => score),
    optional('standard_error', 'decimal', ({ standardError }) => standardError),
    ...otherScorers.map((scorer): RecordColumn<RoundRow> => {
      return optional(`score_${scorer}`, 'decimal', ({ otherScores }) => otherScores?.[scorer]);
    }),
    optional('predicted', 'decimal', ({ predicted }) => predicted),
    optional('few_shot', 'decimal', ({ fewShot }) => fewShot),
    optional('alpha', 'decimal', ({ alpha }) => alpha),
    whole('executions', ({ executions }) => executions),
    whole('queries_executed', ({ queries }) => queries.executed),
    whole('queries_scored', ({ queries }) => queries.scored),
    whole('wrong_answers', ({ wrongAnswers }) => wrongAnswers),
    whole('failed_executions', ({ failures }) => failures.reduce((sum, { count }) => sum + count, 0)),
    whole('refused_proposals', ({ refusedProposals }) => refusedProposals),
    optional('tokens_an_answer', 'decimal', ({ answer }) => answer?.tokens),
    optional('latency_median_ms', 'whole', ({ latencyMs }) => latencyMs?.median),
    optional('latency_p90_ms', 'whole', ({ latencyMs }) => latencyMs?.p90),
    truth('on_front', ({ isOnFront }) => isOnFront === true),
    { ...whole('tokens', ({ tokens }) => tokens), type: 'decimal' },
    { ...whole('tokens_by_then', ({ tokensByThen }) => tokensByThen), type: 'decimal' },
    optional('money', 'decimal', ({ money }) => money?.amount),
    truth('picked', ({ round }) => round === (pick?.round ?? best?.round)),
    truth('completed', ({ completed }) => completed),
    optional('failure', 'text', ({ failure }) => failure),
    truth('simulated', () => simulated),
  ];
  const rows = rounds.map((round): RoundRow => ({ ...round, tokensByThen: spentBy(spending, round.round).tokens }));
  return encodeTable(format, columns, rows);
}
