import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';
import { renderMermaid } from '../../../../services/domain/workflow/render-mermaid.ts';
import { renderText } from '../../../../services/domain/workflow/render-text.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { arbitraryWorkflow } from '../../../support/arbitrary-workflow.ts';

function workflowOf(steps: unknown, prompts: Record<string, string> = {}): Workflow {
  const parsed = parseWorkflow({ workflow: 1, prompts, steps });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.workflow;
}

const draft = { id: 'draft', call: 'custom', with: { input: '{{query.question}}', instruction: 'solve' } };
const everything = workflowOf(
  [
    { id: 'drafts', parallel: 3, steps: [draft], yield: '{{draft.response}}' },
    { id: 'short', map: '{{drafts}}', as: 'each', max: 3, steps: [{ id: 'line', set: '{{each}}\n!' }] },
    { loop: 2, while: 'size(drafts) > 9', steps: [{ id: 'text', set: 'a "b"' }] },
    { if: 'size(short) == 0', then: [{ return: 'none' }], else: [{ id: 'text', set: 'x' }] },
    { return: '{{short}}' },
  ],
  { solve: 'Solve it.\n\nBriefly.\n' },
);

test('the outline shows each step on a line, and the prompts below', () => {
  expect(renderText(everything)).toBe(`drafts = 3 times at once:
  draft = custom(input: {{query.question}}, instruction: solve)
  yield {{draft.response}}
short = for each each of {{drafts}}, at most 3, at once:
  line = {{each}}\\n!
while size(drafts) > 9, at most 2 times:
  text = a "b"
if size(short) == 0:
  return none
else:
  text = x
return {{short}}
prompt solve:
  Solve it.

  Briefly.`);
});

describe('the Mermaid flowchart', () => {
  test('has a node for each step, a subgraph for each parallel step, and arrows for every way on', () => {
    expect(renderMermaid(everything)).toBe(`flowchart TD
  n0(["query"])
  subgraph g1["drafts: 3 at once"]
  n1["draft: custom (solve)"]
  end
  subgraph g2["short: each each of #123;#123;drafts#125;#125;"]
  n2[/"line = #123;#123;each#125;#125; !"/]
  end
  n3{{"while size(drafts) #62; 9, at most 2 times"}}
  n4[/"text = a #34;b#34;"/]
  n5{"size(short) == 0"}
  n6(["return none"])
  n7[/"text = x"/]
  n8(["return #123;#123;short#125;#125;"])
  n0 --> n1
  n1 --> n2
  n2 --> n3
  n3 -->|"yes"| n4
  n4 --> n3
  n3 -->|"no"| n5
  n5 -->|"yes"| n6
  n5 -->|"no"| n7
  n7 --> n8`);
  });

  test('cannot be left by what a workflow says', () => {
    const hostile = [
      '"]; click n0 call alert()',
      '<script>alert(1)</script>',
      '%%{init: {}}%%',
      'end\nsubgraph x',
      '`**bold**`',
      '#quot;',
    ];
    for (const value of hostile) {
      const drawn = renderMermaid(workflowOf([{ id: 'x', set: value }, { return: value }]));
      const [, , set = '', end = ''] = drawn.split('\n');
      expect(set).toMatch(/^ {2}n1\[\/"[^"<>`%;{}[\]&]*(?:#\d+;[^"<>`%;{}[\]&]*)*"\/\]$/);
      expect(end).toMatch(/^ {2}n2\(\["/);
    }
  });

  test('has lines of known forms alone, whatever the workflow', () => {
    const label = '"(?:[^"<>`]*)"';
    const forms = [
      'flowchart TD',
      `  n\\d+(?:\\[${label}\\]|\\[/${label}/\\]|\\{${label}\\}|\\{\\{${label}\\}\\}|\\(\\[${label}\\]\\))`,
      `  subgraph g\\d+\\[${label}\\]`,
      '  end',
      '  n\\d+ -->(?:\\|"(?:yes|no)"\\|)? n\\d+',
    ];
    const known = new RegExp(`^(?:${forms.join('|')})$`);
    fc.assert(
      fc.property(arbitraryWorkflow, (workflow) => {
        for (const line of renderMermaid(workflow).split('\n')) expect(line).toMatch(known);
      }),
    );
  });
});
