import type { ModelClient, ModelReply, ModelRequest } from '../../../domain/ports.ts';
import type { ModelSettings } from '../../../domain/run/configuration.ts';
import type { ModelCall } from '../../contracts/generated/scale/v1/result.ts';
import { attribute, genAiProvider } from '../../telemetry/conventions.ts';
import { serverAttributes } from '../../telemetry/server-attributes.ts';
import { inSpan, isTracing, type Span, withIds } from '../../telemetry/tracing.ts';

/** What answered a call: a model, an earlier delivery of the job, or the response cache. */
type CallSource = 'model' | 'journal' | 'cache';

interface TracedCalls {
  readonly settings: ModelSettings;
  /** The call as it is on record, once it has been answered. */
  finished(callId: string): ModelCall | undefined;
  isJournaled(callId: string): boolean;
}

/** The same client; each call is a span, without its prompt or its answer, and its id is on each log line. */
export function tracedCalls(client: ModelClient, calls: TracedCalls): ModelClient {
  const traced = <Answer extends ModelReply | readonly ModelReply[]>(
    { callId, purpose }: ModelRequest,
    samples: number | undefined,
    ask: () => Promise<Answer>,
  ): Promise<Answer> => {
    if (!isTracing()) return withIds({ callId }, ask);
    const { model, temperature, topP, maxTokens } = calls.settings;
    const source: CallSource = calls.isJournaled(callId) ? 'journal' : 'model';
    return withIds({ callId }, () =>
      inSpan(
        {
          ...{ name: `chat ${model}`, kind: 'client' },
          attributes: {
            [attribute.genAiOperation]: 'chat',
            [attribute.genAiProvider]: genAiProvider,
            [attribute.genAiRequestModel]: model,
            [attribute.genAiRequestTemperature]: temperature ?? undefined,
            [attribute.genAiRequestTopP]: topP ?? undefined,
            [attribute.genAiRequestMaxTokens]: maxTokens,
            [attribute.genAiRequestChoices]: samples,
            [attribute.callId]: callId,
            [attribute.purpose]: purpose,
          },
        },
        async (span) => {
          const answer = await ask();
          describe(span, source, calls.finished(callId));
          return answer;
        },
      ),
    );
  };
  const { sample } = client;
  return {
    complete: (request, signal) => traced(request, undefined, () => client.complete(request, signal)),
    ...(sample && {
      sample: (request: ModelRequest, count: number, signal: AbortSignal) =>
        traced(request, count, () => sample(request, count, signal)),
    }),
  };
}

function describe(span: Span, source: CallSource, call: ModelCall | undefined): void {
  if (span.place === undefined || call === undefined) return;
  const { usage, endpoint, samples } = call;
  span.set({
    ...serverOf(endpoint),
    [attribute.callSource]: call.fromCache ? 'cache' : source,
    [attribute.callAttempts]: call.attempts,
    [attribute.simulated]: call.simulated,
    [attribute.genAiResponseModel]: call.servedModel || call.model,
    [attribute.genAiResponseFinishReasons]: [call, ...samples].map(({ finishReason }) => finishReason),
    [attribute.genAiResponseFirstChunk]: call.timeToFirstTokenMs / 1000,
    [attribute.genAiInputTokens]: usage?.promptTokens,
    [attribute.genAiOutputTokens]: usage?.completionTokens,
    [attribute.genAiCachedTokens]: usage?.cachedTokens,
    [attribute.genAiReasoningTokens]: usage?.reasoningTokens,
  });
}

/** An endpoint's name begins with its address, and may say more after a space. */
function serverOf(endpoint: string) {
  const [address = ''] = endpoint.split(' ');
  if (!URL.canParse(address)) return {};
  return serverAttributes(new URL(address));
}
