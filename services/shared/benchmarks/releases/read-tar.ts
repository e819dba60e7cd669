import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { ReleaseError } from './release-error.ts';

export interface TarEntry {
  readonly path: string;
  readonly content: Uint8Array;
}

const blockBytes = 512;

/**
 * The regular files of a tar archive in memory: v7, ustar, and the long names of GNU tar and pax. Nothing is written anywhere, so
 * a path that points outside the archive does no harm.
 * @throws ReleaseError if it is not an archive, or is cut off
 */
export async function readTar(archive: Uint8Array): Promise<TarEntry[]> {
  // An archive in v7 form does not say which form it has. The types of tar-stream lack this option, and byteOffset.
  const entries = extract({ allowUnknownFormat: true } as object);
  entries.end(archive);
  const files: TarEntry[] = [];
  let end = 0;
  try {
    for await (const entry of entries) {
      const { name, type, size, byteOffset } = entry.header as typeof entry.header & { readonly byteOffset: number };
      const content = await buffer(entry);
      if (type === 'file' || type === 'contiguous-file') files.push({ path: name, content });
      end = byteOffset + Math.ceil(size / blockBytes) * blockBytes;
      // An empty block ends an archive and anything may follow it, says POSIX; tar-stream 3.2.2 reads on.
      if (archive.subarray(end, end + blockBytes).every((byte) => byte === 0)) break;
    }
    return files;
  } catch (cause) {
    const isCutOff = archive.length >= blockBytes && (cause as Error).message === 'Unexpected end of data';
    const what = isCutOff ? 'the archive is cut off' : `it is not a tar archive, or is damaged at byte ${end}`;
    throw new ReleaseError('wrong-release', what, { cause });
  }
}
