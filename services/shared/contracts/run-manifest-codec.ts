import { RunManifest } from './generated/scale/v1/control.ts';
import { readVersionedMessage } from './read-message.ts';

export function encodeRunManifest(manifest: RunManifest): Uint8Array {
  // A manifest from an older or smaller program lacks the newer fields.
  return RunManifest.encode(RunManifest.fromPartial(manifest)).finish();
}

/** @throws ContractError */
export function decodeRunManifest(bytes: Uint8Array): RunManifest {
  return readVersionedMessage('RunManifest', RunManifest, bytes);
}
