import { nearName } from '../../domain/names/near-name.ts';
import type { ScaledObjectRef } from '../../shared/contracts/generated/externalscaler/externalscaler.ts';
import { RequestRefusedError } from '../request-refused-error.ts';

/** What a ScaledObject scales, and how much one replica of it takes. */
export type ScaledTarget =
  | { readonly role: 'executor' | 'predictor'; readonly perReplica: number }
  | { readonly role: 'model'; readonly model: string; readonly perReplica: number };

interface MetadataKey {
  /** Absent: the key must be there. */
  readonly preset?: string;
  readonly kind: 'count' | 'text';
}

/** KEDA passes its own keys of the trigger on. */
const kedaKeys = ['scalerAddress', 'enableTLS', 'unsafeSsl'];
/** The defaults are those of SCALE_SLOTS. */
const keysOfRole: Readonly<Record<ScaledTarget['role'], Readonly<Record<string, MetadataKey>>>> = {
  executor: { slotsPerPod: { kind: 'count', preset: '32' } },
  predictor: { slotsPerPod: { kind: 'count', preset: '4' } },
  model: { model: { kind: 'text' }, concurrencyPerReplica: { kind: 'count' } },
};
const roles = Object.keys(keysOfRole) as ScaledTarget['role'][];
const mostPerReplica = 100_000;

/**
 * Reads the metadata of a trigger. A key that is misspelt must not leave a cluster scaled by a default.
 * @throws RequestRefusedError in one sentence, which KEDA puts into the ScaledObject's events and its own log
 */
export function scaledTarget({ name, namespace, scalerMetadata }: ScaledObjectRef): ScaledTarget {
  const given = new Map(Object.entries(scalerMetadata));
  const refuse = (sentence: string) =>
    new RequestRefusedError('bad-input', `the trigger's metadata of ScaledObject ${namespace}/${name}: ${sentence}`);
  const role = roles.find((known) => known === given.get('role'));
  if (role === undefined) {
    const shown = given.has('role') ? `"${given.get('role')}"` : 'missing';
    throw refuse(`role must be ${roles.slice(0, -1).join(', ')} or ${roles.at(-1)}, but is ${shown}`);
  }
  const keys = keysOfRole[role];
  const own = ['role', ...Object.keys(keys)];
  for (const key of given.keys()) {
    if (own.includes(key) || kedaKeys.includes(key)) continue;
    const near = nearName(key, own);
    const meant = near === undefined ? '' : `; did you mean ${near}?`;
    throw refuse(`${key} is not known for role ${role}, which has ${own.join(', ')}${meant}`);
  }
  const textOf = (key: string): string => {
    const value = (given.get(key) ?? keys[key]?.preset ?? '').trim();
    if (value === '') throw refuse(`role ${role} needs ${key}`);
    return value;
  };
  const countOf = (key: string): number => {
    const count = Number(textOf(key));
    if (Number.isInteger(count) && count >= 1 && count <= mostPerReplica) return count;
    throw refuse(`${key} must be a whole number from 1 to ${mostPerReplica}, but is "${given.get(key)}"`);
  };
  if (role === 'model') return { role, model: textOf('model'), perReplica: countOf('concurrencyPerReplica') };
  return { role, perReplica: countOf('slotsPerPod') };
}
