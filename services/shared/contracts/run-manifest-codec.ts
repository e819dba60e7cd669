import { RunManifest } from './generated/scale/v1/control.ts';
import { readVersionedMessage } from './read-message.ts';

export function encodeRunManifest(manifest: RunManifest): Uint8Array {
  // One of an older or smaller program lacks the newer fields; what it has stays as it is, with what nobody here knows.
  return RunManifest.encode({ ...RunManifest.fromPartial({}), ...manifest }).finish();
}

/** @throws ContractError */
export function decodeRunManifest(bytes: Uint8Array): RunManifest {
  return readVersionedMessage('RunManifest', RunManifest, bytes);
}
