import { createHash } from 'node:crypto';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import { impliedKind, isQueryLevel } from '../../domain/run/run-kind.ts';
import { configurationToProto } from './configuration-codec.ts';
import { RunConfiguration as ProtoConfiguration } from './generated/scale/v1/event.ts';

const maxSlugLength = 40;

/**
 * A run's id: a slug of its name and the start of its configuration's hash, so that the same command continues the same run.
 * Letters, digits and hyphens only: it is a token of NATS subjects and a key of the run registry.
 */
export function runIdOf(configuration: RunConfiguration): string {
  const hash = createHash('sha256').update(identityOf(configuration)).digest('hex');
  return `${slugOf(configuration.name)}-${hash.slice(0, 12)}`;
}

/**
 * As configurations were written before they had a kind, so that runs from that time are found; a kind that was not implied then
 * is written.
 */
function identityOf(configuration: RunConfiguration): Uint8Array {
  const { search, ...rest } = configurationToProto(configuration);
  const queryLevel = isQueryLevel(configuration);
  const implied = impliedKind({
    queryLevel,
    maxRounds: configuration.search.maxRounds,
    method: configuration.evaluation.method,
  });
  return ProtoConfiguration.encode({
    ...rest,
    kind: configuration.kind === implied ? '' : configuration.kind,
    search: search && { ...search, mode: queryLevel ? configuration.kind : '' },
  }).finish();
}

export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, maxSlugLength)
    .replaceAll(/^-|-$/g, '');
  return plain === '' ? 'run' : plain;
}
