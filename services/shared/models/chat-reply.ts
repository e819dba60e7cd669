import type { FinishReason } from '../../domain/ports.ts';
import { splitThoughts } from '../../domain/replies/split-thoughts.ts';
import { laterFigures, type UsageFigures, usageFigures } from './chat-usage.ts';
import { EmptyReplyError, MalformedReplyError, ServerRefusal } from './endpoint-errors.ts';
import { finishReasonOf, givenReason } from './finish-reason.ts';
import { type MessageParts, nothingSaid, readMessageParts } from './message-parts.ts';
import { answerIn, clipped, errorIn, fieldsOf } from './server-answer.ts';

/** Of a model's name, in characters. */
const longestName = 200;

/** What one reply says, streamed or not. */
export interface ChatReply {
  readonly text: string;
  readonly reasoning: string;
  readonly finishReason: FinishReason;
  readonly simulated: boolean;
  /** The name of the model that answered, as the server gives it; "" if it gives none. */
  readonly servedModel: string;
}

/** Assembles a reply from one body or from chunks. No part of it is available before it is complete. */
export interface ReplyCollector {
  /**
   * Takes one chunk of a stream, or a whole body.
   * @returns true if it brought text
   * @throws MalformedReplyError, ServerRefusal
   */
  add(body: unknown, eventName?: string): boolean;
  /** The server has marked the end: by [DONE], or by the end of a complete body. */
  end(): void;
  /**
   * open: more will come. finished: it has given its finish reason, and only figures will follow, or an answer after thoughts
   * that ended with one. ended: nothing more will come.
   */
  readonly state: 'open' | 'finished' | 'ended';
  /** Characters received. */
  readonly length: number;
  /** Whether any of them are part of an answer, as opposed to thoughts. */
  readonly hasText: boolean;
  readonly usage: UsageFigures;
  /** @throws MalformedReplyError if the reply is not complete; EmptyReplyError if it is complete but without any message */
  reply(): ChatReply;
}

export function createReplyCollector(): ReplyCollector {
  const choices = new Map<number, Choice>();
  let usage: UsageFigures = {};
  let simulated = false;
  let servedModel = '';
  let ended = false;
  let length = 0;
  let firstIndex = Number.POSITIVE_INFINITY;
  /** Several are never requested; a server that numbers from 1 sends only one. */
  const first = (): Choice | undefined => choices.get(firstIndex);

  return {
    add: (body, eventName = '') => {
      const error = eventName === 'error' ? answerIn(body) : errorIn(body);
      if (error !== undefined) throw new ServerRefusal(error);
      const { choices: list, model, system_fingerprint: fingerprint } = fieldsOf(body);
      const figures = usageFigures(body);
      usage = laterFigures(usage, figures);
      simulated ||= typeof fingerprint === 'string' && fingerprint.startsWith('scale-simulator');
      if (typeof model === 'string') servedModel ||= clipped(model, longestName);
      const parts = Array.isArray(list) ? list : [];
      if (parts.length === 0 && Object.keys(figures).length > 0 && first()?.finish !== undefined) ended = true;
      const before = length;
      for (const part of parts) {
        const index = Number(fieldsOf(part).index ?? 0) || 0;
        const choice = choices.get(index) ?? createChoice();
        choices.set(index, choice);
        firstIndex = Math.min(firstIndex, index);
        const had = choice.length;
        choice.add(part);
        length += choice.length - had;
      }
      return length > before;
    },
    end: () => {
      ended = true;
    },
    get state() {
      if (ended) return 'ended';
      return first()?.isFinished ? 'finished' : 'open';
    },
    get length() {
      return length;
    },
    get hasText() {
      const { text, refusal, callsTool } = first()?.said() ?? nothingSaid;
      return text !== '' || refusal !== '' || callsTool;
    },
    get usage() {
      return usage;
    },
    reply: () => {
      const choice = first();
      if (choice === undefined && (ended || Object.keys(usage).length > 0)) throw new EmptyReplyError('the reply has no choices');
      if (choice === undefined) throw new MalformedReplyError('the reply has no choices');
      const hasEnd = ended || choice.isFinished || (choice.finish !== undefined && Object.keys(usage).length > 0);
      if (!hasEnd) {
        throw new MalformedReplyError('the reply ends before it is complete (no finish_reason)');
      }
      return { ...readChoice(choice), simulated, servedModel };
    },
  };
}

function readChoice({ said, finish, otherFinish }: Choice): Pick<ChatReply, 'text' | 'reasoning' | 'finishReason'> {
  const { text, thoughts, refusal, callsTool } = said();
  const reason = finishReasonOf(finish ?? otherFinish ?? '');
  // Where the server has separated the thoughts, a mark of thoughts in the answer belongs to the answer.
  const parted = thoughts.trim() === '' ? splitThoughts(text) : { text, reasoning: thoughts.trim() };
  const unanswered = callsTool && (reason === 'tool-call' || parted.text.trim() === '');
  const withoutCall = reason === 'tool-call' ? 'other' : reason;
  return {
    text: parted.text || refusal,
    reasoning: parted.reasoning,
    finishReason: refusal !== '' ? 'content-filter' : unanswered ? 'tool-call' : withoutCall,
  };
}

interface Choice {
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

function createChoice(): Choice {
  let pieces = nothingSaid;
  let whole = nothingSaid;
  let finish: string | undefined;
  let otherFinish: string | undefined;
  let wentOn = false;
  const length = () => lengthOf(pieces) + lengthOf(whole);
  return {
    add: (part) => {
      const before = length();
      const finishBefore = finish;
      const { delta, message, text, finish_reason, finishReason, finish_details } = fieldsOf(part);
      const given = givenReason(finish_reason);
      finish = given ?? finish;
      otherFinish = givenReason(finishReason ?? fieldsOf(finish_details).type) ?? otherFinish;
      const piece = readMessageParts(delta ?? { content: typeof text === 'string' ? text : undefined });
      if (piece !== nothingSaid) pieces = joined(pieces, piece, (one, other) => one + other);
      if (message !== undefined)
        whole = joined(whole, readMessageParts(message), (before, now) => (now.startsWith(before) ? now : before + now));
      const brought = length() > before;
      // Some servers give the reason with every chunk, and some end their thoughts with one.
      if (brought && finishBefore !== undefined) wentOn = true;
      else if (!brought && given !== undefined) wentOn = false;
    },
    get length() {
      return length();
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
