import type { Random } from '../ports.ts';
import { randomInteger } from '../random.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { EditEffect, EditsOf } from './edit-effects.ts';

/** What an execution of a workflow takes beside the initial workflow's. */
export interface Growth {
  /** A multiple. */
  readonly calls: number;
  /** Tokens of its prompts, beside those that come with the calls. */
  readonly overhead: number;
  /** Of a reply's tokens, a multiple. */
  readonly reply: number;
  /** Of the workflow on all queries, from 0 to 1. */
  readonly score: number;
  /** By which it differs from the initial workflow. */
  readonly edits: number;
}

const [leastScore, mostScore, leastReply] = [0.02, 0.98, 0.05];

/**
 * The child of a workflow by an edit that is drawn.
 * @param initialCalls that an execution of the initial workflow makes
 * @param mostCalls that the run allows
 */
export function childGrowth(
  parent: Growth,
  initialCalls: number,
  mostCalls: number,
  edits: readonly EditsOf[],
  random: Random,
): Growth {
  const made = parent.calls * initialCalls;
  const known = edits.find(
    ({ mostCalls: most, mostReply, mostEdits = parent.edits }) =>
      made <= most && parent.reply <= mostReply && parent.edits <= mostEdits,
  );
  const { calls, overhead, reply, gain } = drawn(known?.effects ?? [], random);
  // A workflow that could make more calls is refused.
  const within = Math.min(1, mostCalls / Math.max(1, made * calls));
  return {
    calls: parent.calls * calls * within,
    overhead: parent.overhead + overhead * within,
    reply: Math.max(leastReply, parent.reply + reply),
    score: Math.min(mostScore, Math.max(leastScore, parent.score + gain)),
    edits: parent.edits + 1,
  };
}

const unchanged: EditEffect = { calls: 1, overhead: 0, reply: 0, gain: 0 };

function drawn(effects: readonly EditEffect[], random: Random): EditEffect {
  return effects[randomInteger(random, Math.max(1, effects.length))] ?? unchanged;
}

/** Text that an edit adds to a workflow, and that each call which it adds takes, in characters. */
const [charactersAnEdit, charactersACall] = [110, 180];

/** A workflow as long as the child would be: only its length is ever looked at. */
export function longerWorkflow(parent: Workflow, addedCalls: number, name: string): Workflow {
  const added = '.'.repeat(Math.round(charactersAnEdit + charactersACall * Math.max(0, addedCalls)));
  return { ...parent, prompts: { ...parent.prompts, [name]: added } };
}
