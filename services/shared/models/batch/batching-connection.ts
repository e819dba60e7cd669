import { randomUUID } from 'node:crypto';
import { coerceError } from '../../errors/coerce-error.ts';
import { onAbort } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { EndpointError, ServerRefusal } from '../errors/endpoint-errors.ts';
import type { EndpointConnection, SendOptions } from '../http/endpoint-connection.ts';
import type { HttpAnswer } from '../http/http-answer.ts';
import type { BatchedCall, BatchSettings } from '../settings/batched-call.ts';
import type { BatchAnswer } from './batch-answers.ts';
import { createBatchApi } from './batch-api.ts';
import { createBatchFollower, isRefusedInWords } from './batch-follower.ts';

/** A call that waits to be sent in the next batch. */
interface Gathered {
  readonly model: string;
  readonly customId: string;
  readonly attemptId: string;
  readonly line: string;
  readonly call: BatchedCall;
  readonly options: SendOptions;
  give(answer: BatchAnswer): void;
  refuse(error: unknown): void;
}

/** What OpenAI takes in a batch, and less than the bytes. */
const mostCalls = 50_000;
const mostBytes = 90 * 1024 * 1024;
/** Calls that keep coming do not put off a batch for ever. */
const mostGatherings = 6;

/**
 * Sends calls through the server's batch API: they are gathered, uploaded, and each gets the answer that it would have got at
 * once, hours later. What must not be paid twice is stored before it is sent (BatchedCall.keep), so that another process finds
 * the batch. Calls that are not `batched`, such as those that try the endpoint, go to the server as ever.
 */
