import { dayOf } from '../shared/budgets/day-terms.ts';
import { dayScope } from '../shared/budgets/scopes-of.ts';
import { decodeQuestion, encodeAnswerMessage } from '../shared/contracts/answer-codec.ts';
import type { AnswerMessage } from '../shared/contracts/generated/scale/v1/answer.ts';
import { coerceError } from '../shared/errors/coerce-error.ts';
import { linked, onAbort, pause, within } from '../shared/lifecycle/abort.ts';
import { restartingLoop } from '../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../shared/lifecycle/timing.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import { answersTopic } from '../shared/messaging/nats-permissions.ts';
import type { Talk } from '../shared/messaging/talks.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { type AnswerDependencies, type AnswerOutcome, answerQuestion } from './answer-question.ts';

export interface AnswerDeskSettings extends Pick<AnswerDependencies, 'models' | 'code'> {
  readonly bus: Pick<Bus, 'talks' | 'budgets' | 'now'>;
  /** Most answers at once. */
  readonly atOnce: number;
  /** How long a drain waits for answers under way before it hands them back. */
  readonly drainMs: number;
  readonly timing: Timing;
  readonly logger: Logger;
  /** Called when an answer is over, for metrics: answered, failed, the kind of trouble, or gone. */
  ended?(outcome: string): void;
}

export interface AnswerDesk {
  inFlight(): number;
  /** Resolves when no answer is under way any more, after `ending` has aborted. */
  drained(): Promise<void>;
}

/** Of the time for draining, the part in which answers go on as ever. The rest is for calls that are under way then. */
const goOnShare = 0.1;
const dayKnownMs = 5_000;

/** Answers what `scale serve` asks, beside the jobs of runs. When `ending` aborts, answers under way are handed back in time. */
export function startAnswerDesk(settings: AnswerDeskSettings, ending: AbortSignal): AnswerDesk {
  const { bus, atOnce, drainMs, timing, logger } = settings;
  const lastCalls = new AbortController();
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const scopes = createDayScope(settings);

  const answer = async (talk: Talk): Promise<void> => {
    const say = (what: NonNullable<AnswerMessage['what']>): void => talk.send(encodeAnswerMessage({ what }));
    const give = async (): Promise<AnswerOutcome> => {
      const [first] = await firstOf(talk);
      if (first === undefined) throw new Error('whoever asked has gone before it said what');
      const question = decodeQuestion(first);
      using limit = within(timing, question.timeLimitMs);
      using signal = linked(talk.over, limit.signal, stopping.signal);
      const { models, code } = settings;
      const record = (call: Parameters<AnswerDependencies['record']>[0]): void => say({ $case: 'call', value: call });
      try {
        return await answerQuestion(question, {
          ...{ models, record, signal: signal.signal, lastCalls: lastCalls.signal, scopes: await scopes() },
          ...(code && { code }),
        });
      } catch (error) {
        if (!signal.signal.aborted) throw error;
        const kind = stopping.signal.aborted ? 'ending' : 'deadline';
        return { $case: 'trouble', value: { kind, message: coerceError(error).message, problem: '', retryAfterMs: 0 } };
      }
    };
    try {
      const outcome = await give().catch((error: unknown): AnswerOutcome => {
        if (!talk.over.aborted) logger.error({ err: coerceError(error) }, 'an answer could not be given');
        const message = 'something broke in the executor; its log says what';
        return { $case: 'trouble', value: { kind: 'internal', message, problem: '', retryAfterMs: 0 } };
      });
      settings.ended?.(talk.over.aborted ? 'gone' : nameOf(outcome));
      say(outcome);
    } finally {
      talk.end();
    }
  };

  const listening = restartingLoop('answer questions', { signal: ending, timing, logger }, async (signal) => {
    for await (const talk of bus.talks.listen(answersTopic, () => underWay.size < atOnce, signal)) {
      const answering = answer(talk).finally(() => underWay.delete(answering));
      underWay.add(answering);
    }
  });
  const endedWithin = async (ms: number): Promise<void> => {
    const grace = new AbortController();
    await Promise.race([Promise.all(underWay), pause(timing, ms, grace.signal)]);
    grace.abort();
  };
  const drain = async (): Promise<void> => {
    await listening;
    await endedWithin(drainMs * goOnShare);
    lastCalls.abort();
    await endedWithin(drainMs * (1 - goOnShare));
    stopping.abort(new Error('the executor has ended'));
    await Promise.all(underWay);
  };
  const drained = Promise.withResolvers<void>();
  onAbort(ending, () => drain().then(drained.resolve, drained.reject));
  return { inFlight: () => underWay.size, drained: () => drained.promise };
}

/** Of the messages of a talk the first, in a list; none if it ends before. */
async function firstOf(talk: Talk): Promise<Uint8Array[]> {
  for await (const message of talk.messages()) return [message];
  return [];
}

function nameOf(outcome: AnswerOutcome): string {
  if (outcome.$case === 'trouble') return outcome.value.kind;
  return outcome.value.failure === undefined ? 'answered' : 'failed';
}

/** The day's budget where the cluster has one; whether it does is asked again from time to time. */
function createDayScope({ bus, timing }: AnswerDeskSettings): () => Promise<readonly string[]> {
  let known: { readonly atMs: number; readonly scopes: Promise<readonly string[]> } | undefined;
  const ask = async (): Promise<readonly string[]> => {
    const { terms } = await bus.budgets.update(dayScope, (table) => table);
    // Those of an earlier day are a limit that has been taken away.
    return terms !== undefined && terms.period >= dayOf(await bus.now()) ? [dayScope] : [];
  };
  return () => {
    const nowMs = timing.monotonicMs();
    if (known === undefined || nowMs - known.atMs > dayKnownMs) {
      const scopes = ask();
      known = { atMs: nowMs, scopes };
      // Asked again by whoever comes next.
      scopes.catch(() => {
        known = undefined;
      });
    }
    return known.scopes;
  };
}
