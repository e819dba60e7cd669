import { RunManifest } from './generated/scale/v1/control.ts';
import { readVersionedMessage } from './read-message.ts';

export function encodeRunManifest(manifest: RunManifest): Uint8Array {
  return RunManifest.encode(manifest).finish();
}

/** @throws ContractError */
export function decodeRunManifest(bytes: Uint8Array): RunManifest {
  return readVersionedMessage('RunManifest', RunManifest, bytes);
}
