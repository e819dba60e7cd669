import { defined } from '../../../domain/defined.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { traceparentFor } from '../../telemetry/tracing.ts';
import { createBatchingConnection } from '../batch/batching-connection.ts';
import { type BilledUsage, EndpointError, ServerRefusal } from '../errors/endpoint-errors.ts';
import { answerOf } from '../errors/server-answer.ts';
import { readStart } from '../http/body-reader.ts';
import { createEndpointConnection } from '../http/endpoint-connection.ts';
import type { EndpointReply, EndpointRequest, ModelEndpoint, ServedModels } from '../model-endpoint.ts';
import { callError } from '../refusals/call-error.ts';
import { restAfterAnswerMs } from '../refusals/rate-fields.ts';
import { createReplyCollector, type ReplyCollector } from '../replies/chat-reply.ts';
import { guessedUsage, readUsage } from '../replies/chat-usage.ts';
import { isPromptCut } from '../replies/prompt-cut.ts';
import { readChatResponse } from '../replies/read-chat-response.ts';
import { usageOfSamples } from '../replies/sample-usage.ts';
import { longestMs } from '../settings/batched-call.ts';
import { type EndpointSettings, endpointName } from '../settings/endpoint-settings.ts';
import type { ProxySettings } from '../settings/proxy-settings.ts';
import { createRedact } from '../settings/redact.ts';
import { type AttemptWatch, watchAttempt } from './attempt-watch.ts';
import {
  afterFailure,
  afterReply,
  afterSamples,
  type Dialect,
  fullDialect,
  isStreaming,
  mayFailForStreaming,
  simplerDialect,
  withSamples,
} from './dialect.ts';
import { gatewayHeaders } from './gateway-headers.ts';
import { servedModelsIn } from './served-models.ts';
import { afterStructured, inForm, mayFailForSchema, needsOwner, responseFormat } from './structured-request.ts';

/** Of an error or a list of models, in characters; and how long a server may take to send the rest of it. */
const longestAnswer = 1024 * 1024;
const answerPatienceMs = 5_000;
const longestMetrics = 4 * 1024 * 1024;

/**
 * One OpenAI-compatible server. It learns from the server's refusals what may be asked of it.
 * @param note told once of what it does without
 */
