import { defined } from '../../defined.ts';
import type { Usage } from '../../ports.ts';
import { type CallAttempt, deliveryOf } from './call-attempt.ts';
import { createFingerprintSet, fingerprint } from './fingerprint-set.ts';
import { addUsage, tokensOf } from './totals.ts';

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
  /** The same tokens by part and model, which is what their cost depends on. Empty in what versions before this one have kept. */
  readonly uses: readonly SpentUse[];
}

export const spentParts = ['answered', 'answeredAgain', 'useless', 'lost', 'preflight', 'cached'] as const;
export type SpentPartName = (typeof spentParts)[number];

/** Tokens of one model in one part. */
export interface SpentUse {
  readonly part: SpentPartName;
  readonly model: string;
  readonly usage: Usage;
  /** Milliseconds of all its calls, each from when it was sent to its end. Absent: not measured. */
  readonly tookMs?: number;
}

export interface SpentTally {
  /** Counts a note, whatever was noted of the same attempt before: the same note twice changes nothing. */
  add(attempt: CallAttempt): void;
  /** @param isOver no one works on the run any more, so whatever has no end is lost */
  spent(isOver: boolean): Spent;
}

interface Job {
  /** By id, in the order of their first notes. */
  readonly attempts: Map<string, CallAttempt>;
  newestDelivery: string;
}

/** What was not paid for, since the response cache had the reply. */
interface Saved {
  readonly model: string;
  readonly usage: Usage;
}

/** Calls of one job. */
interface JobCalls {
  readonly answered: ReadonlySet<string>;
  /** What those that the response cache answered took when they were paid for. */
  readonly fromCache: ReadonlyMap<string, Saved>;
}

/**
 * Adds up notes in any order. The attempts of a job are kept until all that are known have ended for good; then a few bytes of
 * each remain, so that a note that comes again is recognised.
 */
export function createSpentTally(): SpentTally {
  const jobs = new Map<string, Job>();
  const settled = createFingerprintSet();
  const answered = createFingerprintSet();
  /** Calls that the response cache answered, and that nobody paid for; by the call's fingerprint. */
  const saved = new Map<number, Saved>();
  let savedUses: readonly SpentUse[] = [];
  let usesCache = false;
  let total = noSpent;

  /** How the parts and the saved calls change with a job. */
  const withJob = (before: Spent, { attempts, newestDelivery }: Job, isOver: boolean): { spent: Spent } & JobCalls => {
    const here = new Set<string>();
    const fromCache = new Map<string, Saved>();
    let spent = before;
    for (const attempt of attempts.values()) {
      const call = callOf(attempt);
      const part = partOf(attempt, { wasAnswered: answered.has(call) || here.has(call), newestDelivery, isOver });
      if (part === 'answered') here.add(call);
      if (attempt.state === 'cached') fromCache.set(call, { model: attempt.model, usage: attempt.usage });
      spent = withAttempt(spent, attempt, part);
    }
    return { spent, answered: here, fromCache };
  };

  const settle = (job: Job): void => {
    const calls = withJob(total, job, false);
    total = calls.spent;
    for (const attemptId of job.attempts.keys()) settled.add(attemptId);
    for (const call of calls.answered) {
      answered.add(call);
      savedUses = withSaved(savedUses, undefined, saved.get(fingerprint(call)));
      saved.delete(fingerprint(call));
    }
    for (const [call, use] of calls.fromCache) {
      usesCache = true;
      if (answered.has(call)) continue;
      savedUses = withSaved(savedUses, use, saved.get(fingerprint(call)));
      saved.set(fingerprint(call), use);
    }
  };

  return {
    add(attempt) {
      const { attemptId, jobId } = attempt;
      if (settled.has(attemptId)) return;
      const job = jobs.get(jobId) ?? { attempts: new Map(), newestDelivery: '' };
      jobs.set(jobId, job);
      const known = job.attempts.get(attemptId);
      // A worker that was given up may still report how its call ended, although its job now belongs to another worker.
      if (known === undefined) job.newestDelivery = deliveryOf(attemptId);
      if (known === undefined || finality(attempt) > finality(known)) job.attempts.set(attemptId, attempt);
      if ([...job.attempts.values()].some((each) => finality(each) < mostFinal)) return;
      settle(job);
      jobs.delete(jobId);
    },
    spent(isOver) {
      let spent = total;
      let cachedCalls = saved.size;
      let cachedUses = savedUses;
      let isCacheUsed = usesCache;
      for (const job of jobs.values()) {
        const calls = withJob(spent, job, isOver);
        spent = calls.spent;
        isCacheUsed ||= calls.fromCache.size > 0;
        // A call that was also paid for, by a delivery of its job that came to nothing, has saved nothing.
        for (const call of calls.answered) {
          const before = saved.get(fingerprint(call));
          if (before === undefined) continue;
          cachedCalls -= 1;
          cachedUses = withSaved(cachedUses, undefined, before);
        }
        for (const [call, use] of calls.fromCache) {
          if (answered.has(call) || calls.answered.has(call)) continue;
          const before = saved.get(fingerprint(call));
          if (before === undefined) cachedCalls += 1;
          cachedUses = withSaved(cachedUses, use, before);
        }
      }
      if (!isCacheUsed) return spent;
      const tokens = cachedUses.reduce((sum, { usage }) => sum + tokensOf(usage), 0);
      return { ...spent, cached: { calls: cachedCalls, tokens }, uses: [...spent.uses, ...cachedUses] };
    },
  };
}

