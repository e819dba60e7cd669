import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { selectOperators } from '../../../../services/domain/operators/registry.ts';
import { languageExample } from '../../../../services/domain/prompts/language-reference.ts';
import { workflowYaml } from '../../../../services/domain/prompts/workflow-yaml.ts';
import { validateWorkflow } from '../../../../services/domain/workflow/check/validate-workflow.ts';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';
import { toDocument } from '../../../../services/domain/workflow/to-document.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { solveWith } from './made-up-search.ts';

const project = join(import.meta.dirname, '../../../..');

/** Nothing, where it is not YAML. */
function parsedIn(file: string) {
  try {
    return parseWorkflow(parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

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

  // The hash of a prompt decides what a simulated model answers, and a log's search can be repeated only with the same prompts.
  // Made with the writer that came before the library's; only a change of a workflow itself changes its line.
  it('has the bytes that models have always read', () => {
    const shown = globSync('{examples,test/fixtures}/**/*.yaml', { cwd: project }).flatMap((file) => {
      const parsed = parsedIn(join(project, file));
      return parsed?.ok
        ? [`${createHash('sha256').update(workflowYaml(parsed.workflow)).digest('hex').slice(0, 16)} ${file}`]
        : [];
    });
    expect(`${shown.sort().join('\n')}\n`).toBe(
      readFileSync(join(project, 'test/fixtures/workflows/as-models-read-them.txt'), 'utf8'),
    );
  });

  it('puts quotes around a name that YAML takes for something else', () => {
    const workflow = { ...solveWith('x'), prompts: { null: 'Solve it.', true: 'Check it.', yes: 'Go on.' } };
    expect(parse(workflowYaml(workflow))).toMatchObject({ prompts: workflow.prompts });
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
