import { blobName } from '../blob-name.ts';
import type { BlobStore } from '../bus.ts';
import { BlobMissingError } from '../errors.ts';
import { type InMemoryPart, requireOpen, type World } from './in-memory-world.ts';

/** @param referred names of the blobs that runs and queued jobs refer to now; everything else carries its body in itself here */
export function createInMemoryBlobs(world: World, referred: () => ReadonlySet<string>): InMemoryPart<BlobStore> {
  const { timing } = world;
  const blobs = world.shelf<{ readonly content: Uint8Array; readonly putAtMs: number }>();
  return {
    wipe: () => blobs.clear(),
    open: (client) => ({
      async put(content) {
        const name = blobName(content);
        requireOpen(client, `put blob ${name}`);
        blobs.set(name, { content: content.slice(), putAtMs: timing.monotonicMs() });
        return name;
      },
      async get(name) {
        requireOpen(client, `get blob ${name}`);
        const blob = blobs.get(name);
        if (!blob) throw new BlobMissingError(name);
        return blob.content.slice();
      },
      async collect({ unusedForMs }) {
        requireOpen(client, 'collect blobs');
        const used = referred();
        const latest = timing.monotonicMs() - unusedForMs;
        const unused = [...blobs].filter(([name, { putAtMs }]) => putAtMs < latest && !used.has(name));
        for (const [name] of unused) blobs.delete(name);
        return { removed: unused.length, kept: blobs.size };
      },
    }),
  };
}
