import type { Benchmark } from '../benchmark.ts';
import type { FailureKind } from '../failure.ts';
import { selectOperators } from '../operators/registry.ts';
import { splitThoughts } from '../replies/split-thoughts.ts';
import { tagged } from '../replies/tagged.ts';
import type { ParsedProposal } from '../search/admit-proposal.ts';
import { canonicalHash } from '../workflow/canonical-hash.ts';
import { decodeYaml } from '../workflow/decode-yaml.ts';
import { parseWorkflow } from '../workflow/parse-workflow.ts';
import { validateWorkflow } from '../workflow/validate-workflow.ts';
import type { WorkflowProblem } from '../workflow/workflow.ts';

export interface ProposalReply {
  /** As the optimizer gave it. */
  readonly reply: string;
  /** It ended at its token limit. */
  readonly cutOff: boolean;
  readonly benchmark: Benchmark;
  /** Most model calls for one query. */
  readonly maxCalls: number;
}

/**
 * Reads a reply to the proposal prompt. Strict where the form carries meaning: one modification, one workflow, and no rule of the
 * language broken; else the failure says all that is wrong, for the repair turn. Think blocks and code fences are taken off.
 */
export function parseProposal({ reply, cutOff, benchmark, maxCalls }: ProposalReply): ParsedProposal {
  const answer = splitThoughts(reply).text;
  const modifications = tagged(answer, 'modification');
  const workflows = tagged(answer, 'workflow');
  const modification = modifications[0] ?? '';
  const refused = (kind: FailureKind, message: string): ParsedProposal => ({ modification, failure: { kind, message } });

  const missing = [...(modification === '' ? ['modification'] : []), ...(workflows.length === 0 ? ['workflow'] : [])];
  if (missing.length > 0 && cutOff) {
    return refused(
      'cut-off',
      `the reply reached its token limit before ${wholeTags(missing)}: think less, and write a shorter workflow`,
    );
  }
  if (missing.length > 0)
    return refused('unparsable-reply', `the reply has no ${wholeTags(missing)}: both tags must be there, closed, and not empty`);
  if (modifications.length > 1)
    return refused('unparsable-reply', `the reply has ${modifications.length} <modification> tags: make exactly one`);
  if (workflows.length > 1)
    return refused('unparsable-reply', `the reply has ${workflows.length} <workflow> tags: give exactly one workflow`);

  let document: unknown;
  try {
    document = decodeYaml(unfenced(workflows[0] ?? ''));
  } catch (error) {
    return refused(
      'unparsable-reply',
      `the text in <workflow> is not YAML: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const parsed = parseWorkflow(document);
  if (!parsed.ok) return refused('invalid-workflow', problemList(parsed.problems));
  const { workflow } = parsed;
  const operators = selectOperators(benchmark.operators);
  const problems = validateWorkflow(workflow, { operators, queryFields: benchmark.inputs, maxCalls });
  if (problems.length > 0) return refused('invalid-workflow', problemList(problems));
  return { modification, workflow, workflowHash: canonicalHash(workflow) };
}

/** One line a problem: the place, the field, the rule, and what would be right. */
export function problemList(problems: readonly WorkflowProblem[]): string {
  return problems.map(({ step, field, rule, message }) => `${place(step, field)} (${rule}): ${message}`).join('\n');
}

function place(step: string, field: string): string {
  return [step, field].filter((part) => part !== '').join(', ') || 'workflow';
}

function wholeTags(names: readonly string[]): string {
  return names.map((name) => `<${name}>…</${name}>`).join(' and ');
}

/** The content of a code fence, where all of the text is in one. */
function unfenced(text: string): string {
  return /^```[\w-]*[ \t]*\n([\s\S]*?)\n?```$/.exec(text.trim())?.[1] ?? text;
}
