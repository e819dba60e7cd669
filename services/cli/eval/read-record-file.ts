import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { defined } from '../../domain/defined.ts';
import { failureKinds } from '../../domain/failure.ts';
import { isScored } from '../../domain/failure-class.ts';
import { latenciesOf } from '../../domain/statistics/latencies.ts';
import type { ComparisonSide } from '../../shared/runs/comparison-side.ts';
import { EncodingError, utf8Text } from '../../shared/settings/utf8-text.ts';
import { CliError } from '../cli-error.ts';

/** A line of records.jsonl, or of a file from elsewhere that has at least a query and a score. */
const recordLine = z
  .object({
    query: z.string().min(1).optional(),
    query_id: z.string().min(1).optional(),
    score: z.number().min(0).max(1),
    repeat: z.int().min(0).optional(),
    answer: z.string().optional(),
    reference: z.string().optional(),
    benchmark: z.string().optional(),
    split: z.string().optional(),
    scorer: z.string().optional(),
    simulated: z.boolean().optional(),
    failure_kind: z.string().optional(),
    prompt_tokens: z.number().optional(),
    completion_tokens: z.number().optional(),
    latency_ms: z.number().min(0).nullish(),
  })
  .refine(({ query, query_id }) => (query ?? query_id) !== undefined, { error: 'must name its query', path: ['query'] });

type RecordLine = z.infer<typeof recordLine>;

/** @throws CliError that names the line and the field */
export async function readRecordFile(path: string): Promise<ComparisonSide> {
  const lines = (await readText(path)).split('\n').map((text, index) => ({ text: text.trim(), number: index + 1 }));
  const records = lines.filter(({ text }) => text !== '').map(({ text, number }) => readLine(path, text, number));
  const [first] = records;
  if (first === undefined) throw new CliError('bad-input', `${path}: it holds no records`);
  const counted = records.filter(isCounted);
  const lost = records.length - counted.length;
  return {
    label: path,
    ...sharedValue(path, records, 'benchmark'),
    ...sharedValue(path, records, 'split'),
    ...sharedValue(path, records, 'scorer'),
    simulated: records.some(({ simulated }) => simulated === true),
    executions: withRepeats(counted),
    ...tokensOf(records),
    ...defined({ latencyMs: latenciesOf(records.flatMap(({ latency_ms }) => latency_ms ?? [])) }),
    remarks: lost === 0 ? [] : [`${lost} of ${records.length} records of ${path} have no score: see failure_kind`],
  };
}

/** Its failure, if any, says something about the workflow; kinds that are not known here do. */
function isCounted({ failure_kind: kind }: RecordLine): boolean {
  const known = failureKinds.find((each) => each === kind);
  return known === undefined || isScored({ failure: { kind: known, message: '' } });
}

async function readText(path: string): Promise<string> {
  try {
    return utf8Text(await readFile(path));
  } catch (cause) {
    if (!(cause instanceof EncodingError)) throw cause;
    throw new CliError('bad-input', `${path} ${cause.message}; \`scale eval\` writes such records as records.jsonl`, {
      cause,
    });
  }
}

function readLine(path: string, text: string, number: number): RecordLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('bad-input', `${path}:${number}: not valid JSON: ${(cause as Error).message}`, { cause });
  }
  const parsed = recordLine.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CliError('bad-input', `${path}:${number}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'}`);
}

/** Records of two scorers in one file would be compared as if they were repeats. */
function sharedValue(path: string, records: readonly RecordLine[], field: 'benchmark' | 'split' | 'scorer') {
  const values = new Set(records.map((record) => record[field]));
  const [value] = values;
  if (values.size === 1) return value === undefined ? {} : { [field]: value };
  const names = [...values].map((name) => name ?? 'none').join(', ');
  throw new CliError('bad-input', `${path}: its records have different values of ${field} (${names}): compare one at a time`);
}

/** A record without a repeat gets the next one of its query. */
function withRepeats(records: readonly RecordLine[]): ComparisonSide['executions'] {
  const seen = new Map<string, number>();
  return records.map(({ query, query_id, score, repeat, answer, reference }) => {
    const queryId = query ?? query_id ?? '';
    const place = seen.get(queryId) ?? 0;
    seen.set(queryId, place + 1);
    return {
      queryId,
      repeat: repeat ?? place,
      score,
      ...defined({ answer, reference }),
    };
  });
}

function tokensOf(records: readonly RecordLine[]): Pick<ComparisonSide, 'tokens'> {
  if (records.some((record) => record.prompt_tokens === undefined || record.completion_tokens === undefined)) return {};
  return { tokens: records.reduce((sum, record) => sum + (record.prompt_tokens ?? 0) + (record.completion_tokens ?? 0), 0) };
}
