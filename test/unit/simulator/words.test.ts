import { describe, expect, it } from 'vitest';
import type { Benchmark } from '../../../services/domain/benchmark.ts';
import { dropAflow } from '../../../services/domain/scoring/drop-aflow.ts';
import { knownQueries } from '../../../services/simulator/difficulty.ts';
import { buildQueryIndex } from '../../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../../services/simulator/simulated-model.ts';
import { arithmeticBenchmark, chat } from './arithmetic-benchmark.ts';
import { runOperator } from './ask.ts';

const towns = ['Albury', 'Breda', 'Cahors', 'Delft', 'Evora', 'Fermo', 'Gouda', 'Hasselt'];

/** Four questions on each passage, as in DROP; the last one has two answers that count. */
const passages: Benchmark = {
  ...arithmeticBenchmark,
  name: 'passages',
  queries: Array.from({ length: 200 }, (_, place) => {
    const n = Math.floor(place / 4);
    const [from, to] = [towns[n % 8] ?? '', towns[(n + 3) % 8] ?? ''];
    const passage = `Passage: In ${1500 + n} the guild of ${from} sent ${n + 12} carts of salt to ${to}. The mayor Jan Pieters kept ${n + 3} of them. The others came back in spring.`;
    const asked = [
      ['How many carts were sent?', String(n + 12)],
      ['Where did the carts go?', to],
      ['Who was the mayor?', 'Jan Pieters'],
      ['When did the others come back?', `spring|in spring of ${1501 + n}`],
    ][place % 4] ?? ['', ''];
    return {
      id: `passage-${place}`,
      fields: { context: `${passage}\nQuestion: ${asked[0]}\nAnswer:` },
      reference: asked[1] ?? '',
    };
  }),
  inputs: ['context'],
  operators: ['custom', 'answer_generate', 'sc_ensemble', 'review', 'revise', 'format'],
  scorer: 'drop-aflow',
  otherScorers: [],
};

const modelFor = (difficulty: number) => {
  const difficulties = new Map(passages.queries.map(({ id }) => [id, difficulty]));
  return createSimulatedModel(buildQueryIndex(knownQueries(passages, { difficulties })), 1);
};
const easy = modelFor(-8);
const context = (place: number) => passages.queries[place]?.fields.context ?? '';

