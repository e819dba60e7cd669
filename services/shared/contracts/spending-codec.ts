import { defined } from '../../domain/defined.ts';
import { attemptStates, type CallAttempt } from '../../domain/run/ledger/call-attempt.ts';
import { type Spent, type SpentPart, spentParts } from '../../domain/run/ledger/spent.ts';
import {
  type CallAttempt as ProtoAttempt,
  type SpentPart as ProtoPart,
  type Spent as ProtoSpent,
  SpendingNote,
} from './generated/scale/v1/spending.ts';
import { oneOf, readVersionedMessage } from './read-message.ts';
import { usageFromProto, usageToProto } from './result-codec.ts';

export function encodeSpendingNote(note: SpendingNote): Uint8Array {
  return SpendingNote.encode(note).finish();
}

/** @throws ContractError */
export function decodeSpendingNote(bytes: Uint8Array): SpendingNote {
  return readVersionedMessage('SpendingNote', SpendingNote, bytes);
}

export function callAttemptToProto(attempt: CallAttempt): ProtoAttempt {
  return { ...attempt, usage: usageToProto(attempt.usage) };
}

/** @throws ContractError for a state that this program does not know */
export function callAttemptFromProto(attempt: ProtoAttempt): CallAttempt {
  const state = oneOf('CallAttempt', 'state', attemptStates, attempt.state);
  const { tookMs, ...rest } = attempt;
  return { ...rest, state, usage: usageFromProto(attempt.usage), ...defined({ tookMs }) };
}

export function spentToProto(spent: Spent): ProtoSpent {
  return { ...spent, uses: spent.uses.map((use) => ({ ...use, usage: usageToProto(use.usage) })) };
}

export function spentFromProto(spent: ProtoSpent): Spent {
  const part = ({ calls, tokens }: ProtoPart = { calls: 0, tokens: 0 }): SpentPart => ({ calls, tokens });
  return {
    answered: part(spent.answered),
    answeredAgain: part(spent.answeredAgain),
    useless: part(spent.useless),
    lost: part(spent.lost),
    preflight: part(spent.preflight),
    ...(spent.cached && { cached: part(spent.cached) }),
    callsInFlight: spent.callsInFlight,
    estimatedTokens: spent.estimatedTokens,
    uses: spent.uses.map(({ part: name, model, usage, tookMs }) => ({
      part: oneOf('Spent', 'uses.part', spentParts, name),
      model,
      usage: usageFromProto(usage),
      ...defined({ tookMs }),
    })),
  };
}
