import type { Operator } from '../operators/operator.ts';
import type { OperatorRegistry } from '../operators/registry.ts';
import { repetitionRange } from './rules.ts';
import { languageVersion } from './workflow.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * JSON Schema (2020-12) of the text form with these operators, for decoding an optimizer's reply under a grammar and for
 * editors. It knows the form alone: names, types and bounds are for validateWorkflow.
 */
export function workflowSchema(operators: OperatorRegistry): JsonSchema {
  return {
    ...object(
      {
        workflow: { const: languageVersion },
        name: text,
        description: text,
        prompts: { type: 'object', additionalProperties: text },
        steps: { $ref: '#/$defs/steps' },
      },
      ['workflow', 'steps'],
    ),
    $defs: {
      steps: { type: 'array', items: { $ref: '#/$defs/step' }, minItems: 1 },
      step: { anyOf: [...[...operators.values()].map(callSchema), ...otherSteps] },
    },
  };
}

const text: JsonSchema = { type: 'string' };
const name: JsonSchema = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' };
const repetitions: JsonSchema = { type: 'integer', minimum: repetitionRange.least, maximum: repetitionRange.most };
const steps: JsonSchema = { $ref: '#/$defs/steps' };

function object(properties: Readonly<Record<string, JsonSchema>>, required = Object.keys(properties)): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

function callSchema({ name: operator, description, inputs }: Operator): JsonSchema {
  const fields = Object.entries(inputs).map(
    ([input, field]) => [input, { type: 'string', description: field.description }] as const,
  );
  const required = Object.keys(inputs).filter((input) => inputs[input]?.optional !== true);
  return { description, ...object({ id: name, call: { const: operator }, with: object(Object.fromEntries(fields), required) }) };
}

const otherSteps: readonly JsonSchema[] = [
  object({ id: name, set: text }),
  object({ id: name, parallel: repetitions, steps, yield: text }, ['id', 'parallel', 'steps']),
  object({ id: name, map: text, as: name, max: repetitions, steps, yield: text }, ['id', 'map', 'max', 'steps']),
  object({ if: text, then: steps, else: steps }, ['if', 'then']),
  object({ loop: repetitions, while: text, steps }, ['loop', 'steps']),
  object({ return: text }),
];
