import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operators, selectOperators } from '../../../../services/domain/operators/registry.ts';
import { jsonForm } from '../../../../services/domain/prompts/reply-form.ts';
import { predictionSchema, proposalSchema } from '../../../../services/domain/prompts/reply-schemas.ts';
import { canonicalHash } from '../../../../services/domain/workflow/canonical-hash.ts';
import { fromJsonForm, hasJsonForm, repeatedPrompts, toJsonForm } from '../../../../services/domain/workflow/json-form.ts';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { arbitraryWorkflow } from '../../../support/arbitrary-workflow.ts';
import { madeUpBenchmark, solveWith } from '../prompts/made-up-search.ts';

// biome-ignore lint/suspicious/noExplicitAny: a schema is looked at field by field
type Schema = any;

const benchmark = { ...madeUpBenchmark, operators: [...operators.values()].map(({ name }) => name) };
const schema: Schema = proposalSchema(benchmark, true);

/** Schemas in a schema, itself among them. */
function schemasIn(at: Schema): Schema[] {
  const inner = [
    ...Object.values(at.properties ?? {}),
    ...Object.values(at.$defs ?? {}),
    ...(at.anyOf ?? []),
    at.items ?? [],
  ].flat();
  return [at, ...inner.flatMap(schemasIn)];
}

const definitionOf = (at: Schema): Schema => (at.$ref === undefined ? at : schema.$defs[at.$ref.slice('#/$defs/'.length)]);

const arbitraries = new Map<string, fc.Arbitrary<unknown>>();

/** Values that a grammar for the schema lets through; lists far inside have one entry. */
function valuesOf(at: Schema): fc.Arbitrary<unknown> {
  if (at.$ref !== undefined) {
    const known = arbitraries.get(at.$ref) ?? valuesOf({ ...definitionOf(at), depth: Number(/[2-9]$/.exec(at.$ref) ?? 1) });
    arbitraries.set(at.$ref, known);
    return known;
  }
  if (at.anyOf !== undefined) return fc.oneof(...at.anyOf.map(valuesOf));
  if (at.enum !== undefined) return fc.constantFrom(...at.enum);
  if (at.pattern !== undefined) return fc.stringMatching(new RegExp(at.pattern));
  if (at.type === 'string') return fc.string({ minLength: at.minLength, maxLength: 20 });
  if (at.type === 'array') return fc.array(valuesOf(at.items), { minLength: at.minItems ?? 0, maxLength: at.depth > 2 ? 1 : 2 });
  const record = (wanted: boolean) =>
    Object.fromEntries(
      Object.entries(at.properties)
        .filter(([name]) => at.required.includes(name) === wanted)
        .map(([name, each]) => [name, valuesOf(each)]),
    );
  return fc
    .tuple(fc.record(record(true)), fc.record(record(false), { requiredKeys: [] }))
    .map(([one, other]) => ({ ...one, ...other }));
}

/** Whether a value has the form that a schema describes; lengths apart, which are the grammar's and not the language's. */
function fits(value: Schema, given: Schema): boolean {
  const at = definitionOf(given);
  if (at.anyOf !== undefined) return at.anyOf.some((each: Schema) => fits(value, each));
  if (at.enum !== undefined) return at.enum.includes(value);
  if (at.type === 'string') return typeof value === 'string' && new RegExp(at.pattern ?? '').test(value);
  if (at.type === 'array')
    return Array.isArray(value) && value.length >= (at.minItems ?? 0) && value.every((each) => fits(each, at.items));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  return (
    at.required.every((name: string) => names.includes(name)) &&
    names.every((name) => at.properties[name] !== undefined && fits(value[name], at.properties[name]))
  );
}

