import { parse, stringify } from 'yaml';
import type { Random } from '../../domain/ports.ts';
import { randomChoice } from '../../domain/random.ts';
import { breakages, reply } from './breakages.ts';
import type { Question } from './question.ts';
import type { WorkflowDocument } from './workflow-document.ts';
import { harmfulEdits, helpfulEdits, type WorkflowEdit } from './workflow-edits.ts';
import { pick } from './working-text.ts';

/** AFlow lost about a quarter of its rounds to broken workflows. */
const brokenShare = 0.24;
const brokenRepairShare = 0.08;
const harmfulShare = 0.22;
const unchangedShare = 0.03;
/** How often it heeds that an edit was tried before. */
const heedsExperience = 0.9;

/** The reply to a proposal prompt: an edit of the workflow that the prompt shows. Some help, some harm, some are broken. */
export function propose({ prompt, random }: Question): string {
  const parent = parentIn(prompt);
  if (parent === undefined) return 'I cannot see a workflow that I could modify.';
  const refused = refusedEdit(prompt);
  const { document, modification } = edited(parent, prompt, refused, random);
  if (random.next() < (refused === undefined ? brokenShare : brokenRepairShare)) {
    return pick(breakages, random)(document, write, modification);
  }
  return reply(modification, write(document));
}

interface Edited {
  readonly document: WorkflowDocument;
  readonly modification: string;
}

function edited(parent: WorkflowDocument, prompt: string, refused: WorkflowEdit | undefined, random: Random): Edited {
  if (random.next() < unchangedShare) return { document: parent, modification: 'Keep the workflow, which is good as it is.' };
  const heeds = random.next() < heedsExperience;
  const preferred = random.next() < harmfulShare ? harmfulEdits : helpfulEdits;
  const fresh = (edit: WorkflowEdit): boolean => !heeds || !edit.descriptions.some((text) => prompt.includes(text));
  const order = [...(refused === undefined ? [] : [refused]), ...byChance(preferred.filter(fresh), random)];
  for (const edit of [...order, ...byChance([...helpfulEdits, ...harmfulEdits], random)]) {
    const document = structuredClone(parent);
    if (edit.apply(document, random)) return { document, modification: pick(edit.descriptions, random) };
  }
  return { document: parent, modification: 'Leave the workflow as it is.' };
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

/** The edit of the refused reply that the prompt shows, unless it was refused for being a repetition. */
function refusedEdit(prompt: string): WorkflowEdit | undefined {
  const [, refusal] = prompt.split('# Your last reply was refused\n');
  if (refusal === undefined || /^(duplicate|repeated)/.test(refusal)) return undefined;
  const edits = [...helpfulEdits, ...harmfulEdits];
  return edits.find((edit) => edit.descriptions.some((text) => refusal.includes(text)));
}

function parentIn(prompt: string): WorkflowDocument | undefined {
  const text = /^<parent>\n([\s\S]*?)\n<\/parent>$/m.exec(prompt)?.[1];
  if (text === undefined) return undefined;
  const document = parse(text) as Partial<WorkflowDocument>;
  return { workflow: 1, prompts: {}, steps: [], ...document };
}

function write(document: WorkflowDocument): string {
  return stringify(document, { lineWidth: 0 });
}
