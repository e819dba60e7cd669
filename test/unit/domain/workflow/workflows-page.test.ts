import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { operators } from '../../../../services/domain/operators/registry.ts';
import { decodeYaml } from '../../../../services/domain/workflow/decode-yaml.ts';
import { ruleTexts } from '../../../../services/domain/workflow/rules.ts';
import { readWorkflowText } from '../../../../services/shared/benchmarks/read-workflow-file.ts';

const page = readFileSync(new URL('../../../../docs/workflows.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

/** The rows of the tables on the page, with their cells. */
const rows = [...page.matchAll(/^\| (.+) \|$/gm)].map((match) => (match[1] ?? '').split(' | '));

describe('docs/workflows.md', () => {
  test('has examples', () => expect(blocks.length).toBeGreaterThanOrEqual(4));

  test.each(blocks.map((block, index) => [index + 1, block] as const))('example %i is a valid workflow', (_, block) => {
    const decoded = decodeYaml(block);
    const document = Array.isArray(decoded) ? { workflow: 1, steps: decoded } : decoded;
    const surroundings = { operators: [...operators.keys()], inputs: ['question'] };
    expect(readWorkflowText(JSON.stringify(document), 'the example', surroundings, 20).steps.length).toBeGreaterThan(0);
  });

  test('tells every rule in its own words', () => {
    for (const [rule, sentence] of Object.entries(ruleTexts)) expect(rows).toContainEqual([rule, sentence]);
  });

  test('tells every operator with its inputs, outputs and calls', () => {
    for (const { name, inputs, outputs, maxCalls, minCalls } of operators.values()) {
      const wanted = Object.entries(inputs).map(([input, { optional }]) => `\`${input}\`${optional ? ' (optional)' : ''}`);
      const given = Object.keys(outputs).map((output) => `\`${output}\``);
      const calls = minCalls === undefined ? `${maxCalls}` : `${minCalls} to ${maxCalls}`;
      expect(rows).toContainEqual([name, wanted.join(', '), given.join(', '), calls]);
    }
  });
});
