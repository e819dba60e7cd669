import type { Benchmark } from '../benchmark.ts';
import type { Random } from '../ports.ts';
import { moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import { buildPredictionPrompt } from '../prompts/build-prediction-prompt.ts';
import { answerKey, answersShown, buildProposalPrompt, type OutcomeTexts } from '../prompts/build-proposal-prompt.ts';
import { buildQueryProposalPrompt } from '../prompts/build-query-proposal-prompt.ts';
import { answerExcerptLength } from '../prompts/logged-outcome.ts';
import { workflowYaml } from '../prompts/workflow-yaml.ts';
import { randomNormal, randomStream } from '../random.ts';
import { applyEvent } from '../run/apply/apply-event.ts';
import type { ExecuteCommand, ProposeCommand, WorkCommand } from '../run/command.ts';
import type { RunConfiguration } from '../run/configuration.ts';
import type { ExecutionOutcome, LimitName, RunEvent } from '../run/event.ts';
import { isOver } from '../run/is-over.ts';
import type { TokenUse } from '../run/ledger/token-use.ts';
import { totalUse } from '../run/ledger/totals.ts';
import { executedWorkflows } from '../run/query-workflows.ts';
import type { RunState } from '../run/state.ts';
import { chargedOnce } from '../search/charged-once.ts';
import { planNextStep } from '../search/plan-next-step.ts';
import { viewOf } from '../search/view-of.ts';
import { childGrowth, type Growth, longerWorkflow } from './made-up-edit.ts';
import type { StandIn } from './stand-in.ts';

export interface PlayedRun {
  readonly configuration: RunConfiguration;
  readonly benchmark: Benchmark;
  readonly standIn: StandIn;
  readonly limits: PlayedLimits;
  readonly prices: PriceTable | undefined;
}

/** Most that the run may spend; absent: any amount. Its time is not among them, since a played run takes none. */
export interface PlayedLimits {
  readonly tokens?: number;
  readonly calls?: number;
  readonly money?: number;
  /** Of each, that the search leaves to the final pick, and what both leave to a test. */
  readonly pickShare: number;
  readonly testShare: number;
}

/**
 * One course that a run may take: its own plan, with executions, proposals and predictions that are made up as the stand-in says.
 * Scores are made up too, since parents, early stops and the final pick depend on them; they say nothing about the benchmark.
 * @param course a number; the same one gives the same course
 */
export function playRun(run: PlayedRun, course: number): RunState {
  const { configuration, standIn } = run;
  const random = randomStream(course, 'forecast', configuration.seed);
  // Shared by the runs of a sweep: what is wrong about a model is wrong in all of them.
  const level = randomStream(course, 'forecast');
  const play: Play = {
    ...run,
    random,
    executorFactor: Math.exp(standIn.doubts.executor * randomNormal(level)),
    branchFactor: Math.exp(standIn.doubts.branches * randomNormal(level)),
    optimizerFactor: Math.exp(standIn.doubts.optimizer * randomNormal(level)),
    hardness: standIn.executions.map(() => difficultySpread * randomNormal(random)),
    growths: new Map(),
  };
  let state = applyEvent(undefined, { kind: 'run-started', configuration });
  while (!isOver(state)) {
    state = withNextStep(play, state);
  }
  return state;
}

/** Up to the first limit that is reached on the way. */
function withNextStep(play: Play, before: RunState): RunState {
  let state = before;
  for (const command of planNextStep(before)) {
    for (const event of eventsOf(play, state, command)) {
      state = applyEvent(state, chargedOnce(state, event));
      const reached = limitReached(state, play);
      if (reached !== undefined) return applyEvent(state, reached);
    }
  }
  return state;
}

interface Play extends PlayedRun {
  readonly random: Random;
  readonly executorFactor: number;
  readonly branchFactor: number;
  readonly optimizerFactor: number;
  /** Of each query, in units of the logit. */
  readonly hardness: readonly number[];
  /** By the workflow's made-up hash; the initial one has none. */
  readonly growths: Map<string, Growth>;
}

function eventsOf(play: Play, state: RunState, command: ReturnType<typeof planNextStep>[number]): RunEvent[] {
  switch (command.kind) {
    case 'append':
      return [command.event];
    case 'recall':
      return [{ kind: 'memory-recalled', rows: [] }];
    case 'execute':
      return executed(play, state, command);
    case 'predict':
      return [predicted(play, state, command)];
    case 'propose':
      return [proposed(play, state, command)];
  }
}

function executed(play: Play, state: RunState, { round, executions, purpose, workflowHash }: ExecuteCommand): RunEvent[] {
  const open = state.rounds[round - 1];
  const workflowFor = open === undefined ? () => undefined : executedWorkflows(open);
  const outcomes = executions.map(({ queryIndex, repeat }) =>
    execution(play, workflowFor(queryIndex)?.workflowHash ?? workflowHash, queryIndex, repeat),
  );
  if (purpose !== 'canary') {
    const kind = purpose === 'final' ? 'final-executions-completed' : 'executions-completed';
    return batches(outcomes).map((some) => ({ kind, round, outcomes: some }));
  }
  const turn = open?.proposals.at(-1)?.turn ?? 0;
  return outcomes.map((outcome) => ({ kind: 'canary-completed', round, turn, outcome }));
}

/** A limit ends a search between them. Few, since workers reserve what a call may take before they make it. */
const batchSize = 2;

function batches(outcomes: readonly ExecutionOutcome[]): readonly ExecutionOutcome[][] {
  const count = Math.ceil(outcomes.length / batchSize);
  return Array.from({ length: count }, (_, index) => outcomes.slice(batchSize * index, batchSize * (index + 1)));
}

/** The spread of how hard queries are, in units of the logit: most are either easy or hard for all workflows. */
const difficultySpread = 2;

function execution(play: Play, hash: string, queryIndex: number, repeat: number): ExecutionOutcome {
  const { standIn, configuration, random, hardness } = play;
  const { calls: grown, overhead, reply, score } = growthOf(play, hash);
  const calls = grown * play.branchFactor;
  const expected = standIn.executions[queryIndex] ?? { calls: 0, promptTokens: 0, completionTokens: 0 };
  // The logit is stretched, so that the mean over queries of that spread is about the score.
  const stretched = Math.log(score / (1 - score)) * Math.sqrt(1 + difficultySpread ** 2 / 2.9);
  const chance = 1 / (1 + Math.exp((hardness[queryIndex] ?? 0) - stretched));
  const usage = {
    promptTokens: Math.round(Math.max(0.3 * expected.promptTokens, expected.promptTokens * calls + overhead)),
    completionTokens: Math.round(expected.completionTokens * calls * reply * play.executorFactor),
  };
  const used = use(configuration.executor.model, Math.floor(expected.calls * calls + random.next()), usage);
  return { queryIndex, repeat, score: random.next() < chance ? 1 : 0, answer: '', tokens: used };
}

function growthOf({ growths, standIn }: Play, hash: string): Growth {
  return growths.get(hash) ?? { calls: 1, overhead: 0, reply: 1, score: standIn.score, edits: 0 };
}

function proposed(play: Play, state: RunState, { round, turn, queryIndex }: ProposeCommand): RunEvent {
  const { benchmark, standIn, configuration, random } = play;
  const request = { state: viewOf(state, round), benchmark, round, turn };
  const prompt =
    queryIndex === undefined
      ? buildProposalPrompt({ ...request, answers: madeUpAnswers(play, request) })
      : buildQueryProposalPrompt({ ...request, queryIndex });
  const open = state.rounds[round - 1];
  const shown = state.rounds[(queryIndex === undefined ? (open?.parentRound ?? 0) : round) - 1];
  const parent = shown?.workflow ?? configuration.initialWorkflow;
  const before = growthOf(play, shown?.workflowHash ?? '');
  const calls = initialCalls(standIn);
  const after = childGrowth(before, calls, configuration.search.maxCallsPerQuery, standIn.edits, random);
  const name = `edit_${round}_${turn}_${queryIndex ?? ''}`;
  const workflow = longerWorkflow(parent, calls * (after.calls - before.calls), name);
  const tokens = askedOptimizer(play, prompt, standIn.proposalTokens + tokensIn(play, workflowYaml(workflow)))[0];
  const base = { round, turn, reply: '', ...(tokens && { tokens }) };
  const isRefused = random.next() < (turn === 1 ? standIn.refused.first : standIn.refused.later);
  const result = isRefused
    ? { ...base, modification: name, workflowHash: '', failure: { kind: 'invalid-workflow', message: refusal } as const }
    : { ...base, modification: modification(name), workflow, workflowHash: name };
  play.growths.set(name, after);
  return queryIndex === undefined
    ? { kind: 'workflow-proposed', ...result }
    : { kind: 'query-workflow-proposed', queryIndex, ...result };
}

/** As long as they usually are. */
const refusal =
  'made up: a step reads a value that no step before it gives, so the workflow cannot be executed as it is written.';

function modification(name: string): string {
  return `made up (${name}): a sentence that says what is changed, and why that should give better answers`;
}

function initialCalls({ executions }: StandIn): number {
  return executions.reduce((sum, { calls }) => sum + calls, 0) / Math.max(1, executions.length);
}

/** An answer is as long as a reply of the workflow that gave it. */
function madeUpAnswers(play: Play, request: Parameters<typeof answersShown>[0]): ReadonlyMap<string, OutcomeTexts> {
  const { standIn, executorFactor } = play;
  const told = (request.state.configuration.search.feedbackTokens ?? 0) > 0;
  return new Map(
    answersShown(request).map((place) => {
      const { calls, completionTokens } = standIn.executions[place.queryIndex] ?? { calls: 1, completionTokens: 0 };
      const { reply } = growthOf(play, request.state.rounds[place.round - 1]?.workflowHash ?? '');
      const tokens = (completionTokens / Math.max(1, calls)) * reply * executorFactor;
      const texts = {
        answer: '.'.repeat(Math.min(answerExcerptLength, Math.round(tokens / standIn.tokensPerCharacter))),
        ...(told && { feedback: 'made up, and about as long as what a scorer says of an answer' }),
      };
      return [answerKey(place), texts];
    }),
  );
}

/** A few predictions cannot be read. */
const unreadShare = 0.05;

function predicted(play: Play, state: RunState, { round, turn }: Extract<WorkCommand, { kind: 'predict' }>): RunEvent {
  const { benchmark, standIn, random } = play;
  const prompt = buildPredictionPrompt({ state: viewOf(state, round), benchmark, round, turn });
  const tokens = askedOptimizer(play, prompt, standIn.predictionTokens)[0];
  const base = { kind: 'prediction-completed', round, turn, reason: '', ...(tokens && { tokens }) } as const;
  const guess = Math.min(
    1,
    Math.max(0, growthOf(play, state.rounds[round - 1]?.workflowHash ?? '').score + 0.1 * randomNormal(random)),
  );
  if (random.next() >= unreadShare) return { ...base, score: guess };
  return { ...base, failure: { kind: 'unparsable-prediction', message: 'made up' } };
}

function askedOptimizer(play: Play, prompt: string, replyTokens: number): TokenUse[] {
  const { configuration, optimizerFactor } = play;
  const usage = {
    promptTokens: Math.round(tokensIn(play, prompt) * optimizerFactor),
    completionTokens: Math.round(replyTokens * optimizerFactor),
  };
  return use(configuration.optimizer.model, 1, usage);
}

function tokensIn({ standIn }: Play, text: string): number {
  return text.length * standIn.tokensPerCharacter;
}

function use(model: string, calls: number, usage: Pick<TokenUse['usage'], 'promptTokens' | 'completionTokens'>): TokenUse[] {
  return [{ model, calls, usage: { ...usage, cachedTokens: 0, reasoningTokens: 0 }, simulated: false }];
}

/** The end that a limit brings, as the workers' reservations would: of the search, and then of the final pick. */
function limitReached({ ledger, limit, rounds }: RunState, { limits, prices }: PlayedRun): RunEvent | undefined {
  const ends = limit === undefined ? 'search' : 'pick';
  if (limit?.reached.ends === 'pick' || (ends === 'pick' && rounds.at(-1)?.completed !== true)) return undefined;
  const share = 1 - limits.testShare - (ends === 'search' ? limits.pickShare : 0);
  const { tokens, calls } = totalUse(ledger);
  const spent: readonly (readonly [LimitName, number | undefined, number])[] = [
    ['tokens', limits.tokens, tokens],
    ['calls', limits.calls, calls],
    ['money', limits.money, moneyOf(prices, ledger)?.amount ?? 0],
  ];
  const found = spent.find(([, most, used]) => most !== undefined && used >= most * share);
  if (found === undefined) return undefined;
  const [name, most = 0, used] = found;
  return { kind: 'limit-reached', limit: name, scope: 'run', ends, most, used };
}
