import { type Failure, failureKinds } from '../../domain/failure.ts';
import { finishReasons, type ModelReply, type Usage } from '../../domain/ports.ts';
import { ModelCall, type Failure as ProtoFailure, type Usage as ProtoUsage, Result } from './generated/scale/v1/result.ts';
import { oneOf, readMessage, readVersionedMessage, sortedRecord } from './read-message.ts';

const noUsage: Usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };

/** Equal results give equal bytes. */
export function encodeResult(result: Result): Uint8Array {
  const { outcome } = result;
  if (outcome?.$case !== 'execution') return Result.encode(result).finish();
  const value = { ...outcome.value, otherScores: sortedRecord(outcome.value.otherScores) };
  return Result.encode({ ...result, outcome: { $case: 'execution', value } }).finish();
}

/** @throws ContractError */
export function decodeResult(bytes: Uint8Array): Result {
  return readVersionedMessage('Result', Result, bytes);
}

export function encodeModelCall(call: ModelCall): Uint8Array {
  return ModelCall.encode(call).finish();
}

/** @throws ContractError */
export function decodeModelCall(bytes: Uint8Array): ModelCall {
  return readMessage('ModelCall', ModelCall, bytes);
}

export function failureToProto(failure: Failure): ProtoFailure {
  return { kind: failure.kind, message: failure.message, step: failure.step ?? '' };
}

/** @throws ContractError for a kind that this program does not know */
export function failureFromProto(failure: ProtoFailure): Failure {
  const kind = oneOf('Failure', 'kind', failureKinds, failure.kind);
  return { kind, message: failure.message, ...(failure.step === '' ? {} : { step: failure.step }) };
}

export function usageToProto(usage: Usage): ProtoUsage {
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  return { promptTokens, completionTokens, cachedTokens, reasoningTokens };
}

/** An absent usage is zero: proto3 cannot tell it from a message whose fields are all zero. */
export function usageFromProto(usage: ProtoUsage | undefined): Usage {
  if (!usage) return noUsage;
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  return { promptTokens, completionTokens, cachedTokens, reasoningTokens };
}

/**
 * The reply that a journaled call gave, for a job that is done again.
 * @throws ContractError
 */
export function modelReplyOf(call: ModelCall): ModelReply {
  return {
    text: call.text,
    reasoning: call.reasoning,
    finishReason: oneOf('ModelCall', 'finish_reason', finishReasons, call.finishReason),
    usage: usageFromProto(call.usage),
    model: call.model,
    simulated: call.simulated,
  };
}

/** What is known of a call beside the model's reply. */
export type CallCircumstances = Pick<
  ModelCall,
  'callId' | 'latencyMs' | 'timeToFirstTokenMs' | 'attempts' | 'attemptId' | 'endpoint'
> &
  Partial<Pick<ModelCall, 'usageEstimated' | 'promptCut' | 'servedModel'>>;

/** The journal's record of a finished call. Times are rounded to whole milliseconds, which is what the contract holds. */
export function modelCallOf(reply: ModelReply, circumstances: CallCircumstances): ModelCall {
  const { text, reasoning, finishReason, usage, model, simulated } = reply;
  return {
    text,
    reasoning,
    finishReason,
    usage: usageToProto(usage),
    model,
    simulated,
    callId: circumstances.callId,
    latencyMs: Math.round(circumstances.latencyMs),
    timeToFirstTokenMs: Math.round(circumstances.timeToFirstTokenMs),
    attempts: circumstances.attempts,
    endpoint: circumstances.endpoint,
    attemptId: circumstances.attemptId,
    usageEstimated: circumstances.usageEstimated ?? false,
    promptCut: circumstances.promptCut ?? false,
    servedModel: circumstances.servedModel ?? '',
  };
}
