import type { Operator } from '../../operators/operator.ts';
import { workflowBounds } from '../bounds.ts';
import { parseTemplate } from '../expression/template.ts';
import { problemCollector } from '../problem.ts';
import { sizeLimits } from '../rules.ts';
import type { MapStep, ParallelStep, Step, Workflow, WorkflowProblem } from '../workflow.ts';
import { checkCall } from './check-call.ts';
import type { TextPlace } from './check-template.ts';
import { checkCondition, checkTemplate, checkText, readOrReport } from './check-template.ts';
import { readsQuery } from './reads-query.ts';
import type { Checks, Scope } from './scope.ts';
import { assign, meeting, newScope, queryShape } from './scope.ts';
import type { Shape } from './shape.ts';
import { any, describeShape, listOf, loosened, outputShape } from './shape.ts';

/** What a workflow is checked against: its benchmark and its run. */
export interface WorkflowRules {
  /** The operators that it may call, by name. */
  readonly operators: ReadonlyMap<string, Operator>;
  /** The fields of `query`. */
  readonly queryFields: readonly string[];
  /** Most model calls for one query; no limit if absent. */
  readonly maxCalls?: number;
}

/** Everything that is wrong with a workflow whose form is correct; [] if it can run. */
export function validateWorkflow(workflow: Workflow, rules: WorkflowRules): readonly WorkflowProblem[] {
  const { problems, report } = problemCollector();
  const ids = allIds(workflow.steps);
  const checks: Checks = {
    report,
    query: queryShape(rules.queryFields),
    ids: new Set(ids),
    reassigned: new Set(ids.filter((id, index) => ids.indexOf(id) !== index)),
    operators: rules.operators,
    prompts: workflow.prompts,
  };
  for (const [name, prompt] of Object.entries(workflow.prompts))
    readOrReport(() => parseTemplate(prompt), { step: `prompts.${name}`, field: '', checks });
  const end = checkSteps(workflow.steps, { position: 'steps', scope: newScope(), repeated: false, checks });
  if (end !== undefined) {
    const last = workflow.steps.length - 1;
    report('', 'steps', 'missing-return', `the workflow can end without an answer: add a return step after steps[${last}]`);
  }
  if (problems.length === 0 && !readsQuery(workflow, rules.operators)) report('', 'steps', 'unread-query', unreadMessage(rules));
  checkBounds(workflow, rules, report);
  return problems;
}

function unreadMessage({ queryFields }: WorkflowRules): string {
  const field = queryFields[0] ?? 'question';
  return `nothing from the query reaches the answer, which would be the same for every query: read it in a step, e.g. input: "{{ query.${field} }}", and return the result`;
}

interface Flow {
  /** The place of the list, e.g. "steps[2].then". */
  readonly position: string;
  readonly scope: Scope;
  /** Inside parallel or map, where return is not allowed. */
  readonly repeated: boolean;
  readonly checks: Checks;
}

/** The scope after the steps; undefined if they always return. */
function checkSteps(steps: readonly Step[], flow: Flow): Scope | undefined {
  const listIds = new Map<string, Step['kind']>();
  let scope: Scope | undefined = flow.scope;
  for (const [index, step] of steps.entries()) {
    const position = `${flow.position}[${index}]`;
    const place = 'id' in step ? step.id : position;
    if (scope === undefined) {
      flow.checks.report(
        place,
        '',
        'unreachable-step',
        'this step is never reached, since the one before it always returns: remove it',
      );
      return undefined;
    }
    if ('id' in step) {
      const before = listIds.get(step.id);
      if (before !== undefined && !(before === 'set' && step.kind === 'set'))
        flow.checks.report(
          place,
          'id',
          'duplicate-id',
          `another step of this list already has the id "${step.id}": use another one`,
        );
      listIds.set(step.id, step.kind);
    }
    scope = checkStep(step, place, { ...flow, position, scope });
  }
  return scope;
}

