import type { Benchmark } from '../domain/benchmark.ts';
import { defined } from '../domain/defined.ts';
import { operators } from '../domain/operators/registry.ts';
import type { CodeRunner, ModelClient } from '../domain/ports.ts';
import { buildPredictionPrompt } from '../domain/prompts/build-prediction-prompt.ts';
import { answerKey, buildProposalPrompt, type OutcomeTexts } from '../domain/prompts/build-proposal-prompt.ts';
import { buildQueryProposalPrompt } from '../domain/prompts/build-query-proposal-prompt.ts';
import { excerpt, feedbackInLog } from '../domain/prompts/logged-outcome.ts';
import { parsePrediction } from '../domain/prompts/parse-prediction.ts';
import { parseProposal } from '../domain/prompts/parse-proposal.ts';
import { applyEvent } from '../domain/run/apply/apply-event.ts';
import type { Command, ExecuteCommand } from '../domain/run/command.ts';
import type { ModelSettings, RunConfiguration } from '../domain/run/configuration.ts';
import type { ExecutionOutcome, RunEvent } from '../domain/run/event.ts';
import { isOver } from '../domain/run/is-over.ts';
import type { CompletionCommand } from '../domain/run/job-id.ts';
import { judgeSettings } from '../domain/run/judge-settings.ts';
import { useByModel } from '../domain/run/ledger/use-by-model.ts';
import { executedWorkflows } from '../domain/run/query-workflows.ts';
import type { Round, RunState } from '../domain/run/state.ts';
import { scoreAnswer } from '../domain/scoring/score-answer.ts';
import { admitProposal } from '../domain/search/admit-proposal.ts';
import { chargedOnce } from '../domain/search/charged-once.ts';
import { executedEvent } from '../domain/search/executed-event.ts';
import { planNextStep } from '../domain/search/plan-next-step.ts';
import { queryProposalOf } from '../domain/search/query-level/query-proposal-of.ts';
import { viewOf, viewOfWorkflows } from '../domain/search/view-of.ts';
import { canonicalHash } from '../domain/workflow/canonical-hash.ts';
import { interpretWorkflow } from '../domain/workflow/execution/interpret.ts';
import type { Workflow } from '../domain/workflow/workflow.ts';
import { decodeEvent, encodeEvent } from '../shared/contracts/event-codec.ts';
import { linked } from '../shared/lifecycle/abort.ts';
import { meteredClient } from './metered-client.ts';

/** What one job asks for: the model of a role, set as the configuration sets it. */
export interface WantedModel {
  readonly role: 'executor' | 'optimizer' | 'judge';
  readonly settings: ModelSettings;
  /** What identifies the job; with the call's id, the key of the seed that a server may be sent. */
  readonly seed: readonly (string | number)[];
}

/** What a search in this process asks of the world. */
export interface SearchPorts {
  model(wanted: WantedModel): ModelClient;
  /** Runs programs that models wrote. Without it, a step or a scorer that needs one refuses to work. */
  readonly code?: CodeRunner;
  /** Gets each event before it counts: keep them, and a search that was broken off goes on from them. */
  readonly onEvent?: (event: RunEvent) => void | Promise<void>;
}

export interface SearchOptions {
  /** Of the same configuration, from the first on. Default: none, the search begins. */
  readonly earlier?: Iterable<RunEvent>;
  readonly signal?: AbortSignal;
}

const never = new AbortController().signal;

/** Executions at once, which then are one event, as a coordinator has it. */
const batchSize = 32;

/**
 * A search, or an evaluation, in this process, without bus or cluster: the plan, the prompts, the interpreter and the scorers are
 * those of a cluster, and so are the events, since nothing in them depends on time. Rounds come one after the other.
 * @throws whatever a port throws for the infrastructure; the events so far are then in the hands of `onEvent`
 */
export async function searchWorkflows(
  configuration: RunConfiguration,
  benchmark: Benchmark,
  ports: SearchPorts,
  { earlier = [], signal = never }: SearchOptions = {},
): Promise<RunState> {
  let state: RunState | undefined;
  const answers = new Map<string, OutcomeTexts>();
  for (const event of earlier) {
    noteAnswers(answers, event);
    state = applyEvent(state, event);
  }
  if (state === undefined) {
    const started: RunEvent = { kind: 'run-started', configuration };
    await ports.onEvent?.(started);
    state = applyEvent(undefined, started);
  }
  while (!isOver(state)) {
    for (const command of planNextStep(state)) {
      for await (const event of eventsOf({ ports, state, benchmark, answers, signal }, command)) {
        // As a coordinator reads it again: encoding sorts, and the optimizer is shown what was sorted.
        const charged = decodeEvent(encodeEvent('in-process', chargedOnce(state, event))).event;
        await ports.onEvent?.(charged);
        noteAnswers(answers, charged);
        state = applyEvent(state, charged);
      }
    }
  }
  return state;
}

interface Step {
  readonly ports: SearchPorts;
  readonly state: RunState;
  readonly benchmark: Benchmark;
  /** Of all executions so far, by answerKey: a state does not keep them. */
  readonly answers: ReadonlyMap<string, OutcomeTexts>;
  readonly signal: AbortSignal;
}

function noteAnswers(answers: Map<string, OutcomeTexts>, event: RunEvent): void {
  const { round, outcomes } =
    event.kind === 'executions-completed'
      ? event
      : event.kind === 'canary-completed'
        ? { round: event.round, outcomes: [event.outcome] }
        : { round: 0, outcomes: [] };
  for (const outcome of outcomes) answers.set(answerKey({ ...outcome, round }), outcome);
}

