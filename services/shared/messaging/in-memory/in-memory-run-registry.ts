import type { RunManifest } from '../../contracts/generated/scale/v1/control.ts';
import { decodeRunManifest, encodeRunManifest } from '../../contracts/run-manifest-codec.ts';
import type { RunRegistry } from '../bus.ts';
import { isToken, token } from '../subjects-and-streams.ts';
import { followStored } from './in-memory-follow.ts';
import { type PartOfRuns, requireOpen, type Stored, type World } from './in-memory-world.ts';

export interface InMemoryRuns extends PartOfRuns<RunRegistry> {
  manifests(): RunManifest[];
}

export function createInMemoryRuns(world: World): InMemoryRuns {
  const stored = world.shelf<Stored>();
  const bell = world.hangBell();
  const store = (key: string, manifest: RunManifest): void => {
    stored.set(key, { sequence: world.nextSequence(), bytes: encodeRunManifest(manifest) });
    bell.ring();
  };
  const read = (key: string): RunManifest | undefined => {
    const found = stored.get(key);
    return found && decodeRunManifest(found.bytes);
  };
  return {
    wipe: () => stored.clear(),
    remove: (runId) => void stored.delete(token(runId)),
    manifests: () => [...stored.values()].map(({ bytes }) => decodeRunManifest(bytes)),
    open: (client) => ({
      async put(manifest) {
        const key = token(manifest.runId);
        requireOpen(client, `put manifest of ${key}`);
        store(key, manifest);
      },
      async add(manifest) {
        const key = token(manifest.runId);
        requireOpen(client, `add manifest of ${key}`);
        const there = stored.get(key);
        if (there === undefined) store(key, manifest);
        return there === undefined || Buffer.compare(there.bytes, encodeRunManifest(manifest)) === 0;
      },
      async update(runId, change) {
        if (!isToken(runId)) return undefined;
        requireOpen(client, `update manifest of ${runId}`);
        const known = read(runId);
        if (!known) return undefined;
        const manifest = change(known);
        if (manifest !== known) store(runId, manifest);
        return manifest;
      },
      async get(runId) {
        if (!isToken(runId)) return undefined;
        requireOpen(client, `get manifest of ${runId}`);
        return read(runId);
      },
      async list() {
        requireOpen(client, 'list manifests');
        return [...stored].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { bytes }]) => decodeRunManifest(bytes));
      },
      async *watch(signal) {
        for await (const { bytes } of followStored({ world, bell, client }, stored, '', signal)) yield decodeRunManifest(bytes);
      },
    }),
  };
}