export function createOpenAiEndpoint(
  settings: EndpointSettings,
  timing: Timing,
  proxies?: ProxySettings,
  note: (message: string) => void = () => {},
): ModelEndpoint {
  const atOnce = createEndpointConnection(settings, proxies);
  const { batch } = settings;
  const connection = batch ? createBatchingConnection(atOnce, endpointName(settings), batch, timing) : atOnce;
  // A batch is given up by whoever follows it.
  const slowly = batch === undefined ? settings : { ...settings, timeoutMs: longestMs(batch) };
  const isBatched = (request: EndpointRequest | undefined): boolean => batch !== undefined && request?.batched !== undefined;
  const redact = createRedact([settings.apiKey ?? '', ...(settings.secrets ?? [])]);
  let dialect = fullDialect;
  let owner: string | undefined;

  const learn = (now: Dialect): void => {
    if (now.structured === 'off' && dialect.structured !== 'off')
      note(`${settings.baseUrl} refuses replies under a JSON schema, or ignores the schema: it is asked without one from now on`);
    if (!now.samples && dialect.samples)
      note(
        `${settings.baseUrl} refuses n, gives one reply for it, or does not say which reply a piece belongs to: samples are asked for one by one from now on`,
      );
    dialect = now;
  };

  /** Sends under the watch of the settings' limits, and says what went wrong in terms of the endpoint. */
  const watched = async <T>(caller: AbortSignal, call: Call, work: (watch: AttemptWatch) => Promise<T>): Promise<T> => {
    caller.throwIfAborted();
    using watch = watchAttempt(isBatched(call.request) ? slowly : settings, caller, { streamed: call.streamed, timing });
    try {
      return await work(watch);
    } catch (error) {
      if (caller.aborted) throw caller.reason;
      const { request, collector } = call;
      const billed = request && collector && billedSoFar(request, collector);
      // An abort is reported in several ways; the signal knows the reason.
      const reason = watch.signal.aborted ? watch.signal.reason : error;
      throw callError(reason, { endpoint: settings, request, redact, billed, nowMs: timing.wallMs() }) ?? error;
    }
  };

  const headersOf = (request: EndpointRequest) => ({
    ...(settings.gateway && gatewayHeaders(request, settings.headers)),
    ...idsOf(request),
    ...defined({ traceparent: traceparentFor(settings.baseUrl) }),
  });

  const sendingOf = (request: EndpointRequest) => ({
    headers: headersOf(request),
    ...(request.batched && {
      batched: request.batched,
      batchedAs: { attemptId: request.attemptId ?? '', purpose: request.purpose ?? '' },
    }),
    ...defined({ sending: request.sending }),
  });

  const answered = async (path: string, signal: AbortSignal, request?: EndpointRequest, asked?: Dialect) => {
    const body = request && asked && requestBody(request, asked);
    const response = await connection.send(path, { signal, ...(request && { body, ...sendingOf(request) }) });
    if (isWell(response.status)) return response;
    const headers = new Headers(
      Object.entries(response.headers).flatMap(([name, value = []]) => [value].flat().map((each) => [name, each])),
    );
    throw new ServerRefusal(answerOf(response.status, headers, await readStart(response.body, longestAnswer, answerPatienceMs)));
  };

  const attempt = async (given: EndpointRequest, asked: Dialect, caller: AbortSignal): Promise<EndpointReply> => {
    const request = withSamples(inForm(given, asked, owner ?? ''), asked);
    const collector = createReplyCollector(request.samples);
    return watched(caller, { request, collector, streamed: isStreaming(asked) }, async (watch) => {
      const response = await answered('/chat/completions', watch.signal, request, asked);
      const streamed = await readChatResponse(response.body, collector, watch.token);
      const latencyMs = watch.elapsedMs();
      const reply = collector.reply();
      const others = request.samples === undefined ? [] : collector.others();
      const counted = usageOf(request, collector, reply.reasoning.length);
      const { usage, estimated } = usageOfSamples(counted, collector, 1 + others.length);
      if (isStreaming(asked)) dialect = afterReply(dialect, { streamed, estimated });
      learn(afterSamples(afterStructured(dialect, request, reply), request, others.length));
      // Behind a gateway, the next call may go to another server.
      const tokens = usage.promptTokens + usage.completionTokens;
      const restMs = settings.gateway ? undefined : restAfterAnswerMs(response.headers, tokens, timing.wallMs());
      return {
        ...reply,
        ...(others.length > 0 && { others }),
        ...defined({ restMs }),
        usage,
        usageEstimated: estimated,
        promptCut: !estimated && isPromptCut(request.messages, usage.promptTokens),
        firstTokenMs: watch.firstTokenMs ?? latencyMs,
        latencyMs,
      };
    });
  };

  const models = (signal: AbortSignal): Promise<ServedModels> =>
    watched(signal, { streamed: false }, async (watch) => {
      const response = await answered('/models', watch.signal);
      const { names, simulated, ownedBy } = servedModelsIn(await readStart(response.body, longestAnswer, settings.timeoutMs));
      owner = ownedBy;
      return { names: names.map(redact), simulated, ownedBy };
    });

  const complete = async (request: EndpointRequest, asked: Dialect, signal: AbortSignal): Promise<EndpointReply> => {
    if (needsOwner(request, asked) && owner === undefined) await models(signal).catch(() => undefined);
    try {
      return await attempt(request, asked, signal);
    } catch (error) {
      dialect = afterFailure(dialect, asked, error);
      if (error instanceof EndpointError && error.isLearnt) learn({ ...dialect, samples: false });
      const sent = withSamples(inForm(request, asked, owner ?? ''), asked);
      const simpler = simplerDialect(error, sent, asked);
      if (simpler !== undefined) {
        learn(simpler);
        return complete(request, simpler, signal);
      }
      const suspects: Partial<Dialect>[] = [
        ...(mayFailForStreaming(asked, error) ? [{ streaming: 'off' } as const] : []),
        ...(mayFailForSchema(sent, asked, error) ? [{ structured: 'off' } as const] : []),
      ];
      for (const without of suspects) {
        const reply = await attempt(request, { ...asked, ...without }, signal).catch(() => undefined);
        signal.throwIfAborted();
        if (reply === undefined) continue;
        learn({ ...dialect, ...without });
        return reply;
      }
      throw error;
    }
  };

  return {
    settings,
    complete: (request, signal) => complete(request, isBatched(request) ? { ...dialect, streaming: 'off' } : dialect, signal),
    models,
    ...(settings.showsLoad && {
      loadText: async (signal: AbortSignal) => {
        const response = await connection.send('/metrics', { signal, isOutsideApi: true });
        if (isWell(response.status)) return await readStart(response.body, longestMetrics, answerPatienceMs);
        await response.body?.cancel();
        return '';
      },
    }),
    close: connection.close,
  };
}

interface Call {
  readonly request?: EndpointRequest;
  readonly collector?: ReplyCollector;
  readonly streamed: boolean;
}

function idsOf({ jobId, callId, attemptId = '', purpose }: EndpointRequest): Record<string, string> {
  return {
    'x-scale-job-id': encodeURI(jobId),
    'x-scale-call-id': encodeURI(callId),
    'x-scale-attempt-id': attemptId,
    ...(purpose === undefined ? {} : { 'x-scale-purpose': encodeURI(purpose) }),
  };
}

function requestBody(request: EndpointRequest, dialect: Dialect) {
  const { chatTemplateKwargs, seed } = request;
  return {
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    ...setting('temperature', request.temperature, dialect),
    ...setting('top_p', request.topP, dialect),
    [dialect.tokenLimit]: request.maxTokens,
    ...defined({ seed }),
    ...(Object.keys(chatTemplateKwargs).length === 0 ? {} : { chat_template_kwargs: chatTemplateKwargs }),
    ...responseFormat(request),
    ...(request.samples === undefined ? {} : { n: request.samples }),
    ...(isStreaming(dialect) ? { stream: true as const, stream_options: { include_usage: true } } : {}),
  };
}

function setting(name: 'temperature' | 'top_p', value: number | null, { withoutNeutral }: Dialect) {
  return value === null || (value === 1 && withoutNeutral.includes(name)) ? {} : { [name]: value };
}

/** What a fruitless attempt has cost: undefined if the server had not begun to answer. */
function billedSoFar(request: EndpointRequest, collector: ReplyCollector): BilledUsage | undefined {
  const begun = collector.length > 0 || Object.keys(collector.usage).length > 0;
  return begun ? usageOf(request, collector, 0) : undefined;
}

function usageOf({ messages }: EndpointRequest, { usage, length }: ReplyCollector, thoughtLength: number): BilledUsage {
  return readUsage(usage, { guess: guessedUsage(messages, length, thoughtLength), hasText: length > 0 });
}

function isWell(status: number): boolean {
  return status >= 200 && status < 300;
}
