import type { Query } from '../../benchmark.ts';
import type { Failure } from '../../failure.ts';
import { FailureError } from '../../failure.ts';
import { workflowBounds } from '../bounds.ts';
import { parseExpression } from '../expression/expression.ts';
import { parseTemplate, templateValue } from '../expression/template.ts';
import type { StepValue } from '../expression/value.ts';
import { isList, textOf } from '../expression/value.ts';
import type { MapStep, ParallelStep, Step, Workflow } from '../workflow.ts';
import { callOperator } from './call-operator.ts';
import type { CallRecord, ExecutionContext, Frame } from './frame.ts';
import { branchFrame, evaluated, failureAt, lookUp, rootFrame, usePath } from './frame.ts';
import { createSampleGroup, type Sampler } from './sample-group.ts';

export interface WorkflowOutcome {
  /** "" with a failure. */
  readonly answer: string;
  readonly failure?: Failure;
  /** Every finished call, in the workflow's order: the same whichever was answered first. */
  readonly calls: readonly CallRecord[];
}

/**
 * Runs a workflow on a query. A fault of the workflow or of a model's reply becomes the outcome's failure; a fault of the
 * infrastructure is thrown, as is an abort. The same replies give the same outcome, in whatever order the branches of a parallel
 * step are answered: when a branch fails the others still finish, and the first failure in order is reported.
 */
export async function interpretWorkflow(workflow: Workflow, query: Query, context: ExecutionContext): Promise<WorkflowOutcome> {
  const { maxCalls } = workflowBounds(workflow, context.operators);
  if (maxCalls > context.maxCalls) {
    const message = `The workflow can make ${maxCalls} model calls for one query, and ${context.maxCalls} are allowed.`;
    return { answer: '', failure: { kind: 'call-limit', message }, calls: [] };
  }
  const fields = context.inputs.map((field) => [field, query.fields[field] ?? ''] as const);
  const frame = rootFrame(workflow, Object.fromEntries(fields), context);
  try {
    const answer = await runSteps(workflow.steps, 'steps', frame);
    if (answer !== undefined) return { answer, calls: frame.calls };
    const message = 'The workflow ended without a return.';
    return { answer: '', failure: { kind: 'no-answer', message }, calls: frame.calls };
  } catch (error) {
    if (error instanceof FailureError) return { answer: '', failure: error.failure, calls: frame.calls };
    throw error;
  }
}

/** The answer, if a return was reached. */
async function runSteps(steps: readonly Step[], position: string, frame: Frame): Promise<string | undefined> {
  for (const [index, step] of steps.entries()) {
    frame.signal.throwIfAborted();
    const answer = await runStep(step, `${position}[${index}]`, frame);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

async function runStep(step: Step, position: string, frame: Frame): Promise<string | undefined> {
  switch (step.kind) {
    case 'if':
      return conditionHolds(step.condition, position, frame)
        ? runSteps(step.then, `${position}.then`, frame)
        : runSteps(step.else, `${position}.else`, frame);
    case 'loop':
      for (let pass = 0; pass < step.max && conditionHolds(step.condition, position, frame); pass += 1) {
        const answer = await runSteps(step.steps, `${position}.steps`, frame);
        if (answer !== undefined) return answer;
      }
      return undefined;
    case 'return': {
      const answer = textOf(fieldValue(step.value, 'return', position, frame));
      if (answer === undefined)
        throw failureAt('expression', position, `return needs a text, and ${step.value.trim()} is not one.`);
      return answer;
    }
    default:
      frame.values.set(step.id, await namedValue(step, usePath(step.id, frame), position, frame));
      return undefined;
  }
}

type NamedStep = Exclude<Step, { kind: 'if' | 'loop' | 'return' }>;

async function namedValue(step: NamedStep, path: string, position: string, frame: Frame): Promise<StepValue> {
  switch (step.kind) {
    case 'call':
      return callOperator(step, path, frame);
    case 'set':
      return fieldValue(step.value, 'set', path, frame);
    case 'parallel':
      return runBranches(
        step,
        Array.from({ length: step.times }, () => undefined),
        path,
        position,
        frame,
      );
    case 'map': {
      const list = fieldValue(step.over, 'map', path, frame);
      if (!isList(list)) throw failureAt('expression', path, `map needs a list, and ${step.over.trim()} is not one.`);
      return runBranches(step, list.slice(0, step.max), path, position, frame);
    }
  }
}

/** Runs a body once for each item, all at once. */
async function runBranches(
  step: ParallelStep | MapStep,
  items: readonly (StepValue | undefined)[],
  path: string,
  position: string,
  frame: Frame,
): Promise<StepValue> {
  const trouble = new AbortController();
  // A single branch has no others to end.
  const signal = items.length < 2 ? frame.signal : AbortSignal.any([frame.signal, trouble.signal]);
  // Its own branches' calls are not the others' first ones.
  frame.sampler?.leave();
  const samplers = samplersFor(step, items.length, frame);
  const frames = items.map((item, index) => {
    const branch = branchFrame(frame, `${path}[${index}]`, signal, samplers[index]);
    if (step.kind === 'map' && item !== undefined) branch.values.set(step.item, item);
    return branch;
  });
  const ends = await Promise.allSettled(
    frames.map(async (branch) => {
      try {
        return await runBranch(step, path, position, branch);
      } catch (error) {
        // The execution is lost to the infrastructure and will be tried again, so what the other branches still spend is wasted.
        if (!(error instanceof FailureError)) trouble.abort(error);
        throw error;
      } finally {
        branch.sampler?.leave();
      }
    }),
  );
  for (const branch of frames) frame.calls.push(...branch.calls);
  signal.throwIfAborted();
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** The items of a map differ, and so do the prompts about them. */
function samplersFor(step: ParallelStep | MapStep, branches: number, { context }: Frame): readonly Sampler[] {
  const { complete, sample } = context.model;
  return step.kind === 'parallel' && branches > 1 && sample !== undefined
    ? createSampleGroup({ complete, sample }, branches)
    : [];
}

async function runBranch(step: ParallelStep | MapStep, path: string, position: string, branch: Frame): Promise<StepValue> {
  const answer = await runSteps(step.steps, `${position}.steps`, branch);
  if (answer !== undefined) throw failureAt('invalid-workflow', path, 'a parallel or map step cannot return from inside.');
  if (step.yield !== undefined) return fieldValue(step.yield, 'yield', path, branch);
  const last = step.steps.at(-1);
  const value = last !== undefined && 'id' in last ? branch.values.get(last.id) : undefined;
  if (value === undefined) throw failureAt('invalid-workflow', path, 'it has neither a yield nor a last step with an id.');
  return value;
}

function fieldValue(template: string, field: string, path: string, frame: Frame): StepValue {
  return evaluated(path, field, () => templateValue(parseTemplate(template), (name) => lookUp(name, frame)));
}

function conditionHolds(condition: string, position: string, frame: Frame): boolean {
  const value = evaluated(position, 'the condition', () => parseExpression(condition).evaluate((name) => lookUp(name, frame)));
  if (typeof value === 'boolean') return value;
  throw failureAt('expression', position, `the condition "${condition}" is neither true nor false.`);
}
