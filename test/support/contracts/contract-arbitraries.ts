import fc from 'fast-check';
import type { Benchmark } from '../../../services/domain/benchmark.ts';
import { type Failure, failureKinds } from '../../../services/domain/failure.ts';
import type { Usage } from '../../../services/domain/ports.ts';
import type { ModelSettings, RunConfiguration } from '../../../services/domain/run/configuration.ts';
import {
  type Evaluation,
  type ExecutionOutcome,
  limitEnds,
  limitNames,
  limitScopes,
  type RunEvent,
  stopReasons,
} from '../../../services/domain/run/event.ts';
import type { TokenUse } from '../../../services/domain/run/ledger/token-use.ts';
import { runKinds } from '../../../services/domain/run/run-kind.ts';
import type { OwnSettings } from '../../../services/domain/settings/own-settings.ts';
import type { Step, Workflow } from '../../../services/domain/workflow/workflow.ts';

/** Every value that a contract must carry: any text that is Unicode, any finite number, optional parts there or not. */

const text = fc.string({ unit: 'binary', maxLength: 20 });
const uint32 = fc.nat({ max: 0xffff_ffff });
const uint64 = fc.nat({ max: Number.MAX_SAFE_INTEGER });
// Protobuf leaves out a default value, and so cannot keep the sign of zero.
const double = fc.double({ noNaN: true }).map((number) => number + 0);
// ts-proto assigns the entries of a map, and so loses a key __proto__; validation lets no such name through.
const named = text.filter((name) => name !== '__proto__');
const texts = fc.dictionary(named, text, { maxKeys: 4 });

const usage: fc.Arbitrary<Usage> = fc.record({
  promptTokens: uint64,
  completionTokens: uint64,
  cachedTokens: uint64,
  reasoningTokens: uint64,
});

const tokens: fc.Arbitrary<TokenUse> = fc.record(
  {
    ...{ model: text, calls: uint32, usage, simulated: fc.boolean() },
    // What there is none of is left out.
    estimatedCalls: uint32.filter((count) => count > 0),
    cutPrompts: uint32.filter((count) => count > 0),
    servedAs: fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((names) => names.sort()),
  },
  { requiredKeys: ['model', 'calls', 'usage', 'simulated'] },
);

const failure: fc.Arbitrary<Failure> = fc.record(
  // An empty step and an absent one are the same on the wire; the domain writes none as absent.
  { kind: fc.constantFrom(...failureKinds), message: text, step: text.filter((step) => step !== '') },
  { requiredKeys: ['kind', 'message'] },
);

const { step } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 3, depthIdentifier: 'steps' }),
  step: fc.oneof(
    { depthSize: 'small', depthIdentifier: 'steps' },
    fc.record({ kind: fc.constant('call' as const), id: text, operator: text, inputs: texts }),
    fc.record({ kind: fc.constant('set' as const), id: text, value: text }),
    fc.record({ kind: fc.constant('return' as const), value: text }),
    fc.record(
      { kind: fc.constant('parallel' as const), id: text, times: uint32, steps: tie('steps'), yield: text },
      { requiredKeys: ['kind', 'id', 'times', 'steps'] },
    ),
    fc.record(
      { kind: fc.constant('map' as const), id: text, over: text, item: text, max: uint32, steps: tie('steps'), yield: text },
      { requiredKeys: ['kind', 'id', 'over', 'item', 'max', 'steps'] },
    ),
    fc.record({ kind: fc.constant('if' as const), condition: text, then: tie('steps'), else: tie('steps') }),
    fc.record({ kind: fc.constant('loop' as const), condition: text, max: uint32, steps: tie('steps') }),
  ),
}));

const workflow: fc.Arbitrary<Workflow> = fc.record({
  name: text,
  description: text,
  prompts: texts,
  steps: fc.array(step, { maxLength: 4 }),
});

// JSON has neither -0 nor a key __proto__ that survives assignment; chat templates need neither.
const jsonRecord = fc
  .dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((record) => JSON.parse(JSON.stringify(record)) as Record<string, unknown>);

const modelSettings: fc.Arbitrary<ModelSettings> = fc.record(
  {
    model: text,
    temperature: fc.option(double),
    topP: fc.option(double),
    maxTokens: uint32,
    chatTemplateKwargs: jsonRecord,
    sendSeed: fc.boolean(),
    structured: fc.constantFrom('auto', 'on'),
    joinSamples: fc.constant(true),
  },
  { requiredKeys: ['model', 'temperature', 'topP', 'maxTokens', 'chatTemplateKwargs', 'sendSeed'] },
);

