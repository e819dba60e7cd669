import type { Field, Operator } from '../operators/operator.ts';
import { operators } from '../operators/registry.ts';

/** The benchmark's operators with their interfaces, one line each for the operator and for each of its fields. */
export function describeOperators(names: readonly string[]): string {
  return names.map((name) => describeOperator(operators.named(name))).join('\n');
}

function describeOperator(operator: Operator): string {
  return `- ${operator.name}: ${operator.description}
  inputs: ${describeFields(operator.inputs)}
  outputs: ${describeFields(operator.outputs)}`;
}

function describeFields(fields: Readonly<Record<string, Field>>): string {
  return Object.entries(fields)
    .map(([name, { type, description, optional }]) => `${name} (${type}${optional ? ', optional' : ''}: ${description})`)
    .join('; ');
}
