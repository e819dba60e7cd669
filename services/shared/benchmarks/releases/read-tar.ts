import { ReleaseError } from './release-error.ts';

export interface TarEntry {
  readonly path: string;
  readonly content: Uint8Array;
}

const block = 512;
const regularFile = new Set(['0', '\0', '7']);

/**
 * The regular files of a tar archive in memory: ustar, and the long names of GNU tar and pax. Nothing is written anywhere, so a
 * path that points out of the archive does no harm.
 * @throws ReleaseError if it is no archive, or one that is cut off
 */
export function* readTar(archive: Uint8Array): Generator<TarEntry> {
  let at = 0;
  let longPath: string | undefined;
  while (at + block <= archive.length) {
    const header = archive.subarray(at, at + block);
    // Two empty blocks end an archive.
    if (header.every((byte) => byte === 0)) return;
    checkHeader(header, at);
    const size = octal(header, 124, 12);
    const content = archive.subarray(at + block, at + block + size);
    if (content.length < size) throw new ReleaseError('wrong-release', 'the archive is cut off');
    at += block * (1 + Math.ceil(size / block));
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L') longPath = text(content, 0, size);
    else if (type === 'x') longPath = paxPath(content) ?? longPath;
    else if (type !== 'g') {
      if (regularFile.has(type)) yield { path: longPath ?? pathOf(header), content };
      longPath = undefined;
    }
  }
}

/** The sum of the header's bytes, its own field counted as blanks. */
function checkHeader(header: Uint8Array, at: number): void {
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (sum !== octal(header, 148, 8)) throw new ReleaseError('wrong-release', `it is no tar archive, or damaged at byte ${at}`);
}

function pathOf(header: Uint8Array): string {
  const isUstar = text(header, 257, 5) === 'ustar';
  const prefix = isUstar ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** pax: records of "LENGTH key=value\n". */
function paxPath(records: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(Buffer.from(records).toString('utf8'))?.[1];
}

function octal(header: Uint8Array, start: number, length: number): number {
  const digits = text(header, start, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : 0;
}

function text(bytes: Uint8Array, start: number, length: number): string {
  const field = Buffer.from(bytes.subarray(start, start + length));
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}
