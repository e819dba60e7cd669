import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a benchmark of sums that the simulated model knows, so that a bench needs no data: its file, and the rows next to it.
 * @returns the path of the benchmark file
 */
export async function writeMadeUpBenchmark(folder: string, queries: number, scorer = 'number'): Promise<string> {
  const rows = Array.from({ length: queries }, (_, index) => {
    const [one, other] = [index + 2, 3 * index + 5];
    return JSON.stringify({
      id: `sum-${index}`,
      question: `A shelf holds ${one} books and ${other} more arrive. How many are there?`,
      answer: one + other,
    });
  });
  await writeFile(join(folder, 'sums.jsonl'), `${rows.join('\n')}\n`);
  const path = join(folder, 'sums.yaml');
  await writeFile(path, definitionWith(scorer));
  return path;
}

const definitionWith = (scorer: string): string => `name: sums
description: Sums in words.
answer_format: The number alone.
file: sums.jsonl
split: { shares: { validate: 1 }, seed: 1 }
fields: { question: question }
reference: answer
id: id
operators: [custom, answer_generate, sc_ensemble, review, revise, format]
scorers: { ${scorer}: { kind: ${scorer} } }
`;
