import { type CallAttempt, deliveryOf } from './call-attempt.ts';
import { tokensOf } from './totals.ts';

export interface SpentPart {
  readonly calls: number;
  readonly tokens: number;
}

/** What a run's attempts at calls have used, by what became of them. */
export interface Spent {
  /** First answers to their calls. The charged tokens consist of these. */
  readonly answered: SpentPart;
  /**
   * Answers to calls that had already been answered: a job that was done twice because its journal was lost or its worker was
   * merely slow.
   */
  readonly answeredAgain: SpentPart;
  readonly useless: SpentPart;
  /** Sent, but their end was never seen. Tokens are an estimate of the prompts: what was generated is unknown. */
  readonly lost: SpentPart;
  /** Calls of no job, such as those that try an endpoint before a run begins. */
  readonly preflight: SpentPart;
  /**
   * Calls that the response cache answered, and the tokens that this saved: charged like any other, and not paid for. Absent
   * where the run does not use it.
   */
  readonly cached?: SpentPart;
  /** Sent, and under way as far as is known. */
  readonly callsInFlight: number;
  /** Tokens, among all of these, that no server has counted. */
  readonly estimatedTokens: number;
}

export interface SpentTally {
  /** Counts a note, whatever was noted of the same attempt before: the same note twice changes nothing. */
  add(attempt: CallAttempt): void;
  /** @param isOver no one works on the run any more, so whatever has no end is lost */
  spent(isOver: boolean): Spent;
}

/** Adds up notes in any order. */
export function createSpentTally(): SpentTally {
  const attempts = new Map<string, CallAttempt>();
  const newestDelivery = new Map<string, string>();

  return {
    add(attempt) {
      const { attemptId, jobId } = attempt;
      const known = attempts.get(attemptId);
      // A worker that was given up may still report how its call ended, although its job now belongs to another worker.
      if (known === undefined) newestDelivery.set(jobId, deliveryOf(attemptId));
      if (known === undefined || finality(attempt) > finality(known)) attempts.set(attemptId, attempt);
    },
    spent(isOver) {
      const parts = { answered: none, answeredAgain: none, useless: none, lost: none, preflight: none };
      let callsInFlight = 0;
      let estimatedTokens = 0;
      const answered = new Set<string>();
      const fromCache = new Map<string, number>();
      for (const attempt of attempts.values()) {
        if (attempt.state === 'cached') fromCache.set(callOf(attempt), tokensOf(attempt.usage));
        const part = partOf(attempt, { answered, newestDelivery, isOver });
        if (part === 'in flight') callsInFlight += 1;
        if (part === 'in flight' || part === 'nothing') continue;
        const tokens = tokensOf(attempt.usage);
        parts[part] = { calls: parts[part].calls + 1, tokens: parts[part].tokens + tokens };
        if (attempt.usageEstimated) estimatedTokens += tokens;
      }
      // A call that was also paid for, by a delivery of its job that came to nothing, has saved nothing.
      const saved = [...fromCache].filter(([call]) => !answered.has(call)).map(([, tokens]) => tokens);
      const cached = { calls: saved.length, tokens: saved.reduce((sum, tokens) => sum + tokens, 0) };
      return { ...parts, ...(fromCache.size > 0 && { cached }), callsInFlight, estimatedTokens };
    },
  };
}

const none: SpentPart = { calls: 0, tokens: 0 };

interface Known {
  /** Calls that have their first answer. */
  readonly answered: Set<string>;
  readonly newestDelivery: ReadonlyMap<string, string>;
  readonly isOver: boolean;
}

function partOf(
  attempt: CallAttempt,
  { answered, newestDelivery, isOver }: Known,
): 'answered' | 'answeredAgain' | 'useless' | 'lost' | 'preflight' | 'in flight' | 'nothing' {
  const { attemptId, jobId, state } = attempt;
  if (state === 'refused' || state === 'cached') return 'nothing';
  if (state === 'begun' && !isOver && newestDelivery.get(jobId) === deliveryOf(attemptId)) return 'in flight';
  if (jobId === '') return 'preflight';
  if (state === 'begun' || state === 'broken-off') return 'lost';
  if (state === 'useless') return 'useless';
  const call = callOf(attempt);
  if (answered.has(call)) return 'answeredAgain';
  answered.add(call);
  return 'answered';
}

function callOf({ jobId, callId }: CallAttempt): string {
  return `${jobId} ${callId}`;
}

function finality({ state }: CallAttempt): number {
  if (state === 'begun') return 0;
  // An attempt that was given up here may have been answered nevertheless.
  return state === 'broken-off' ? 1 : 2;
}

export interface SpentBeside {
  /** Charged, without what the response cache has saved, plus everything else that was paid for. */
  readonly tokens: number;
  /** By the response cache. */
  readonly saved: number;
  /** The part that no server has counted. */
  readonly estimatedTokens: number;
  /** Answers that the log does not hold (yet): of jobs that are under way, of a run that was cancelled. */
  readonly unlogged: number;
}

/**
 * What was paid for, given what the log has charged. Never less than that and the response cache explain: notes are kept for two
 * weeks, the log forever.
 */
export function spentBeside(charged: number, spent: Spent): SpentBeside {
  const saved = spent.cached?.tokens ?? 0;
  const unlogged = Math.max(0, spent.answered.tokens + saved - charged);
  const { answeredAgain, useless, lost, preflight } = spent;
  const beside = answeredAgain.tokens + useless.tokens + lost.tokens + preflight.tokens;
  return { tokens: charged - saved + unlogged + beside, saved, estimatedTokens: spent.estimatedTokens, unlogged };
}
