import type { z } from 'zod';
import { BenchmarkError } from './benchmark-error.ts';
import { readTextFile } from './read-text-file.ts';

/**
 * The rows of a JSON Lines file, plain or gzipped, each checked against the schema; empty lines are skipped.
 * @param howToGetIt advice for a user who lacks the file
 * @throws BenchmarkError that names the file and the line
 */
export async function readJsonLines<T>(path: string, row: z.ZodType<T>, howToGetIt: string): Promise<T[]> {
  return (await readNumberedJsonLines(path, row, howToGetIt)).map((numbered) => numbered.row);
}

/** The same, with each row's line number, from 1. */
export async function readNumberedJsonLines<T>(
  path: string,
  row: z.ZodType<T>,
  howToGetIt: string,
): Promise<{ line: number; row: T }[]> {
  const rows = (await readTextFile(path, howToGetIt)).split('\n').flatMap((text, index) => {
    if (text.trim() === '') return [];
    const line = index + 1;
    return [{ line, row: checkedRow(parsedLine(text, path, line), row, path, line) }];
  });
  if (rows.length === 0) throw new BenchmarkError('empty-split', `${path} holds no queries; ${howToGetIt}`);
  return rows;
}

/** @throws BenchmarkError `bad-json` */
function parsedLine(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new BenchmarkError('bad-json', `${path}, line ${number}: not valid JSON (${(cause as Error).message})`, { cause });
  }
}

function checkedRow<T>(value: unknown, row: z.ZodType<T>, path: string, number: number): T {
  const checked = row.safeParse(value, { reportInput: true });
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  const field = issue?.path.join('.');
  const where = field ? `field "${field}"` : 'the line';
  const fault = field && issue?.input === undefined ? 'is missing' : `is wrong: ${issue?.message}`;
  throw new BenchmarkError('bad-field', `${path}, line ${number}: ${where} ${fault}`);
}
