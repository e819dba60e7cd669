import { suggestion } from '../../names/near-name.ts';
import type { Field, Operator } from '../../operators/operator.ts';
import { parseTemplateOrNothing } from '../expression/template.ts';
import type { CallStep } from '../workflow.ts';
import type { TextPlace } from './check-template.ts';
import { checkTemplate, needText, templateShape } from './check-template.ts';
import type { Checks } from './scope.ts';
import type { Shape } from './shape.ts';
import { describeShape, hasText } from './shape.ts';

/** Checks a call against its operator, which it returns if there is one by that name. */
export function checkCall(step: CallStep, at: (field: string) => TextPlace, checks: Checks): Operator | undefined {
  const operator = checks.operators.get(step.operator);
  if (operator === undefined) {
    const message = `there is no operator "${step.operator}": ${suggestion(step.operator, checks.operators.keys())}`;
    checks.report(step.id, 'call', 'unknown-operator', message);
    for (const [input, template] of Object.entries(step.inputs)) checkTemplate(template, at(`with.${input}`));
    return undefined;
  }
  for (const [input, template] of Object.entries(step.inputs)) {
    const field = Object.hasOwn(operator.inputs, input) ? operator.inputs[input] : undefined;
    if (field !== undefined) checkInput(field, template, { ...at(`with.${input}`), ...promptInputs(field, operator) }, checks);
    else
      checks.report(
        step.id,
        `with.${input}`,
        'unknown-input',
        `${operator.name} has no input "${input}": ${suggestion(input, Object.keys(operator.inputs))}`,
      );
  }
  for (const [input, field] of Object.entries(operator.inputs))
    if (field.optional !== true && !Object.hasOwn(step.inputs, input))
      checks.report(
        step.id,
        `with.${input}`,
        'missing-input',
        `${operator.name} needs the input "${input}" (${field.description})`,
      );
  return operator;
}

function promptInputs(field: Field, { inputs }: Operator): Pick<TextPlace, 'inputs'> {
  return field.type === 'prompt' ? { inputs: Object.keys(inputs) } : {};
}

function checkInput(field: Field, template: string, at: TextPlace, checks: Checks): void {
  if (field.type === 'prompt') {
    checkPrompt(template.trim(), at, checks);
    return;
  }
  const shape = checkTemplate(template, at);
  if (shape === undefined) return;
  if (field.type === 'text') needText(shape, template, at);
  else if (field.type === 'texts') needTexts(shape, template, at);
  else if (shape.kind !== field.type && shape.kind !== 'any' && shape.kind !== 'nothing')
    mismatch(at, `${at.field} needs a ${field.type}, and ${template.trim()} is ${describeShape(shape)}`);
}

function needTexts(shape: Shape, template: string, at: TextPlace): void {
  if (shape.kind === 'any' || shape.kind === 'nothing') return;
  if (shape.kind === 'list' && shape.item.kind !== 'list' && hasText(shape.item)) return;
  let hint = '; use a list such as the result of a parallel or map step';
  if (shape.kind === 'list' && shape.item.kind === 'record') {
    const [field = ''] = Object.keys(shape.item.fields);
    const source = template.replaceAll(/[{}\s]/g, '');
    hint = `; use {{${source}.map(item, item.${field})}}, or give the parallel or map step a yield`;
  }
  mismatch(at, `${at.field} needs a list of texts, and ${template.trim()} is ${describeShape(shape)}${hint}`);
}

/** The prompt is filled in where it is used, so its names must have values there. */
function checkPrompt(name: string, at: TextPlace, checks: Checks): void {
  const prompt = Object.hasOwn(checks.prompts, name) ? checks.prompts[name] : undefined;
  if (prompt === undefined) {
    const inline = /[\s{]/.test(name)
      ? 'put the text under prompts and only its name here'
      : suggestion(name, Object.keys(checks.prompts));
    const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
    checks.report(at.step, at.field, 'unknown-prompt', `there is no prompt "${shown}": ${inline}`);
    return;
  }
  const parsed = parseTemplateOrNothing(prompt);
  if (parsed === undefined) return;
  const inPrompt = { ...at, prefix: `in prompt "${name}": ` };
  needText(templateShape(parsed, inPrompt), prompt, inPrompt);
}

function mismatch(at: TextPlace, message: string): void {
  at.checks.report(at.step, at.field, 'type-mismatch', message);
}
