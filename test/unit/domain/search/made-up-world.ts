import type { Failure } from '../../../../services/domain/failure.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { Command, ExecuteCommand } from '../../../../services/domain/run/command.ts';
import type { EvaluationSettings, RunConfiguration, SearchSettings } from '../../../../services/domain/run/configuration.ts';
import type { ExecutionOutcome, PredictionCompleted, RunEvent } from '../../../../services/domain/run/event.ts';
import type { TokenUse } from '../../../../services/domain/run/ledger/token-use.ts';
import type { MemoryRow } from '../../../../services/domain/run/outcomes/outcome-row.ts';
import type { RunKind } from '../../../../services/domain/run/run-kind.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { admitProposal, type ParsedProposal } from '../../../../services/domain/search/admit-proposal.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { queryProposalOf } from '../../../../services/domain/search/query-level/query-proposal-of.ts';
import { viewOfWorkflows } from '../../../../services/domain/search/view-of.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';

/** A world without models: every answer is a hash of what was asked, so it is the same however often it is asked. */
export interface World {
  propose(state: RunState, round: number, turn: number): ParsedProposal;
  /** A workflow for one query alone. */
  proposeFor(queryIndex: number, turn: number): ParsedProposal;
  /** Undefined for a reply that cannot be parsed. */
  predict(workflowHash: string, round: number, turn: number, state: RunState): number | undefined;
  score(workflowHash: string, queryIndex: number, repeat: number): number;
  /** Rows of earlier runs. Absent: none. */
  readonly memory?: readonly MemoryRow[];
  /** Tokens of an execution. Absent: a hundred and a few. */
  cost?(workflowHash: string, queryIndex: number): number;
  /** Of a proposal. Absent: 500. */
  proposalCost?(round: number, turn: number): number;
  /** Workflows that fail on every query. Absent: none does. */
  breaks?(workflowHash: string): boolean;
}

export interface Overrides {
  readonly kind?: RunKind;
  readonly seed?: number;
  readonly queryCount?: number;
  readonly search?: Partial<SearchSettings>;
  readonly evaluation?: Partial<EvaluationSettings>;
}

const model = { temperature: 0, topP: 1, maxTokens: 256, chatTemplateKwargs: {}, sendSeed: true };

export function madeUpConfiguration(overrides: Overrides = {}): RunConfiguration {
  return {
    kind: overrides.kind ?? 'search',
    name: 'made up',
    seed: overrides.seed ?? 1,
    benchmark: {
      name: 'made-up',
      split: 'validate',
      contentHash: '0'.repeat(64),
      queryCount: overrides.queryCount ?? 264,
      scorer: 'strict',
    },
    executor: { model: 'executor', ...model },
    optimizer: { model: 'optimizer', ...model },
    search: {
      maxRounds: 20,
      candidates: 4,
      lambda: 0.3,
      alpha: 0.2,
      proposalAttempts: 3,
      failingQueriesShown: 3,
      convergenceRounds: 0,
      convergenceTop: 3,
      convergenceZ: 0,
      tokenBudget: 0,
      maxCallsPerQuery: 20,
      ...overrides.search,
    },
    evaluation: {
      method: 'scale',
      warmUpRounds: 3,
      fewShotRatio: 0.03,
      bins: 10,
      gamma: 0.1,
      draw: 'once',
      tau: 0.01,
      alphaMax: 0.9,
      alphaForm: 'product',
      predictionAttempts: 2,
      repeats: 1,
      ...overrides.evaluation,
    },
    initialWorkflow: madeUpWorkflow('answer the question'),
  };
}

export function madeUpWorkflow(prompt: string): Workflow {
  return {
    name: 'made up',
    description: '',
    prompts: { solve: prompt },
    steps: [
      { kind: 'call', id: 'solve', operator: 'custom', inputs: { instruction: 'solve', input: '{{ query.question }}' } },
      { kind: 'return', value: '{{ solve.response }}' },
    ],
  };
}

/** In this world about one proposal in five is broken, one in ten a duplicate, and one prediction in six unparsable. */
export function madeUpWorld(seed = 1, brokenShare = 0): World {
  return {
    propose: (state, round, turn) => {
      const fate = chance(seed, 'propose', round, turn);
      if (fate < 0.2) return { failure: { kind: 'invalid-workflow', message: 'solve: there is no operator "guess"' } };
      const hash = fate < 0.3 ? (state.rounds[0]?.workflowHash ?? '') : `workflow-${round}-${turn}`;
      return { modification: `edit ${round}.${turn}`, workflow: madeUpWorkflow(hash), workflowHash: hash };
    },
    proposeFor: (queryIndex, turn) => {
      if (chance(seed, 'propose-for', queryIndex, turn) < 0.4) {
        return { failure: { kind: 'invalid-workflow', message: 'solve: there is no operator "guess"' } };
      }
      const hash = `query-${queryIndex % 5}`;
      return { modification: `for query ${queryIndex}`, workflow: madeUpWorkflow(hash), workflowHash: hash };
    },
    predict: (workflowHash, round, turn) => {
      if (chance(seed, 'unparsable', round, turn) < 1 / 6) return undefined;
      return Math.round(100 * (0.6 + 0.3 * chance(seed, 'predict', workflowHash))) / 100;
    },
    breaks: (workflowHash) => workflowHash.startsWith('workflow-') && chance(seed, 'breaks', workflowHash) < brokenShare,
    score: (workflowHash, queryIndex, repeat) => {
      const ability = 0.4 + 0.6 * chance(seed, 'ability', workflowHash);
      const difficulty = chance(seed, 'difficulty', queryIndex);
      const luck = 0.2 * (chance(seed, 'luck', workflowHash, queryIndex, repeat) - 0.5);
      return ability + luck > difficulty ? 1 : 0;
    },
  };
}

