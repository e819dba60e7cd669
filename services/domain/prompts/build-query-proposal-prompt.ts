import type { Benchmark, Query } from '../benchmark.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { PromptRequest } from './build-proposal-prompt.ts';
import { languageExample } from './language-reference.ts';
import { repairSection } from './repair-section.ts';
import { type ReplyForm, taggedForm } from './reply-form.ts';
import { shortened } from './shortened.ts';
import { languageSection, taskSections } from './task-sections.ts';

export interface QueryPromptRequest extends PromptRequest {
  readonly queryIndex: number;
}

/** Characters of each variable part. */
const limits = { workflow: 12_000, field: 24_000 };

/**
 * The optimizer's prompt for one query's own workflow: the query-level baseline. The parts that are the same for all queries come
 * first, so that a server's prefix cache can hold them.
 * @throws RangeError if there is no such round or query
 */
export function buildQueryProposalPrompt(
  { state, benchmark, round, turn, queryIndex }: QueryPromptRequest,
  form: ReplyForm = taggedForm,
): string {
  const { configuration } = state;
  const { workflow, queryProposals = [] } = state.rounds[round - 1] ?? {};
  const query = benchmark.queries[queryIndex];
  if (workflow === undefined || query === undefined)
    throw new RangeError(`round ${round} has no query ${queryIndex} to write for`);
  const refused = turn > 1 ? queryProposals.findLast((proposal) => proposal.queryIndex === queryIndex) : undefined;
  const { executor, search } = configuration;
  const task = { benchmark, executorModel: executor.model, maxCalls: search.maxCallsPerQuery, usual: workflow };
  return queryProposalPrompt({ ...task, query, refused }, form);
}

/** What is written for: a query of a run, or one that somebody asks now. */
export interface QueryTask {
  readonly benchmark: Benchmark;
  readonly executorModel: string;
  readonly maxCalls: number;
  /** The task's usual workflow. */
  readonly usual: Workflow;
  readonly query: Pick<Query, 'fields'>;
  /** The reply before this one, which was refused. */
  readonly refused?: Parameters<typeof repairSection>[0];
}

export function queryProposalPrompt(task: QueryTask, form: ReplyForm = taggedForm): string {
  const { benchmark, executorModel, maxCalls, usual, query, refused } = task;
  return [
    instructions(benchmark, executorModel, maxCalls, usual, form),
    querySection(query, benchmark.inputs),
    repairSection(refused, 'Keep its idea and fix what was refused.'),
    form.lastLine('the whole workflow for this query'),
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

function instructions(
  benchmark: Benchmark,
  executorModel: string,
  maxCallsPerQuery: number,
  usual: Workflow,
  form: ReplyForm,
): string {
  const field = benchmark.inputs[0] ?? 'question';
  return `You write a workflow: a small program of language-model calls that answers one query of a task. You are shown the query and the task's usual workflow. Write the workflow that answers this query best.

# Rules
1. Match the workflow to the query: an easy one needs one call, a hard one may need reasoning in steps, several independent solutions and a vote, a check, or a revision.
2. Every prompt that a step names must be defined under prompts with exactly that name. Use only the operators below, with exactly their inputs.
3. The returned text is the answer that is scored. Have the prompts ask for the answer format.
4. Do not solve the query yourself: put no answer or intermediate result in a prompt. The workflow's calls read the query from its fields.
5. At most ${maxCallsPerQuery} model calls; each costs tokens, so add one only where it should pay off.

${languageSection([languageExample(field), twoCallsExample(field)], form)}

${taskSections(benchmark, executorModel)}

# The task's usual workflow
<parent>
${shortened(form.workflow(usual), limits.workflow)}
</parent>

# Reply
${form.request('one sentence: how this workflow differs from the usual one and why that suits the query', 'the whole workflow')}`;
}

/** A plan before the solution: a different form from the vote in `languageExample`, and it needs only the operator custom. */
export function twoCallsExample(field: string): string {
  return `workflow: 1
prompts:
  plan: |-
    List what is given, what is asked for, and the steps between them. Do not solve it yet.
  solve: |-
    Solve the problem by following the plan below it, step by step. End with the final answer.
steps:
  - id: plan
    call: custom
    with: {instruction: plan, input: "{{ query.${field} }}"}
  - id: answer
    call: custom
    with: {instruction: solve, input: "{{ query.${field} }}\\n\\nPlan:\\n{{ plan.response }}"}
  - return: "{{ answer.response }}"`;
}

function querySection(query: Pick<Query, 'fields'>, inputs: readonly string[]): string {
  const fields = inputs.map((field) => `${field}: ${shortened((query.fields[field] ?? '').trim(), limits.field)}`);
  return ['# The query', ...fields].join('\n');
}