describe('the schema of proposals', () => {
  const known = [
    'type',
    'properties',
    'required',
    'additionalProperties',
    'items',
    'minItems',
    'maxItems',
    'enum',
    'anyOf',
    '$ref',
  ];
  it.each([
    ['proposals', schema],
    ['predictions', predictionSchema],
  ])('says nothing that a grammar may ignore or refuse: %s', (_, whole) => {
    for (const each of schemasIn(whole)) {
      const allowed = [...known, '$defs', 'pattern', 'minLength', 'maxLength'];
      expect(Object.keys(each).filter((name) => !allowed.includes(name))).toEqual([]);
      if (each.type === 'object') expect(each.additionalProperties).toBe(false);
      // llama.cpp takes anchored patterns only; xgrammar drops a length beside one.
      if (each.pattern !== undefined)
        expect([each.pattern[0], each.pattern.at(-1), each.maxLength]).toEqual(['^', '$', undefined]);
      if (each.$ref !== undefined) expect(definitionOf(each), each.$ref).toBeDefined();
      expect(each.maxLength ?? 0).toBeLessThan(2000);
    }
  });

  it('lets nothing through that the language refuses for its form', () => {
    fc.assert(
      fc.property(valuesOf(schema.properties.workflow), (form) => {
        const parsed = parseWorkflow(fromJsonForm(form));
        const problems = parsed.ok ? [] : parsed.problems.filter(({ message }) => !isOfNames(message));
        expect(problems, JSON.stringify(form)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('lets every workflow through that ends in a return, and it comes back as it was', () => {
    fc.assert(
      fc.property(arbitraryWorkflow, (workflow) => {
        fc.pre(hasJsonForm(workflow));
        const form: Schema = JSON.parse(JSON.stringify(toJsonForm(workflow)));
        const parsed = parseWorkflow(fromJsonForm(form));
        expect(parsed.ok && canonicalHash(parsed.workflow)).toBe(canonicalHash(workflow));
        expect(fits(form, schema.properties.workflow), JSON.stringify(form)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('has the operators of the benchmark alone, with their inputs', () => {
    const { $defs }: Schema = proposalSchema(madeUpBenchmark, false);
    const calls = Object.keys($defs).filter((name) => name.startsWith('call_'));
    expect(calls).toEqual(['call_custom', 'call_sc_ensemble']);
    const { properties, required } = $defs.call_sc_ensemble.properties.with;
    const { inputs } = selectOperators(['sc_ensemble']).get('sc_ensemble') ?? { inputs: {} };
    expect(Object.keys(properties)).toEqual(Object.keys(inputs));
    expect(required).toEqual(['solutions']);
  });
});

/** Reserved words, texts of nothing but blanks, and steps of all lists together: what no grammar can exclude. */
function isOfNames(message: string): boolean {
  return /is a reserved word|is the text "\s+"|has more than \d+ steps/.test(message);
}

describe('the JSON form of a workflow', () => {
  it('has prompts in a list and the last return apart', () => {
    expect(toJsonForm(solveWith('Solve it.'))).toEqual({
      workflow: 1,
      prompts: [{ name: 'solve', text: 'Solve it.' }],
      steps: [{ id: 'draft', call: 'custom', with: { instruction: 'solve', input: '{{ query.question }}' } }],
      return: '{{ draft.response }}',
    });
  });

  it('is not there for a workflow that returns elsewhere', () => {
    const [draft] = solveWith('').steps;
    const end = [{ kind: 'return', value: '{{ draft.response }}' }] as const;
    const both: Workflow = { ...solveWith(''), steps: [draft as never, { kind: 'if', condition: 'true', then: end, else: end }] };
    expect(hasJsonForm(both)).toBe(false);
    expect(() => jsonForm.workflow(both)).toThrow('no JSON form');
  });

  it('leaves what it does not know for the parser to judge', () => {
    expect(fromJsonForm('text')).toBe('text');
    expect(fromJsonForm({ prompts: { a: 'b' }, steps: 3 })).toEqual({ prompts: { a: 'b' }, steps: 3 });
    expect(parseWorkflow(fromJsonForm({ workflow: 1, prompts: ['a'], steps: [{ return: 'x' }] })).ok).toBe(false);
  });

  it('names prompts that share a name', () => {
    const prompt = (name: string) => ({ name, text: name });
    expect(repeatedPrompts({ prompts: ['a', 'b', 'a', 'a'].map(prompt) })).toEqual(['a']);
  });
});
