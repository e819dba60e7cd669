import { readFileSync } from 'node:fs';
import type { Environment } from '../../settings/environment.ts';
import { boundEnvironment, type KeyBinding, parseKeyBindings } from './key-bindings.ts';

export interface KeySettings {
  /** SCALE_ENDPOINT_KEYS. */
  readonly endpointKeys: readonly KeyBinding[];
  /** SCALE_ENDPOINT_KEYS_FILE: more of them. It may change while the worker runs, and need not exist yet. */
  readonly endpointKeysFile?: string;
}

/** Which part of its environment a worker may send to the endpoint at an address. */
export type EndpointEnvironment = (baseUrl: string) => Environment;

/** The file is read again for each new address, which is rare: the answer is kept with the endpoint's connections. */
export function createEndpointEnvironment(environment: Environment, settings: KeySettings): EndpointEnvironment {
  const { endpointKeys, endpointKeysFile } = settings;
  const kept = (): readonly KeyBinding[] => (endpointKeysFile === undefined ? [] : readBindings(endpointKeysFile));
  return (baseUrl) => boundEnvironment(environment, [...endpointKeys, ...kept()], baseUrl);
}

function readBindings(file: string): readonly KeyBinding[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const bindings = parseKeyBindings(text);
  if (bindings === undefined) throw new Error(`${file} holds a line that is not VARIABLE=http(s)://address`);
  return bindings;
}
