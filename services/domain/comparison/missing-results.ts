import type { ExecutionRecord } from './execution-record.ts';

/** A sentence about executions whose results the cluster no longer has; undefined if it has all of them. */
export function describeMissingResults(
  records: readonly Pick<ExecutionRecord, 'answerIsWhole' | 'failure'>[],
): string | undefined {
  // A job that could never be done has a failure for a result, and no answer.
  const missing = records.filter(({ answerIsWhole, failure }) => !answerIsWhole && failure?.kind !== 'poison').length;
  if (missing === 0) return undefined;
  return (
    `${missing} of ${records.length} results are no longer in the cluster's store, which keeps them for two weeks; if these are more recent, ` +
    'its files were damaged. Scores and tokens are complete, since the log has them; for these executions, long answers are cut and times are unknown.'
  );
}
