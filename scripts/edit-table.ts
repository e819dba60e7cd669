import type { EditRows } from '../services/domain/forecast/edit-effects.ts';
import type { KnownEdit } from '../services/domain/forecast/learn-from-runs.ts';

const many = Number.POSITIVE_INFINITY;

/** Where groups end: calls of a parent, its replies against the start's, and edits behind it. */
const [callEnds, replyEnds, editEnds] = [
  [1.5, 2.5, 3.5, many],
  [0.6, 1.4, many],
  [1, many],
] as const;

/** Of edits that a group has, and of those that are kept of it. */
const [fewest, mostKept, mostKeptOfTheStart] = [10, 20, 48];

/**
 * Edits by what their parents are like; those of the initial workflow first. A group with few is left out, and its parents are
 * then as those of the next one that has room for them.
 */
export function editTable(edits: readonly KnownEdit[]): EditRows[] {
  const ofTheStart = edits.filter(({ parentEdits }) => parentEdits === 0);
  const table: EditRows[] = [{ mostCalls: many, mostReply: many, mostEdits: 0, rows: rowsOf(ofTheStart, mostKeptOfTheStart) }];
  let left = edits.filter(({ parentEdits }) => parentEdits > 0);
  for (const mostCalls of callEnds) {
    for (const mostReply of replyEnds) {
      for (const mostEdits of mostCalls === callEnds[0] ? editEnds : [many]) {
        const isOwn = (edit: KnownEdit) =>
          edit.parentCalls <= mostCalls && edit.parentReply <= mostReply && edit.parentEdits <= mostEdits;
        const own = left.filter(isOwn);
        const isLast = mostCalls === many && mostReply === many;
        if (own.length < fewest && !isLast) continue;
        left = left.filter((edit) => !isOwn(edit));
        const rows = rowsOf(own.length === 0 ? ofTheStart : own, mostKept);
        table.push({ mostCalls, mostReply, ...(mostEdits !== many && { mostEdits }), rows });
      }
    }
  }
  return table;
}

/** Drawn evenly by what they add to the cost. */
function rowsOf(edits: readonly KnownEdit[], most: number): number[] {
  const added = ({ parentCalls, parentReply, calls, reply, overhead }: KnownEdit) =>
    parentCalls * (calls * (1 + parentReply + reply) - 1 - parentReply) + overhead / usualPrompt;
  const sorted = edits.toSorted((one, other) => added(one) - added(other) || one.gain - other.gain);
  const kept = Math.min(most, sorted.length);
  return Array.from(
    { length: kept },
    (_, index) => sorted[Math.floor(((index + 0.5) * sorted.length) / kept)] as KnownEdit,
  ).flatMap(({ calls, overhead, reply, gain }) => [twoDigits(calls), Math.round(overhead), twoDigits(reply), twoDigits(gain)]);
}

/** Tokens. */
const usualPrompt = 200;

function twoDigits(value: number): number {
  return Math.round(100 * value) / 100;
}
