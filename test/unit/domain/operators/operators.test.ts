import { describe, expect, test } from 'vitest';
import { FailureError } from '../../../../services/domain/failure.ts';
import type { Operator, OperatorContext, Value } from '../../../../services/domain/operators/operator.ts';
import { operators, selectOperators } from '../../../../services/domain/operators/registry.ts';
import { chosenLetter, solutionLabel } from '../../../../services/domain/operators/sc-ensemble.ts';
import type { ChatMessage } from '../../../../services/domain/ports.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import { modelReply } from '../../../support/scripted-model.ts';

/** Runs an operator on inputs, with the model's replies given; also what the model was asked. */
async function use(operator: Operator, inputs: Record<string, Value>, ...replies: string[]) {
  const asked: string[] = [];
  const context: OperatorContext = {
    code: undefined,
    random: randomStream(1),
    query: {},
    signal: new AbortController().signal,
    complete: async (messages: readonly ChatMessage[]) => {
      asked.push(messages.map(({ content }) => content).join('\n'));
      const reply = replies.shift();
      if (reply === undefined) throw new Error('asked once too often');
      return modelReply(reply);
    },
  };
  return { outputs: await operator.run(inputs, context), asked };
}

async function failureOf(running: Promise<unknown>) {
  const error = await running.catch((thrown: unknown) => thrown);
  if (!(error instanceof FailureError)) throw new Error('it did not fail', { cause: error });
  return error.failure;
}

describe('every operator', () => {
  test.each([...operators.values()].map((operator) => [operator.name, operator] as const))(
    '%s describes itself',
    (name, operator) => {
      expect(name).toMatch(/^[a-z_]+$/);
      const fields = [...Object.values(operator.inputs), ...Object.values(operator.outputs)];
      for (const { description } of [operator, ...fields]) expect(description.length).toBeGreaterThan(10);
      expect(operator.maxCalls).toBeGreaterThan(0);
    },
  );

  test.each([
    ['answer_generate', 'Answer the question at the end.', { input: 'LAST' }, '<answer>1</answer>'],
    ['sc_ensemble', 'Several solutions of one problem follow', { solutions: ['a', 'LAST'] }, 'B'],
    ['review', 'Review the solution at the end', { problem: 'p', solution: 'LAST' }, '<passed>true</passed>'],
    ['revise', 'Revise the solution at the end to address', { problem: 'p', solution: 's', feedback: 'LAST' }, 'new'],
  ])(
    '%s puts its fixed part first and the query last, so that a prefix cache can serve it',
    async (name, opening, inputs, reply) => {
      const { asked } = await use(operators.named(name), inputs, reply);
      expect(asked[0]?.startsWith(opening)).toBe(true);
      expect(asked[0]?.endsWith('LAST')).toBe(true);
    },
  );

  test('is found by its name, and a wrong name is told which there are', () => {
    expect([...selectOperators(['review', 'custom']).keys()]).toEqual(['review', 'custom']);
    expect(() => operators.named('reviews')).toThrow(
      'there is no operator "reviews"; did you mean "review"? There are custom, answer_generate',
    );
  });
});

test('custom asks with the instruction before the input, and gives the reply', async () => {
  const both = await use(operators.named('custom'), { input: '1 + 1?', instruction: 'Add.' }, ' 2\n');
  expect(both).toEqual({ outputs: { response: '2' }, asked: ['Add.\n\n1 + 1?'] });
  expect((await use(operators.named('custom'), { input: '1 + 1?' }, '2')).asked).toEqual(['1 + 1?']);
});

test('custom keeps the indentation of a body of code', async () => {
  const body = '    ys = []\n    return ys';
  expect((await use(operators.named('custom'), { input: 'x' }, `\n${body}\n`)).outputs).toEqual({ response: body });
});

describe('answer_generate', () => {
  const answerGenerate = operators.named('answer_generate');

  test.each([
    ['<thought>t</thought><answer>2</answer>', { thought: 't', answer: '2' }],
    ['So it is.\n\n**Final Answer:** 2', { thought: '', answer: '2' }],
    ['Answer: 1\nNo.\nThe answer is: **2**', { thought: '', answer: '2' }],
    ['**Answer**: 2', { thought: '', answer: '2' }],
    ['The answer is 2.', { thought: '', answer: '2' }],
    ['So 1 + 1 = 2.\n\n\\boxed{2}', { thought: '', answer: '2' }],
    ['\\boxed{x_1}', { thought: '', answer: 'x_1' }],
    ['**New York**', { thought: '', answer: 'New York' }],
    ['1 + 1 = 2\n#### 2', { thought: '', answer: '2' }],
    ['<answer>2</answer> <answer></answer>', { thought: '', answer: '2' }],
    ['<answer type="final">2</answer>', { thought: '', answer: '2' }],
    ['<think>The answer is 3.</think>The answer is 2.', { thought: '', answer: '2' }],
  ])('reads %j', async (reply, outputs) => {
    expect((await use(answerGenerate, { input: 'q' }, reply)).outputs).toEqual(outputs);
  });

  test.each(['It is 2.', '', '<answer></answer>'])('fails on %j, which has no answer', async (reply) => {
    expect((await failureOf(use(answerGenerate, { input: 'q' }, reply))).kind).toBe('unparsable-answer');
  });
});

