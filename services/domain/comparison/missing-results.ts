import type { ExecutionRecord } from './execution-record.ts';

/** A sentence on executions whose results the cluster has no more, undefined where it has all. */
export function describeMissingResults(
  records: readonly Pick<ExecutionRecord, 'answerIsWhole' | 'failure'>[],
): string | undefined {
  // A job that could never be done has a failure for a result, and no answer.
  const missing = records.filter(({ answerIsWhole, failure }) => !answerIsWhole && failure?.kind !== 'poison').length;
  if (missing === 0) return undefined;
  return (
    `${missing} of ${records.length} results are no more in the cluster's store, which keeps them for two weeks: if these are younger, ` +
    'its files were damaged. Scores and tokens are whole, since the log has them; of these executions, long answers are cut and times unknown.'
  );
}