function chance(seed: number, ...about: readonly (string | number)[]): number {
  return randomStream(seed, 'made-up', ...about).next();
}

export function use(modelName: string, tokens: number): TokenUse {
  const usage = { promptTokens: tokens, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
  return { model: modelName, calls: 1, usage, simulated: true };
}

/** The events that come of a command, as the coordinator would append them. */
export function eventsOf(world: World, state: RunState, command: Command): RunEvent[] {
  switch (command.kind) {
    case 'append':
      return [command.event];
    case 'recall':
      return [{ kind: 'memory-recalled', rows: world.memory ?? [] }];
    case 'execute':
      return executionBatches(world, state, command);
    case 'predict':
      return [prediction(world, state, command.round, command.turn)];
    case 'propose': {
      const { round, turn, queryIndex } = command;
      const asked = { round, turn, reply: 'a reply', tokens: use('optimizer', world.proposalCost?.(round, turn) ?? 500) };
      if (queryIndex !== undefined) {
        return [queryProposalOf({ ...asked, queryIndex, parsed: world.proposeFor(queryIndex, turn) })];
      }
      return [admitProposal({ ...asked, state: viewOfWorkflows(state, round), parsed: world.propose(state, round, turn) })];
    }
  }
}

function executionBatches(world: World, state: RunState, command: ExecuteCommand): RunEvent[] {
  const { round, workflowHash, executions, purpose } = command;
  const broken = world.breaks?.(workflowHash) === true;
  const outcomes = executions.map(({ queryIndex, repeat, workflowHash: own = workflowHash }): ExecutionOutcome => {
    const tokens = [use('executor', world.cost?.(own, queryIndex) ?? 100 + (queryIndex % 7))];
    if (broken) return { queryIndex, repeat, score: 0, answer: '', failure: brokenFailure, tokens };
    const score = world.score(own, queryIndex, repeat);
    return { queryIndex, repeat, score, answer: `${score}`, tokens };
  });
  if (purpose === 'canary') {
    const turn = state.rounds[round - 1]?.proposals.at(-1)?.turn ?? 0;
    return outcomes.map((outcome) => ({ kind: 'canary-completed', round, turn, outcome }));
  }
  const kind = purpose === 'final' ? 'final-executions-completed' : 'executions-completed';
  const batches: RunEvent[] = [];
  for (let index = 0; index < outcomes.length; index += 8) {
    batches.push({ kind, round, outcomes: outcomes.slice(index, index + 8) });
  }
  return batches;
}

export const brokenFailure: Failure = { kind: 'operator-input', message: 'solve: input is a list, not a text', step: 'solve' };

function prediction(world: World, state: RunState, round: number, turn: number): PredictionCompleted {
  const base = { kind: 'prediction-completed', round, turn, reason: '', tokens: use('optimizer', 900) } as const;
  const score = world.predict(state.rounds[round - 1]?.workflowHash ?? '', round, turn, state);
  if (score !== undefined) return { ...base, score };
  return { ...base, failure: { kind: 'unparsable-prediction', message: 'there is no <box>' } };
}

export interface Finished {
  readonly state: RunState;
  readonly log: readonly RunEvent[];
}

/** Goes on from a log, empty or cut anywhere, until nothing is left to do or the condition holds. */
export function continueRun(
  world: World,
  configuration: RunConfiguration,
  begun: readonly RunEvent[] = [],
  until: (state: RunState) => boolean = () => false,
): Finished {
  const log: RunEvent[] = begun.length > 0 ? [...begun] : [{ kind: 'run-started', configuration }];
  let state = replay(log);
  for (let commands = planNextStep(state); commands.length > 0 && !until(state); commands = planNextStep(state)) {
    for (const event of commands.flatMap((command) => eventsOf(world, state, command))) {
      state = applyEvent(state, event);
      log.push(event);
    }
  }
  return { state, log };
}

export function replay(log: readonly RunEvent[]): RunState {
  const state = log.reduce<RunState | undefined>(applyEvent, undefined);
  if (state === undefined) throw new Error('the log is empty');
  return state;
}
