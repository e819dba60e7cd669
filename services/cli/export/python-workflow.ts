import type { Field, Operator } from '../../domain/operators/operator.ts';
import { operators } from '../../domain/operators/registry.ts';
import { parseExpression } from '../../domain/workflow/expression/expression.ts';
import { parseTemplate, type Template } from '../../domain/workflow/expression/template.ts';
import type { CallStep, MapStep, ParallelStep, Step, Workflow } from '../../domain/workflow/workflow.ts';
import { CliError } from '../cli-error.ts';
import { type PythonNames, pythonExpression } from './python-expression.ts';
import { pythonLines, pythonText } from './python-text.ts';

/** The operators of python/operators.py. */
const pythonOperators: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['custom', 'answer_generate', 'sc_ensemble', 'md_ensemble', 'review', 'revise', 'programmer', 'custom_code_generate'].map(
      (name) => [name, name],
    ),
  ),
  format: 'format_answer',
  test: 'test_solution',
};

/** Nothing can have such a name, a module neither. */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if import ' +
    'in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);
const builtIn = new Set(
  (
    'match case type print len str int float bool list ' +
    'dict set tuple map filter all any range format min max sum zip sorted reversed object open isinstance enumerate ' +
    'Exception ValueError KeyError BaseException ProcessLookupError StopIteration RecursionError abs ord chr hash id input iter next'
  ).split(' '),
);
/** Of what every file imports, and of the functions that are written here. */
const taken = new Set(
  (
    'argparse asyncio collections contextlib dataclasses decimal functools hashlib json math os re signal subprocess sys ' +
    'tempfile unicodedata openai query scope at workflow _'
  ).split(' '),
);

/**
 * The workflow as a Python function, step by step.
 * @param runtime names that it must not use for its own values
 * @throws CliError for an operator that has no Python form
 */
export function pythonWorkflow(workflow: Workflow, inputs: readonly string[], runtime: ReadonlySet<string>): string {
  const writer = new WorkflowWriter(workflow, inputs, runtime);
  return ['async def workflow(query, scope):', ...writer.steps(workflow.steps, 'steps', 1), ...writer.end(workflow)].join('\n');
}

class WorkflowWriter {
  readonly #workflow: Workflow;
  readonly #names: PythonNames;
  readonly #bodies = new Set<string>();
  readonly #isTaken: (name: string) => boolean;

  constructor(workflow: Workflow, inputs: readonly string[], runtime: ReadonlySet<string>) {
    this.#workflow = workflow;
    this.#isTaken = (name) => reservedWords.has(name) || builtIn.has(name) || taken.has(name) || runtime.has(name);
    const own = new Set(namesIn(workflow.steps));
    const python = new Map<string, string>([['query', 'query']]);
    for (const name of own) {
      let called = name;
      while (this.#isTaken(called) || (called !== name && own.has(called))) called = `${called}_`;
      python.set(name, called);
    }
    const operatorOf = operatorsById(workflow.steps);
    this.#names = {
      nameOf: (name) => python.get(name) ?? name,
      hasField: (name, field) =>
        name === 'query' ? inputs.includes(field) : Object.hasOwn(operatorOf.get(name)?.outputs ?? {}, field),
    };
    for (const name of python.values()) this.#bodies.add(name);
  }

  steps(steps: readonly Step[], position: string, depth: number): string[] {
    return steps.flatMap((step, index) => this.#step(step, `${position}[${index}]`, depth));
  }

  end({ steps }: Workflow): string[] {
    return steps.at(-1)?.kind === 'return' ? [] : ['    raise Failure("no-answer", "The workflow ended without a return.")'];
  }

  #step(step: Step, position: string, depth: number): string[] {
    const margin = '    '.repeat(depth);
    const inner = `${margin}    `;
    switch (step.kind) {
      case 'if': {
        const then = this.steps(step.then, `${position}.then`, depth + 1);
        const otherwise =
          step.else.length === 0 ? [] : [`${margin}else:`, ...this.steps(step.else, `${position}.else`, depth + 1)];
        return [
          `${margin}if ${this.#condition(step.condition, position)}:`,
          ...(then.length > 0 ? then : [`${inner}pass`]),
          ...otherwise,
        ];
      }
      case 'loop':
        return [
          `${margin}for _ in range(${step.max}):`,
          `${inner}if not ${this.#condition(step.condition, position)}:`,
          `${inner}    break`,
          ...this.steps(step.steps, `${position}.steps`, depth + 1),
        ];
      case 'return':
        return [`${margin}return scope.returned(${pythonText(position)}, lambda: ${this.#value(step.value, depth)})`];
      case 'set':
        return [
          `${margin}with scope.step(${pythonText(step.id)}):`,
          `${inner}${this.#names.nameOf(step.id)} = within_limits(${this.#value(step.value, depth + 1)})`,
        ];
      case 'call':
        return [
          `${margin}with scope.step(${pythonText(step.id)}) as at:`,
          `${inner}${this.#names.nameOf(step.id)} = await ${this.#call(step, depth + 1)}`,
        ];
      default:
        return this.#branches(step, position, depth);
    }
  }

