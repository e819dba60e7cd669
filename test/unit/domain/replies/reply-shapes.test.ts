import { describe, expect, test } from 'vitest';
import { FailureError } from '../../../../services/domain/failure.ts';
import type { Value } from '../../../../services/domain/operators/operator.ts';
import { operators } from '../../../../services/domain/operators/registry.ts';
import { parsePrediction } from '../../../../services/domain/prompts/parse-prediction.ts';
import { parseProposal } from '../../../../services/domain/prompts/parse-proposal.ts';
import { workflowYaml } from '../../../../services/domain/prompts/workflow-yaml.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import { judge } from '../../../../services/domain/scoring/kinds/judge.ts';
import { canonicalHash } from '../../../../services/domain/workflow/canonical-hash.ts';
import { modelReply, scriptedModel } from '../../../support/scripted-model.ts';
import { madeUpBenchmark, solveWith } from '../prompts/made-up-search.ts';
import { type FormPair, type Reader, type ReplyShape, replyShapes } from './reply-shapes.ts';

const never = new AbortController().signal;
const query = { id: 'q', fields: { question: 'How many?' }, reference: '42' };

/** Its prompt speaks of tags and thoughts, as prompts of workflows do. */
const workflow = solveWith(
  'Think in <think> tags, step by step.\nThen give the number in <answer>…</answer>, "boxed":\n```\n42\n```',
);
const other = solveWith('Guess.');

const pair = (good: readonly [string, string][], draft: readonly [string, string][]): FormPair => ({
  good: { fields: good },
  draft: { fields: draft },
});

/** What each reader makes of a reply: the value, or "refused: " and why. */
interface Case {
  readonly reader: Reader;
  readonly what: string;
  readonly forms: FormPair;
  readonly value: unknown;
  readonly read: (reply: string) => Promise<unknown>;
}

async function run(operator: string, inputs: Record<string, Value>, reply: string): Promise<Readonly<Record<string, Value>>> {
  const complete = async () => modelReply(reply);
  const context = { complete, code: undefined, random: randomStream(1, 'test'), query: {}, signal: never };
  return operators.named(operator).run(inputs, context);
}

async function orRefused(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FailureError) return `refused: ${error.failure.message}`;
    throw error;
  }
}

const operatorCase = (name: string, inputs: Record<string, Value>, output: string, forms: FormPair, value: Value): Case => ({
  reader: 'operators',
  what: name,
  forms,
  value,
  read: (reply) => orRefused(async () => (await run(name, inputs, reply))[output]),
});

const cases: readonly Case[] = [
  {
    reader: 'proposals',
    what: 'proposal',
    forms: pair(
      [
        ['modification', 'Ask for steps.'],
        ['workflow', workflowYaml(workflow)],
      ],
      [
        ['modification', 'Guess.'],
        ['workflow', workflowYaml(other)],
      ],
    ),
    value: { modification: 'Ask for steps.', workflowHash: canonicalHash(workflow) },
    read: async (reply) => {
      const parsed = parseProposal({
        reply,
        cutOff: false,
        benchmark: madeUpBenchmark,
        maxCalls: 20,
      });
      if ('failure' in parsed) return `refused: ${parsed.failure.message}`;
      return { modification: parsed.modification, workflowHash: parsed.workflowHash };
    },
  },
  {
    reader: 'predictions',
    what: 'prediction',
    forms: pair(
      [
        ['reason', 'It reasons in steps.'],
        ['box', '0.85'],
      ],
      [
        ['reason', 'It guesses.'],
        ['box', '0.1'],
      ],
    ),
    value: 0.85,
    read: async (reply) => {
      const parsed = parsePrediction(reply);
      return 'failure' in parsed ? `refused: ${parsed.failure.message}` : parsed.score;
    },
  },
  operatorCase(
    'answer_generate',
    { input: 'How many?' },
    'answer',
    pair(
      [
        ['thought', 'Six times seven.'],
        ['answer', '42'],
      ],
      [
        ['thought', 'Six and seven.'],
        ['answer', '13'],
      ],
    ),
    '42',
  ),
  operatorCase(
    'sc_ensemble',
    { solutions: ['one', 'two', 'three'] },
    'response',
    pair(
      [
        ['thought', 'Two of them agree.'],
        ['choice', 'B'],
      ],
      [
        ['thought', 'They differ.'],
        ['choice', 'A'],
      ],
    ),
    'two',
  ),
  operatorCase(
    'review',
    { problem: 'How many?', solution: '42' },
    'passed',
    pair(
      [
        ['feedback', 'Step two is not what is asked.'],
        ['passed', 'false'],
      ],
      [
        ['feedback', 'All is well.'],
        ['passed', 'true'],
      ],
    ),
    false,
  ),
  {
    reader: 'judges',
    what: 'judge',
    forms: pair(
      [
        ['reason', 'Nearly the same.'],
        ['score', '7'],
      ],
      [
        ['reason', 'Not the same.'],
        ['score', '2'],
      ],
    ),
    value: 0.7,
    read: (reply) =>
      orRefused(async () => {
        const scorer = judge.create('mine', { prompt: 'Given: {{ answer }}', best: 10, model: '', endpoint: '', max_tokens: 99 });
        const tools = { judge: () => scriptedModel(() => reply), code: undefined, signal: never };
        return (await scorer.score('41', query, tools)).score;
      }),
  },
];

test('there are shapes enough, each under a name of its own', () => {
  expect(replyShapes.length).toBeGreaterThanOrEqual(60);
  expect(new Set(replyShapes.map(({ name }) => name)).size).toBe(replyShapes.length);
});

describe.each(cases)('a $what ($reader)', ({ reader, forms, value, read }) => {
  test.each(replyShapes.map((shape): [string, ReplyShape] => [shape.name, shape]))('%s', async (_name, { write, refused }) => {
    const reply = write(forms);
    const said = await read(reply);
    if (refused.includes(reader)) expect(said, reply).toEqual(expect.stringMatching(/^refused: .{20}/));
    else expect(said, reply).toEqual(value);
  });
});
