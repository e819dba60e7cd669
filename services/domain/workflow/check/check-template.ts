import type { Expression } from '../expression/expression.ts';
import { ExpressionError, parseExpression } from '../expression/expression.ts';
import type { Template } from '../expression/template.ts';
import { bracesHint, followsLatex, parseTemplate } from '../expression/template.ts';
import type { KnownNames, UnfilledReference } from './find-reference.ts';
import { findReference, wholeReference } from './find-reference.ts';
import { inferShape } from './infer-shape.ts';
import type { Checks, Scope } from './scope.ts';
import { visibleNames, visibleShape } from './scope.ts';
import type { Shape } from './shape.ts';
import { describeShape, hasText, text } from './shape.ts';

/** Where a template or an expression is. */
export interface TextPlace {
  readonly step: string;
  readonly field: string;
  readonly scope: Scope;
  readonly checks: Checks;
  /** Begins each message, e.g. 'in prompt "solve": '. */
  readonly prefix?: string;
  /** For a prompt: the inputs of the operator that uses it. */
  readonly inputs?: readonly string[];
}

/** The shape of a template's value; undefined if it cannot be read, which is also reported. */
export function checkTemplate(template: string, at: TextPlace): Shape | undefined {
  const parsed = readOrReport(() => parseTemplate(template), at);
  return parsed && templateShape(parsed, at);
}

export function templateShape(template: Template, at: TextPlace): Shape {
  if (template.whole !== undefined) return expressionShape(template.whole, at);
  checkLiterals(template, at);
  for (const [index, part] of template.parts.entries()) {
    if (typeof part === 'string') continue;
    const before = template.parts[index - 1];
    const shape = expressionShape(part, at, typeof before === 'string' && followsLatex(before) ? `; ${bracesHint}` : '');
    if (!hasText(shape))
      complain(at, `"${part.text}" is ${describeShape(shape)} and cannot be part of a text${textHint(part.text, shape)}`);
  }
  return text;
}

/** Text that names a value in the style of other template languages would be returned, or shown to a model, literally. */
function checkLiterals({ parts }: Template, at: TextPlace): void {
  const known: KnownNames = {
    values: new Set([...visibleNames(at.scope), ...at.checks.ids]),
    queryFields: Object.keys(at.checks.query.fields),
    inputs: at.inputs ?? [],
  };
  const literals = parts.filter((part) => typeof part === 'string');
  const [only = ''] = literals;
  // A prompt of one word that is also a name is still a prompt.
  const whole =
    parts.length === 1 && !(at.inputs !== undefined && /^\s*\w+\s*$/.test(only)) ? wholeReference(only, known) : undefined;
  const found = whole ?? literals.map((literal) => findReference(literal, known)).find((reference) => reference !== undefined);
  if (found === undefined) return;
  at.checks.report(at.step, at.field, 'unfilled-reference', (at.prefix ?? '') + unfilledMessage(found, at.inputs));
}

function unfilledMessage({ written, meant }: UnfilledReference, inputs: readonly string[] = []): string {
  if (meant === undefined)
    return `"${written}" belongs to another template language and stays as text: write {{ expression }} for a value, and steps such as if and map for the rest`;
  const kept = `to keep it as text, write {{ ${JSON.stringify(written)} }}`;
  if (inputs.includes(meant))
    return `"${written}" stays as text: the operator adds its input "${meant}" itself, so leave it out; ${kept}`;
  return `"${written}" stays as text, braces and names unchanged: write {{ ${meant} }} for its value; ${kept}`;
}

/** A template whose value must have a text form, such as an answer. */
export function checkText(template: string, at: TextPlace): void {
  const shape = checkTemplate(template, at);
  if (shape !== undefined) needText(shape, template, at);
}

export function needText(shape: Shape, template: string, at: TextPlace): void {
  if (hasText(shape)) return;
  const name = template.replaceAll(/[{}\s]/g, '');
  complain(at, `${at.field} needs a text, and ${template.trim()} is ${describeShape(shape)}${textHint(name, shape)}`);
}

function textHint(name: string, shape: Shape): string {
  if (shape.kind === 'record')
    return `; use one of its fields: ${Object.keys(shape.fields)
      .map((field) => `{{${name}.${field}}}`)
      .join(', ')}`;
  if (shape.kind !== 'list' || shape.item.kind !== 'record') return '';
  const [field] = Object.keys(shape.item.fields);
  return `; use {{${name}.map(item, item.${field})}}`;
}

export function checkCondition(condition: string, at: TextPlace): void {
  const expression = readOrReport(() => parseExpression(condition), at);
  if (expression === undefined) return;
  const shape = expressionShape(expression, at);
  if (!['boolean', 'any', 'nothing'].includes(shape.kind))
    complain(at, `a condition must be true or false, and "${condition}" is ${describeShape(shape)}`);
}

function complain(at: TextPlace, message: string): void {
  at.checks.report(at.step, at.field, 'type-mismatch', (at.prefix ?? '') + message);
}

function expressionShape(expression: Expression, at: TextPlace, hint = ''): Shape {
  const report = (rule: Parameters<Checks['report']>[2], message: string) =>
    at.checks.report(at.step, at.field, rule, (at.prefix ?? '') + message + (rule === 'unknown-name' ? hint : ''));
  return inferShape(expression.tree, { report, lookUp: (name) => visibleShape(name, at.scope, at.checks, report) });
}

export function readOrReport<T>(read: () => T, at: Pick<TextPlace, 'step' | 'field' | 'checks'>): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    at.checks.report(at.step, at.field, 'expression-syntax', `the expression cannot be read: ${error.message}`);
    return undefined;
  }
}
