import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { jsonLinesOf, unpackedText } from '../../../services/shared/benchmarks/releases/official-rows.ts';
import { tarOf } from './tar.ts';

type Row = Record<string, unknown>;

/** What AFlow's files leave out of a release, here filled with rows that nobody wants. */
const filler = (index: number): Row => ({
  _id: `filler-${index}`,
  context: '',
  completion: '',
  ref_text: '',
  question: `${index}?`,
});

/**
 * Official releases put together again from AFlow's files, by the path in their URLs. What the files do not hold is left out or
 * filled in, so these are not the official bytes; the rows that AFlow used are the official ones.
 */
export async function officialReleases(folder: string): Promise<Map<string, Buffer>> {
  const rowsOf = async (...files: string[]): Promise<Row[]> => {
    const texts = files.map(async (file) => unpackedText(await readFile(join(folder, file))));
    return (await Promise.all(texts)).flatMap((text) => jsonLinesOf(text) as Row[]);
  };
  const splits = (name: string): Promise<Row[]> => rowsOf(`${name}_validate.jsonl`, `${name}_test.jsonl`);
  return new Map([
    ['/openai/grade-school-math/master/grade_school_math/data/test.jsonl', gsm8kRelease(await splits('gsm8k'))],
    ['/~hendrycks/MATH.tar', mathRelease(await splits('math'))],
    ['/simple-evals/drop_v0_dev.jsonl.gz', gzipSync(dropRelease(await splits('drop')))],
    [
      '/datasets/hotpot/hotpot_dev_distractor_v1.json',
      hotpotRelease(await rowsOf('hotpotqa_dev_sample.jsonl.gz', 'hotpotqa_validate.jsonl')),
    ],
    ['/openai/human-eval/master/data/HumanEval.jsonl.gz', gzipSync(humanEvalRelease(await splits('humaneval')))],
    ['/google-research/google-research/master/mbpp/sanitized-mbpp.json', mbppRelease(await splits('mbpp'))],
  ]);
}

const lines = (rows: readonly Row[]): Buffer => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

function gsm8kRelease(rows: readonly Row[]): Buffer {
  const official: Row[] = [];
  for (const { id, question, cot, answer } of rows) {
    official[Number(String(id).slice('gsm8k-test-'.length))] = { question, answer: `${cot}\n#### ${answer}` };
  }
  return lines(official);
}

function mathRelease(rows: readonly Row[]): Buffer {
  const entries = rows.map((row, index) => {
    const { problem, level, type, solution } = row;
    const subject = String(type).toLowerCase().replaceAll(' & ', '_and_').replaceAll(' ', '_');
    return { path: `MATH/test/${subject}/${index}.json`, content: JSON.stringify({ problem, level, type, solution }, null, 4) };
  });
  const other = JSON.stringify({ problem: 'One and one?', level: 'Level 1', type: 'Algebra', solution: '$\\boxed{2}$' });
  return tarOf([{ path: 'MATH/train/algebra/1.json', content: other }, ...entries]);
}

function dropRelease(rows: readonly Row[]): Buffer {
  const official: Row[] = Array.from({ length: 9_536 }, (_, index) => filler(index));
  for (const { id, ...row } of rows) official[Number(id)] = row;
  return lines(official);
}

/** A question's row is the official one where the dev sample has it; AFlow's few numbers for ids get an id again. */
function hotpotRelease(rows: readonly Row[]): Buffer {
  const official = new Map<unknown, Row>([[0, filler(0)]]);
  for (const { in_aflow_validate: _, ...row } of rows) {
    const id = typeof row._id === 'number' ? `${row._id}`.padStart(24, 'f') : row._id;
    if (!official.has(row.question)) official.set(row.question, { ...row, _id: id });
  }
  return Buffer.from(JSON.stringify([...official.values()]));
}

function humanEvalRelease(rows: readonly Row[]): Buffer {
  const number = ({ task_id }: Row): number => Number(String(task_id).replace('HumanEval/', ''));
  return lines(rows.toSorted((a, b) => number(a) - number(b)));
}

/** The reverse of what AFlow did to a few rows, and what it added left out. */
function mbppRelease(rows: readonly Row[]): Buffer {
  const official = rows.map(({ entry_point: _, test: __, ...row }) => {
    const prompt = String(row.prompt).replace(/\n[^\n]*\n[^\n]*$/, '');
    if (row.task_id === 630) return { ...row, prompt, code: String(row.code).replace('adjac(test_tup)', 'adjac(ele, sub = [])') };
    if (row.task_id !== 56) return { ...row, prompt };
    const rename = (text: unknown): string => String(text).replaceAll('check_answer(', 'check(');
    return { ...row, prompt, code: rename(row.code), test_list: (row.test_list as string[]).map(rename) };
  });
  return Buffer.from(JSON.stringify(official));
}
