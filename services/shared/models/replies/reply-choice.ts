import { fieldsOf } from '../errors/server-answer.ts';
import { givenReason, reasonBehindStop } from './finish-reason.ts';
import { type MessageParts, nothingSaid, readMessageParts } from './message-parts.ts';

/** One of the replies to a request, as its parts come. */
export interface Choice {
  add(part: unknown): void;
  /** Characters so far. */
  readonly length: number;
  readonly finish: string | undefined;
  /** It has given its finish reason, and nothing that came later contradicts it. */
  readonly isFinished: boolean;
  /** A reason in a place where only some servers give it, and some give it too early: not a sign of the end. */
  readonly otherFinish: string | undefined;
  said(): MessageParts;
}

export function createChoice(): Choice {
  let pieces = nothingSaid;
  let whole = nothingSaid;
  let finish: string | undefined;
  let otherFinish: string | undefined;
  let wentOn = false;
  let length = 0;
  return {
    add: (part) => {
      const before = length;
      const finishBefore = finish;
      const fields = fieldsOf(part);
      const { delta, message, text, finish_reason, finishReason, finish_details } = fields;
      const stated = givenReason(finish_reason);
      const given = (stated === 'stop' ? reasonBehindStop(fields) : undefined) ?? stated;
      finish = given ?? finish;
      otherFinish = givenReason(finishReason ?? fieldsOf(finish_details).type) ?? otherFinish;
      const piece = readMessageParts(delta ?? { content: typeof text === 'string' ? text : undefined });
      if (piece !== nothingSaid) pieces = joined(pieces, piece, (one, other) => one + other);
      if (message !== undefined)
        whole = joined(whole, readMessageParts(message), (before, now) => (now.startsWith(before) ? now : before + now));
      length = lengthOf(pieces) + lengthOf(whole);
      const brought = length > before;
      // Some servers give the reason with every chunk, and some end their thoughts with one.
      if (brought && finishBefore !== undefined) wentOn = true;
      else if (!brought && given !== undefined) wentOn = false;
    },
    get length() {
      return length;
    },
    get finish() {
      return finish;
    },
    get isFinished() {
      return finish !== undefined && !wentOn;
    },
    get otherFinish() {
      return otherFinish;
    },
    // Perplexity and others send everything so far in `message` next to each piece in `delta`.
    said: () => joined(pieces, whole, (piecewise, full) => piecewise || full),
  };
}

function joined(one: MessageParts, other: MessageParts, join: (one: string, other: string) => string): MessageParts {
  return {
    text: join(one.text, other.text),
    thoughts: join(one.thoughts, other.thoughts),
    refusal: join(one.refusal, other.refusal),
    callsTool: one.callsTool || other.callsTool,
  };
}

function lengthOf({ text, thoughts, refusal }: MessageParts): number {
  return text.length + thoughts.length + refusal.length;
}
