import { describe, expect, it } from 'vitest';
import { checkPrograms } from '../../../../services/cli/runs/check-programs.ts';
import type { Benchmark } from '../../../../services/domain/benchmark.ts';

const plain: Benchmark = {
  name: 'made-up',
  split: 'validate',
  description: '',
  queries: [{ id: 'q1', fields: { question: '1 + 1?' }, reference: '2' }],
  inputs: ['question'],
  operators: ['custom'],
  scorer: 'gsm8k-strict',
  otherScorers: [],
  answerFormat: '',
};
const withProgrammer = { ...plain, operators: ['custom', 'programmer'] };
const withTest = { ...plain, operators: ['custom', 'test'] };
const codeScored = { ...plain, otherScorers: ['mbpp-strict'] };
const ownScored = (text: string): Benchmark => ({
  ...plain,
  scorer: 'mine',
  ownScorers: { mine: { kind: 'python', options: { file: { name: 'mine.py', text }, function: 'score', seconds: 5 } } },
});

const signal = new AbortController().signal;
const noPython = { SCALE_SANDBOX_PYTHON: '/nowhere/python3' };

describe('where no Python program can be run', () => {
  it.each([
    ['a scorer', codeScored, /^benchmark made-up cannot be run \(its scorer mbpp-strict runs them\), since .*`scale doctor`/],
    ["a scorer of the user's own", ownScored(''), /its scorer mine runs them/],
    ['the operator test', withTest, /its operator test runs them/],
  ])('a benchmark whose programs are for %s is refused as bad input', async (_what, benchmark, message) => {
    const checking = checkPrograms(benchmark, noPython, signal);
    await expect(checking).rejects.toThrow(message);
    await expect(checking).rejects.toMatchObject({ name: 'CliError', kind: 'bad-input' });
    await expect(checking).rejects.not.toThrow(/\n/);
  });

  it('one where only the operator programmer needs it comes with a warning', async () => {
    expect(await checkPrograms(withProgrammer, noPython, signal)).toEqual([
      expect.stringMatching(/operator programmer cannot be executed here; `scale doctor`/),
    ]);
  });

  it('one that runs no programs is not looked at', async () => {
    expect(await checkPrograms(plain, noPython, signal)).toEqual([]);
  });
});
