import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { z } from 'zod';
import { EncodingError, utf8Text } from '../settings/utf8-text.ts';
import { TraceError } from './trace-error.ts';

const unzip = promisify(gunzip);

/** Reads a JSON file, gzipped if its name ends in .gz, in the form that the schema describes. @throws TraceError */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let value: unknown;
  try {
    const bytes = await readFile(path);
    value = JSON.parse(utf8Text(path.endsWith('.gz') ? await unzip(bytes) : bytes));
  } catch (cause) {
    if (cause instanceof EncodingError) throw new TraceError(path, cause.message, { cause });
    throw new TraceError(path, `cannot be read: ${(cause as Error).message}`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new TraceError(path, `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'has the wrong form'}`);
}
