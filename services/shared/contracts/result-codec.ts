import { type Failure, failureKinds } from '../../domain/failure.ts';
import type { Usage } from '../../domain/ports.ts';
import { noUsage } from '../../domain/run/ledger/totals.ts';
import {
  ModelCall,
  type Failure as ProtoFailure,
  type Usage as ProtoUsage,
  RecordedCalls,
  Result,
} from './generated/scale/v1/result.ts';
import { oneOf, readMessage, readVersionedMessage, sortedRecord } from './read-message.ts';

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

export function encodeRecordedCalls(calls: readonly ModelCall[]): Uint8Array {
  return RecordedCalls.encode({ calls: [...calls] }).finish();
}

/** @throws ContractError */
export function decodeRecordedCalls(bytes: Uint8Array): readonly ModelCall[] {
  return readMessage('RecordedCalls', RecordedCalls, bytes).calls;
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

/** An absent usage is zero: proto3 cannot distinguish it from a message whose fields are all zero. */
export function usageFromProto(usage: ProtoUsage | undefined): Usage {
  if (!usage) return noUsage;
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  return { promptTokens, completionTokens, cachedTokens, reasoningTokens };
}
