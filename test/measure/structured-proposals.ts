/**
 * What a JSON schema is worth to a small optimizer: the same proposals and predictions asked of a real server under one and
 * without, by the predictor's own code, read and admitted as a search does it. Refusals are counted apart by what they are for:
 * the form of the reply (no proposal in it, cut off), the form of the workflow (what the language's grammar says, and operators
 * with their inputs), and its content (names that stand for nothing, repetitions, limits).
 *
 *   node test/measure/structured-proposals.ts --url http://127.0.0.1:8080/v1 --model gemma3-270m
 *     [--proposals 50] [--max-tokens 1500] [--show]
 *
 * Ends with 1 if a proposal or a prediction under the schema was refused for its form.
 */
import { parseArgs } from 'node:util';
import { jobsOf } from '../../services/coordinator/jobs/job-of-command.ts';
import { predictionCompletedOf, workflowProposedOf } from '../../services/coordinator/results/event-of-result.ts';
import type { Failure } from '../../services/domain/failure.ts';
import type { RunState } from '../../services/domain/run/state.ts';
import { repeatedRound } from '../../services/domain/search/admit-proposal.ts';
import { createCompleteWork } from '../../services/predictor/complete-job.ts';
import { Endpoint } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { Result } from '../../services/shared/contracts/generated/scale/v1/result.ts';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { createModelClients } from '../../services/shared/worker/calls/model-clients.ts';
import { noAccount } from '../support/no-account.ts';
import { fourRounds, madeUpAnswers, madeUpBenchmark, madeUpState } from '../unit/domain/prompts/made-up-search.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080/v1' },
    model: { type: 'string', default: 'gemma3-270m' },
    proposals: { type: 'string', default: '50' },
    'max-tokens': { type: 'string', default: '1500' },
    show: { type: 'boolean', default: false },
  },
});
const wanted = Number(values.proposals);
const shownRounds = fourRounds.slice(0, 2);

/** Rules that a grammar can hold a model to; the others are about what the names in a workflow mean. */
const formRules = new Set(
  'wrong-type unknown-field missing-field unsupported-version step-kind invalid-name missing-bound out-of-range empty-steps too-large unknown-operator unknown-input missing-input missing-yield missing-return misplaced-return'.split(
    ' ',
  ),
);

const bus = blobsInMemory();
const models = createModelClients(
  () => ({}),
  systemTiming,
  Math.random,
  undefined,
  undefined,
  undefined,
  undefined,
  (message) => console.log(`  (${message})`),
);
const work = createCompleteWork(bus, models);

let isHeld = true;
for (const kind of ['propose', 'predict'] as const) {
  for (const structured of ['on', undefined] as const) isHeld = (await measure(kind, structured)) && isHeld;
}
await models.close();
process.exitCode = isHeld ? 0 : 1;

async function measure(kind: 'propose' | 'predict', structured: 'on' | undefined): Promise<boolean> {
  const counts = new Map<string, number>();
  const startedAt = performance.now();
  let tokens = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < wanted) {
      next += 1;
      const { failure, completionTokens, reply } = await replyTo(kind, next, structured);
      const what = failure === undefined ? 'taken' : placeOf(failure);
      counts.set(what, (counts.get(what) ?? 0) + 1);
      tokens += completionTokens;
      if (values.show) console.log(`--- ${what}: ${failure?.message ?? ''}\n${reply}`);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  const seconds = (performance.now() - startedAt) / 1000;
  const title = `${wanted} ${kind === 'propose' ? 'proposals' : 'predictions'}, ${structured === undefined ? 'in tags' : 'under a schema'}`;
  console.log(`${title}: ${(tokens / wanted).toFixed(0)} tokens a reply, ${seconds.toFixed(0)} s`);
  for (const [what, count] of [...counts].sort()) console.log(`  ${String(count).padStart(4)} ${what}`);
  const forForm = [...counts].reduce((sum, [what, count]) => sum + (what.includes('for its form') ? count : 0), 0);
  console.log(`  ${String(forForm).padStart(4)} in all refused for the form`);
  return structured === undefined || forForm === 0;
}

interface Reply {
  readonly failure: Failure | undefined;
  readonly completionTokens: number;
  readonly reply: string;
}

/** The same search, asked by runs of different seeds. */
async function replyTo(kind: 'propose' | 'predict', seed: number, structured: 'on' | undefined): Promise<Reply> {
  const state = stateOf(kind, seed, structured);
  const round = state.rounds.length;
  const command = { kind, round, turn: 1 } as const;
  const made = await jobsOf(command, state, {
    runId: `seed-${seed}`,
    epoch: 1,
    benchmark: madeUpBenchmark,
    answers: async () => madeUpAnswers(shownRounds),
  });
  const [job] = made.jobs;
  if (job === undefined) throw new Error('there is no job');
  const { outcome, calls } = await work({
    job,
    run: {
      runId: job.runId,
      configuration: state.configuration,
      endpoints: [Endpoint.fromPartial({ model: values.model, baseUrl: values.url, timeoutMs: 3_600_000 })],
      benchmark: async () => madeUpBenchmark,
    },
    journal: new Map(),
    record: async () => undefined,
    stored: async () => undefined,
    account: noAccount,
    signal: AbortSignal.timeout(3_600_000),
  });
  const result = { ...Result.fromPartial({ jobId: job.jobId }), outcome, calls: [...calls] };
  const event =
    kind === 'propose'
      ? workflowProposedOf(result, state, madeUpBenchmark, { kind, round, turn: 1 })
      : predictionCompletedOf(result, round, 1);
  const reply = outcome.$case === 'completion' ? outcome.value.text : '';
  return { failure: event.failure, completionTokens: Number(calls[0]?.usage?.completionTokens ?? 0), reply };
}

function stateOf(kind: 'propose' | 'predict', seed: number, structured: 'on' | undefined): RunState {
  const open = kind === 'propose' ? [{ parentRound: 2 }] : [];
  const state = madeUpState([...shownRounds, ...open]);
  const { configuration } = state;
  const optimizer = {
    ...configuration.optimizer,
    ...{ model: values.model, temperature: 0.7, topP: 1, maxTokens: Number(values['max-tokens']) },
    ...(structured && { structured }),
  };
  return { ...state, configuration: { ...configuration, seed, optimizer } };
}

function placeOf(failure: Failure): string {
  const { kind, message } = failure;
  if (repeatedRound(failure) !== undefined) return `refused for its content: ${kind}`;
  if (kind !== 'invalid-workflow') return `refused for its form: ${kind}`;
  const rules = [...message.matchAll(/^[^\n(]*\(([a-z-]+)\): /gm)].map(([, rule = '']) => rule);
  const broken = rules.filter((rule) => formRules.has(rule));
  if (broken.length > 0) return `refused for its form: ${kind}, ${broken[0]}`;
  return `refused for its content: ${kind}, ${rules[0] ?? message}`;
}

function blobsInMemory(): Bus {
  const blobs = new Map<string, Uint8Array>();
  const put = async (bytes: Uint8Array) => {
    const name = String(blobs.size);
    blobs.set(name, bytes);
    return name;
  };
  const get = async (name: string) => blobs.get(name) ?? new Uint8Array();
  return { blobs: { put, get } } as unknown as Bus;
}
