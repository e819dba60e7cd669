import type { Benchmark } from '../benchmark.ts';
import type { FailureKind } from '../failure.ts';
import { selectOperators } from '../operators/registry.ts';
import { distinctTexts } from '../replies/distinct-texts.ts';
import { headedText } from '../replies/headed-text.ts';
import { beginsAsJson, type JsonReply, jsonReplyIn } from '../replies/json-reply.ts';
import { withoutAsides } from '../replies/split-thoughts.ts';
import type { Tag } from '../replies/tag.ts';
import { tagsIn } from '../replies/tags-in.ts';
import type { ParsedProposal } from '../search/admit-proposal.ts';
import { canonicalHash } from '../workflow/canonical-hash.ts';
import { validateWorkflow } from '../workflow/check/validate-workflow.ts';
import { fromJsonForm, repeatedPrompts } from '../workflow/json-form.ts';
import { parseWorkflow } from '../workflow/parse-workflow.ts';
import { isObject } from '../workflow/problem.ts';
import type { WorkflowProblem } from '../workflow/workflow.ts';
import { findWorkflows } from './find-workflows.ts';

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
 * Reads a reply to the proposal prompt, wherever a person would see its one modification and its one workflow; a workflow that
 * breaks a rule of the language is refused, and the failure lists everything that is wrong, for the repair turn.
 */
export function parseProposal({ reply, cutOff, benchmark, maxCalls }: ProposalReply): ParsedProposal {
  const object = jsonReplyIn(reply);
  if (isObject(object?.workflow)) return parseJsonProposal(object, { benchmark, maxCalls });
  const tags = tagsIn(reply, ['modification', 'workflow']);
  const workflows = findWorkflows(reply, tags, !cutOff);
  const modifications = modificationsOf(reply, workflows[0]?.tag, tags, !cutOff);
  const modification = modifications[0] ?? '';
  const refused = (kind: FailureKind, message: string): ParsedProposal => ({ modification, failure: { kind, message } });

  const missing = [...(modification === '' ? ['modification'] : []), ...(workflows.length === 0 ? ['workflow'] : [])];
  if (missing.length > 0 && cutOff) {
    const end = beginsAsJson(reply) ? 'the end of its JSON object' : wholeTags(missing);
    return refused('cut-off', `the reply reached its token limit before ${end}: think less, and write a shorter workflow`);
  }
  if (missing.length > 0)
    return refused('unparsable-reply', `the reply has no ${wholeTags(missing)}: both tags must be present, closed and not empty`);
  if (modifications.length > 1)
    return refused('unparsable-reply', `the reply has ${modifications.length} <modification> tags: give exactly one`);
  if (workflows.length > 1)
    return refused('unparsable-reply', `the reply gives ${workflows.length} different workflows: give exactly one`);
  const [{ document, error } = {}] = workflows;
  if (error !== undefined) return refused('unparsable-reply', `the text in <workflow> is not YAML: ${error}`);
  return checked(document, modification, { benchmark, maxCalls });
}

type Rules = Pick<ProposalReply, 'benchmark' | 'maxCalls'>;

/** A reply in the form of reply-schemas.ts, whether or not a grammar held the model to it. */
function parseJsonProposal({ modification: given, workflow }: JsonReply, rules: Rules): ParsedProposal {
  const modification = typeof given === 'string' ? given.trim() : '';
  if (modification === '') {
    const message = 'the JSON object has no text in its field modification: say in one sentence what you change';
    return { modification, failure: { kind: 'unparsable-reply', message } };
  }
  const problems = repeatedPrompts(workflow).map((name): WorkflowProblem => {
    const message = `two prompts have the name "${name}": use another one`;
    return { step: `prompts.${name}`, field: '', rule: 'duplicate-id', message };
  });
  if (problems.length > 0) return { modification, failure: { kind: 'invalid-workflow', message: problemList(problems) } };
  return checked(fromJsonForm(workflow), modification, rules);
}

function checked(document: unknown, modification: string, { benchmark, maxCalls }: Rules): ParsedProposal {
  const refused = (problems: readonly WorkflowProblem[]): ParsedProposal => {
    return { modification, failure: { kind: 'invalid-workflow', message: problemList(problems) } };
  };
  const parsed = parseWorkflow(document);
  if (!parsed.ok) return refused(parsed.problems);
  const { workflow } = parsed;
  const operators = selectOperators(benchmark.operators);
  const problems = validateWorkflow(workflow, { operators, queryFields: benchmark.inputs, maxCalls });
  if (problems.length > 0) return refused(problems);
  return { modification, workflow, workflowHash: canonicalHash(workflow) };
}

/** The modifications that belong to a workflow: if several forms were filled in, those of the form that contains it. */
function modificationsOf(reply: string, workflow: Tag | undefined, tags: readonly Tag[], isWhole: boolean): string[] {
  const at = workflow === undefined ? -1 : tags.indexOf(workflow);
  const begin = tags.slice(0, Math.max(0, at)).findLastIndex(({ name }) => name === 'workflow') + 1;
  const own = distinctTexts(tags.slice(begin, Math.max(0, at)), 'modification', isWhole);
  const tagged = own.length > 0 ? own : distinctTexts(tags, 'modification', isWhole);
  const headed = tagged.length > 0 || !isWhole ? undefined : headedText(withoutAsides(reply), 'modification');
  return headed === undefined ? tagged : [headed];
}

/** One line per problem: the place, the field, the rule, and what would be right. */
export function problemList(problems: readonly WorkflowProblem[]): string {
  return problems.map(({ step, field, rule, message }) => `${place(step, field)} (${rule}): ${message}`).join('\n');
}

function place(step: string, field: string): string {
  return [step, field].filter((part) => part !== '').join(', ') || 'workflow';
}

function wholeTags(names: readonly string[]): string {
  return names.map((name) => `<${name}>…</${name}>`).join(' and ');
}
