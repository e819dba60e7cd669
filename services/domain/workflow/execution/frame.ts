import type { FailureKind } from '../../failure.ts';
import { FailureError } from '../../failure.ts';
import type { OperatorRegistry } from '../../operators/registry.ts';
import type { CodeRunner, ModelClient, ModelReply } from '../../ports.ts';
import { ExpressionError } from '../expression/expression.ts';
import type { StepValue } from '../expression/value.ts';
import type { Workflow } from '../workflow.ts';
import type { Sampler } from './sample-group.ts';

/** What an execution needs of the world. */
export interface ExecutionContext {
  readonly model: ModelClient;
  readonly code: CodeRunner | undefined;
  readonly operators: OperatorRegistry;
  /** The key of the operators' random streams: the run's seed, then what identifies this execution. */
  readonly seed: readonly [number, ...(string | number)[]];
  /** The query's fields that the workflow may read. */
  readonly inputs: readonly string[];
  /** Most model calls of the execution. */
  readonly maxCalls: number;
  readonly signal: AbortSignal;
}

/** A finished model call, with its place in the workflow. */
export interface CallRecord {
  /** "drafts[1].draft/0": the step's path and the number of the call in it. */
  readonly callId: string;
  readonly operator: string;
  readonly reply: ModelReply;
}

/** The names and the record of one run of steps: the workflow's own, or one branch of a parallel or map step. */
export interface Frame {
  readonly workflow: Workflow;
  readonly context: ExecutionContext;
  /** Aborts this branch: with the execution, or because another branch failed in a way that ends all of them. */
  readonly signal: AbortSignal;
  readonly outer: Frame | undefined;
  readonly values: Map<string, StepValue>;
  /** "" or the branch, e.g. "drafts[1].". */
  readonly prefix: string;
  /** How often each id has run here. */
  readonly uses: Map<string, number>;
  readonly calls: CallRecord[];
  /** Of a branch whose first model call is asked for together with those of the others. */
  readonly sampler: Sampler | undefined;
}

export function rootFrame(workflow: Workflow, query: StepValue, context: ExecutionContext): Frame {
  const values = new Map([['query', query]]);
  return {
    workflow,
    context,
    signal: context.signal,
    outer: undefined,
    values,
    prefix: '',
    uses: new Map(),
    calls: [],
    sampler: undefined,
  };
}

export function branchFrame(outer: Frame, branch: string, signal: AbortSignal, sampler?: Sampler): Frame {
  const { workflow, context } = outer;
  return { workflow, context, signal, outer, values: new Map(), prefix: `${branch}.`, uses: new Map(), calls: [], sampler };
}

export function lookUp(name: string, frame: Frame): StepValue | undefined {
  for (let at: Frame | undefined = frame; at !== undefined; at = at.outer) {
    const value = at.values.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Names this use of a step, e.g. "drafts[1].draft", or "review#2" the second time. */
export function usePath(id: string, frame: Frame): string {
  const use = (frame.uses.get(id) ?? 0) + 1;
  frame.uses.set(id, use);
  return `${frame.prefix}${id}${use === 1 ? '' : `#${use}`}`;
}

export function failureAt(kind: FailureKind, path: string, message: string, cause?: unknown): FailureError {
  return new FailureError({ kind, step: path, message: `Step ${path}: ${message}` }, { cause });
}

/** Reads a template's or an expression's value; if there is none, the step fails. */
export function evaluated<T>(path: string, field: string, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof ExpressionError) throw failureAt('expression', path, `${field} has no value: ${error.message}.`, error);
    throw error;
  }
}
