import type { Operator } from '../operators/operator.ts';
import type { OperatorRegistry } from '../operators/registry.ts';
import { repetitionRange, sizeLimits } from './rules.ts';
import { namePattern, type StepFieldForm, type StepKind, stepForms, stepKinds } from './step-forms.ts';
import { languageVersion } from './workflow.ts';

/**
 * Only what every grammar honours: type, properties in their order, required, additionalProperties: false, items, minItems,
 * maxItems, enum of texts and whole numbers, anyOf, $ref to $defs, minLength and maxLength, and an anchored pattern without a
 * length beside it. Read in vLLM's check for xgrammar, llguidance's list, and llama.cpp's json-schema-to-grammar: the last
 * ignores patternProperties and propertyNames without a word, the first refuses uniqueItems, contains and multipleOf, and drops a
 * length beside a pattern. Lengths go to llama-server alone (structured-request.ts).
 */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema with what its $refs name, which belongs at the root. */
export interface RootedSchema {
  readonly schema: JsonSchema;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/**
 * How much a generated workflow may hold: more than any search has come to, and so little that a model that falls into repetition
 * still reaches its end. llama.cpp refuses a grammar with a repetition of more than 2000.
 */
const most = { prompts: 8, steps: 10, text: 1500 } as const;

/**
 * The workflows that a benchmark's operators can make up, in the form of json-form.ts, as a JSON schema. It leaves out what has a
 * second way of being written: `yield`, `as` and `while` are always given.
 */
export function workflowSchema(operators: OperatorRegistry): RootedSchema {
  const prompt = objectOf({ name: ref('name'), text: ref('text') });
  return {
    schema: objectOf({
      workflow: { type: 'integer', enum: [languageVersion] },
      prompts: { type: 'array', items: prompt, maxItems: most.prompts },
      steps: ref(listName('steps', 1)),
      return: ref('text'),
    }),
    definitions: {
      name: { type: 'string', pattern: namePattern },
      text: { type: 'string', minLength: 1, maxLength: most.text },
      repetitions: { type: 'integer', enum: countsOf(repetitionRange) },
      ...Object.fromEntries([...operators.values()].map((operator) => [callName(operator), callSchema(operator)])),
      ...Object.fromEntries(
        depths.flatMap((depth) =>
          (['steps', 'branch'] as const).map((form) => [listName(form, depth), listAt(form, depth, operators)]),
        ),
      ),
    },
  };
}

/** An object with exactly these fields, in this order. */
export function objectOf(properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

const depths = countsOf({ least: 1, most: sizeLimits.depth });

function listAt(form: 'steps' | 'branch', depth: number, operators: OperatorRegistry): JsonSchema {
  // The workflow's own list ends in a return that has a field of its own.
  const mayReturn = form === 'steps' && depth > 1;
  const kinds = stepKinds.filter((kind) => (kind !== 'return' || mayReturn) && (depth < sizeLimits.depth || !holdsSteps(kind)));
  const alternatives = kinds.flatMap((kind) =>
    kind === 'call' ? [...operators.values()].map((operator) => ref(callName(operator))) : [stepSchema(kind, form, depth)],
  );
  return { type: 'array', items: { anyOf: alternatives }, minItems: 1, maxItems: most.steps };
}

function stepSchema(kind: StepKind, list: 'steps' | 'branch', depth: number): JsonSchema {
  const fields: Readonly<Record<string, StepFieldForm>> = stepForms[kind];
  const optional = Object.keys(fields).filter((name) => fields[name] === 'other');
  return objectOf(
    Object.fromEntries(Object.entries(fields).map(([name, form]) => [name, fieldSchema(form, list, depth)])),
    optional,
  );
}

/** Inside a branch, no list can return. */
function fieldSchema(form: StepFieldForm, list: 'steps' | 'branch', depth: number): JsonSchema {
  switch (form) {
    case 'name':
    case 'operator':
      return ref('name');
    case 'repetitions':
      return ref('repetitions');
    case 'template':
    case 'condition':
      return ref('text');
    case 'branch':
      return ref(listName('branch', depth + 1));
    case 'steps':
    case 'other':
      return ref(listName(list, depth + 1));
    case 'inputs':
      return { type: 'object' };
  }
}

function callSchema({ name, inputs }: Operator): JsonSchema {
  const fields = Object.entries(inputs).map(([input, { type }]) => [input, ref(type === 'prompt' ? 'name' : 'text')] as const);
  const optional = Object.entries(inputs).flatMap(([input, field]) => (field.optional === true ? [input] : []));
  return objectOf({
    id: ref('name'),
    call: { type: 'string', enum: [name] },
    with: objectOf(Object.fromEntries(fields), optional),
  });
}

function holdsSteps(kind: StepKind): boolean {
  return Object.values<StepFieldForm>(stepForms[kind]).some((form) => form === 'steps' || form === 'branch');
}

function ref(name: string): JsonSchema {
  return { $ref: `#/$defs/${name}` };
}

function listName(form: 'steps' | 'branch', depth: number): string {
  return `${form}${depth}`;
}

function callName({ name }: Operator): string {
  return `call_${name}`;
}

function countsOf({ least, most: last }: { readonly least: number; readonly most: number }): number[] {
  return Array.from({ length: last - least + 1 }, (_, index) => least + index);
}
