import { expect, test } from 'vitest';
import { jobsOf } from '../../../../services/coordinator/jobs/job-of-command.ts';
import type { CompletionCommand } from '../../../../services/domain/run/job-id.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { structuredPromptFromJson } from '../../../../services/shared/contracts/structured-prompt.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { blobsOfJob } from '../../../../services/shared/messaging/references.ts';
import { fourRounds, madeUpAnswers, madeUpBenchmark, madeUpState, solveWith } from '../../domain/prompts/made-up-search.ts';

const propose = { kind: 'propose', round: 4, turn: 1 } as const;
const predict = { kind: 'predict', round: 3, turn: 1 } as const;

/** The texts that a job's blobs hold, by their place in the job. */
async function textsOf(command: CompletionCommand, state: RunState) {
  const blobs = new Map<string, string>();
  const put = async (bytes: Uint8Array) => {
    const text = new TextDecoder().decode(bytes);
    blobs.set(`blob ${text.length}`, text);
    return `blob ${text.length}`;
  };
  const bus = { blobs: { put } } as unknown as Bus;
  const [job] = await jobsOf(command, state, {
    bus,
    runId: 'run',
    epoch: 1,
    benchmark: madeUpBenchmark,
    answers: async () => madeUpAnswers(fourRounds),
  });
  if (job === undefined) throw new Error('there is no job');
  return blobsOfJob(job).map((name) => blobs.get(name) ?? '');
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