async function meanScore(answer: (place: number) => string | Promise<string>): Promise<number> {
  const scores = await Promise.all(
    passages.queries.map(async (query, place) => dropAflow.score(await answer(place), query).score),
  );
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
const ask = (instruction: string, model = easy) =>
  meanScore((place) => model.reply(chat(`${instruction}\n\n${context(place)}`), 0));

describe('the simulated model on passages', () => {
  it('tells queries on one passage apart by their questions', () => {
    const index = buildQueryIndex(knownQueries(passages));
    for (const { id, fields } of passages.queries)
      expect(index.find(`Read this.\n\n${fields.context}\n\nThink.`)?.query.id).toBe(id);
    expect(index.find(context(0).split('Question:')[0] ?? '')).toBeUndefined();
  });

  it('scores little unasked, since every word around the answer costs', async () => {
    const unasked = await ask('');
    expect(unasked).toBeGreaterThan(0.1);
    expect(unasked).toBeLessThan(0.4);
    expect(await ask('Reason step by step.')).toBeLessThan(0.12);
  });

  it('scores well when it is asked for the short answer, by answer_generate and through format', async () => {
    expect(await ask('Reply with the short answer alone.')).toBeGreaterThan(0.9);
    const generated = await meanScore(async (place) =>
      String((await runOperator('answer_generate', { input: context(place) }, easy)).answer),
    );
    expect(generated).toBeGreaterThan(0.88);
    const formatted = await meanScore(async (place) => {
      const solution = easy.reply(chat(context(place)), 0);
      return String((await runOperator('format', { problem: context(place), solution }, easy)).solution);
    });
    expect(formatted).toBeGreaterThan(0.78);
  });

  it('answers wrongly with something that the passage says, or a part of the answer', async () => {
    const hard = modelFor(8);
    const score = await ask('Reply with the short answer alone.', hard);
    expect(score).toBeLessThan(0.3);
    const replies = passages.queries.map((_, place) =>
      hard.reply(chat(`Reply with the short answer alone.\n\n${context(place)}`), 0),
    );
    const quoted = replies.filter((reply, place) => context(place).includes(reply)).length;
    expect(quoted / replies.length).toBeGreaterThan(0.5);
    expect(Math.max(...replies.map((reply) => reply.split(' ').length))).toBeLessThan(7);
  });

  it('answers yes for no and another letter for a letter', () => {
    const queries = ['no', 'Yes', 'B'].map((reference, place) => ({
      id: `choice-${place}`,
      fields: { context: `Which of A, B, C and D is it, and is number ${place} there?` },
      reference,
    }));
    const difficulties = new Map(queries.map(({ id }) => [id, 9]));
    const model = createSimulatedModel(buildQueryIndex(knownQueries({ ...passages, queries }, { difficulties })), 1);
    const [forNo, forYes, forB] = queries.map(({ fields }) =>
      model.reply(chat(`Reply with the short answer alone.\n\n${fields.context}`), 0),
    );
    expect([forNo, forYes]).toEqual(['yes', 'no']);
    expect(forB).toMatch(/^[ACD]$/);
  });

  it('answers with another label where a benchmark has few answers', () => {
    const labels = ['billing', 'delivery', 'returns'];
    const queries = Array.from({ length: 30 }, (_, place) => ({
      id: `message-${place}`,
      fields: { context: `Hello Maria, this is message number ${place} of a customer.` },
      reference: labels[place % 3] ?? '',
    }));
    const difficulties = new Map(queries.map(({ id }) => [id, 9]));
    const model = createSimulatedModel(buildQueryIndex(knownQueries({ ...passages, queries }, { difficulties })), 1);
    for (const { fields, reference } of queries) {
      const reply = model.reply(chat(`Reply with the short answer alone.\n\n${fields.context}`), 0);
      expect(labels.filter((label) => label !== reference)).toContain(reply);
    }
  });

  it('picks the majority of answers that say the same in other words', async () => {
    const problem = context(1);
    const solutions = ['The answer is Delft.', 'Therefore, the answer is Evora.', '**Answer:** Delft'];
    expect((await runOperator('sc_ensemble', { problem, solutions }, easy)).response).toMatch(/Delft/);
  });

  it('votes for the best one in md_ensemble more often than not', async () => {
    const problem = context(2);
    const solutions = ['Anna Smit', 'Jan Pieters', 'Albury'];
    expect((await runOperator('md_ensemble', { problem, solutions }, easy)).solution).toBe('Jan Pieters');
  });

  it('keeps to an answer alone when it revises one', async () => {
    const inputs = { problem: context(2), solution: 'Albury', feedback: 'That is a town.' };
    expect(String((await runOperator('revise', inputs, easy)).solution).split(' ').length).toBeLessThan(6);
  });

  it('can make little of a question whose passage is left out', () => {
    const long = `${context(2).split('\nQuestion')[0]} ${'More of the same. '.repeat(20)}`;
    const queries = passages.queries.map(({ id, reference }, place) => ({
      id,
      fields: { question: `Question ${place}: who was the mayor of town number ${place}?`, text: long },
      reference,
    }));
    const asked = { ...passages, queries, inputs: ['question', 'text'], scorer: 'hotpotqa-aflow' };
    const difficulties = new Map(queries.map(({ id }) => [id, -1]));
    const model = createSimulatedModel(buildQueryIndex(knownQueries(asked, { difficulties })), 1);
    const right = (passage: string) =>
      queries.filter(({ fields, reference }) =>
        model.reply(chat(`Reply with the short answer alone.\n\n${passage}\n${fields.question}`), 0).includes(reference),
      ).length / queries.length;
    expect(right(long)).toBeGreaterThan(right('') + 0.25);
  });
});
