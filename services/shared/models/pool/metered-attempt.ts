import { defined } from '../../../domain/defined.ts';
import { FailureError } from '../../../domain/failure.ts';
import type { Usage } from '../../../domain/ports.ts';
import type { AttemptState } from '../../../domain/run/ledger/call-attempt.ts';
import { noUsage } from '../../../domain/run/ledger/totals.ts';
import type { MeteredAttempt } from '../attempt-meter.ts';
import { EndpointError, InfrastructureError, RequestFailure } from '../errors/endpoint-errors.ts';
import type { EndpointReply, EndpointRequest, ModelEndpoint } from '../model-endpoint.ts';

export interface MeteredReply extends EndpointReply {
  /** "" where no account is kept. */
  readonly attemptId: string;
}

const mostResends = 3;

/**
 * One attempt, put on record before it is sent and when it has ended. Neither a kept connection that was closed as the call came
 * nor an answer after which the server is asked otherwise is a failure of the endpoint: the call is sent again at once, under a
 * record of its own, since the first may have cost something. @throws as the endpoint does
 */
export async function meteredAttempt(
  endpoint: ModelEndpoint,
  request: EndpointRequest,
  signal: AbortSignal,
): Promise<MeteredReply> {
  for (let resends = 0; ; resends += 1) {
    try {
      return await sentOnce(endpoint, request, signal);
    } catch (error) {
      const saysNothing = error instanceof EndpointError && (error.sent === 'stale' || error.isLearnt);
      if (signal.aborted || !saysNothing || resends === mostResends) throw error;
    }
  }
}

async function sentOnce(endpoint: ModelEndpoint, request: EndpointRequest, signal: AbortSignal): Promise<MeteredReply> {
  const { meter } = request;
  if (meter === undefined) return { ...(await endpoint.complete(request, signal)), attemptId: '' };
  const prompt = estimatedPrompt(request);
  const { pending, unsent } = request.batched ?? {};
  if (pending !== undefined && meter.resume)
    return await fetched(endpoint, request, meter.resume(request, pending.attemptId), signal);
  if (unsent !== undefined) meter.resume?.(request, unsent).ended('refused', noUsage, false);
  const attempt = await meter.begin(request, prompt);
  attempt.sending?.();
  if (signal.aborted) attempt.ended('refused', noUsage, false);
  signal.throwIfAborted();
  try {
    const sending = attempt.sending && (() => attempt.sending?.());
    const reply = await endpoint.complete({ ...request, attemptId: attempt.id, ...defined({ sending }) }, signal);
    attempt.ended('answered', reply.usage, reply.usageEstimated);
    return { ...reply, attemptId: attempt.id };
  } catch (error) {
    if (request.batched?.pending !== undefined) {
      attempt.left?.();
      throw error;
    }
    const { state, usage, estimated } = request.batched?.unsent === attempt.id ? free : costOf(error, prompt);
    attempt.ended(state, usage, estimated);
    throw error;
  }
}

/**
 * The reply of an attempt that was handed over before. It has no room of its own: where it comes to nothing, its job begins anew.
 */
async function fetched(
  endpoint: ModelEndpoint,
  request: EndpointRequest,
  attempt: MeteredAttempt,
  signal: AbortSignal,
): Promise<MeteredReply> {
  try {
    const reply = await endpoint.complete({ ...request, attemptId: attempt.id }, signal);
    attempt.ended('answered', reply.usage, reply.usageEstimated);
    return { ...reply, attemptId: attempt.id };
  } catch (error) {
    const { state, usage, estimated } = costOf(error, estimatedPrompt(request));
    if (request.batched?.pending === undefined) attempt.ended(state, usage, estimated);
    if (!(error instanceof EndpointError)) throw error;
    throw new InfrastructureError(request.model, 'its batch has no reply for it', [error], { waitMs: 0 });
  }
}

/** Four characters per token: within a quarter of the truth for English text. */
export function estimatedPrompt({ messages }: EndpointRequest): Usage {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  return { ...noUsage, promptTokens: Math.ceil(characters / 4) };
}

interface Cost {
  readonly state: AttemptState;
  readonly usage: Usage;
  readonly estimated: boolean;
}

const free: Cost = { state: 'refused', usage: noUsage, estimated: false };

/** What an attempt without a usable reply has cost, as far as is known. */
function costOf(error: unknown, prompt: Usage): Cost {
  const billed =
    error instanceof EndpointError ? error.billed : error instanceof RequestFailure ? error.billed.at(-1) : undefined;
  if (billed !== undefined) return { state: 'useless', usage: billed.usage, estimated: billed.estimated };
  return mayHaveCost(error) ? { state: 'broken-off', usage: prompt, estimated: true } : free;
}

/**
 * A refusal in words costs nothing. A call that breaks off may have cost anything, and so may one that the worker itself cuts.
 */
function mayHaveCost(error: unknown): boolean {
  if (error instanceof FailureError) return false;
  if (!(error instanceof EndpointError)) return true;
  const { problem, status, sent } = error;
  if (sent === 'never') return false;
  return (
    problem === 'timeout' ||
    problem === 'stalled' ||
    problem === 'malformed' ||
    problem === 'empty' ||
    (problem === 'unavailable' && status === undefined)
  );
}
