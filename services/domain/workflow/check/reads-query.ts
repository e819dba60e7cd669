import type { Operator } from '../../operators/operator.ts';
import { parseExpression } from '../expression/expression.ts';
import { parseTemplate } from '../expression/template.ts';
import type { Step, Workflow } from '../workflow.ts';

/**
 * Whether anything of the query reaches an answer: through the values that a return is made of, or through a condition that
 * decides what is returned or computed. Steps whose results nothing uses do not count.
 * @throws ExpressionError for a workflow with a text that cannot be read
 */
export function readsQuery(workflow: Workflow, operators: ReadonlyMap<string, Operator>): boolean {
  const sources = new Map<string, Set<string>>();
  const add = (name: string, from: Iterable<string>) => {
    sources.set(name, new Set([...(sources.get(name) ?? []), ...from]));
  };
  collect(workflow.steps, { add, inputNames: (step) => inputNames(step, workflow, operators) });
  const reached = new Set<string>([answer]);
  for (const name of reached) for (const source of sources.get(name) ?? []) reached.add(source);
  return reached.has('query');
}

/** No step can have such a name. */
const answer = '(answer)';

interface Collection {
  /** A name's value depends on other names. A name that several steps use depends on what each of them needs. */
  add(name: string, from: Iterable<string>): void;
  inputNames(step: Step & { kind: 'call' }): Iterable<string>;
}

function collect(steps: readonly Step[], collection: Collection): void {
  const { add } = collection;
  for (const step of steps) {
    switch (step.kind) {
      case 'call':
        add(step.id, collection.inputNames(step));
        break;
      case 'set':
        add(step.id, templateNames(step.value));
        break;
      case 'return':
        add(answer, templateNames(step.value));
        break;
      case 'if':
        // What is returned or named on either path depends on the condition, and so does whether the steps after it are reached.
        add(answer, parseExpression(step.condition).names);
        collect(step.then, collection);
        collect(step.else, collection);
        break;
      case 'loop':
        add(answer, parseExpression(step.condition).names);
        collect(step.steps, collection);
        break;
      default: {
        const last = step.steps.at(-1);
        const inside =
          step.yield === undefined ? (last !== undefined && 'id' in last ? [last.id] : []) : templateNames(step.yield);
        add(step.id, inside);
        if (step.kind === 'map') {
          add(step.item, templateNames(step.over));
          add(step.id, templateNames(step.over));
        }
        collect(step.steps, collection);
      }
    }
  }
}

function inputNames(
  { operator: name, inputs }: Step & { kind: 'call' },
  { prompts }: Workflow,
  operators: ReadonlyMap<string, Operator>,
): string[] {
  const operator = operators.get(name);
  return Object.entries(inputs).flatMap(([input, template]) => {
    const isPrompt = operator?.inputs[input]?.type === 'prompt';
    return [...templateNames(isPrompt ? (prompts[template.trim()] ?? '') : template)];
  });
}

function templateNames(text: string): Set<string> {
  return new Set(parseTemplate(text).parts.flatMap((part) => (typeof part === 'string' ? [] : [...part.names])));
}
