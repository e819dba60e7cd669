import fc from 'fast-check';
import type { Step, Workflow } from '../../services/domain/workflow/workflow.ts';

/** Valid workflows of every kind of step, for benchmarks with the field "question". They shrink towards a single call. */
export const arbitraryWorkflow: fc.Arbitrary<Workflow> = fc
  .array(fc.nat(1000), { minLength: 40, maxLength: 160 })
  .map((decisions) => new WorkflowWriter(decisions).write());

interface Names {
  /** Expressions that are texts. */
  readonly texts: readonly string[];
  readonly lists: readonly string[];
  readonly verdicts: readonly string[];
}

const literals = [
  '',
  'Solve it.',
  '\\boxed{',
  '} "q" ',
  'line one  \nline two\t\n',
  'größer ≥ 3',
  "it's {x}",
  '# a: - b',
  '{{ "{{" }}',
];

class WorkflowWriter {
  readonly #decisions: readonly number[];
  #at = 0;
  #ids = 0;
  #prompts: Record<string, string> = {};

  constructor(decisions: readonly number[]) {
    this.#decisions = decisions;
  }

  write(): Workflow {
    const name = this.#pick(['', 'made-up', 'another name']);
    const { steps, names } = this.#body({ texts: ['query.question'], lists: [], verdicts: [] }, 1, true);
    const unused = this.#chance(4) ? { never_used: this.#template(names) } : {};
    const prompts = { ...this.#prompts, ...unused };
    return {
      name,
      description: '',
      prompts,
      steps: [...steps, { kind: 'return', value: `${this.#template(names)} ({{query.question}})` }],
    };
  }

  #next(below: number): number {
    const decision = this.#decisions[this.#at];
    this.#at += 1;
    // When the decisions are used up, everything is the simplest choice.
    return decision === undefined ? 0 : decision % below;
  }

  #pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    return choices[this.#next(choices.length)] as T;
  }

  #chance(of: number): boolean {
    return this.#next(of) === of - 1;
  }

  #newId(): string {
    this.#ids += 1;
    return `${this.#pick(['step', 'a', 'Draft_', 'x'])}${this.#ids}`;
  }

  #body(outside: Names, depth: number, mayReturn: boolean): { steps: Step[]; names: Names } {
    const steps: Step[] = [];
    let names = outside;
    const count = 1 + this.#next(3);
    for (let index = 0; index < count; index += 1) {
      const made = this.#step(names, depth, mayReturn);
      steps.push(made.step);
      names = made.names;
    }
    return { steps, names };
  }

  #step(names: Names, depth: number, mayReturn: boolean): { step: Step; names: Names } {
    const kind = this.#next(depth >= 3 ? 5 : 9);
    if (kind === 4) return this.#set(names);
    if (kind === 5) return this.#parallel(names, depth);
    if (kind === 6 && names.lists.length > 0) return this.#map(names, depth);
    if (kind === 7) return this.#branch(names, depth, mayReturn);
    if (kind === 8) return this.#loop(names, depth, mayReturn);
    return this.#call(names, kind % 4);
  }

  #call(names: Names, which: number): { step: Step; names: Names } {
    const id = this.#newId();
    const { texts, lists, verdicts } = names;
    if (which === 1) {
      const inputs = { input: this.#template(names) };
      return {
        step: { kind: 'call', id, operator: 'answer_generate', inputs },
        names: { ...names, texts: [...texts, `${id}.answer`] },
      };
    }
    if (which === 2) {
      const inputs = { problem: '{{query.question}}', solution: this.#template(names) };
      return {
        step: { kind: 'call', id, operator: 'review', inputs },
        names: { ...names, verdicts: [...verdicts, `${id}.passed`] },
      };
    }
    if (which === 3 && lists.length > 0) {
      const inputs = { solutions: `{{${this.#pick(lists)}}}`, ...(this.#chance(2) ? { problem: '{{query.question}}' } : {}) };
      return {
        step: { kind: 'call', id, operator: 'sc_ensemble', inputs },
        names: { ...names, texts: [...texts, `${id}.response`] },
      };
    }
    const instruction = this.#chance(2) ? { instruction: this.#prompt(names) } : {};
    const inputs = { input: this.#template(names), ...instruction };
    return { step: { kind: 'call', id, operator: 'custom', inputs }, names: { ...names, texts: [...texts, `${id}.response`] } };
  }

  #set(names: Names): { step: Step; names: Names } {
    const id = this.#newId();
    const value = `value: ${this.#template(names)}`;
    return { step: { kind: 'set', id, value }, names: { ...names, texts: [...names.texts, id] } };
  }

  #parallel(names: Names, depth: number): { step: Step; names: Names } {
    const id = this.#newId();
    const { steps, names: inside } = this.#body(names, depth + 1, false);
    const step: Step = { kind: 'parallel', id, times: 1 + this.#next(3), steps, yield: `- ${this.#template(inside)}` };
    return { step, names: { ...names, lists: [...names.lists, id] } };
  }

  #map(names: Names, depth: number): { step: Step; names: Names } {
    const id = this.#newId();
    const item = this.#newId();
    const { steps, names: inside } = this.#body({ ...names, texts: [...names.texts, item] }, depth + 1, false);
    const over = `{{${this.#pick(names.lists)}}}`;
    const step: Step = { kind: 'map', id, over, item, max: 1 + this.#next(3), steps, yield: `- ${this.#template(inside)}` };
    return { step, names: { ...names, lists: [...names.lists, id] } };
  }

  #branch(names: Names, depth: number, mayReturn: boolean): { step: Step; names: Names } {
    const condition = this.#condition(names);
    const then = this.#body(names, depth + 1, mayReturn);
    const last: Step[] = mayReturn && this.#chance(3) ? [{ kind: 'return', value: this.#template(then.names) }] : [];
    const otherwise = this.#chance(2) ? this.#body(names, depth + 1, mayReturn).steps : [];
    return { step: { kind: 'if', condition, then: [...then.steps, ...last], else: otherwise }, names };
  }

  #loop(names: Names, depth: number, mayReturn: boolean): { step: Step; names: Names } {
    const condition = this.#condition(names);
    const { steps } = this.#body(names, depth + 1, mayReturn);
    return { step: { kind: 'loop', condition, max: 1 + this.#next(3), steps }, names };
  }

  #prompt(names: Names): string {
    const name = `prompt_${Object.keys(this.#prompts).length + 1}`;
    this.#prompts[name] = `Do this: ${this.#template(names)}`;
    return name;
  }

  #template(names: Names): string {
    const expressions = [...names.texts, ...names.lists.map((list) => `${list}.map(each, "* " + each)`)];
    const expression = `{{${this.#pick(['', ' '])}${this.#pick(expressions)}}}`;
    return this.#pick([expression, `${this.#pick(literals)}${expression}${this.#pick(literals)}`, `.${this.#pick(literals)}`]);
  }

  #condition({ texts, lists, verdicts }: Names): string {
    const some = this.#pick(texts);
    const conditions = [`size(${some}) > ${this.#next(40)}`, `${some} == ${this.#pick(texts)}`, `!${some}.contains("7")`];
    if (verdicts.length > 0) conditions.push(`!${this.#pick(verdicts)}`);
    if (lists.length > 0) conditions.push(`${this.#pick(lists)}.exists(each, each != ${some})`);
    return this.#pick(conditions);
  }
}
