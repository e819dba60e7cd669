import { createHash } from 'node:crypto';

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** SHA-256 of rows by content: the order of fields, whitespace and escapes make no difference; the order of rows does. */
export function contentHashOf(rows: readonly unknown[]): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${JSON.stringify(withSortedFields(row))}\n`);
  return hash.digest('hex');
}

/** A short name for a row that has no id: the start of the SHA-256 of its text, whatever its whitespace. */
export function textKeyOf(text: string): string {
  return sha256Of(text.trim().split(/\s+/).join(' ')).slice(0, 12);
}

function withSortedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedFields);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, item]) => [name, withSortedFields(item)]));
}
