import type { Benchmark } from '../../../services/domain/benchmark.ts';
import { knownQueries } from '../../../services/simulator/difficulty.ts';
import type { KnownQuery } from '../../../services/simulator/known-query.ts';

/** A task in the form of HumanEval's. */
export interface MadeUpTask {
  readonly name: string;
  readonly prompt: string;
  readonly solution: string;
  /** Arguments and result, as Python. */
  readonly examples: readonly (readonly [string, string])[];
}

const task = (name: string, parameters: string, doc: string, solution: string, examples: MadeUpTask['examples']): MadeUpTask => ({
  name,
  prompt: `def ${name}(${parameters}):\n    """${doc}"""\n`,
  solution: solution.replace(/^/gm, '    '),
  examples,
});

export const madeUpTasks: readonly MadeUpTask[] = [
  task(
    'total_price',
    'prices, count',
    'Sum of the first count prices.',
    'total = 0\nfor i in range(count):\n    total += prices[i]\nreturn total',
    [
      ['[3, 4, 5], 2', '7'],
      ['[1, 2], 0', '0'],
      ['[2, 2, 2], 3', '6'],
    ],
  ),
  task(
    'largest_gap',
    'values',
    'Largest difference of two values that follow each other; 0 for fewer than two.',
    'if len(values) < 2:\n    return 0\nreturn max(abs(a - b) for a, b in zip(values, values[1:]))',
    [
      ['[1, 5, 2]', '4'],
      ['[7]', '0'],
      ['[2, 2]', '0'],
    ],
  ),
  task(
    'is_rising',
    'values',
    'Whether each value is larger than the one before it.',
    'for i in range(len(values) - 1):\n    if values[i] >= values[i + 1]:\n        return False\nreturn True',
    [
      ['[1, 2, 3]', 'True'],
      ['[1, 1]', 'False'],
      ['[]', 'True'],
    ],
  ),
  task(
    'count_vowels',
    'text',
    'Number of vowels in a text, in either case.',
    "count = 0\nfor letter in text.lower():\n    if letter in 'aeiou':\n        count += 1\nreturn count",
    [
      ["'Banana'", '3'],
      ["'xyz'", '0'],
      ["'IO'", '2'],
    ],
  ),
  task('second_smallest', 'values', 'The second smallest of different values.', 'ordered = sorted(values)\nreturn ordered[1]', [
    ['[3, 1, 2]', '2'],
    ['[9, 4]', '9'],
    ['[5, 7, 6]', '6'],
  ]),
  task('repeat_word', 'word, times', 'A word so many times, with blanks between.', "return ' '.join([word] * times)", [
    ["'hey', 2", "'hey hey'"],
    ["'a', 1", "'a'"],
    ["'b', 0", "''"],
  ]),
  task(
    'middle',
    'values',
    'The middle one of an odd number of values, in order of size.',
    'ordered = sorted(values)\nposition = len(ordered) // 2\nreturn ordered[position]',
    [
      ['[5, 1, 3]', '3'],
      ['[2]', '2'],
      ['[9, 8, 1, 2, 3]', '3'],
    ],
  ),
  task(
    'clamp',
    'value, low, high',
    'The value, or the bound that it exceeds.',
    'if value < low:\n    return low\nif value > high:\n    return high\nreturn value',
    [
      ['5, 1, 3', '3'],
      ['0, 1, 3', '1'],
      ['2, 1, 3', '2'],
    ],
  ),
  task(
    'digits_sum',
    'number',
    'Sum of the decimal digits of a whole number of at least 0.',
    'total = 0\nwhile number > 0:\n    total += number % 10\n    number = number // 10\nreturn total',
    [
      ['123', '6'],
      ['0', '0'],
      ['90', '9'],
    ],
  ),
  task(
    'without_doubles',
    'values',
    'The values without those that came before.',
    'seen = []\nfor x in values:\n    if x not in seen:\n        seen.append(x)\nreturn seen',
    [
      ['[1, 2, 1]', '[1, 2]'],
      ['[]', '[]'],
      ['[3, 3]', '[3]'],
    ],
  ),
  task(
    'steps_to_one',
    'number',
    'Steps of halving even numbers and adding 1 to odd ones until 1 is reached.',
    'steps = 0\nwhile number != 1:\n    number = number // 2 if number % 2 == 0 else number + 1\n    steps += 1\nreturn steps',
    [
      ['1', '0'],
      ['8', '3'],
      ['3', '3'],
    ],
  ),
  task(
    'initials',
    'name',
    'The first letters of the words, in capitals.',
    "return ''.join(word[0].upper() for word in name.split())",
    [
      ["'ada lovelace'", "'AL'"],
      ["'x'", "'X'"],
      ["''", "''"],
    ],
  ),
];

const testsOf = (examples: MadeUpTask['examples']): string =>
  examples.map(([given, result]) => `    assert candidate(${given}) == ${result}`).join('\n');

/** The tasks as lines of HumanEval's file. */
export const madeUpRows = madeUpTasks.map(({ name, prompt, solution, examples }) => ({
  task_id: `MadeUp/${name}`,
  prompt,
  entry_point: name,
  canonical_solution: solution,
  test: `def check(candidate):\n${testsOf(examples)}\n`,
}));

/** Public tests as in HumanEval's file: the first example. */
export const madeUpPublicRows = madeUpTasks.map(({ name, examples: [first] }) => ({
  problem_id: `MadeUp/${name}`,
  test: first === undefined ? [] : [`assert candidate(${first[0]}) == ${first[1]}`],
}));

export const programBenchmark: Benchmark = {
  name: 'made-up-programs',
  split: 'validate',
  description: 'Short functions.',
  queries: madeUpRows.map(({ task_id: id, prompt, entry_point, test }, place) => ({
    id,
    fields: { prompt, entry_point, tests: madeUpPublicRows[place]?.test.join('\n') ?? '' },
    reference: test,
  })),
  inputs: ['prompt', 'entry_point', 'tests'],
  operators: ['custom', 'custom_code_generate', 'sc_ensemble', 'test', 'review', 'revise'],
  scorer: 'humaneval-aflow',
  otherScorers: ['humaneval-strict'],
  answerFormat: 'The whole function, as Python alone or in one fenced python block.',
};

/** @param difficulty of each task, in logits */
export function knownTasks(difficulty: number): readonly KnownQuery[] {
  return knownQueries(programBenchmark, {
    difficulties: new Map(programBenchmark.queries.map(({ id }) => [id, difficulty])),
    solutions: new Map(madeUpRows.map((row) => [row.task_id, `${row.prompt}${row.canonical_solution}`])),
  });
}
