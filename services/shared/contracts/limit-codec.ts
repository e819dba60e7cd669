import { defined } from '../../domain/defined.ts';
import { type LimitName, type LimitReached, limitEnds, limitNames, limitScopes } from '../../domain/run/event.ts';
import type { LimitReached as ProtoLimit } from './generated/scale/v1/event.ts';
import { oneOf } from './read-message.ts';

const contract = 'LimitReached';

export function limitToProto({ limit, scope, ends, most, used, reason = '' }: Omit<LimitReached, 'kind'>): ProtoLimit {
  return { limit, scope, ends, most, used, reason };
}

/** @throws ContractError */
export function limitFromProto({ limit, scope, ends, most, used, reason }: ProtoLimit): Omit<LimitReached, 'kind'> {
  return {
    limit: limitOf(limit),
    scope: oneOf(contract, 'scope', limitScopes, scope),
    ends: oneOf(contract, 'ends', limitEnds, ends),
    ...{ most, used },
    ...defined({ reason: reason || undefined }),
  };
}

/** @throws ContractError */
export function limitOf(name: string): LimitName {
  return oneOf(contract, 'limit', limitNames, name);
}