export function createBatchingConnection(
  connection: EndpointConnection,
  endpoint: string,
  settings: BatchSettings,
  timing: Timing,
): EndpointConnection {
  const api = createBatchApi(connection, timing);
  const follower = createBatchFollower(api, endpoint, settings, timing);
  const closing = new AbortController();
  let waiting = new Set<Gathered>();
  let bytes = 0;
  let sinceMs = 0;
  let cancelTimer: (() => void) | undefined;

  const flush = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    const calls = [...waiting];
    [waiting, bytes] = [new Set(), 0];
    // OpenAI refuses a batch with calls to several models.
    for (const ofModel of Map.groupBy(calls, ({ model }) => model).values()) void submitted(ofModel);
  };
  const arm = (): void => {
    cancelTimer?.();
    const leftMs = sinceMs + mostGatherings * settings.gatherMs - timing.monotonicMs();
    cancelTimer = timing.after(Math.max(0, Math.min(settings.gatherMs, leftMs)), flush);
  };

  const submitted = (calls: readonly Gathered[]): Promise<void> =>
    submit(calls).catch((error: unknown) => {
      for (const call of calls) call.refuse(error);
    });
  const submit = async (given: readonly Gathered[]): Promise<void> => {
    const calls = given.filter(({ options }) => !options.signal.aborted);
    if (calls.length === 0) return;
    const fileId = await uploaded(calls);
    if (fileId === undefined) {
      const half = Math.ceil(calls.length / 2);
      await Promise.all([submitted(calls.slice(0, half)), submitted(calls.slice(half))]);
      return;
    }
    const at = (batchId: string) => (each: Gathered) =>
      each.call.keep({ fileId, batchId, customId: each.customId, attemptId: each.attemptId });
    await Promise.all(calls.map(at('')));
    // Whoever stood still meanwhile learns here which of its jobs are others'.
    for (const { options } of calls) options.sending?.();
    if (calls.some(({ options }) => options.signal.aborted)) return await submit(calls);
    const batch = await created(fileId).catch((error: unknown) => {
      // Refused in words, so there is none. Otherwise there may be one: what is pending stays so, and is looked for.
      if (isRefusedInWords(error) || isThrottled(error)) for (const { call } of calls) call.forget();
      throw error;
    });
    // Not waited for: without it the batch is found by its file.
    for (const each of calls) at(batch.id)(each).catch(() => undefined);
    for (const each of calls) fetch(batch.id, each.customId, each.call, each.options).then(each.give, each.refuse);
  };
  /** Undefined for a file that is larger than the server takes. */
  const uploaded = async (calls: readonly Gathered[]): Promise<string | undefined> => {
    try {
      return await api.upload(
        calls.map(({ line }) => line),
        closing.signal,
      );
    } catch (error) {
      if (calls.length > 1 && error instanceof ServerRefusal && error.answer.status === 413) return undefined;
      throw error;
    }
  };
  const created = async (fileId: string) => {
    try {
      return await api.create(fileId, settings.window, closing.signal);
    } catch (error) {
      if (isRefusedInWords(error) || isThrottled(error)) throw error;
      const found = await api.findByFile(fileId, closing.signal).catch(() => undefined);
      if (found === undefined) throw error;
      return found;
    }
  };
  const fetch = async (batchId: string, customId: string, call: BatchedCall, { signal }: SendOptions): Promise<BatchAnswer> => {
    const answer = await follower.answer(batchId, customId, signal).catch((error: unknown) => {
      // The provider refuses it or does not know it, or has overrun its time and was told to stop.
      const isGone = error instanceof ServerRefusal && [400, 404, 429].includes(error.answer.status ?? 0);
      if (isGone || error instanceof EndpointError) call.forget();
      throw error;
    });
    if (answer.status < 200 || answer.status >= 300) call.forget();
    return answer;
  };

  const gathered = (body: unknown, call: BatchedCall, options: SendOptions): Promise<BatchAnswer> =>
    new Promise((resolve, reject) => {
      const { attemptId = '', purpose = '' } = options.batchedAs ?? {};
      const customId = [attemptId || randomUUID(), randomUUID().slice(0, 8), ...(purpose === '' ? [] : [purpose])].join(' ');
      const line = JSON.stringify({ custom_id: customId, method: 'POST', url: '/v1/chat/completions', body });
      const size = Buffer.byteLength(line);
      const { model } = body as { readonly model: string };
      const listening = onAbort(options.signal, () => entry.refuse(options.signal.reason));
      const settled = () => {
        listening[Symbol.dispose]();
        if (waiting.delete(entry)) bytes -= size;
      };
      const entry: Gathered = {
        ...{ model, customId, attemptId, line, call, options },
        give: (answer) => {
          settled();
          resolve(answer);
        },
        refuse: (error) => {
          settled();
          reject(coerceError(error));
        },
      };
      if (waiting.size === 0) sinceMs = timing.monotonicMs();
      waiting.add(entry);
      bytes += size;
      if (waiting.size >= mostCalls || bytes >= mostBytes) flush();
      else arm();
    });
  const resumed = async (call: BatchedCall, options: SendOptions): Promise<BatchAnswer> => {
    const { fileId, customId, batchId = '' } = call.pending ?? { fileId: '', customId: '' };
    const id = batchId || (await api.findByFile(fileId, options.signal))?.id;
    if (id !== undefined) return await fetch(id, customId, call, options);
    call.forget();
    throw new EndpointError('unavailable', endpoint, `no batch was made of the file ${fileId}`, { sent: 'never' });
  };

  return {
    async send(path, options) {
      const { batched, body, signal } = options;
      if (batched === undefined) return await connection.send(path, options);
      signal.throwIfAborted();
      const answer = await (batched.pending === undefined ? gathered(body, batched, options) : resumed(batched, options));
      return httpAnswer(answer);
    },
    async close() {
      closing.abort(new Error('the endpoint is closed'));
      cancelTimer?.();
      follower.close();
      for (const each of waiting) each.refuse(closing.signal.reason);
      await connection.close();
    },
  };
}

function isThrottled(error: unknown): boolean {
  return error instanceof ServerRefusal && error.answer.status === 429;
}

function httpAnswer({ status, text }: BatchAnswer): HttpAnswer {
  let left: readonly Uint8Array[] | undefined = [Buffer.from(text)];
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: {
      take() {
        const taken = left;
        left = undefined;
        return taken ?? 'end';
      },
      arrival: () => Promise.resolve(),
      discard: () => undefined,
      cancel: () => undefined,
    },
  };
}
