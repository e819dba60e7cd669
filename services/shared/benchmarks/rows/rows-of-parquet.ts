import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ColumnChunk, Compressors, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { isGroup } from '../../settings/sorted-text.ts';
import { BenchmarkError } from '../benchmark-error.ts';
import { decimalText, floatText, momentOf, timeText } from './parquet-texts.ts';
import type { ReadRows } from './source-rows.ts';
import { variantValue } from './variant-value.ts';

/** What hyparquet leaves to others. */
const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
};

/**
 * The rows of a Parquet file, with numbers as texts, as people would write them: hyparquet makes 0.10000000149011612 of a FLOAT
 * 0.1, and a double of any DECIMAL (1.31.5: 0.7000000000000001 for 0.7, 9007199254740992 for 9007199254740993).
 * @throws BenchmarkError `bad-parquet`
 */
export async function rowsOfParquet(bytes: Uint8Array, path: string): Promise<ReadRows> {
  const { parquetMetadata, parquetReadObjects, parquetSchema } = await import('hyparquet');
  try {
    const { buffer: file } = Uint8Array.from(bytes);
    const metadata = parquetMetadata(file);
    const schema = parquetSchema(metadata);
    const parsers = {
      stringFromBytes: textOf,
      timestampFromMicroseconds: (time: bigint | number) => momentOf(BigInt(time), 1000n),
      timestampFromNanoseconds: (time: bigint | number) => momentOf(BigInt(time), 1_000_000n),
    };
    const asStored = storedForm(metadata);
    const found = await parquetReadObjects({ file, metadata: asStored, compressors, parsers, utf8: false });
    const rows = found.map((row, index) => ({
      ...{ file: path, at: { unit: 'row', number: index + 1 } as const },
      cells: asTexts(row, schema) as Readonly<Record<string, unknown>>,
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

/**
 * A column without a type holds texts in files of older writers, and pictures in those of others: what is no text stays bytes.
 * Absent values come as undefined.
 */
function textOf(bytes: Uint8Array | undefined): string | Uint8Array | undefined {
  try {
    return bytes && utf8.decode(bytes);
  } catch {
    return bytes;
  }
}

function isText({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'UTF8' || logical_type?.type === 'STRING';
}

/** As what its numbers and VARIANTs are stored, where hyparquet's own reading would lose some. */
function storedForm(metadata: FileMetaData): FileMetaData {
  const asStored = new Set(metadata.schema.filter((element) => isDecimal(element) || isUnsigned(element) || isVariant(element)));
  const leaves = metadata.schema.filter(({ num_children }) => num_children === undefined);
  const longWhereUnsigned = (chunk: ColumnChunk, index: number) => {
    const leaf = leaves[index];
    return leaf && asStored.has(leaf) && isUnsigned(leaf) ? withLongDeltas(chunk) : chunk;
  };
  return {
    ...metadata,
    schema: metadata.schema.map((element) => (asStored.has(element) ? withoutType(element) : element)),
    row_groups: metadata.row_groups.map((group) => ({ ...group, columns: group.columns.map(longWhereUnsigned) })),
  };
}

/**
 * DuckDB (2.0.1, PARQUET_VERSION v2) begins a column of deltas with a number of 33 bits, of which hyparquet (1.31.5 and 1.33.0)
 * takes 32: 4294967295, 0, 5 become 2147483647, 2147483648, 2147483653, unless they are read as numbers of 64 bits.
 */
function withLongDeltas(chunk: ColumnChunk): ColumnChunk {
  const { meta_data } = chunk;
  const encodings = meta_data?.encodings.filter((encoding) => encoding !== 'RLE' && encoding !== 'BIT_PACKED');
  if (meta_data === undefined || encodings?.join() !== 'DELTA_BINARY_PACKED') return chunk;
  return { ...chunk, meta_data: { ...meta_data, type: 'INT64' } };
}

/** A DECIMAL as it is stored: whole numbers, or their bytes; an unsigned number with a sign; a VARIANT as a group. */
function withoutType(element: SchemaElement): SchemaElement {
  const { converted_type, logical_type, ...stored } = element;
  return stored;
}

function isDecimal({ converted_type }: SchemaElement): boolean {
  return converted_type === 'DECIMAL';
}

/** Of 32 bits. Shorter ones fit into what they are stored as. */
function isUnsigned({ converted_type }: SchemaElement): boolean {
  return converted_type === 'UINT_32';
}

function isVariant({ logical_type }: SchemaElement): boolean {
  return logical_type?.type === 'VARIANT';
}

/** Lists and maps have levels of their own in the schema, which are in no value, and whose names a column may have too. */
function itemOf(list: SchemaTree): SchemaTree {
  const [repeated] = list.children;
  if (list.element.converted_type !== 'LIST' || repeated === undefined) return list;
  return repeated.children.length === 1 ? (repeated.children[0] ?? repeated) : repeated;
}

function fieldOf(group: SchemaTree | undefined, name: string): SchemaTree | undefined {
  if (group === undefined) return undefined;
  const fields = group.element.converted_type === 'MAP' ? group.children[0]?.children : group.children;
  const wanted = group.element.converted_type === 'MAP' ? 'value' : name;
  return fields?.find(({ element }) => element.name === wanted);
}

/**
 * A VARIANT, or a part of one: what has the type of its column is in `typed_value`, with a VARIANT for each field or item, and
 * all else in `value`, which may hold further fields of an object. hyparquet (1.31.5 and 1.33.0) takes an object with a field
 * `value` or `typed_value` for one of these levels, and gives null for it.
 * @returns undefined if there is none, as of a field that an object lacks
 */
function variantTexts(part: unknown, schema: SchemaTree, metadata: Uint8Array): unknown {
  const { value, typed_value: typed } = (part ?? {}) as { readonly value?: Uint8Array | null; readonly typed_value?: unknown };
  const other = value === null || value === undefined ? undefined : asTexts(variantValue(metadata, value), undefined);
  const type = schema.children.find(({ element }) => element.name === 'typed_value');
  if (type === undefined || typed === null || typed === undefined) return other;
  if (Array.isArray(typed)) return typed.map((item) => variantTexts(item, itemOf(type), metadata) ?? null);
  if (type.children.length === 0) return asTexts(typed, type);
  const fields = type.children.map((field) => {
    const { name } = field.element;
    return [name, variantTexts((typed as Readonly<Record<string, unknown>>)[name], field, metadata)] as const;
  });
  return { ...(isGroup(other) ? other : {}), ...Object.fromEntries(fields.filter(([, field]) => field !== undefined)) };
}

/** @param schema where in the file's schema it is; undefined within a VARIANT, which says of each value itself what it is */
function asTexts(value: unknown, schema: SchemaTree | undefined): unknown {
  if (value === null || value === undefined) return null;
  const element = schema?.element;
  if (schema && isVariant(schema.element) && !Array.isArray(value)) {
    const { metadata } = value as { readonly metadata: Uint8Array };
    return variantTexts(value, schema, metadata) ?? null;
  }
  if (element && isDecimal(element) && !Array.isArray(value)) return decimalText(wholeOf(value), element.scale ?? 0);
  if (element && isUnsigned(element) && !Array.isArray(value)) return String(BigInt.asUintN(32, wholeOf(value)));
  const unit = element && timeUnit(element);
  if (unit !== undefined && !Array.isArray(value)) return timeText(BigInt(value as number | bigint), unit);
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return numberText(value, element);
  if (value instanceof Uint8Array) {
    if (element && isText(element)) throw new TypeError(`the column ${schema?.path.join('.')} holds a text that is not UTF-8`);
    return element === undefined || element.type === 'BYTE_ARRAY' ? textOf(value) : value;
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const each = schema && itemOf(schema);
    return Array.from(value as ArrayLike<unknown>, (item) => asTexts(item, each));
  }
  if (!isGroup(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asTexts(inner, fieldOf(schema, key))]));
}

/** How many units of a time of day are a second: hyparquet gives them as a number. */
function timeUnit({ converted_type, logical_type }: SchemaElement): bigint | undefined {
  if (converted_type === 'TIME_MILLIS') return 1000n;
  if (converted_type === 'TIME_MICROS') return 1_000_000n;
  if (logical_type?.type !== 'TIME') return undefined;
  return { MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n }[logical_type.unit];
}

/** @param value a number, or the bytes of one, the highest first, in two's complement */
function wholeOf(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  return BigInt.asIntN(
    value.length * 8,
    value.reduce((whole, byte) => whole * 256n + BigInt(byte), 0n),
  );
}

function numberText(value: number, element: SchemaElement | undefined): string {
  return element?.type === 'FLOAT' ? floatText(value) : String(value);
}
