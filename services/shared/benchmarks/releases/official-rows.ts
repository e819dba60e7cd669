import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { z } from 'zod';
import { EncodingError, utf8Text } from '../../settings/utf8-text.ts';
import { ReleaseError } from './release-error.ts';

/** The text of a file, unpacked if it is gzipped. */
export async function unpackedText(bytes: Uint8Array): Promise<string> {
  return textOf(await unpacked(bytes));
}

export function textOf(bytes: Uint8Array): string {
  try {
    return utf8Text(bytes);
  } catch (cause) {
    if (!(cause instanceof EncodingError)) throw cause;
    throw new ReleaseError('wrong-release', `it ${cause.message}`, { cause });
  }
}

export async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes);
  } catch (cause) {
    throw new ReleaseError('wrong-release', `it is damaged (${(cause as Error).message})`, { cause });
  }
}

/** A release of one file with one row per line. */
export async function rowsOfJsonLines([file = new Uint8Array()]: readonly Uint8Array[]): Promise<unknown[]> {
  return jsonLinesOf(await unpackedText(file));
}

/** A release of one file with a list of rows. */
export async function rowsOfJsonList([file = new Uint8Array()]: readonly Uint8Array[]): Promise<readonly unknown[]> {
  const list = parsed(await unpackedText(file), 'it is not JSON');
  if (!Array.isArray(list)) throw new ReleaseError('wrong-release', 'it is not a list of rows');
  return list;
}

export function jsonLinesOf(text: string): unknown[] {
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parsed(line, `line ${index + 1} is not JSON`)]));
}

export function parsed(text: string, fault: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ReleaseError('wrong-release', `${fault} (${(cause as Error).message})`, { cause });
  }
}

/**
 * The official rows by key; those that are wanted are checked.
 * @throws ReleaseError that says how many are missing or not as expected
 */
export function findRows<T>(
  rows: ReadonlyMap<string, unknown>,
  keys: readonly string[],
  schema: z.ZodType<T>,
  file: string,
): readonly (readonly [key: string, row: T])[] {
  const found = keys.map((key) => [key, schema.safeParse(rows.get(key))] as const);
  const missing = found.filter(([, { success }]) => !success);
  const [first] = missing[0] ?? [];
  if (first === undefined) return found.map(([key, { data }]) => [key, data as T]);
  const count = `${missing.length} of the ${keys.length} rows of ${file}`;
  throw new ReleaseError(
    'wrong-release',
    `${count} are missing from it or not as they should be, the first of them the row with the key ${first}`,
  );
}

/** Rows by their `keyOf`; rows that are not objects with that field are left out. */
export function rowsBy(rows: readonly unknown[], field: string, keyOf: (value: string | number) => string): Map<string, unknown> {
  return new Map(
    rows.flatMap((row) => {
      const value = typeof row === 'object' && row !== null ? (row as Record<string, unknown>)[field] : undefined;
      return typeof value === 'string' || typeof value === 'number' ? [[keyOf(value), row] as const] : [];
    }),
  );
}

export function rowsByNumber(rows: readonly unknown[]): Map<string, unknown> {
  return new Map(rows.map((row, index) => [String(index), row]));
}
