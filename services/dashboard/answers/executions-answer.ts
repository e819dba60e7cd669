import { configurationFromProto } from '../../shared/contracts/configuration-codec.ts';
import { workflowFromProto } from '../../shared/contracts/workflow-codec.ts';
import type { ControlClient } from '../../shared/control-client/control-client.ts';
import { type ExecutionShown, executionShown } from '../../shared/runs/execution-shown.ts';
import { notFound } from '../answer-error.ts';
import type { ExecutionsAnswer } from '../api/execution-answers.ts';
import { type FoldedRun, stateOf } from '../runs/folded-run.ts';
import { cellsOf } from './matrix-answer.ts';
import { outcomesOf, roundIn } from './round-answer.ts';

/** @param wanted the query, by its id */
export async function executionsAnswer(
  client: ControlClient,
  run: FoldedRun,
  { round, query: wanted }: { readonly round: number; readonly query: string },
  signal: AbortSignal,
): Promise<ExecutionsAnswer> {
  const { runId, benchmark, manifest } = run;
  roundIn(run, round);
  const index = benchmark.queries.findIndex(({ id }) => id === wanted);
  const query = benchmark.queries[index];
  if (query === undefined) {
    const some = benchmark.queries.slice(0, 3).map(({ id }) => id);
    throw notFound(`${benchmark.name} has no query ${wanted}: name one such as ${some.join(', ')}`);
  }
  const executions: ExecutionShown[] = [];
  const found = await client.getRound({ runId, round, queryIndex: index }, signal);
  if (found.workflow !== undefined && manifest.configuration !== undefined) {
    const { workflowHash } = found;
    const fixed = {
      ...{ workflow: workflowFromProto(found.workflow), workflowHash, query, benchmark },
      configuration: configurationFromProto(manifest.configuration),
    };
    for await (const { result, repeat } of client.listExecutions({ runId, workflowHash, queryIndex: index }, signal)) {
      if (result !== undefined) executions.push(await executionShown({ ...fixed, result, repeat }, signal));
    }
    signal.throwIfAborted();
  }
  return {
    ...{ runId, round, executions },
    query: { index, id: query.id, fields: query.fields, reference: query.reference },
    ...(executions.length === 0 && { note: await noteOf(run, round, index) }),
    others: othersOf(run, index),
  };
}

async function noteOf(run: FoldedRun, number: number, index: number): Promise<string> {
  const { state, round } = roundIn(run, number);
  const outcome = outcomesOf(state, round).find(({ queryIndex }) => queryIndex === index);
  if (outcome === undefined) return `The workflow of round ${number} was not executed on this query.`;
  return 'Its results have gone: they are kept for two weeks. The score, the tokens and the start of the answer are still in the log.';
}

function othersOf(run: FoldedRun, index: number): ExecutionsAnswer['others'] {
  const state = stateOf(run);
  if (state === undefined) return [];
  return state.rounds.flatMap((round) => {
    const outcomes = outcomesOf(state, round).filter(({ queryIndex }) => queryIndex === index);
    const [score = null] =
      outcomes.length === 0
        ? []
        : cellsOf(
            outcomes.map((outcome) => ({ ...outcome, queryIndex: 0 })),
            1,
          );
    return outcomes.length === 0 ? [] : [{ round: round.round, score }];
  });
}
