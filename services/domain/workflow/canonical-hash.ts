import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { operators } from '../operators/registry.ts';
import { parseExpression } from './expression/expression.ts';
import type { ExpressionNode } from './expression/expression-tree.ts';
import { parseTemplate } from './expression/template.ts';
import type { CallStep, MapStep, ParallelStep, Step, Workflow } from './workflow.ts';
import { languageVersion } from './workflow.ts';

/**
 * The same for two workflows that do the same thing in the same way: SHA-256 (hex) of the canonical form.
 * @throws ExpressionError for a workflow that was not validated
 */
export function canonicalHash(workflow: Workflow): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalForm(workflow))));
}

/**
 * A workflow without the parts that do not affect what it does: its name and description, the order of fields, blanks at line
 * ends and inside expressions, prompts that nothing uses, and the names of steps and prompts. Names become numbers in the
 * order in which they first get a value; a prompt is written out where it is used, since its names have their meaning there.
 */
export function canonicalForm(workflow: Workflow): string {
  const names = newNames(undefined, { next: 0 });
  return JSON.stringify([languageVersion, stepsForm(workflow.steps, names, workflow.prompts)]);
}

type Form = string | number | null | readonly Form[];

/** The numbers of the names of one run of steps, which can see those of the enclosing runs. */
interface Names {
  readonly numberOf: (name: string) => number | undefined;
  /** The number of a name that is assigned here. */
  readonly assign: (name: string) => number;
  readonly inside: () => Names;
}

function newNames(outer: Names | undefined, counter: { next: number }): Names {
  const numbers = new Map<string, number>();
  const names: Names = {
    numberOf: (name) => numbers.get(name) ?? outer?.numberOf(name),
    assign: (name) => {
      const number = numbers.get(name) ?? counter.next++;
      numbers.set(name, number);
      return number;
    },
    inside: () => newNames(names, counter),
  };
  return names;
}

type Prompts = Workflow['prompts'];

const stepsForm = (steps: readonly Step[], names: Names, prompts: Prompts): Form =>
  steps.map((step) => stepForm(step, names, prompts));

function stepForm(step: Step, names: Names, prompts: Prompts): Form {
  switch (step.kind) {
    case 'call': {
      const inputs = inputForms(step, names, prompts);
      return ['call', names.assign(step.id), step.operator, inputs];
    }
    case 'set': {
      const value = templateForm(step.value, names);
      return ['set', names.assign(step.id), value];
    }
    case 'parallel': {
      const body = bodyForm(step, names.inside(), prompts);
      return ['parallel', names.assign(step.id), step.times, body];
    }
    case 'map': {
      const over = templateForm(step.over, names);
      const inside = names.inside();
      const item = inside.assign(step.item);
      const body = bodyForm(step, inside, prompts);
      return ['map', names.assign(step.id), over, item, step.max, body];
    }
    case 'if': {
      const condition = expressionForm(step.condition, names);
      return ['if', condition, stepsForm(step.then, names, prompts), stepsForm(step.else, names, prompts)];
    }
    case 'loop':
      return ['loop', expressionForm(step.condition, names), step.max, stepsForm(step.steps, names, prompts)];
    case 'return':
      return ['return', templateForm(step.value, names)];
  }
}

function inputForms(step: CallStep, names: Names, prompts: Prompts): Form {
  const operator = operators.get(step.operator);
  return Object.entries(step.inputs)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([input, template]) => {
      const prompt = operator?.inputs[input]?.type === 'prompt' ? prompts[template.trim()] : undefined;
      return [input, templateForm(prompt ?? template, names)];
    });
}

function bodyForm(step: ParallelStep | MapStep, names: Names, prompts: Prompts): Form {
  const steps = stepsForm(step.steps, names, prompts);
  const last = step.steps.at(-1);
  const yields = step.yield ?? (last !== undefined && 'id' in last ? `{{${last.id}}}` : '');
  return [steps, templateForm(yields, names)];
}

function templateForm(text: string, names: Names): Form {
  const { parts, whole } = parseTemplate(text);
  if (whole !== undefined) return ['value', treeForm(whole.tree, names, new Map())];
  return ['text', ...parts.map((part) => (typeof part === 'string' ? part : [treeForm(part.tree, names, new Map())]))];
}

const expressionForm = (text: string, names: Names): Form => treeForm(parseExpression(text).tree, names, new Map());

/** `bound` numbers the names that macros bind, by nesting depth. */
function treeForm(node: ExpressionNode, names: Names, bound: ReadonlyMap<string, string>): Form {
  const form = (inner: ExpressionNode): Form => treeForm(inner, names, bound);
  switch (node.kind) {
    case 'constant':
      return [node.type, node.value];
    case 'name':
      return ['name', bound.get(node.name) ?? names.numberOf(node.name) ?? node.name];
    case 'field':
      return [node.test ? 'has' : 'field', form(node.of), node.field];
    case 'call':
      return ['function', node.function, node.target === undefined ? null : form(node.target), node.arguments.map(form)];
    case 'list':
      return ['list', node.items.map(form)];
    case 'map':
      return ['map', node.entries.map(([key, value]) => [form(key), form(value)])];
    case 'comprehension': {
      // A character that no name can contain keeps these numbers distinct from names.
      const inside = new Map([
        ...bound,
        [node.variable, `#${bound.size}`] as const,
        [node.accumulator, `#${bound.size + 1}`] as const,
      ]);
      const within = [node.condition, node.step, node.result].map((part) => treeForm(part, names, inside));
      return ['fold', form(node.over), form(node.start), ...within];
    }
  }
}
