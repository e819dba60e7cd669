import fc from 'fast-check';
import { expect, test } from 'vitest';
import { workflowGraph } from '../../../services/dashboard/answers/workflow-shown.ts';
import { renderMermaid } from '../../../services/domain/workflow/render-mermaid.ts';
import type { Workflow } from '../../../services/domain/workflow/workflow.ts';
import { arbitraryWorkflow } from '../../support/arbitrary-workflow.ts';

const call = (id: string) => ({ kind: 'call', id, operator: 'custom', inputs: { input: 'x', instruction: ' solve ' } }) as const;
const workflow = (steps: Workflow['steps']): Workflow => ({ name: '', description: '', prompts: {}, steps });

test('branches, loops and frames are drawn, each arrow between nodes that are there', () => {
  const graph = workflowGraph(
    workflow([
      {
        kind: 'parallel',
        id: 'drafts',
        times: 3,
        steps: [{ kind: 'map', id: 'each', over: 'xs', item: 'x', max: 4, steps: [call('draft')] }],
      },
      { kind: 'if', condition: 'good', then: [{ kind: 'return', value: 'drafts' }], else: [call('again')] },
      { kind: 'loop', condition: 'bad', max: 2, steps: [call('repair')] },
    ]),
  );
  expect(graph.frames).toEqual([
    { id: 'f0', label: 'drafts: 3 at once' },
    { id: 'f1', label: 'each: each x of xs', inside: 'f0' },
  ]);
  expect(graph.nodes.map(({ kind, label, frame, detail }) => [kind, label, frame, detail])).toEqual([
    ['start', 'query', undefined, undefined],
    ['call', 'draft', 'f1', 'solve'],
    ['question', 'good', undefined, undefined],
    ['return', 'return', undefined, 'drafts'],
    ['call', 'again', undefined, 'solve'],
    ['loop', 'while bad, at most 2 times', undefined, undefined],
    ['call', 'repair', undefined, 'solve'],
    ['no-answer', 'no answer', undefined, undefined],
  ]);
  expect(graph.edges.map(({ from, to, label = '' }) => `${from}${to}${label}`)).toEqual([
    'n0n1',
    'n1n2',
    'n2n3yes',
    'n2n4no',
    'n4n5',
    'n5n6yes',
    'n6n5',
    'n5n7no',
  ]);
});

test('it has the nodes and arrows of the Mermaid drawing of the same workflow', () => {
  fc.assert(
    fc.property(arbitraryWorkflow, (drawn) => {
      const { nodes, edges } = workflowGraph(drawn);
      const lines = renderMermaid(drawn).split('\n');
      expect(edges).toHaveLength(lines.filter((line) => line.includes('-->')).length);
      expect(nodes).toHaveLength(lines.filter((line) => /^ {2}n\d+[([{]/.test(line)).length);
      expect(edges.every(({ from, to }) => [from, to].every((id) => nodes.some((node) => node.id === id)))).toBe(true);
    }),
  );
});
