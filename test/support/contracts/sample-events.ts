import type { RunConfiguration } from '../../../services/domain/run/configuration.ts';
import type { RunEvent } from '../../../services/domain/run/event.ts';

/** One event of each kind with every field set; test/fixtures/contracts/events.json holds their bytes. Never change one. */

const usage = { promptTokens: 812, completionTokens: 245, cachedTokens: 640, reasoningTokens: 31 };
const tokens = { model: 'Qwen/Qwen3-8B', calls: 3, usage, simulated: true };
const failure = { kind: 'unparsable-answer', message: 'step vote: the reply names no candidate', step: 'vote' } as const;
const modelSettings = {
  model: 'Qwen/Qwen3-8B',
  temperature: 0.7,
  topP: 0.95,
  maxTokens: 2048,
  chatTemplateKwargs: { enable_thinking: false },
  sendSeed: true,
};

const configuration: RunConfiguration = {
  kind: 'search',
  name: 'A sample run',
  seed: 9_007_199_254_740_991,
  benchmark: { name: 'sample', split: 'validate', contentHash: 'ab'.repeat(32), queryCount: 60, scorer: 'strict' },
  executor: modelSettings,
  optimizer: { ...modelSettings, model: 'Qwen/Qwen3-32B', chatTemplateKwargs: {} },
  search: {
    maxRounds: 20,
    candidates: 4,
    lambda: 0.3,
    alpha: 0.2,
    proposalAttempts: 3,
    failingQueriesShown: 3,
    convergenceRounds: 5,
    convergenceTop: 3,
    convergenceZ: 0.5,
    tokenBudget: 5_000_000_000,
    maxCallsPerQuery: 24,
  },
  evaluation: {
    method: 'scale',
    warmUpRounds: 3,
    fewShotRatio: 0.03,
    bins: 5,
    gamma: 0.1,
    draw: 'each-round',
    tau: 0.2,
    alphaMax: 0.8,
    alphaForm: 'quotient',
    predictionAttempts: 3,
    repeats: 1,
  },
  initialWorkflow: {
    name: 'start',
    description: 'One of each kind of step',
    prompts: { solve: 'Think in steps: {{ query.question }}', check: 'Is it right?' },
    steps: [
      { kind: 'call', id: 'plan', operator: 'custom', inputs: { prompt: 'solve', input: '{{ query.question }}' } },
      {
        kind: 'parallel',
        id: 'drafts',
        times: 3,
        steps: [{ kind: 'call', id: 'draft', operator: 'answer_generate', inputs: { input: '{{ query.question }}' } }],
        yield: '{{ draft.answer }}',
      },
      {
        kind: 'map',
        id: 'checked',
        over: '{{ drafts }}',
        item: 'each',
        max: 3,
        steps: [{ kind: 'call', id: 'checking', operator: 'review', inputs: { solution: '{{ each }}' } }],
      },
      {
        kind: 'if',
        condition: 'size(drafts) > 0',
        then: [{ kind: 'set', id: 'answer', value: '{{ drafts[0] }}' }],
        else: [{ kind: 'return', value: '' }],
      },
      { kind: 'loop', condition: 'answer == ""', max: 2, steps: [{ kind: 'set', id: 'answer', value: 'again' }] },
      { kind: 'return', value: '{{ answer }}' },
    ],
  },
};

export const sampleEvents: readonly RunEvent[] = [
  { kind: 'run-started', configuration },
  {
    kind: 'memory-recalled',
    rows: [
      {
        ...{ runId: 'gsm8k-0123456789ab', round: 3, workflowHash: 'ef'.repeat(32), model: 'Qwen/Qwen3-8B', method: 'rasch' },
        ...{ simulated: true, queries: [3, 17], scores: [0.5, 1] },
      },
    ],
  },
  { kind: 'tokens-reserved', jobs: 17, tokens: 5_000_000_000 },
  { kind: 'spending-noted', tokens: 4_096 },
  { kind: 'limit-reached', limit: 'money', scope: 'sweep', ends: 'search', most: 12.5, used: 12.53125 },
  { kind: 'limits-raised' },
  { kind: 'round-started', round: 4, parentRound: 2, candidates: [{ round: 2, score: 0.75, probability: 0.6 }] },
  {
    kind: 'workflow-proposed',
    round: 4,
    turn: 1,
    modification: 'Ask for three drafts and vote — “majority”',
    workflow: configuration.initialWorkflow,
    workflowHash: 'cd'.repeat(32),
    failure,
    reply: '<modification>…</modification>',
    tokens,
  },
  {
    kind: 'query-workflow-proposed',
    round: 1,
    queryIndex: 58,
    turn: 2,
    modification: 'Plan first',
    workflow: configuration.initialWorkflow,
    workflowHash: 'ef'.repeat(32),
    failure,
    reply: '<modification>…</modification>',
    tokens,
  },
  {
    kind: 'sample-drawn',
    round: 4,
    queryIndexes: [0, 7, 58],
    strata: [{ low: 0, high: 0.2, queries: 12, probability: 0.25, drawn: 1 }],
  },
  {
    kind: 'executions-completed',
    round: 4,
    outcomes: [
      { queryIndex: 7, repeat: 1, score: 0, answer: '', failure, tokens: [tokens] },
      { queryIndex: 58, repeat: 0, score: 1, answer: '42', tokens: [] },
    ],
  },
  {
    kind: 'canary-completed',
    round: 4,
    turn: 1,
    outcome: { queryIndex: 7, repeat: 0, score: 0, answer: '', failure, tokens: [tokens] },
  },
  {
    kind: 'final-executions-completed',
    round: 4,
    outcomes: [{ queryIndex: 9, repeat: 0, score: 0.5, answer: '7', otherScores: { strict: 1 }, tokens: [tokens] }],
  },
  { kind: 'prediction-completed', round: 4, turn: 2, score: 0.625, reason: 'It votes.', failure, tokens },
  {
    kind: 'round-completed',
    round: 4,
    evaluation: {
      method: 'scale',
      score: 0.7,
      standardError: 0.05,
      executions: 3,
      predicted: 0.625,
      fewShot: 1,
      alpha: 0.2,
      epsilon: 0.375,
    },
    failure,
  },
  { kind: 'run-completed', bestRound: 4, reason: 'converged' },
  { kind: 'run-cancelled', reason: 'cancelled by a person' },
  { kind: 'run-failed', failure: { kind: 'internal', message: 'a defect' } },
  { kind: 'run-paused' },
  { kind: 'run-resumed' },
];

/** The same with every optional part left out. */
export const bareEvents: readonly RunEvent[] = [
  { kind: 'limit-reached', limit: 'stop', scope: 'run', ends: 'pick', most: 0, used: 0 },
  { kind: 'workflow-proposed', round: 1, turn: 0, modification: '', workflowHash: '', reply: '' },
  { kind: 'prediction-completed', round: 0, turn: 0, reason: '' },
  { kind: 'round-completed', round: 0 },
  { kind: 'round-completed', round: 1, evaluation: { method: '', score: 0, executions: 0 } },
  { kind: 'prediction-completed', round: 1, turn: 1, score: 0, reason: '' },
];
