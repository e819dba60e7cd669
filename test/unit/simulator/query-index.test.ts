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

  it('tells queries that ask the same of different texts apart by their other fields', () => {
    const texts = ['The mill stands in Gouda.', 'The mill stands in Breda, where nobody lives.'];
    const queries = texts.map((text, place) => ({
      id: `mill-${place}`,
      fields: { question: 'Where is the mill?', text },
      reference: '',
    }));
    const mills = buildQueryIndex(knownQueries({ ...arithmeticBenchmark, queries, inputs: ['question', 'text'] }));
    expect(mills.find(`${texts[1]}\n\nWhere is the mill?`)?.query.id).toBe('mill-1');
    expect(mills.find(`${texts[0]}\n\nWhere is the mill?`)?.query.id).toBe('mill-0');
  });

  it('finds a question behind a long context', () => {
    const context = Array.from(
      { length: 3000 },
      (_, place) => `Sentence ${place} tells of a basket that holds ${place} pears.`,
    ).join(' ');
    expect(idIn(`Context: ${context}\n\nQuestion: ${questionOf(11)}`)).toBe('arithmetic-11');
  });
});
