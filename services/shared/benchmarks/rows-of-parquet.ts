import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Compressors, FileMetaData, SchemaElement } from 'hyparquet';
import { isGroup } from '../settings/sorted-text.ts';
import { BenchmarkError } from './benchmark-error.ts';
import type { ReadRows } from './source-rows.ts';

/** What hyparquet leaves to others. */
const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
};

/**
 * The rows of a Parquet file, with numbers as texts, as people would write them: hyparquet makes 0.10000000149011612 of a FLOAT
 * 0.1, and 0.7000000000000001 of a DECIMAL 0.7.
 * @throws BenchmarkError `bad-parquet`
 */
export async function rowsOfParquet(bytes: Uint8Array, path: string): Promise<ReadRows> {
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
  try {
    const { buffer: file } = Uint8Array.from(bytes);
    const metadata = parquetMetadata(file);
    const elements = elementsByPath(metadata);
    const parsers = { stringFromBytes: textOf };
    const found = await parquetReadObjects({ file, metadata, compressors, parsers });
    const rows = found.map((row, index) => ({
      ...{ file: path, at: { unit: 'row', number: index + 1 } as const },
      cells: asTexts(row, '', elements) as Readonly<Record<string, unknown>>,
    }));
    return { rows, faults: [], columns: Object.keys(rows[0]?.cells ?? {}) };
  } catch (cause) {
    if (cause instanceof BenchmarkError) throw cause;
    const { message } = cause as Error;
    const advice = /compression codec/.test(message) ? '; write it with Snappy, gzip or Zstandard' : '';
    throw new BenchmarkError('bad-parquet', `${path} cannot be read as Parquet (${message})${advice}`, { cause });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Absent values come as undefined. */
function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && utf8.decode(bytes);
}

/** By path, without the levels that only lists and maps have. */
function elementsByPath({ schema }: FileMetaData): ReadonlyMap<string, SchemaElement> {
  const elements = new Map<string, SchemaElement>();
  let next = 1;
  const walk = (count: number, before: readonly string[]): void => {
    for (let child = 0; child < count; child += 1) {
      const element = schema[next];
      next += 1;
      if (element === undefined) return;
      const path = [...before, element.name];
      elements.set(path.filter((name) => !['list', 'element', 'array', 'item', 'bag'].includes(name)).join('.'), element);
      walk(element.num_children ?? 0, path);
    }
  };
  walk(schema[0]?.num_children ?? 0, []);
  return elements;
}

function asTexts(value: unknown, path: string, elements: ReadonlyMap<string, SchemaElement>): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return numberText(value, elements.get(path));
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(value as ArrayLike<unknown>, (item) => asTexts(item, path, elements));
  }
  if (!isGroup(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, asTexts(inner, path === '' ? key : `${path}.${key}`, elements)]),
  );
}

function numberText(value: number, element: SchemaElement | undefined): string {
  if (element?.converted_type === 'DECIMAL') return value.toFixed(element.scale ?? 0);
  if (element?.type !== 'FLOAT') return String(value);
  const digits = [6, 7, 8].find((count) => Math.fround(Number(value.toPrecision(count))) === value) ?? 9;
  return String(Number(value.toPrecision(digits)));
}
