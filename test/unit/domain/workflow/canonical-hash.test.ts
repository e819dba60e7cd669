import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalHash } from '../../../../services/domain/workflow/canonical-hash.ts';
import { interpretWorkflow } from '../../../../services/domain/workflow/execution/interpret.ts';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';
import { toDocument } from '../../../../services/domain/workflow/to-document.ts';
import type { Step, Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { arbitraryWorkflow } from '../../../support/arbitrary-workflow.ts';
import { executionContext, queryOf } from '../../../support/execution-context.ts';
import { anyOperatorsReply, scriptedModel } from '../../../support/scripted-model.ts';

function hashOf(document: unknown): string {
  const parsed = parseWorkflow(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return canonicalHash(parsed.workflow);
}

const base = {
  workflow: 1,
  prompts: { solve: 'Solve it.\nBriefly.' },
  steps: [
    {
      id: 'drafts',
      parallel: 3,
      steps: [{ id: 'draft', call: 'custom', with: { input: '{{query.question}}', instruction: 'solve' } }],
      yield: '{{draft.response}}',
    },
    { id: 'good', set: '{{drafts.filter(d, d != "")}}' },
    { if: 'size(good) == 0', then: [{ return: '{{drafts[0]}}' }] },
    { return: '{{good[0]}}' },
  ],
};
const [drafts, good, branch, end] = base.steps;

describe('the canonical hash', () => {
  test.each<[string, unknown]>([
    ['name and description', { ...base, name: 'other', description: 'What it does.' }],
    [
      'the order of fields',
      {
        steps: base.steps.map((step) => Object.fromEntries(Object.entries(step).toReversed())),
        prompts: base.prompts,
        workflow: 1,
      },
    ],
    ['blanks at line ends', { ...base, prompts: { solve: 'Solve it.  \r\nBriefly.\n\n' } }],
    [
      'blanks inside expressions',
      { ...base, steps: [drafts, { id: 'good', set: '{{ drafts . filter( d,d!="" ) }}' }, branch, end] },
    ],
    ['prompts that nothing uses', { ...base, prompts: { ...base.prompts, spare: 'Unused.' } }],
    ['the name of a prompt', JSON.parse(JSON.stringify(base).replaceAll('solve', 'work'))],
    ['the names of steps', JSON.parse(JSON.stringify(base).replaceAll('draft', 'sample').replaceAll('good', 'kept'))],
    ['names that macros bind', JSON.parse(JSON.stringify(base).replace('(d, d ', '(each, each '))],
    [
      'a yield that says what would hold without it',
      { ...base, steps: [{ ...drafts, yield: undefined }, ...base.steps.slice(1)] },
    ],
  ])('does not hang on %s', (what, other) => {
    const same = what.startsWith('a yield')
      ? { ...base, steps: [{ ...drafts, yield: '{{draft}}' }, ...base.steps.slice(1)] }
      : base;
    const document = JSON.parse(JSON.stringify(other));
    expect(hashOf(document)).toBe(hashOf(same));
  });

  test.each<[string, unknown]>([
    ['a prompt', { ...base, prompts: { solve: 'Solve it.\nBriefly!' } }],
    ['a number of samples', { ...base, steps: [{ ...drafts, parallel: 4 }, ...base.steps.slice(1)] }],
    ['the type of a constant', { ...base, steps: [drafts, good, { ...branch, if: 'size(good) == 0.0' }, end] }],
    ['which name is meant', { ...base, steps: [drafts, good, branch, { return: '{{drafts[0]}}' }] }],
    ['the order of steps', { ...base, steps: [drafts, good, { return: '{{good[0]}}' }] }],
    ['an operator', { ...base, steps: [...base.steps.slice(0, 3), { id: 'last', call: 'custom', with: { input: 'x' } }, end] }],
  ])('hangs on %s', (_, other) => expect(hashOf(other)).not.toBe(hashOf(base)));

  test('keeps a name apart from one that a macro binds over it', () => {
    const of = (expression: string) =>
      hashOf({ workflow: 1, steps: [{ id: 'a', set: '{{[1]}}' }, { id: 'b', set: '{{[2]}}' }, { return: `{{${expression}}}` }] });
    expect(of('b.map(x, a)')).not.toBe(of('b.map(a, a)'));
    expect(of('b.map(a, a)')).toBe(of('b.map(x, x)'));
    expect(of('a.map(x, b.map(y, x))')).not.toBe(of('a.map(x, b.map(y, y))'));
    expect(of('a.map(x, b.map(y, y))')).toBe(of('a.map(x, b.map(x, x))'));
  });

  test('is the same after every consistent renaming, which then does the same', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryWorkflow, async (workflow) => {
        const other = renamed(workflow);
        expect(canonicalHash(other)).toBe(canonicalHash(workflow));
        expect(await answerOf(other)).toEqual(await answerOf(workflow));
      }),
      { numRuns: 60 },
    );
  });

  test('is the same after a journey through the text form with its fields in another order', () => {
    fc.assert(
      fc.property(arbitraryWorkflow, (workflow) => {
        const reversed = JSON.parse(JSON.stringify(toDocument(workflow)), (_, value) =>
          typeof value === 'object' && value !== null && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).toReversed())
            : value,
        );
        expect(hashOf({ ...reversed, name: 'another' })).toBe(canonicalHash(workflow));
      }),
    );
  });
});

async function answerOf(workflow: Workflow): Promise<unknown> {
  const { answer, failure } = await interpretWorkflow(
    workflow,
    queryOf('What is 1 + 1?'),
    executionContext({ model: scriptedModel(anyOperatorsReply) }),
  );
  return { answer, failure: failure?.kind };
}

/** The made-up workflows' ids end in a number, and their prompts are called prompt_<number>. */
function renamed(workflow: Workflow): Workflow {
  const text = JSON.stringify(workflow).replaceAll(/\b(step|a|Draft_|x|prompt_)(\d+)\b/g, 'other_$1_$2');
  const other = JSON.parse(text) as Workflow;
  const steps: readonly Step[] = other.steps;
  return { ...other, steps, name: `${workflow.name}!` };
}