function checkStep(step: Step, place: string, flow: Flow): Scope | undefined {
  const { scope, checks } = flow;
  const at = (field: string): TextPlace => ({ step: place, field, scope, checks });
  const named = (id: string, shape: Shape) => {
    const kept = checks.reassigned.has(id) ? loosened(shape) : shape;
    return assign(scope, id, kept, { step: place, field: 'id', report: checks.report });
  };
  switch (step.kind) {
    case 'call': {
      const operator = checkCall(step, at, checks);
      return named(step.id, operator === undefined ? any : outputShape(operator));
    }
    case 'set':
      return named(step.id, checkTemplate(step.value, at('set')) ?? any);
    case 'parallel':
      return named(step.id, listOf(branchShape(step, newScope(scope), flow), step.times));
    case 'map': {
      const over = mapOver(step, at);
      const most = over.kind === 'list' && over.most !== undefined ? Math.min(over.most, step.max) : step.max;
      return named(step.id, listOf(branchShape(step, mapScope(step, over, at), flow), most));
    }
    case 'if': {
      checkCondition(step.condition, at('if'));
      const then = checkSteps(step.then, { ...flow, position: `${flow.position}.then` });
      return meeting(then, checkSteps(step.else, { ...flow, position: `${flow.position}.else` }));
    }
    case 'loop':
      checkCondition(step.condition, at('while'));
      checkSteps(step.steps, { ...flow, position: `${flow.position}.steps` });
      return scope;
    case 'return':
      if (flow.repeated)
        checks.report(
          place,
          'return',
          'misplaced-return',
          'a parallel or map step cannot return from inside: use yield, and return after it',
        );
      checkText(step.value, at('return'));
      return undefined;
  }
}

function mapOver(step: MapStep, at: (field: string) => TextPlace): Shape {
  const { checks } = at('map');
  const over = checkTemplate(step.over, at('map')) ?? any;
  if (over.kind !== 'list' && over.kind !== 'any')
    checks.report(
      step.id,
      'map',
      'type-mismatch',
      `map needs a list such as "{{drafts}}", and ${step.over.trim()} is ${describeShape(over)}`,
    );
  return over;
}

function mapScope(step: MapStep, over: Shape, at: (field: string) => TextPlace): Scope {
  const { scope, checks } = at('map');
  const item = over.kind === 'list' ? over.item : any;
  return assign(newScope(scope), step.item, item, { step: step.id, field: 'as', report: checks.report });
}

/** The shape of what a branch of parallel or map yields. */
function branchShape(step: ParallelStep | MapStep, inner: Scope, flow: Flow): Shape {
  const { checks } = flow;
  const end = checkSteps(step.steps, { ...flow, position: `${flow.position}.steps`, scope: inner, repeated: true });
  if (end === undefined) return any;
  if (step.yield !== undefined) return checkTemplate(step.yield, { step: step.id, field: 'yield', scope: end, checks }) ?? any;
  const last = step.steps.at(-1);
  if (last !== undefined && 'id' in last) return end.shapes.get(last.id) ?? any;
  checks.report(
    step.id,
    'yield',
    'missing-yield',
    'the last step has no id: use yield to say what each branch gives, e.g. yield: "{{answer}}"',
  );
  return any;
}

function checkBounds(workflow: Workflow, rules: WorkflowRules, report: Checks['report']): void {
  const bounds = workflowBounds(workflow, rules.operators);
  if (bounds.maxSteps > sizeLimits.executedSteps)
    report(
      '',
      'steps',
      'step-limit',
      `the workflow can run through ${bounds.maxSteps} steps, and at most ${sizeLimits.executedSteps} are allowed`,
    );
  if (rules.maxCalls !== undefined && bounds.maxCalls > rules.maxCalls)
    report(
      '',
      'steps',
      'call-limit',
      `the workflow can make ${bounds.maxCalls} model calls for one query, and at most ${rules.maxCalls} are allowed: lower parallel, max or loop`,
    );
}

function allIds(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    const own = 'id' in step ? [step.id] : [];
    if (step.kind === 'if') return [...allIds(step.then), ...allIds(step.else)];
    return 'steps' in step ? [...own, ...allIds(step.steps)] : own;
  });
}
