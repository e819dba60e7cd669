import { createHash } from 'node:crypto';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import { encodeConfiguration } from './configuration-codec.ts';

const maxSlugLength = 40;

/**
 * A run's id: a slug of its name and the start of its configuration's hash, so that the same command continues the same run.
 * Letters, digits and hyphens only: it is a token of NATS subjects and a key of the run registry.
 */
export function runIdOf(configuration: RunConfiguration): string {
  const hash = createHash('sha256').update(encodeConfiguration(configuration)).digest('hex');
  return `${slugOf(configuration.name)}-${hash.slice(0, 12)}`;
}

function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, maxSlugLength)
    .replaceAll(/^-|-$/g, '');
  return plain === '' ? 'run' : plain;
}
