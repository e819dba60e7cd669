import { expect, test } from 'vitest';
import { operators } from '../../../../services/domain/operators/registry.ts';
import { workflowBounds } from '../../../../services/domain/workflow/bounds.ts';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';

function boundsOf(steps: unknown) {
  const parsed = parseWorkflow({ workflow: 1, steps });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { minCalls, maxCalls, maxWidth } = workflowBounds(parsed.workflow, operators);
  return { minCalls, maxCalls, maxWidth };
}

const call = { id: 'a', call: 'custom', with: { input: 'x' } };
const end = { return: 'x' };
const drafts = { id: 'p', parallel: 3, steps: [call, call] };
const ensemble = { id: 'e', call: 'sc_ensemble', with: { solutions: '{{p}}' } };

test.each([
  ['a sequence', [call, call, end], { minCalls: 2, maxCalls: 2, maxWidth: 1 }],
  ['no call', [end], { minCalls: 0, maxCalls: 0, maxWidth: 0 }],
  ['parallel samples', [drafts, end], { minCalls: 6, maxCalls: 6, maxWidth: 3 }],
  ['nested parallel samples', [{ id: 'q', parallel: 4, steps: [drafts] }, end], { minCalls: 24, maxCalls: 24, maxWidth: 12 }],
  ['an ensemble, which asks nobody if all agree', [drafts, ensemble, end], { minCalls: 6, maxCalls: 7, maxWidth: 3 }],
  [
    'a map, whose list may be empty',
    [{ id: 'm', map: '{{p}}', max: 5, steps: [call] }, end],
    { minCalls: 0, maxCalls: 5, maxWidth: 5 },
  ],
  ['a loop, which may not run', [{ loop: 4, steps: [call, drafts] }, end], { minCalls: 0, maxCalls: 28, maxWidth: 3 }],
  ['branches', [{ if: 'true', then: [call], else: [drafts] }, end], { minCalls: 1, maxCalls: 6, maxWidth: 3 }],
  ['an early return', [call, { if: 'true', then: [end] }, drafts, end], { minCalls: 1, maxCalls: 7, maxWidth: 3 }],
  ['a return that saves nothing', [{ if: 'true', then: [drafts, end] }, call, end], { minCalls: 1, maxCalls: 6, maxWidth: 3 }],
  [
    'a return in a loop',
    [{ loop: 3, steps: [call, { if: 'true', then: [call, end] }] }, end],
    { minCalls: 0, maxCalls: 4, maxWidth: 1 },
  ],
  ['a loop that always returns', [{ loop: 3, steps: [call, end] }, drafts, end], { minCalls: 1, maxCalls: 6, maxWidth: 3 }],
])('the bounds of %s', (_, steps, bounds) => expect(boundsOf(steps)).toEqual(bounds));
