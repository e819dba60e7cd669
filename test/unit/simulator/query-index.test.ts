import { describe, expect, it } from 'vitest';
import { knownQueries } from '../../../services/simulator/difficulty.ts';
import { buildQueryIndex } from '../../../services/simulator/query-index.ts';
import { arithmeticBenchmark, questionOf } from './arithmetic-benchmark.ts';

const index = buildQueryIndex(knownQueries(arithmeticBenchmark));
const idIn = (prompt: string) => index.find(prompt)?.query.id;

describe('the index of queries', () => {
  it('finds every query in a prompt around it', () => {
    for (const [place, { id }] of arithmeticBenchmark.queries.entries()) {
      expect(idIn(`Solve the problem.\n\n${questionOf(place)}\n\nBox the answer.`)).toBe(id);
    }
  });

  it('minds neither case nor blanks nor punctuation', () => {
    expect(idIn(questionOf(7).toUpperCase().replaceAll(' ', '\n  ').replaceAll('.', ' ;'))).toBe('arithmetic-7');
  });

  it('takes the last of several, since examples come first', () => {
    expect(idIn(`Example: ${questionOf(3)} Answer: 21.\n\nNow: ${questionOf(9)}`)).toBe('arithmetic-9');
  });

  it('finds nothing where a word of the question is missing', () => {
    expect(idIn(questionOf(7).replace('more', ''))).toBeUndefined();
    expect(idIn('Solve the problem of this task.')).toBeUndefined();
    expect(idIn('')).toBeUndefined();
  });

  it('prefers the longer of two queries that begin alike', () => {
    const queries = ['How many pears are there?', 'How many pears are there? Count the rotten ones too.'];
    const benchmark = {
      ...arithmeticBenchmark,
      queries: queries.map((question, place) => ({ id: `pears-${place}`, fields: { question }, reference: '1' })),
    };
    const two = buildQueryIndex(knownQueries(benchmark));
    expect(two.find(`Problem: ${queries[1]}`)?.query.id).toBe('pears-1');
    expect(two.find(`Problem: ${queries[0]} Think.`)?.query.id).toBe('pears-0');
  });
});
