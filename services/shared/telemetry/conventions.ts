/**
 * Every name on a span, in one place: conventions in development change theirs between releases, and no other file spells one
 * out. Those of OpenTelemetry are of semantic conventions 1.45.0 (messaging: development; http, server and error: stable) and of
 * the GenAI conventions 0.1.0 (development). The ones that begin with `scale.` are our own. docs/tracing.md says what each means.
 */
export const attribute = {
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  urlFull: 'url.full',

  httpMethod: 'http.request.method',
  httpStatus: 'http.response.status_code',
  httpResends: 'http.request.resend_count',

  messagingSystem: 'messaging.system',
  messagingOperation: 'messaging.operation.name',
  messagingOperationType: 'messaging.operation.type',
  messagingDestination: 'messaging.destination.name',
  messagingSubscription: 'messaging.destination.subscription.name',
  messagingMessageId: 'messaging.message.id',
  messagingClientId: 'messaging.client.id',

  genAiOperation: 'gen_ai.operation.name',
  genAiProvider: 'gen_ai.provider.name',
  genAiRequestModel: 'gen_ai.request.model',
  genAiRequestTemperature: 'gen_ai.request.temperature',
  genAiRequestTopP: 'gen_ai.request.top_p',
  genAiRequestMaxTokens: 'gen_ai.request.max_tokens',
  genAiRequestChoices: 'gen_ai.request.choice.count',
  genAiResponseModel: 'gen_ai.response.model',
  genAiResponseFinishReasons: 'gen_ai.response.finish_reasons',
  genAiResponseFirstChunk: 'gen_ai.response.time_to_first_chunk',
  genAiInputTokens: 'gen_ai.usage.input_tokens',
  genAiOutputTokens: 'gen_ai.usage.output_tokens',
  genAiCachedTokens: 'gen_ai.usage.cache_read.input_tokens',
  genAiReasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  genAiAgentName: 'gen_ai.agent.name',

  runId: 'scale.run.id',
  runName: 'scale.run.name',
  runStatus: 'scale.run.status',
  runTokens: 'scale.run.tokens',
  benchmark: 'scale.benchmark',
  round: 'scale.round',
  roundScore: 'scale.round.score',
  jobId: 'scale.job.id',
  jobKind: 'scale.job.kind',
  delivery: 'scale.job.delivery',
  settlement: 'scale.job.settlement',
  attempt: 'scale.job.attempt',
  workflow: 'scale.workflow.hash',
  query: 'scale.query.index',
  repeat: 'scale.query.repeat',
  score: 'scale.score',
  failure: 'scale.failure.kind',
  operator: 'scale.operator',
  callId: 'scale.call.id',
  purpose: 'scale.call.purpose',
  callSource: 'scale.call.source',
  callAttempts: 'scale.call.attempts',
  simulated: 'scale.call.simulated',
  isolation: 'scale.sandbox.isolation',
  verdict: 'scale.sandbox.verdict',
  cpuMs: 'scale.sandbox.cpu_ms',
} as const;

export const messagingSystem = 'nats';
/** Not one of the conventions' own values: whatever speaks OpenAI's protocol is no provider that bills as OpenAI does. */
export const genAiProvider = 'openai_compatible';

/** What messages are sent to and received from, without the parts of a subject that differ for each job. */
export const destination = {
  jobs: (kind: string) => `jobs.v1.${kind}`,
  results: 'results.v1',
} as const;

/** Of the span of a whole run, which is always sampled. */
export const runSpanName = 'run';
