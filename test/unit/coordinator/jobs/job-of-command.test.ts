import { describe, expect, test } from 'vitest';
import { jobsOf } from '../../../../services/coordinator/jobs/job-of-command.ts';
import type { CompletionCommand } from '../../../../services/domain/run/job-id.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { structuredPromptFromJson } from '../../../../services/shared/contracts/structured-prompt.ts';
import { blobsOfJob } from '../../../../services/shared/messaging/references.ts';
import { fourRounds, madeUpAnswers, madeUpBenchmark, madeUpState, solveWith } from '../../domain/prompts/made-up-search.ts';

const propose = { kind: 'propose', round: 4, turn: 1 } as const;
const predict = { kind: 'predict', round: 3, turn: 1 } as const;

/** The texts that a job's blobs hold, by their place in the job. */
async function textsOf(command: CompletionCommand, state: RunState) {
  const made = await jobsOf(command, state, {
    runId: 'run',
    epoch: 1,
    benchmark: madeUpBenchmark,
    answers: async () => madeUpAnswers(fourRounds),
  });
  const [job] = made.jobs;
  if (job === undefined) throw new Error('there is no job');
  return blobsOfJob(job).map((name) => new TextDecoder().decode(made.blobs.get(name)));
}

function withStructured(structured: string, initial?: Workflow): RunState {
  const rounds =
    initial === undefined
      ? fourRounds
      : [{ parentRound: 0, taken: { modification: '', workflow: initial }, answers: ['2', '20', '9', '36'] }, { parentRound: 1 }];
  const state = madeUpState(rounds);
  const { configuration } = state;
  return { ...state, configuration: { ...configuration, optimizer: { ...configuration.optimizer, structured } } };
}

test.each([propose, predict])('without the setting a job has one prompt, in tags: $kind', async (command) => {
  const texts = await textsOf(command, madeUpState(fourRounds));
  expect(texts).toHaveLength(1);
  expect(texts[0]).not.toContain('the JSON object of');
});

test.each([
  [propose, ['modification', 'workflow']],
  [predict, ['reason', 'score']],
])('with it, a second one in JSON comes with its schema: %j', async (command, fields) => {
  const [tagged = '', structured = ''] = await textsOf(command, withStructured('auto'));
  expect([tagged]).toEqual(await textsOf(command, madeUpState(fourRounds)));
  const { messages, schema } = structuredPromptFromJson(structured);
  expect(schema.required).toEqual(fields);
  const [{ content = '' } = {}] = messages;
  for (const field of fields) expect(content).toContain(`"${field}"`);
  expect(content).not.toMatch(/<\/?(modification|workflow|reason|box)>/);
});

test('a workflow that cannot be written in JSON is shown in tags alone', async () => {
  const [draft] = solveWith('Solve it.').steps;
  const end = [{ kind: 'return', value: '{{ draft.response }}' }] as const;
  const both: Workflow = {
    ...solveWith('Solve it.'),
    steps: [draft as never, { kind: 'if', condition: 'true', then: end, else: end }],
  };
  expect(await textsOf({ kind: 'propose', round: 2, turn: 1 }, withStructured('on', both))).toHaveLength(1);
});

describe('what a job has in itself', () => {
  const source = { runId: 'run', epoch: 1, benchmark: madeUpBenchmark, answers: async () => madeUpAnswers(fourRounds) };
  const execute = (queries: number, workflow = solveWith('Solve it.')) => {
    const state = madeUpState([{ parentRound: 0, taken: { modification: '', workflow } }]);
    const executions = Array.from({ length: queries }, (_, queryIndex) => ({ queryIndex, repeat: 0 }));
    return jobsOf({ kind: 'execute', round: 1, workflowHash: 'w', executions }, state, source);
  };

  test('a prompt, in both forms', async () => {
    const { jobs, blobs } = await jobsOf(propose, withStructured('on'), source);
    expect(jobs.map(({ bodies }) => bodies.map(({ blob }) => blob))).toEqual([[...blobs.keys()]]);
    expect(blobs.size).toBe(2);
  });

  test('a workflow that it alone executes, and not one that others do, too', async () => {
    const [alone] = (await execute(1)).jobs;
    const { jobs, blobs } = await execute(2);
    expect(alone?.bodies).toEqual([...blobs].map(([blob, content]) => ({ blob, content })));
    expect(jobs.map(({ bodies }) => bodies)).toEqual([[], []]);
  });

  test('nothing that is large', async () => {
    const { jobs, blobs } = await execute(1, solveWith('x'.repeat(70_000)));
    expect(jobs.map(({ bodies }) => bodies)).toEqual([[]]);
    expect(blobs.size).toBe(1);
  });
});
