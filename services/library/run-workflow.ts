import { stringify } from 'yaml';
import { operators } from '../domain/operators/registry.ts';
import type { CodeRunner, ModelClient, Usage } from '../domain/ports.ts';
import { sumUsage } from '../domain/run/ledger/totals.ts';
import { interpretWorkflow, type WorkflowOutcome } from '../domain/workflow/execution/interpret.ts';
import { readWorkflowText } from '../shared/benchmarks/read-workflow-file.ts';

export interface RunWorkflowOptions {
  /** Runs programs that models wrote, e.g. createSandbox(). Without it, a workflow that runs any fails with `code`. */
  readonly code?: CodeRunner;
  /** Of the operators that choose at random, e.g. the order of candidates in a vote. Default 1. */
  readonly seed?: number;
  /** Most model calls; a workflow that could make more is refused. Default 64. */
  readonly maxCalls?: number;
  readonly signal?: AbortSignal;
}

export interface WorkflowRun extends WorkflowOutcome {
  /** Tokens of all calls together. */
  readonly usage: Usage;
}

/**
 * Runs a workflow on one query.
 * @param document a workflow as `scale export` writes it: YAML or JSON, or what is decoded of it
 * @param query its fields; the workflow is checked against their names before any call
 * @returns the answer, or "" with a failure for a fault of the workflow or of a reply, e.g. one that is cut off
 * @throws WorkflowFileError for a document that cannot be used, with everything that is wrong with it
 * @throws what the client throws for the infrastructure, and the signal's reason
 */
export async function runWorkflow(
  document: string | object,
  query: Readonly<Record<string, string>>,
  client: ModelClient,
  { code, seed = 1, maxCalls = 64, signal = new AbortController().signal }: RunWorkflowOptions = {},
): Promise<WorkflowRun> {
  const text = typeof document === 'string' ? document : stringify(document);
  const inputs = Object.keys(query);
  const workflow = readWorkflowText(text, 'workflow', { operators: [...operators.keys()], inputs }, maxCalls);
  const asked = { id: 'query', fields: query, reference: '' };
  const context = { model: client, code, operators, seed: [seed] as const, inputs, maxCalls, signal };
  const outcome = await interpretWorkflow(workflow, asked, context);
  return { ...outcome, usage: sumUsage(outcome.calls.map(({ reply }) => reply.usage)) };
}