describe('sc_ensemble', () => {
  const scEnsemble = operators.named('sc_ensemble');
  const solutions = ['It is 1.', 'It is 2.', 'It is two.'];

  test('shows the solutions under letters, with the problem, and gives the chosen one word for word', async () => {
    const { outputs, asked } = await use(
      scEnsemble,
      { solutions, problem: '1 + 1?' },
      '<thought>twice 2</thought><choice>C</choice>',
    );
    expect(outputs).toEqual({ response: 'It is two.' });
    expect(asked[0]).toContain(`Problem:\n1 + 1?\n\n${solutionLabel('A')}\nIt is 1.\n\n${solutionLabel('B')}\nIt is 2.`);
  });

  test.each([
    ['B', 'B'],
    ['b', 'B'],
    ['(B)', 'B'],
    ['B.', 'B'],
    ['**B**', 'B'],
    ['Solution B', 'B'],
    ['Solution B:\nIt is 2.', 'B'],
    ['```\nB\n```', 'B'],
    ['<choice>Solution B.</choice>', 'B'],
    ['<choice>**B**', 'B'],
    ['<think>A? No, Solution A is wrong.</think>\nB', 'B'],
    ['{"thought": "2 wins", "choice": "B"}', 'B'],
    ['Solution A is wrong. A majority gives 2.\n\nThe best is solution B.', 'B'],
    ['The answer is (B)', 'B'],
    ['Solutions B and C agree.\n\nB', 'B'],
    ['My choice: B', 'B'],
    ['solution b is the best', 'B'],
    ['**B**: two of them give 2', 'B'],
    ['<choice>B) It is 2.</choice>', 'B'],
    ['A: 1\nB: 2\nC: 2\n\nB', 'B'],
    ['Solution B is wrong. Solution A and solution C agree, therefore: A', 'A'],
    ['<thought>A is wrong</thought><solution_letter>B</solution_letter>', 'B'],
    ['<choice></choice>\nB is the best.', 'B'],
    ['Solutions A and C agree.', undefined],
    ['A: 1\nB: 2\nC: 2', undefined],
    ['I choose a solution that works: its answer is a number.', undefined],
    ['A solution that works is hard to find.', undefined],
    ['Solution D', undefined],
    ['It is 2.', undefined],
    ['', undefined],
  ])('reads the choice in %j', (reply, letter) => expect(chosenLetter(reply, 'ABC')).toBe(letter));

  test('asks nobody if all solutions are equal but for blanks around them', async () => {
    expect(await use(scEnsemble, { solutions: ['2', ' 2\n', '2'] })).toEqual({ outputs: { response: '2' }, asked: [] });
    expect(await use(scEnsemble, { solutions: ['2'] })).toEqual({ outputs: { response: '2' }, asked: [] });
  });

  test('fails if no solution is chosen, or if there are none or too many', async () => {
    expect((await failureOf(use(scEnsemble, { solutions }, 'Solution D'))).message).toContain('none of the solutions A to C');
    expect((await failureOf(use(scEnsemble, { solutions: [] }))).kind).toBe('operator-input');
    expect((await failureOf(use(scEnsemble, { solutions: Array.from({ length: 27 }, String) }))).kind).toBe('operator-input');
  });
});

describe('review', () => {
  const review = operators.named('review');
  const inputs = { problem: 'p', solution: 's' };

  test.each([
    ['<feedback>fine</feedback><passed>true</passed>', true, 'fine'],
    ['<feedback>wrong sum</feedback>\n<passed>False</passed>', false, 'wrong sum'],
    ['<passed>yes</passed>', true, '<passed>yes</passed>'],
    ['<feedback>ok</feedback><passed>\nPassed.\n</passed>', true, 'ok'],
    ['{"feedback": "bad", "passed": false}', false, 'bad'],
    ['The sum is wrong.\nPassed: false', false, 'The sum is wrong.\nPassed: false'],
    ['All steps hold.\n**passed: true**', true, 'All steps hold.\n**passed: true**'],
    ['It was checked.\nThe solution is not correct.', false, 'It was checked.\nThe solution is not correct.'],
    ['The solution is incorrect.', false, 'The solution is incorrect.'],
    ['<passed>true (no mistakes)</passed>', true, '<passed>true (no mistakes)</passed>'],
    ['<feedback>ok</feedback><review_result>True</review_result>', true, 'ok'],
    ['I find no mistakes. The solution is right.', true, 'I find no mistakes. The solution is right.'],
  ])('reads the verdict in %j', async (reply, passed, feedback) => {
    expect((await use(review, inputs, reply)).outputs).toEqual({ passed, feedback });
  });

  test.each(['I cannot say.', '<passed>true or false</passed>', '<passed></passed>'])(
    'fails on %j, which is no verdict',
    async (reply) => {
      expect((await failureOf(use(review, inputs, reply))).kind).toBe('unparsable-answer');
    },
  );
});

describe('revise', () => {
  const revise = operators.named('revise');
  const inputs = { problem: 'p', solution: 's', feedback: 'f' };

  test('gives the revised solution, with or without its tag', async () => {
    expect((await use(revise, inputs, 'Here:\n<solution>new</solution>')).outputs).toEqual({ solution: 'new' });
    expect((await use(revise, inputs, '<think>hm</think>The new one.')).outputs).toEqual({ solution: 'The new one.' });
  });

  test('fails on an empty reply', async () => {
    expect((await failureOf(use(revise, inputs, ' '))).kind).toBe('unparsable-answer');
  });
});