/** They travel as JSON, which has no infinities. */
const finite = double.filter(Number.isFinite);
/** Names that no table has: a setting of a table is no method's own. */
const ownSettings: fc.Arbitrary<OwnSettings> = fc.dictionary(
  fc.stringMatching(/^own_[a-z]{0,5}$/),
  fc.oneof(fc.boolean(), finite, text, fc.array(text, { maxLength: 2 })),
  { minKeys: 1, maxKeys: 3 },
);

/** Settings that every run has; the others are left out where they are off. */
const searchKeys = [
  'maxRounds',
  'candidates',
  'lambda',
  'alpha',
  'proposalAttempts',
  'failingQueriesShown',
  'convergenceRounds',
  'convergenceTop',
  'convergenceZ',
  'tokenBudget',
  'maxCallsPerQuery',
] satisfies (keyof RunConfiguration['search'])[];

const evaluationKeys = [
  'method',
  'warmUpRounds',
  'fewShotRatio',
  'bins',
  'gamma',
  'draw',
  'tau',
  'alphaMax',
  'alphaForm',
  'predictionAttempts',
  'repeats',
] satisfies (keyof RunConfiguration['evaluation'])[];

const configuration: fc.Arbitrary<RunConfiguration> = fc.record({
  kind: fc.constantFrom(...runKinds),
  name: text,
  seed: uint64,
  benchmark: fc.record({ name: text, split: text, contentHash: text, queryCount: uint32, scorer: text }),
  executor: modelSettings,
  optimizer: modelSettings,
  search: fc.record(
    {
      maxRounds: uint32,
      candidates: uint32,
      lambda: double,
      alpha: double,
      proposalAttempts: uint32,
      failingQueriesShown: uint32,
      convergenceRounds: uint32,
      convergenceTop: uint32,
      convergenceZ: double,
      tokenBudget: uint64,
      maxCallsPerQuery: uint32,
      canary: fc.constant(true),
      memory: fc.constant(true),
      invalidScoresZero: fc.constant(true),
      finalPick: fc.record(
        { policy: text, topK: uint32, share: double, own: ownSettings },
        { requiredKeys: ['policy', 'topK', 'share'] },
      ),
      ties: fc.constant('newest' as const),
    },
    { requiredKeys: searchKeys },
  ),
  evaluation: fc.record(
    {
      method: text,
      warmUpRounds: uint32,
      fewShotRatio: double,
      bins: uint32,
      gamma: double,
      draw: fc.constantFrom('once', 'each-round'),
      tau: double,
      alphaMax: double,
      alphaForm: fc.constantFrom('product', 'quotient'),
      predictionAttempts: uint32,
      repeats: uint32,
      forecasts: fc.constant(true),
      own: ownSettings,
    },
    { requiredKeys: evaluationKeys },
  ),
  initialWorkflow: workflow,
});

const outcome: fc.Arbitrary<ExecutionOutcome> = fc.record(
  {
    queryIndex: uint32,
    repeat: uint32,
    score: double,
    answer: text,
    failure,
    otherScores: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/), double, { minKeys: 1, maxKeys: 3 }),
    tokens: fc.array(tokens, { maxLength: 2 }),
  },
  { requiredKeys: ['queryIndex', 'repeat', 'score', 'answer', 'tokens'] },
);

const evaluation: fc.Arbitrary<Evaluation> = fc.record(
  {
    method: text,
    score: double,
    executions: uint32,
    standardError: double,
    predicted: double,
    fewShot: double,
    alpha: double,
    epsilon: double,
  },
  { requiredKeys: ['method', 'score', 'executions'] },
);

