import { describe, expect, it } from 'vitest';
import { selectOperators } from '../../../services/domain/operators/registry.ts';
import { proposalInstructions } from '../../../services/domain/prompts/proposal-instructions.ts';
import { randomInteger, randomStream } from '../../../services/domain/random.ts';
import { validateWorkflow } from '../../../services/domain/workflow/check/validate-workflow.ts';
import { parseWorkflow } from '../../../services/domain/workflow/parse-workflow.ts';
import { toDocument } from '../../../services/domain/workflow/to-document.ts';
import type { BenchmarkDefinition } from '../../../services/shared/benchmarks/benchmark-definition.ts';
import { benchmarkDefinitions } from '../../../services/shared/benchmarks/registry.ts';
import { harmfulEdits } from '../../../services/simulator/edits/harmful-edits.ts';
import { helpfulEdits } from '../../../services/simulator/edits/helpful-edits.ts';
import { taskIn } from '../../../services/simulator/edits/task.ts';
import type { WorkflowDocument } from '../../../services/simulator/edits/workflow-document.ts';
import { suits } from '../../../services/simulator/edits/workflow-edit.ts';

const chains = 60;
const chainLength = 6;

/** What is wrong with a workflow but its number of calls, which edits are free to drive up. */
function faults(document: WorkflowDocument, { inputs, operators }: BenchmarkDefinition): string[] {
  const parsed = parseWorkflow(document);
  const problems = parsed.ok
    ? validateWorkflow(parsed.workflow, { operators: selectOperators(operators), queryFields: inputs })
    : parsed.problems;
  return problems.map(({ step, field, rule, message }) => `${step} ${field} (${rule}): ${message}`);
}

const definitions = [...benchmarkDefinitions];

describe('the edits that the simulated optimizer makes', () => {
  it.each(definitions)('read the task of %s out of its prompt', (_, definition) => {
    const benchmark = { ...definition, split: 'validate', queries: [], scorer: '', otherScorers: [], ownScorers: {} };
    const task = taskIn(proposalInstructions(benchmark, 'qwen-plus', 20));
    expect([...task.operators]).toEqual(definition.operators);
    expect(task.fields).toEqual(definition.inputs);
    const natures = { drop: 'words', hotpotqa: 'words', humaneval: 'program', mbpp: 'program' } as Record<string, string>;
    const asked = definition.answerFormat.includes('boxed') ? 'boxed' : 'words';
    expect(task.nature).toBe(natures[definition.name] ?? asked);
  });

  it.each(definitions)('give valid workflows for %s, however many of them follow each other', (_, definition) => {
    const benchmark = { ...definition, split: 'validate', queries: [], scorer: '', otherScorers: [], ownScorers: {} };
    const task = taskIn(proposalInstructions(benchmark, 'qwen-plus', 20));
    const edits = [...helpfulEdits, ...harmfulEdits].filter((edit) => suits(edit, task));
    const made = new Set<string>();
    for (let chain = 0; chain < chains; chain += 1) {
      const random = randomStream(chain, 'chain');
      const document = structuredClone(toDocument(definition.initialWorkflow)) as unknown as WorkflowDocument;
      document.prompts ??= {};
      const history: string[] = [];
      for (let step = 0; step < chainLength; step += 1) {
        const edit = edits[randomInteger(random, edits.length)];
        const before = structuredClone(document);
        if (edit === undefined || !edit.apply(document, task, random)) continue;
        history.push(edit.descriptions[0] ?? '');
        made.add(edit.descriptions[0] ?? '');
        expect(faults(document, definition), `${history.join('\n')}\n${JSON.stringify(before)}`).toEqual([]);
      }
    }
    // An operator that a benchmark allows is of no use to an optimizer that never thinks of it.
    expect(edits.filter((edit) => !edit.needs?.includes('md_ensemble')).length - made.size).toBeLessThanOrEqual(1);
  });
});
