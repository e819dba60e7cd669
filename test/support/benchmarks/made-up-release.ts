import { contentHashOf, sha256Of } from '../../../services/shared/benchmarks/releases/content-hash.ts';
import type { ReleasedBenchmark } from '../../../services/shared/benchmarks/releases/released-benchmark.ts';
import type { SplitManifest } from '../../../services/shared/benchmarks/releases/split-manifest.ts';

/** The manifest of a file that has these lines. */
export function manifestOf(lines: readonly string[], found: Pick<SplitManifest, 'keys' | 'recipes'>): SplitManifest {
  return {
    rows: lines.length,
    sha256: sha256Of(fileOf(lines)),
    content: contentHashOf(lines.map((line) => JSON.parse(line) as unknown)),
    ...found,
  };
}

export function fileOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** The rows of a release that nobody published, and the files that AFlow would have made of it. */
export const madeUpGsm8k = {
  rows: [
    { question: 'What are three apples less one?', answer: 'Three less one is 3 - 1 = <<3-1=2>>2.\n#### 2' },
    { question: 'What are two pears and two pears?', answer: 'They are 2 + 2 = <<2+2=4>>4.\n#### 4' },
    { question: 'How many legs have six geese?', answer: 'A goose has two.\nSo 6 * 2 = <<6*2=12>>12.\n#### 12' },
  ],
  validate: [
    '{"question": "How many legs have six geese?", "answer": "12", "cot": "A goose has two.\\nSo 6 * 2 = <<6*2=12>>12.", "id": "gsm8k-test-2"}',
  ],
  test: [
    '{"question": "What are three apples less one?", "answer": "2", "cot": "Three less one is 3 - 1 = <<3-1=2>>2.", "id": "gsm8k-test-0"}',
    '{"question": "What are two pears and two pears?", "answer": "4", "cot": "They are 2 + 2 = <<2+2=4>>4.", "id": "gsm8k-test-1"}',
  ],
};

/** A benchmark whose files are made of madeUpGsm8k. */
export function madeUpBenchmark(like: ReleasedBenchmark): ReleasedBenchmark {
  return {
    ...like,
    files: {
      'gsm8k_validate.jsonl': manifestOf(madeUpGsm8k.validate, { keys: ['2'] }),
      'gsm8k_test.jsonl': manifestOf(madeUpGsm8k.test, { keys: ['0 1'] }),
    },
  };
}

export const madeUpRelease = Buffer.from(madeUpGsm8k.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
