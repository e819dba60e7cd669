import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { selectOperators } from '../../../../services/domain/operators/registry.ts';
import { languageExample } from '../../../../services/domain/prompts/language-reference.ts';
import { workflowYaml } from '../../../../services/domain/prompts/workflow-yaml.ts';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';
import { toDocument } from '../../../../services/domain/workflow/to-document.ts';
import { validateWorkflow } from '../../../../services/domain/workflow/validate-workflow.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { solveWith } from './made-up-search.ts';

describe('the YAML of a workflow', () => {
  it('shows prose as it is, without escapes', () => {
    expect(workflowYaml(solveWith('Say "done".\nEnd with \\boxed{}.'))).toBe(
      [
        'workflow: 1',
        'prompts:',
        '  solve: |-',
        '    Say "done".',
        '    End with \\boxed{}.',
        'steps:',
        '  - id: draft',
        '    call: custom',
        '    with:',
        '      instruction: solve',
        '      input: "{{ query.question }}"',
        '  - return: "{{ draft.response }}"',
      ].join('\n'),
    );
  });

  it('is read back as the same workflow, whatever its texts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc
        .array(fc.constantFrom('yes', 'null', '0x1', ' ', '\n', '\\', '"', "'", '#', ': ', '- ', '{{ a }}', '\t', '\r', '…'), {
          maxLength: 12,
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, text, text, (prompt, input, value) => {
        const workflow: Workflow = {
          ...solveWith(prompt),
          name: '',
          description: '',
          steps: [
            { kind: 'call', id: 'draft', operator: 'custom', inputs: { input } },
            {
              kind: 'parallel',
              id: 'drafts',
              times: 3,
              steps: [{ kind: 'if', condition: value, then: [{ kind: 'set', id: 'best', value }], else: [] }],
              yield: input,
            },
            { kind: 'loop', condition: input, max: 2, steps: [{ kind: 'return', value }] },
          ],
        };
        expect(parse(workflowYaml(workflow))).toEqual(toDocument(workflow));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the example in the prompt', () => {
  it('is a valid workflow', () => {
    const parsed = parseWorkflow(parse(languageExample('question')));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const operators = selectOperators(['custom', 'sc_ensemble']);
    expect(validateWorkflow(parsed.workflow, { operators, queryFields: ['question'], maxCalls: 20 })).toEqual([]);
  });
});
