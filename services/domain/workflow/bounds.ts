import type { Operator } from '../operators/operator.ts';
import type { Step, Workflow } from './workflow.ts';

/** What one execution can cost, known before anything is spent. */
export interface WorkflowBounds {
  readonly minCalls: number;
  readonly maxCalls: number;
  /** Most steps that can run; they cost only time. */
  readonly maxSteps: number;
  /** Most model calls in flight at once. */
  readonly maxWidth: number;
}

export function workflowBounds(workflow: Workflow, operators: ReadonlyMap<string, Operator>): WorkflowBounds {
  const { through, returned, width } = stepsCost(workflow.steps, operators);
  const either = eitherPath(through, returned) ?? free;
  return { minCalls: either.least, maxCalls: either.most, maxSteps: either.steps, maxWidth: width };
}

/** Calls and steps on one kind of path; undefined if there is no such path. */
interface PathCost {
  readonly least: number;
  readonly most: number;
  readonly steps: number;
}

interface Cost {
  /** Paths to the end of the steps. */
  readonly through: PathCost | undefined;
  /** Paths that end in a return. */
  readonly returned: PathCost | undefined;
  readonly width: number;
}

const free: PathCost = { least: 0, most: 0, steps: 0 };

const times = (cost: PathCost, least: number, most: number): PathCost => ({
  least: cost.least * least,
  most: cost.most * most,
  steps: cost.steps * most,
});

function inTurn(first: PathCost | undefined, then: PathCost | undefined): PathCost | undefined {
  if (first === undefined || then === undefined) return undefined;
  return { least: first.least + then.least, most: first.most + then.most, steps: first.steps + then.steps };
}

function eitherPath(left: PathCost | undefined, right: PathCost | undefined): PathCost | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return {
    least: Math.min(left.least, right.least),
    most: Math.max(left.most, right.most),
    steps: Math.max(left.steps, right.steps),
  };
}

function stepsCost(steps: readonly Step[], operators: ReadonlyMap<string, Operator>): Cost {
  let cost: Cost = { through: free, returned: undefined, width: 0 };
  for (const step of steps) {
    const next = stepCost(step, operators);
    cost = {
      through: inTurn(cost.through, next.through),
      returned: eitherPath(cost.returned, inTurn(cost.through, next.returned)),
      width: Math.max(cost.width, next.width),
    };
  }
  return cost;
}

function stepCost(step: Step, operators: ReadonlyMap<string, Operator>): Cost {
  const one: PathCost = { least: 0, most: 0, steps: 1 };
  switch (step.kind) {
    case 'call': {
      const operator = operators.get(step.operator);
      const most = operator?.maxCalls ?? 0;
      return { through: { least: operator?.minCalls ?? most, most, steps: 1 }, returned: undefined, width: Math.min(most, 1) };
    }
    case 'set':
      return { through: one, returned: undefined, width: 0 };
    case 'return':
      return { through: undefined, returned: one, width: 0 };
    case 'parallel':
    case 'map': {
      const body = stepsCost(step.steps, operators);
      const most = step.kind === 'parallel' ? step.times : step.max;
      // A list may be empty.
      const least = step.kind === 'parallel' ? step.times : 0;
      return { through: inTurn(one, times(body.through ?? free, least, most)), returned: undefined, width: body.width * most };
    }
    case 'if': {
      const then = stepsCost(step.then, operators);
      const other = stepsCost(step.else, operators);
      return {
        through: inTurn(one, eitherPath(then.through, other.through)),
        returned: inTurn(one, eitherPath(then.returned, other.returned)),
        width: Math.max(then.width, other.width),
      };
    }
    case 'loop': {
      const body = stepsCost(step.steps, operators);
      const full = body.through ?? free;
      const before = body.through === undefined ? free : times(full, 0, step.max - 1);
      return {
        through: inTurn(one, times(full, 0, step.max)),
        returned: inTurn(one, inTurn(before, body.returned)),
        width: body.width,
      };
    }
  }
}