const event: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ kind: fc.constant('run-started' as const), configuration }),
  fc.record({
    kind: fc.constant('memory-recalled' as const),
    rows: fc.array(
      fc.record({
        ...{ runId: text, round: uint32, workflowHash: text, model: text, method: text, simulated: fc.boolean() },
        queries: fc.array(uint32, { maxLength: 5 }),
        scores: fc.array(double, { maxLength: 5 }),
      }),
      { maxLength: 3 },
    ),
  }),
  fc.record(
    {
      kind: fc.constant('round-started' as const),
      round: uint32,
      parentRound: uint32,
      candidates: fc.array(fc.record({ round: uint32, score: double, probability: double }), { maxLength: 3 }),
      mergedRound: uint32,
    },
    { requiredKeys: ['kind', 'round', 'parentRound', 'candidates'] },
  ),
  fc.record(
    {
      kind: fc.constant('workflow-proposed' as const),
      round: uint32,
      turn: uint32,
      modification: text,
      workflow,
      workflowHash: text,
      failure,
      reply: text,
      tokens,
    },
    { requiredKeys: ['kind', 'round', 'turn', 'modification', 'workflowHash', 'reply'] },
  ),
  fc.record(
    {
      kind: fc.constant('query-workflow-proposed' as const),
      round: uint32,
      queryIndex: uint32,
      turn: uint32,
      modification: text,
      workflow,
      workflowHash: text,
      failure,
      reply: text,
      tokens,
    },
    { requiredKeys: ['kind', 'round', 'queryIndex', 'turn', 'modification', 'workflowHash', 'reply'] },
  ),
  fc.record({
    kind: fc.constant('sample-drawn' as const),
    round: uint32,
    queryIndexes: fc.array(uint32, { maxLength: 5 }),
    strata: fc.array(fc.record({ low: double, high: double, queries: uint32, probability: double, drawn: uint32 }), {
      maxLength: 3,
    }),
  }),
  fc.record({ kind: fc.constant('canary-completed' as const), round: uint32, turn: uint32, outcome }),
  fc.record({
    kind: fc.constantFrom('executions-completed' as const, 'final-executions-completed' as const),
    round: uint32,
    outcomes: fc.array(outcome, { maxLength: 3 }),
  }),
  fc.record(
    {
      kind: fc.constant('prediction-completed' as const),
      round: uint32,
      turn: uint32,
      score: double,
      reason: text,
      failure,
      tokens,
    },
    { requiredKeys: ['kind', 'round', 'turn', 'reason'] },
  ),
  fc.record(
    { kind: fc.constant('round-completed' as const), round: uint32, evaluation, failure },
    { requiredKeys: ['kind', 'round'] },
  ),
  fc.record({
    kind: fc.constant('run-completed' as const),
    bestRound: uint32,
    reason: fc.constantFrom(...stopReasons),
  }),
  fc.record({ kind: fc.constant('run-cancelled' as const), reason: text }),
  fc.record({ kind: fc.constant('run-failed' as const), failure }),
  fc.record({ kind: fc.constant('tokens-reserved' as const), jobs: uint32, tokens: uint64 }),
  fc.record({ kind: fc.constant('spending-noted' as const), tokens: uint64 }),
  fc.record(
    {
      kind: fc.constant('limit-reached' as const),
      limit: fc.constantFrom(...limitNames),
      scope: fc.constantFrom(...limitScopes),
      ends: fc.constantFrom(...limitEnds),
      most: double,
      used: double,
      reason: fc.string({ minLength: 1 }),
    },
    { requiredKeys: ['kind', 'limit', 'scope', 'ends', 'most', 'used'] },
  ),
  fc.constant({ kind: 'limits-raised' as const }),
  fc.record({ kind: fc.constant('run-paused' as const) }),
  fc.record({ kind: fc.constant('run-resumed' as const) }),
);

const option = fc.oneof(fc.boolean(), finite, text, fc.array(text, { maxLength: 3 }), fc.record({ name: text, text }));
const ownScorers = fc.dictionary(named, fc.record({ kind: text, options: fc.dictionary(named, option, { maxKeys: 3 }) }), {
  minKeys: 1,
  maxKeys: 3,
});

const benchmark: fc.Arbitrary<Benchmark> = fc.record(
  {
    name: text,
    split: text,
    description: text,
    queries: fc.array(fc.record({ id: text, fields: texts, reference: text }), { maxLength: 4 }),
    inputs: fc.array(text, { maxLength: 3 }),
    operators: fc.array(text, { maxLength: 3 }),
    scorer: text,
    otherScorers: fc.array(text, { maxLength: 3 }),
    answerFormat: text,
    ownScorers,
    warnings: fc.array(text, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['name', 'split', 'description', 'queries', 'inputs', 'operators', 'scorer', 'otherScorers', 'answerFormat'] },
);

// fast-check also makes records without a prototype; decoded ones have the usual one.
const plain = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> => arbitrary.map((value) => structuredClone(value));

export const anyConfiguration = plain(configuration);
export const anyEvent = plain(event);
export const anyBenchmark = plain(benchmark);
export const anyOutcome = plain(outcome);
