import type OpenAI from 'openai';
import { Stream } from 'openai/streaming';
import type { Clock, Usage } from '../../domain/ports.ts';
import { type AttemptWatch, watchAttempt } from './attempt-watch.ts';
import { type ChatReply, createReplyCollector, readReply } from './chat-reply.ts';
import { type Dialect, type DialectRequest, fullDialect, simplerRequest } from './dialect.ts';
import { fromCallError } from './endpoint-errors.ts';
import type { EndpointSettings } from './endpoint-settings.ts';
import type { EndpointReply, EndpointRequest, ModelEndpoint } from './model-endpoint.ts';
import { createOpenAiClient } from './openai-client.ts';
import { isPromptCut } from './prompt-cut.ts';
import { readToEnd } from './read-to-end.ts';

export function createOpenAiEndpoint(settings: EndpointSettings, clock: Clock): ModelEndpoint {
  const { client, close } = createOpenAiClient(settings);
  const nowMs = () => clock.monotonicMs();
  let dialect = fullDialect;

  const watched = async <T>(
    { model, streamed }: { readonly model: string; readonly streamed: boolean },
    caller: AbortSignal,
    work: (watch: AttemptWatch) => Promise<T>,
  ): Promise<T> => {
    caller.throwIfAborted();
    using watch = watchAttempt(settings, caller, { streamed, nowMs });
    try {
      return await work(watch);
    } catch (error) {
      // The library words an abort in several ways; the signal knows the reason.
      if (watch.signal.aborted) throw watch.signal.reason;
      throw fromCallError(error, settings, model) ?? error;
    }
  };

  const attempt = (request: EndpointRequest, asked: Dialect, caller: AbortSignal): Promise<EndpointReply> =>
    watched({ model: request.model, streamed: asked.streams }, caller, async (watch) => {
      const startMs = nowMs();
      const { reply, streamed } = await ask(client, request, asked, watch);
      // A stream without usage: unstreamed, every server says what a call used.
      if (asked.streams && (!streamed || reply.usage === undefined)) dialect = { ...dialect, streams: false };
      const latencyMs = nowMs() - startMs;
      return {
        ...reply,
        usage: reply.usage ?? estimatedUsage(request, reply),
        usageEstimated: reply.usage === undefined,
        promptCut: reply.usage !== undefined && isPromptCut(request.messages, reply.usage.promptTokens),
        firstTokenMs: watch.firstTokenMs ?? latencyMs,
        latencyMs,
      };
    });

  const complete = async ({ request, dialect: asked }: DialectRequest, signal: AbortSignal): Promise<EndpointReply> => {
    try {
      return await attempt(request, asked, signal);
    } catch (error) {
      const simpler = simplerRequest(error, { request, dialect: asked });
      if (simpler === undefined) throw error;
      dialect = simpler.dialect;
      return complete(simpler, signal);
    }
  };

  return {
    settings,
    complete: (request, signal) => complete({ request, dialect }, signal),
    models: (signal) =>
      watched({ model: '', streamed: false }, signal, async (watch) => {
        const page = await client.models.list({ signal: watch.signal });
        return page.data.map(({ id }) => id);
      }),
    close,
  };
}

async function ask(
  client: OpenAI,
  request: EndpointRequest,
  dialect: Dialect,
  watch: AttemptWatch,
): Promise<{ readonly reply: ChatReply; readonly streamed: boolean }> {
  const headers = {
    'x-scale-job-id': encodeURI(request.jobId),
    'x-scale-call-id': encodeURI(request.callId),
    'x-scale-attempt-id': request.attemptId ?? '',
  };
  const response = await client.chat.completions
    .create(requestBody(request, dialect), { signal: watch.signal, headers })
    .asResponse();
  const streamed = response.headers.get('content-type')?.includes('text/event-stream') ?? false;
  return { reply: streamed ? await readStream(client, response, watch) : readReply(await response.json()), streamed };
}

async function readStream(client: OpenAI, response: Response, watch: AttemptWatch): Promise<ChatReply> {
  const collector = createReplyCollector();
  for await (const chunk of Stream.fromSSEResponse<unknown>(readToEnd(response), new AbortController(), client)) {
    if (collector.add(chunk)) watch.token();
  }
  // A stream that was aborted just ends.
  watch.signal.throwIfAborted();
  return collector.reply();
}

function requestBody(request: EndpointRequest, { streams, tokenLimit }: Dialect) {
  const { chatTemplateKwargs, responseSchema, seed } = request;
  return {
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    temperature: request.temperature,
    top_p: request.topP,
    [tokenLimit]: request.maxTokens,
    ...(seed === undefined ? {} : { seed }),
    ...(Object.keys(chatTemplateKwargs).length === 0 ? {} : { chat_template_kwargs: chatTemplateKwargs }),
    ...(responseSchema === undefined ? {} : { response_format: responseFormat(responseSchema) }),
    ...(streams ? { stream: true as const, stream_options: { include_usage: true } } : {}),
  };
}

function responseFormat(schema: Readonly<Record<string, unknown>>) {
  return { type: 'json_schema' as const, json_schema: { name: 'reply', strict: true, schema: { ...schema } } };
}

/** Four characters a token: within a quarter of the truth for English text. */
function estimatedUsage(request: EndpointRequest, reply: ChatReply): Usage {
  const tokens = (length: number) => Math.ceil(length / 4);
  return {
    promptTokens: tokens(request.messages.reduce((sum, { content }) => sum + content.length, 0)),
    completionTokens: tokens(reply.text.length + reply.reasoning.length),
    cachedTokens: 0,
    reasoningTokens: tokens(reply.reasoning.length),
  };
}
