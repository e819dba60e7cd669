import { suggestion } from '../names/near-name.ts';
import type { Report } from './problem.ts';
import { isObject, kindOf } from './problem.ts';
import { repetitionRange, sizeLimits } from './rules.ts';
import { namePattern, type StepKind, stepForms, stepKinds } from './step-forms.ts';
import { WholeDouble } from './whole-double.ts';
import type { Step } from './workflow.ts';

type StepObject = Readonly<Record<string, unknown>>;

/** Where a list of steps is. */
interface ListPlace {
  /** "steps[2].then" */
  readonly place: string;
  /** The step that the list belongs to, and the field that holds it. */
  readonly owner: string;
  readonly field: string;
  /** 1 for the workflow's own list. */
  readonly depth: number;
}

export function parseSteps(value: unknown, at: ListPlace, report: Report): Step[] {
  if (!Array.isArray(value)) {
    const rule = value === undefined ? 'missing-field' : 'wrong-type';
    report(at.owner, at.field, rule, `${at.field} must be a list of steps, and is ${kindOf(value)}`);
    return [];
  }
  if (value.length === 0) report(at.owner, at.field, 'empty-steps', `${at.field} must have at least one step`);
  if (at.depth > sizeLimits.depth) {
    report(at.owner, at.field, 'too-large', `steps are nested more than ${sizeLimits.depth} deep`);
    return [];
  }
  return value.flatMap((item, index) => parseStep(item, `${at.place}[${index}]`, at.depth, report) ?? []);
}

function parseStep(value: unknown, position: string, depth: number, report: Report): Step | undefined {
  if (!isObject(value)) {
    report(
      position,
      '',
      'wrong-type',
      `a step is an object with one of the fields ${stepKinds.join(', ')}, and this is ${kindOf(value)}`,
    );
    return undefined;
  }
  const place = typeof value.id === 'string' && value.id !== '' ? value.id : position;
  const found = stepKinds.filter((kind) => Object.hasOwn(value, kind));
  const [kind, ...more] = found;
  if (kind === undefined || more.length > 0) {
    const what =
      kind === undefined ? `has the fields ${Object.keys(value).join(', ') || '(none)'}` : `has ${found.join(' and ')}`;
    report(place, '', 'step-kind', `a step has exactly one of ${stepKinds.join(', ')}, and this one ${what}`);
    return undefined;
  }
  const allowed: readonly string[] = Object.keys(stepForms[kind]);
  for (const field of Object.keys(value))
    if (!allowed.includes(field))
      report(place, field, 'unknown-field', `a ${kind} step has no field "${field}": ${suggestion(field, allowed)}`);
  return stepOfKind(kind, value, { place, position, depth, report });
}

interface StepPlace {
  readonly place: string;
  readonly position: string;
  readonly depth: number;
  readonly report: Report;
}

function stepOfKind(kind: StepKind, step: StepObject, at: StepPlace): Step {
  const text = (field: string) => scalarTemplate(step[field], at.place, field, at.report);
  const steps = (field: string) =>
    parseSteps(step[field], { place: `${at.position}.${field}`, owner: at.place, field, depth: at.depth + 1 }, at.report);
  const yields = () => (Object.hasOwn(step, 'yield') ? { yield: text('yield') } : {});
  switch (kind) {
    case 'call':
      return { kind, id: nameField(step, 'id', at), operator: operatorField(step, at), inputs: inputsField(step, at) };
    case 'set':
      return { kind, id: nameField(step, 'id', at), value: text('set') };
    case 'parallel':
      return {
        kind,
        id: nameField(step, 'id', at),
        times: repetitions(step, 'parallel', at),
        steps: steps('steps'),
        ...yields(),
      };
    case 'map': {
      const item = Object.hasOwn(step, 'as') ? nameField(step, 'as', at) : 'item';
      const max = repetitions(step, 'max', at);
      return { kind, id: nameField(step, 'id', at), over: text('map'), item, max, steps: steps('steps'), ...yields() };
    }
    case 'if':
      return {
        kind,
        condition: conditionField(step, 'if', at),
        then: steps('then'),
        else: noSteps(step.else) ? [] : steps('else'),
      };
    case 'loop': {
      const condition = Object.hasOwn(step, 'while') ? conditionField(step, 'while', at) : 'true';
      return { kind, condition, max: repetitions(step, 'loop', at), steps: steps('steps') };
    }
    case 'return':
      return { kind, value: text('return') };
  }
}