type Part = 'answered' | 'answeredAgain' | 'useless' | 'lost' | 'preflight' | 'in flight' | 'nothing';

function withAttempt(spent: Spent, { model, usage, usageEstimated, tookMs }: CallAttempt, part: Part): Spent {
  if (part === 'nothing') return spent;
  if (part === 'in flight') return { ...spent, callsInFlight: spent.callsInFlight + 1 };
  const tokens = tokensOf(usage);
  return {
    ...spent,
    [part]: { calls: spent[part].calls + 1, tokens: spent[part].tokens + tokens },
    estimatedTokens: spent.estimatedTokens + (usageEstimated ? tokens : 0),
    uses: withUse(spent.uses, { part, model, usage, ...defined({ tookMs }) }),
  };
}

/** A handful of entries: one for each part and model. */
function withUse(uses: readonly SpentUse[], { part, model, usage, tookMs }: SpentUse): readonly SpentUse[] {
  const at = uses.findIndex((use) => use.part === part && use.model === model);
  const before = uses[at];
  if (before === undefined) return [...uses, { part, model, usage, ...defined({ tookMs }) }];
  const took = tookMs === undefined ? before.tookMs : (before.tookMs ?? 0) + tookMs;
  return uses.with(at, { part, model, usage: addUsage(before.usage, usage), ...defined({ tookMs: took }) });
}

/** With a call that the cache has answered, in place of what is known of the same call. */
function withSaved(uses: readonly SpentUse[], use: Saved | undefined, before: Saved | undefined): readonly SpentUse[] {
  const less = before === undefined ? uses : withUse(uses, { part: 'cached', model: before.model, usage: negated(before.usage) });
  return use === undefined ? less : withUse(less, { part: 'cached', ...use });
}

function negated({ promptTokens, completionTokens, cachedTokens, reasoningTokens }: Usage): Usage {
  return {
    promptTokens: -promptTokens,
    completionTokens: -completionTokens,
    cachedTokens: -cachedTokens,
    reasoningTokens: -reasoningTokens,
  };
}

function callOf({ jobId, callId }: CallAttempt): string {
  return `${jobId} ${callId}`;
}

const none: SpentPart = { calls: 0, tokens: 0 };
const noSpent: Spent = {
  ...{ answered: none, answeredAgain: none, useless: none, lost: none, preflight: none },
  callsInFlight: 0,
  estimatedTokens: 0,
  uses: [],
};

interface Known {
  /** The call has its first answer. */
  readonly wasAnswered: boolean;
  /** Of the attempt's job. */
  readonly newestDelivery: string;
  readonly isOver: boolean;
}

function partOf({ attemptId, jobId, state }: CallAttempt, { wasAnswered, newestDelivery, isOver }: Known): Part {
  if (state === 'refused' || state === 'cached') return 'nothing';
  if (state === 'begun' && !isOver && newestDelivery === deliveryOf(attemptId)) return 'in flight';
  if (jobId === '') return 'preflight';
  if (state === 'begun' || state === 'broken-off') return 'lost';
  if (state === 'useless') return 'useless';
  return wasAnswered ? 'answeredAgain' : 'answered';
}

const mostFinal = 2;

function finality({ state }: CallAttempt): number {
  if (state === 'begun') return 0;
  // An attempt that was given up here may have been answered nevertheless.
  return state === 'broken-off' ? 1 : mostFinal;
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
