import type { CallPurpose, ChatMessage, StructuredPrompt, Usage } from '../../domain/ports.ts';
import type { AttemptMeter } from './attempt-meter.ts';
import type { ChatReply, SampleReply } from './replies/chat-reply.ts';
import type { BatchedCall } from './settings/batched-call.ts';
import type { EndpointSettings } from './settings/endpoint-settings.ts';

/** One call, with everything that decides its reply. */
export interface EndpointRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** null: not sent. */
  readonly temperature: number | null;
  /** null: not sent. */
  readonly topP: number | null;
  readonly maxTokens: number;
  readonly seed: number | undefined;
  readonly chatTemplateKwargs: Readonly<Record<string, unknown>>;
  /** Sent instead of the messages where the server can hold the model to the schema. */
  readonly structured?: StructuredPrompt;
  /** Only where the server is known to: absent, where it has not refused. */
  readonly structuredWhereKnown?: boolean;
  /** How many replies are wanted, 2 or more; absent: one. The server may give fewer. */
  readonly samples?: number;
  /** Sent along for the server's log. */
  readonly jobId: string;
  readonly callId: string;
  /** So is this; absent where the call only checks whether the server answers. */
  readonly purpose?: CallPurpose;
  /** What the prompt begins with, as a key: gateways send calls that share it to the same server. */
  readonly prefixKey?: string;
  /** Whose share of a gateway it takes. */
  readonly runId?: string;
  /** And this; absent where no account of attempts is kept. */
  readonly attemptId?: string;
  /** Keeps account of the attempts at the call. */
  readonly meter?: AttemptMeter;
  /** It goes through the provider's batch API, where the endpoint is told to use that. Absent: it is made at once. */
  readonly batched?: BatchedCall;
  /** To be called right before it is sent, where that is later: see MeteredAttempt. */
  readonly sending?: () => void;
}

export interface EndpointReply extends Omit<ChatReply, 'usage'> {
  /** The others where several were wanted, in order: none where the server gives one. */
  readonly others?: readonly SampleReply[];
  readonly usage: Usage;
  /** The server gave no usage, so it is estimated from the lengths of the texts. */
  readonly usageEstimated: boolean;
  /** It counts so few tokens that it cannot have read the whole prompt. */
  readonly promptCut: boolean;
  /** The whole time for a reply that was not streamed. */
  readonly firstTokenMs: number;
  readonly latencyMs: number;
  /** Little is left of the server's rates: for so long it is better left alone. Absent: it says nothing of the kind. */
  readonly restMs?: number;
}

export interface ServedModels {
  readonly names: readonly string[];
  /** Answered by this project's simulated model. */
  readonly simulated: boolean;
  /** Who made the server, as it says in its list: vllm, sglang, llamacpp …; "" if it does not say. */
  readonly ownedBy: string;
}

/** One server. It makes one attempt, without limits or retries: those are the pool's. */
export interface ModelEndpoint {
  readonly settings: EndpointSettings;
  /** @throws EndpointError, FailureError (see endpoint-errors.ts), or the signal's reason */
  complete(request: EndpointRequest, signal: AbortSignal): Promise<EndpointReply>;
  /** The models it says it serves. @throws as complete does */
  models(signal: AbortSignal): Promise<ServedModels>;
  /** What its engine says of its own load, "" for nothing. Not there: it is not to be asked. @throws anything if it is down */
  readonly loadText?: (signal: AbortSignal) => Promise<string>;
  /** Cuts what is in flight. */
  close(): Promise<void>;
}
