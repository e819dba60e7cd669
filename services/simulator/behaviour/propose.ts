import { parse, stringify } from 'yaml';
import type { Random } from '../../domain/ports.ts';
import { refusalTitle } from '../../domain/prompts/repair-section.ts';
import { randomChoice } from '../../domain/random.ts';
import { fromJsonForm } from '../../domain/workflow/json-form.ts';
import { breakages, breakagesUnderSchema, reply } from '../edits/breakages.ts';
import { harmfulEdits } from '../edits/harmful-edits.ts';
import { heedsFeedback } from '../edits/heeds-feedback.ts';
import { helpfulEdits } from '../edits/helpful-edits.ts';
import { type Task, taskIn } from '../edits/task.ts';
import { allSteps, type WorkflowDocument } from '../edits/workflow-document.ts';
import { addSentence, promptedCalls, suits, type WorkflowEdit } from '../edits/workflow-edit.ts';
import { pick } from '../pick.ts';
import type { Question } from '../question.ts';

/** AFlow lost about a quarter of its rounds to broken workflows. */
const brokenShare = 0.24;
const brokenRepairShare = 0.08;
const harmfulShare = 0.22;
const unchangedShare = 0.03;
/** How often it takes into account that an edit was tried before. */
const heedsExperience = 0.9;

/** The reply to a proposal prompt: an edit of the workflow that the prompt shows. Some help, some harm, some are broken. */
export function propose({ prompt, random, structured }: Question): string {
  const parent = documentIn(prompt, 'parent');
  if (parent === undefined) return 'I cannot see a workflow that I could modify.';
  const task = taskIn(prompt);
  const refusal = prompt.split(`${refusalTitle}\n`)[1];
  const second = documentIn(prompt, 'second');
  const { document, modification } = proposed(parent, second, { task, prompt, refusal }, random);
  const broken = random.next() < (refusal === undefined ? brokenShare : brokenRepairShare);
  if (structured) {
    const spoilt = structuredClone(document);
    if (broken) pick(breakagesUnderSchema, random)?.(spoilt, task);
    const sure = prompt.includes('"confidence"') ? { confidence: confidence(random) } : {};
    return JSON.stringify({ modification, workflow: jsonFormOf(spoilt), ...sure });
  }
  const proposal = broken
    ? pick(breakages, random)({ document, modification, task, write })
    : reply(modification, write(document));
  return prompt.includes('<confidence>') ? `${proposal}\n<confidence>${confidence(random)}</confidence>` : proposal;
}

/** High whatever it proposes: models are sure of their own work. */
function confidence(random: Random): string {
  return (0.88 + 0.1 * random.next()).toFixed(2);
}

/** A merge that was made before gets an edit besides. */
function proposed(parent: WorkflowDocument, second: WorkflowDocument | undefined, request: Request, random: Random): Edited {
  if (second === undefined) return edited(parent, request, random);
  const merge = merged(parent, second);
  if (!isRepetition(request.refusal)) return merge;
  const more = edited(merge.document, request, random);
  return { document: more.document, modification: `${merge.modification} ${more.modification}` };
}

interface Edited {
  readonly document: WorkflowDocument;
  readonly modification: string;
}

interface Request {
  readonly task: Task;
  readonly prompt: string;
  /** Why the last reply was refused, and what it was. */
  readonly refusal: string | undefined;
}

function edited(parent: WorkflowDocument, request: Request, random: Random): Edited {
  if (random.next() < unchangedShare) return { document: parent, modification: 'Keep the workflow, which is good as it is.' };
  for (const edit of wishes(request, random)) {
    const document = structuredClone(parent);
    if (edit.apply(document, request.task, random)) return { document, modification: pick(edit.descriptions, random) };
  }
  return { document: parent, modification: 'Leave the workflow as it is.' };
}

/** All edits in the order in which it would make them: the refused one again unless it was a repetition, then what is new. */
function wishes({ task, prompt, refusal }: Request, random: Random): WorkflowEdit[] {
  const [helpful, harmful] = [[...heedsFeedback(prompt), ...helpfulEdits], harmfulEdits].map((edits) =>
    edits.filter((edit) => suits(edit, task)),
  );
  const all = [...(helpful ?? []), ...(harmful ?? [])];
  const repetition = isRepetition(refusal);
  const refused = refusal === undefined ? [] : all.filter((edit) => isDescribed(edit, refusal));
  const heeds = repetition || random.next() < heedsExperience;
  const fresh = (edit: WorkflowEdit): boolean => !heeds || !isDescribed(edit, prompt);
  const preferred = (random.next() < harmfulShare ? harmful : helpful) ?? [];
  return [
    ...(repetition ? [] : refused),
    ...byChance(preferred.filter(fresh), random),
    ...byChance(all.filter(fresh), random),
    ...byChance(all, random),
  ];
}

function isRepetition(refusal: string | undefined): boolean {
  return refusal !== undefined && /^(duplicate|repeated|similar)/.test(refusal);
}

function isDescribed(edit: WorkflowEdit, text: string): boolean {
  return edit.descriptions.some((description) => text.includes(description));
}

/** All of them, in an order drawn by their weights. */
function byChance(edits: readonly WorkflowEdit[], random: Random): WorkflowEdit[] {
  const left = [...edits];
  const order: WorkflowEdit[] = [];
  while (left.length > 0) {
    const weights = left.map((edit) => edit.weight);
    order.push(...left.splice(randomChoice(random, weights), 1));
  }
  return order;
}

/** The one with more calls, with what the prompts of the other one ask for besides. Whether it pays off is not its concern. */
function merged(one: WorkflowDocument, other: WorkflowDocument): Edited {
  const calls = ({ steps }: WorkflowDocument): number => allSteps(steps).filter(({ call }) => call !== undefined).length;
  const [longer, shorter] = calls(one) >= calls(other) ? [one, other] : [other, one];
  const document = structuredClone(longer);
  const sentences = promptedCalls(shorter).flatMap((call) => (shorter.prompts[call.with?.instruction ?? ''] ?? '').split('\n'));
  for (const sentence of new Set(sentences.map((line) => line.trim()))) {
    if (sentence !== '') addSentence(document, sentence, sentence);
  }
  return { document, modification: 'Merge the two: the steps of the longer one, asked for what both ask for.' };
}

function documentIn(prompt: string, tag: string): WorkflowDocument | undefined {
  const text = new RegExp(`^<${tag}>\\n([\\s\\S]*?)\\n</${tag}>$`, 'm').exec(prompt)?.[1];
  if (text === undefined) return undefined;
  const document = fromJsonForm(parse(text)) as Partial<WorkflowDocument>;
  return { workflow: 1, prompts: {}, steps: [], ...document };
}

function jsonFormOf({ prompts, steps, ...rest }: WorkflowDocument): Readonly<Record<string, unknown>> {
  const listed = Object.entries(prompts).map(([name, text]) => ({ name, text }));
  return { ...rest, prompts: listed, steps: steps.slice(0, -1), return: steps.at(-1)?.return };
}

function write(document: WorkflowDocument): string {
  return stringify(document, { lineWidth: 0 });
}
