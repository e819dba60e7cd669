import { defined } from '../../domain/defined.ts';
import {
  type CellOutcome,
  cellEnds,
  type SweepCell,
  type SweepEvent,
  type SweepLimits,
  type SweepSettings,
  type SweepShare,
} from '../../domain/sweep/sweep-event.ts';
import { ContractError } from './contract-error.ts';
import {
  type CallShare,
  type SweepCell as ProtoCell,
  SweepEvent as ProtoEvent,
  type SweepCellOutcome as ProtoOutcome,
  type SweepSettings as ProtoSettings,
  type RunLimits,
  SweepStarts,
} from './generated/scale/v1/control.ts';
import { moneyFromProto, moneyToProto } from './prices-codec.ts';
import { oneOf, present, readVersionedMessage, schemaVersion } from './read-message.ts';

const contract = 'SweepEvent';

type Body = NonNullable<ProtoEvent['body']>;

/** One entry of a sweep's log. */
export function encodeSweepEvent(sweepId: string, event: SweepEvent): Uint8Array {
  return ProtoEvent.encode({ schemaVersion, sweepId, body: bodyToProto(event) }).finish();
}

/** @throws ContractError */
export function decodeSweepEvent(bytes: Uint8Array): SweepEvent {
  return bodyFromProto(present(contract, 'body', readVersionedMessage(contract, ProtoEvent, bytes).body));
}

function bodyToProto(event: SweepEvent): Body {
  switch (event.kind) {
    case 'sweep-defined': {
      const { name, settings, cells, startsBlob, startedBy, again } = event;
      const value = {
        ...{ name, startsBlob, startedBy, again: [...again] },
        settings: sweepSettingsToProto(settings),
        cells: cells.map(sweepCellToProto),
      };
      return { $case: 'defined', value };
    }
    case 'sweep-moved':
      return { $case: 'moved', value: { startsBlob: event.startsBlob } };
    case 'sweep-shared':
      return { $case: 'shared', value: { share: event.share } };
    case 'cell-started':
      return { $case: 'cellStarted', value: { cellId: event.cellId, runId: event.runId } };
    case 'cell-ended': {
      const { cellId, runId, outcome } = event;
      return { $case: 'cellEnded', value: { cellId, runId, outcome: cellOutcomeToProto(outcome) } };
    }
    case 'sweep-paused':
      return { $case: 'paused', value: { reason: event.reason } };
    case 'sweep-resumed':
      return { $case: 'resumed', value: {} };
    case 'sweep-cancelled':
      return { $case: 'cancelled', value: { reason: event.reason } };
    case 'sweep-ended':
      return { $case: 'ended', value: {} };
  }
}

function bodyFromProto(body: Body): SweepEvent {
  switch (body.$case) {
    case 'defined': {
      const { name, settings, cells, startsBlob, startedBy, again } = body.value;
      return {
        ...{ kind: 'sweep-defined', name, startsBlob, startedBy, again },
        settings: sweepSettingsFromProto(present(contract, 'settings', settings)),
        cells: cells.map(sweepCellFromProto),
      };
    }
    case 'moved':
      return { kind: 'sweep-moved', startsBlob: body.value.startsBlob };
    case 'shared':
      return { kind: 'sweep-shared', share: shareFromProto(present(contract, 'shared.share', body.value.share)) };
    case 'cellStarted':
      return { kind: 'cell-started', cellId: body.value.cellId, runId: body.value.runId };
    case 'cellEnded': {
      const { cellId, runId, outcome } = body.value;
      return { kind: 'cell-ended', cellId, runId, outcome: cellOutcomeFromProto(present(contract, 'outcome', outcome)) };
    }
    case 'paused':
      return { kind: 'sweep-paused', reason: body.value.reason };
    case 'resumed':
      return { kind: 'sweep-resumed' };
    case 'cancelled':
      return { kind: 'sweep-cancelled', reason: body.value.reason };
    case 'ended':
      return { kind: 'sweep-ended' };
    default:
      throw new ContractError(contract, 'its body is of a kind that this program does not know');
  }
}

/** @throws ContractError */
export function sweepSettingsFromProto({ atOnce, share, limits }: ProtoSettings): SweepSettings {
  if (atOnce < 1) throw new ContractError(contract, 'its field settings.at_once is 0, and at least one run must go on at a time');
  return {
    atOnce,
    ...(share && { share: shareFromProto(share) }),
    ...(limits && { limits: limitsFromProto(limits) }),
  };
}

function shareFromProto({ weight, priority, atMost }: CallShare): SweepShare {
  return { weight, priority, atMost };
}

function limitsFromProto({ tokens, calls, money, durationMs, untilMs }: RunLimits): SweepLimits {
  return { tokens, calls, money, durationMs, untilMs };
}

export function sweepSettingsToProto({ atOnce, share, limits }: SweepSettings): ProtoSettings {
  return {
    atOnce,
    ...(share && { share }),
    ...(limits && { limits: { ...limits, stopReason: '', scopes: [], heldBy: '' } }),
  };
}

export function sweepCellToProto({ cellId, labels, writtenHash, benchmarkBlob }: SweepCell): ProtoCell {
  return { cellId, labels: labels.map(({ axis, value }) => ({ axis, value })), writtenHash, benchmarkBlob };
}

export function sweepCellFromProto({ cellId, labels, writtenHash, benchmarkBlob }: ProtoCell): SweepCell {
  return { cellId, labels: labels.map(({ axis, value }) => ({ axis, value })), writtenHash, benchmarkBlob };
}

export function cellOutcomeToProto({ status, why, score, tokens, spentTokens, simulated, money }: CellOutcome): ProtoOutcome {
  return { status, why, tokens, ...defined({ score, spentTokens, simulated, money: money && moneyToProto(money) }) };
}

/** @throws ContractError */
export function cellOutcomeFromProto({ status, why, score, tokens, spentTokens, simulated, money }: ProtoOutcome): CellOutcome {
  const made = simulated ? ({ simulated: true } as const) : {};
  return {
    status: oneOf(contract, 'outcome.status', cellEnds, status),
    why,
    tokens,
    ...defined({ score, spentTokens, money: money && moneyFromProto(money) }),
    ...made,
  };
}

export function encodeSweepStarts(starts: SweepStarts['starts']): Uint8Array {
  return SweepStarts.encode({ schemaVersion, starts }).finish();
}

/** @throws ContractError */
export function decodeSweepStarts(bytes: Uint8Array): SweepStarts['starts'] {
  return readVersionedMessage('SweepStarts', SweepStarts, bytes).starts;
}