  #condition(text: string, position: string): string {
    return `scope.holds(${pythonText(position)}, lambda: ${pythonExpression(parseExpression(text).tree, this.#names)})`;
  }

  #call(step: CallStep, depth: number): string {
    const operator = operators.get(step.operator);
    const python = pythonOperators[step.operator];
    if (operator === undefined || python === undefined) {
      const message = `step ${step.id} calls the operator ${step.operator}, which has no Python form: only SCALE's own have one`;
      throw new CliError('bad-input', message);
    }
    const margin = '    '.repeat(depth);
    const given = Object.entries(operator.inputs).flatMap(([name, field]) => {
      const template = step.inputs[name];
      return template === undefined ? [] : [`${margin}    ${name}=${this.#input(name, field, template, depth + 1)},\n`];
    });
    return `${python}(\n${margin}    at,\n${given.join('')}${margin})`;
  }

  #input(name: string, field: Field, template: string, depth: number): string {
    if (field.type === 'prompt') {
      const prompt = this.#workflow.prompts[template.trim()] ?? '';
      return this.#text(parseTemplate(prompt), depth);
    }
    const parsed = parseTemplate(template);
    if (parsed.whole === undefined && field.type === 'text') return this.#text(parsed, depth);
    const value = this.#value(template, depth);
    if (field.type !== 'text' && field.type !== 'texts')
      throw new TypeError(`an input of the type ${field.type} has no Python form`);
    return `at.${field.type}(${value}, ${pythonText(name)})`;
  }

  /** A template that is one expression keeps the expression's type. */
  #value(template: string, depth: number): string {
    const parsed = parseTemplate(template);
    return parsed.whole === undefined ? this.#text(parsed, depth) : pythonExpression(parsed.whole.tree, this.#names);
  }

  #text({ parts }: Template, depth: number): string {
    const margin = '    '.repeat(depth);
    const written = parts.map((part) =>
      typeof part === 'string' ? pythonLines(part, 4 * depth + 4) : pythonExpression(part.tree, this.#names),
    );
    if (parts.every((part) => typeof part === 'string')) return pythonLines(parts.join(''), 4 * depth);
    if (written.join(', ').length < 90) return `joined(${written.join(', ')})`;
    return `joined(\n${written.map((each) => `${margin}    ${each},\n`).join('')}${margin})`;
  }

  #branches(step: ParallelStep | MapStep, position: string, depth: number): string[] {
    const margin = '    '.repeat(depth);
    const name = this.#bodyName(step.id);
    const item = step.kind === 'map' ? [`, ${this.#names.nameOf(step.item)}`] : [];
    const last = step.steps.at(-1);
    const yielded =
      step.yield === undefined
        ? this.#names.nameOf(last !== undefined && 'id' in last ? last.id : '')
        : `within_limits(${this.#value(step.yield, depth + 1)})`;
    const all =
      step.kind === 'parallel'
        ? `at.parallel(${name}, ${step.times})`
        : `at.each(${name}, ${this.#value(step.over, depth + 1)}, ${step.max})`;
    return [
      `${margin}async def ${name}(scope${item.join('')}):`,
      ...this.steps(step.steps, `${position}.steps`, depth + 1),
      `${margin}    return ${yielded}`,
      '',
      `${margin}with scope.step(${pythonText(step.id)}) as at:`,
      `${margin}    ${this.#names.nameOf(step.id)} = await ${all}`,
    ];
  }

  #bodyName(id: string): string {
    let name = `each_of_${id}`;
    while (this.#bodies.has(name) || this.#isTaken(name)) name = `${name}_`;
    this.#bodies.add(name);
    return name;
  }
}

function namesIn(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    const own = [...('id' in step ? [step.id] : []), ...(step.kind === 'map' ? [step.item] : [])];
    return [...own, ...namesIn(stepsInside(step))];
  });
}

/** What the call steps make, by id; not of an id that a step of another kind has too. */
function operatorsById(steps: readonly Step[]): ReadonlyMap<string, Operator> {
  const makers = new Map<string, Set<Operator | undefined>>();
  const visit = (step: Step): void => {
    const operator = step.kind === 'call' ? operators.get(step.operator) : undefined;
    const ids = [...('id' in step ? [step.id] : []), ...(step.kind === 'map' ? [step.item] : [])];
    for (const id of ids) makers.set(id, new Set([...(makers.get(id) ?? []), operator]));
    for (const inner of stepsInside(step)) visit(inner);
  };
  for (const step of steps) visit(step);
  return new Map(
    [...makers].flatMap(([id, [only, ...others]]) => (only !== undefined && others.length === 0 ? [[id, only] as const] : [])),
  );
}

function stepsInside(step: Step): readonly Step[] {
  if (step.kind === 'if') return [...step.then, ...step.else];
  return 'steps' in step ? step.steps : [];
}