async function* eventsOf(step: Step, command: Command): AsyncGenerator<RunEvent> {
  const { state, benchmark, answers } = step;
  const { configuration } = state;
  switch (command.kind) {
    case 'append':
      return yield command.event;
    case 'recall':
      return yield { kind: 'memory-recalled', rows: [] };
    case 'predict': {
      const { round, turn } = command;
      const prompt = buildPredictionPrompt({ state: viewOf(state, round), benchmark, round, turn });
      const { text, cutOff, tokens } = await askOptimizer(step, command, prompt);
      return yield { kind: 'prediction-completed', round, turn, ...defined({ tokens }), ...parsePrediction(text, cutOff) };
    }
    case 'execute': {
      const round = state.rounds[command.round - 1] as Round;
      const workflowFor = executedWorkflows(round);
      for (let start = 0; start < command.executions.length; start += batchSize) {
        const batch = command.executions.slice(start, start + batchSize);
        const outcomes = await allOrNone(batch, step.signal, ({ queryIndex, repeat }, signal) => {
          const workflow = workflowFor(queryIndex)?.workflow ?? (round.workflow as Workflow);
          return execute(step.ports, { configuration, benchmark, workflow, queryIndex, repeat, command, signal });
        });
        yield executedEvent(command, outcomes, state);
      }
      return;
    }
    case 'propose': {
      const { round, turn, queryIndex } = command;
      const request = { state: viewOf(state, round), benchmark, round, turn };
      const prompt =
        queryIndex === undefined
          ? buildProposalPrompt({ ...request, answers })
          : buildQueryProposalPrompt({ ...request, queryIndex });
      const { text, cutOff, tokens } = await askOptimizer(step, command, prompt);
      const { maxCallsPerQuery: maxCalls } = configuration.search;
      const read = { round, turn, parsed: parseProposal({ reply: text, cutOff, benchmark, maxCalls }), reply: text, tokens };
      yield queryIndex === undefined
        ? admitProposal({ state: viewOfWorkflows(state, round), ...read })
        : queryProposalOf({ ...read, queryIndex });
    }
  }
}

/** All at once. The first that fails ends the others, so that none goes on to spend tokens when the error is thrown. */
async function allOrNone<Item, Result>(
  items: readonly Item[],
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  using either = linked(signal);
  const results = items.map((item) => work(item, either.signal));
  try {
    return await Promise.all(results);
  } catch (error) {
    either.abort(error);
    await Promise.allSettled(results);
    throw error;
  }
}

async function askOptimizer({ ports, state, signal }: Step, { kind, round, turn }: CompletionCommand, content: string) {
  const { seed, optimizer } = state.configuration;
  const model = ports.model({ role: 'optimizer', settings: optimizer, seed: [seed, kind, round, turn] });
  const { client, uses } = meteredClient(model, optimizer.model);
  const messages = [{ role: 'user', content }] as const;
  const { text, finishReason } = await client.complete({ callId: kind, purpose: kind, messages }, signal);
  return { text, cutOff: finishReason === 'length', tokens: uses[0] };
}

export interface Execution {
  readonly configuration: RunConfiguration;
  readonly benchmark: Benchmark;
  readonly workflow: Workflow;
  readonly queryIndex: number;
  readonly repeat: number;
  readonly command: Pick<ExecuteCommand, 'purpose'>;
  readonly signal: AbortSignal;
}

/** Runs a workflow on a query of its benchmark and scores the answer. */
export async function execute(
  { model, code }: Pick<SearchPorts, 'model' | 'code'>,
  wanted: Execution,
): Promise<ExecutionOutcome> {
  const { configuration, benchmark, workflow, queryIndex, repeat, command, signal } = wanted;
  const { executor, search } = configuration;
  const query = benchmark.queries[queryIndex];
  if (query === undefined) throw new RangeError(`benchmark ${benchmark.name} has no query ${queryIndex}`);
  const seed = [configuration.seed, canonicalHash(workflow), query.id, repeat] as const;
  const { client, uses } = meteredClient(model({ role: 'executor', settings: executor, seed }), executor.model);
  const { answer, failure } = await interpretWorkflow(workflow, query, {
    ...{ model: client, code, operators, seed, inputs: benchmark.inputs, maxCalls: search.maxCallsPerQuery, signal },
  });
  const base = { queryIndex, repeat };
  if (failure !== undefined) return { ...base, score: 0, answer: '', failure, tokens: useByModel(uses) };
  const judges: ReturnType<typeof meteredClient>[] = [];
  const scored = await scoreAnswer(answer, query, benchmark, {
    ...{ code, signal },
    judge: (judge) => {
      const settings = judgeSettings(judge, executor);
      const metered = meteredClient(model({ role: 'judge', settings, seed }), settings.model);
      judges.push(metered);
      return metered.client;
    },
  });
  const { scores, failure: unscored } = scored;
  const { otherScores } = scores;
  const tokens = useByModel([...uses, ...judges.flatMap((judge) => judge.uses)]);
  const others = Object.keys(otherScores).length > 0 && { otherScores };
  const shown = { ...base, answer: excerpt(answer), ...others, tokens };
  if (unscored !== undefined) return { ...shown, score: 0, failure: unscored };
  return { ...shown, score: scores.score, ...feedbackInLog(configuration, command, scores) };
}
