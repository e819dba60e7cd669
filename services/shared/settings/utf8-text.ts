import { ScaleError } from '../../domain/errors/scale-error.ts';

/** Bytes that are not UTF-8 text: where, what they most likely are, and what to do. */
export class EncodingError extends ScaleError {
  readonly kind = 'bad-input';
  /** From 1. */
  readonly line: number;
  /** From 0, in bytes from the start of the file. */
  readonly offset: number;

  constructor(place: { line: number; offset: number }, message: string) {
    super(message);
    this.line = place.line;
    this.offset = place.offset;
  }
}

/**
 * The text of a file that a person supplied. Whatever is not UTF-8 is refused: with a replacement character in its place, no
 * answer could match, and no one would see why.
 * @returns the text without a byte order mark
 * @throws EncodingError with the rest of a sentence that begins with the file
 */
export function utf8Text(bytes: Uint8Array): string {
  const kind = fileKindOf(bytes);
  if (kind !== undefined) throw new EncodingError({ line: 1, offset: 0 }, `is ${kind}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw brokenAt(bytes);
  }
}

const iconv = (from: string) => `save it as UTF-8, for example with \`iconv -f ${from} -t UTF-8 OLD > NEW\``;
const beginnings: readonly (readonly [readonly number[], string])[] = [
  [[0xff, 0xfe, 0, 0], `UTF-32 and not UTF-8: ${iconv('UTF-32')}`],
  [[0, 0, 0xfe, 0xff], `UTF-32 and not UTF-8: ${iconv('UTF-32')}`],
  [[0xff, 0xfe], `UTF-16 and not UTF-8: ${iconv('UTF-16')}`],
  [[0xfe, 0xff], `UTF-16 and not UTF-8: ${iconv('UTF-16')}`],
  [[0x50, 0x4b, 3, 4], 'a zip archive or an Excel workbook, not text: save the sheet as CSV in UTF-8'],
  [[0x50, 0x41, 0x52, 0x31], 'Parquet, not text: if that is meant, call it .parquet'],
];

/** Judged by its first bytes; undefined for text. */
function fileKindOf(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  if (start.startsWith('version https://git-lfs.')) return 'a pointer of Git LFS, not the data: fetch it with `git lfs pull`';
  if (/^\s*<(?:!doctype html|html)\b/i.test(start)) return 'a web page, not data: download the file itself';
  for (const [first, kind] of beginnings) if (first.every((byte, index) => bytes[index] === byte)) return kind;
  // ASCII in UTF-16 without a mark: every other byte is zero, which is valid UTF-8.
  const sample = bytes.subarray(0, 1000);
  const zeros = sample.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (zeros * 4 < sample.length || zeros === 0) return undefined;
  return `UTF-16 and not UTF-8: ${iconv(bytes[0] === 0 ? 'UTF-16BE' : 'UTF-16LE')}`;
}

function brokenAt(bytes: Uint8Array): EncodingError {
  const offset = firstBrokenByte(bytes);
  const byte = bytes[offset] ?? 0;
  const line = bytes.subarray(0, offset).reduce((count, each) => count + (each === 10 ? 1 : 0), 1);
  const hex = `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  const letter = new TextDecoder('windows-1252').decode(Uint8Array.of(byte));
  const guess = `in Latin-1 (Windows-1252) it would be "${letter}": if that is right, ${iconv('WINDOWS-1252')}`;
  return new EncodingError(
    { line, offset },
    `is not UTF-8: in line ${line}, the byte ${hex} at offset ${offset} does not begin a character; ${guess}`,
  );
}

/** The first replacement character that is not in the file itself. */
function firstBrokenByte(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let [offset, from] = [0, 0];
  for (let at = text.indexOf('\ufffd'); at !== -1; at = text.indexOf('\ufffd', at + 1)) {
    offset += Buffer.byteLength(text.slice(from, at));
    from = at;
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return offset;
  }
  return bytes.length;
}
