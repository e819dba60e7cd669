import { detailKey } from '../../domain/comparison/execution-record.ts';
import { answerExcerptLength } from '../../domain/prompts/logged-outcome.ts';
import type { ExecutedRun } from '../../domain/routing/matrix-of-runs.ts';
import { readExecutionDetails } from '../../shared/runs/read-execution-details.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { createRunRecord, type RunRecord } from '../../shared/runs/run-record.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';

/** A run with what its executions answered: from the results, and where those have gone from the log, if it has all of it. */
export async function readExecutedRun(
  cluster: ReachedCluster,
  runId: string,
  signal: AbortSignal,
): Promise<ExecutedRun & { readonly record: RunRecord }> {
  const record = await readRun(cluster, createRunRecord(runId), signal);
  const state = record.state();
  const known = answersInEvents(record);
  const hashes = new Set(state.rounds.filter(({ outcomes }) => outcomes.length > 0).map(({ workflowHash }) => workflowHash));
  for (const hash of hashes) {
    const details = await readExecutionDetails(cluster, runId, hash, signal);
    for (const [key, { answer }] of details) known.set(`${hash}/${key}`, answer);
  }
  return {
    ...{ runId, state, record },
    answer: (round, hash, execution) => {
      const key = detailKey(execution);
      return known.get(`${hash}/${key}`) ?? known.get(`${round}/${key}`);
    },
  };
}

/** By round and execution; longer ones are shortened there, and no answer at all is better than a part of one. */
function answersInEvents({ events }: RunRecord): Map<string, string> {
  const answers = new Map<string, string>();
  for (const { event } of events) {
    if (event.kind !== 'executions-completed' && event.kind !== 'final-executions-completed' && event.kind !== 'canary-completed')
      continue;
    for (const outcome of event.kind === 'canary-completed' ? [event.outcome] : event.outcomes) {
      if (outcome.answer.length < answerExcerptLength) answers.set(`${event.round}/${detailKey(outcome)}`, outcome.answer);
    }
  }
  return answers;
}