const noSteps = (value: unknown) => value === undefined || value === null || (Array.isArray(value) && value.length === 0);

/** A template; numbers and truth values become expressions, so that they keep their type. */
export function scalarTemplate(value: unknown, step: string, field: string, report: Report): string {
  if (typeof value === 'string') {
    if (value.length > sizeLimits.text)
      report(step, field, 'too-large', `the text has ${value.length} characters, and at most ${sizeLimits.text} are allowed`);
    return value;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof WholeDouble) return `{{${value}}}`;
  const hint = isObject(value) ? '; put quotes around {{ }}: "{{…}}"' : '';
  report(
    step,
    field,
    value === undefined ? 'missing-field' : 'wrong-type',
    `${field || 'a prompt'} must be a text, and is ${kindOf(value)}${hint}`,
  );
  return '';
}

/** Words that CEL reserves, and query, which holds the query's fields. */
const reserved = new Set(
  'query true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function nameField(step: StepObject, field: string, at: StepPlace): string {
  const value = step[field];
  if (typeof value !== 'string' || value === '') {
    at.report(
      at.place,
      field,
      value === undefined ? 'missing-field' : 'wrong-type',
      `${field} must be a name, and is ${kindOf(value)}`,
    );
    return '';
  }
  if (reserved.has(value)) at.report(at.place, field, 'invalid-name', `"${value}" is a reserved word: use another name`);
  else if (!new RegExp(namePattern).test(value)) {
    const better = value.replaceAll(/[^A-Za-z0-9_]+/g, '_').replace(/^[^A-Za-z]+/, '') || 'step';
    at.report(
      at.place,
      field,
      'invalid-name',
      `"${value}" is not a valid name: use letters, digits and underscores, e.g. "${better}"`,
    );
  }
  return value;
}

function operatorField(step: StepObject, at: StepPlace): string {
  const value = step.call;
  if (typeof value === 'string') return value;
  at.report(at.place, 'call', 'wrong-type', `call must be the name of an operator, and is ${kindOf(value)}`);
  return '';
}

function inputsField(step: StepObject, at: StepPlace): Record<string, string> {
  const value = step.with;
  if (value === undefined || value === null) return {};
  if (!isObject(value)) {
    at.report(at.place, 'with', 'wrong-type', `with must be an object of inputs by name, and is ${kindOf(value)}`);
    return {};
  }
  return Object.fromEntries(
    Object.entries(value).map(([input, template]) => [input, scalarTemplate(template, at.place, `with.${input}`, at.report)]),
  );
}

/** A condition is an expression; {{ }} around all of it is removed, since people write it out of habit. */
function conditionField(step: StepObject, field: string, at: StepPlace): string {
  const value = step[field];
  if (typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') {
    const rule = value === undefined ? 'missing-field' : 'wrong-type';
    at.report(at.place, field, rule, `${field} must be a CEL expression in quotes, and is ${kindOf(value)}`);
  }
  if (text.length > sizeLimits.text)
    at.report(at.place, field, 'too-large', `the condition has more than ${sizeLimits.text} characters`);
  return /^\{\{(?:(?!\}\}|\{\{).)*\}\}$/s.test(text) ? text.slice(2, -2).trim() : text;
}

function repetitions(step: StepObject, field: string, at: StepPlace): number {
  const given = step[field];
  const value = given instanceof WholeDouble ? given.value : given;
  const { least, most } = repetitionRange;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  if (typeof value === 'number')
    at.report(at.place, field, 'out-of-range', `${field} must be a whole number from ${least} to ${most}, and is ${value}`);
  else
    at.report(at.place, field, 'missing-bound', `${field} must give a maximum from ${least} to ${most}, and is ${kindOf(value)}`);
  return least;
}
