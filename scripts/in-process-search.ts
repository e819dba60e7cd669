import { excerpt, feedbackInLog } from '../services/coordinator/event-of-result.ts';
import type { Benchmark } from '../services/domain/benchmark.ts';
import { defined } from '../services/domain/defined.ts';
import { operators } from '../services/domain/operators/registry.ts';
import type { CodeRunner, CodeVerdict, ModelClient } from '../services/domain/ports.ts';
import { buildPredictionPrompt } from '../services/domain/prompts/build-prediction-prompt.ts';
import { answerKey, buildProposalPrompt, type OutcomeTexts } from '../services/domain/prompts/build-proposal-prompt.ts';
import { buildQueryProposalPrompt } from '../services/domain/prompts/build-query-proposal-prompt.ts';
import { parsePrediction } from '../services/domain/prompts/parse-prediction.ts';
import { parseProposal } from '../services/domain/prompts/parse-proposal.ts';
import { applyEvent } from '../services/domain/run/apply-event.ts';
import type { Command, ExecuteCommand } from '../services/domain/run/command.ts';
import type { ModelSettings, RunConfiguration } from '../services/domain/run/configuration.ts';
import type { ExecutionOutcome, RunEvent } from '../services/domain/run/event.ts';
import { isOver } from '../services/domain/run/is-over.ts';
import type { CompletionCommand } from '../services/domain/run/job-id.ts';
import type { TokenUse } from '../services/domain/run/ledger/token-use.ts';
import { totalUse } from '../services/domain/run/ledger/totals.ts';
import { executedWorkflows } from '../services/domain/run/query-workflows.ts';
import type { Round, RunState } from '../services/domain/run/state.ts';
import { scoreAnswer } from '../services/domain/scoring/score-answer.ts';
import { admitProposal } from '../services/domain/search/admit-proposal.ts';
import { chargedOnce } from '../services/domain/search/charged-once.ts';
import { planNextStep } from '../services/domain/search/plan-next-step.ts';
import { queryProposalOf } from '../services/domain/search/query-level/query-proposal-of.ts';
import { viewOf, viewOfWorkflows } from '../services/domain/search/view-of.ts';
import { canonicalHash } from '../services/domain/workflow/canonical-hash.ts';
import { interpretWorkflow } from '../services/domain/workflow/interpret.ts';
import type { Workflow } from '../services/domain/workflow/workflow.ts';
import { decodeEvent, encodeEvent } from '../services/shared/contracts/event-codec.ts';
import { callSeed } from '../services/shared/models/model-client.ts';
import { complete } from '../services/simulator/chat-completion.ts';
import type { SimulatedModel } from '../services/simulator/simulated-model.ts';

/**
 * Searches and evaluations with the simulated model in one process, without bus or HTTP: the plan, the interpreter, the scorers
 * and the model are those of a cluster, and so is the log, since nothing in it depends on time. For measurements that need
 * hundreds of searches.
 */
export interface InProcessWorld {
  readonly model: SimulatedModel;
  readonly code: CodeRunner;
}

/** Executes a run of any kind to its end. */
export async function searchInProcess(
  world: InProcessWorld,
  configuration: RunConfiguration,
  benchmark: Benchmark,
): Promise<RunState> {
  let state = applyEvent(undefined, { kind: 'run-started', configuration });
  const answers = new Map<string, OutcomeTexts>();
  while (!isOver(state)) {
    for (const command of planNextStep(state)) {
      for await (const event of eventsOf({ world, state, benchmark, answers }, command)) {
        noteAnswers(answers, event);
        // As a coordinator reads it again: encoding sorts, and the optimizer is shown what was sorted.
        state = applyEvent(state, decodeEvent(encodeEvent('in-process', chargedOnce(state, event))).event);
      }
    }
  }
  return state;
}

/** The scores of a workflow on every query, in their order. */
export async function scoresInProcess(
  world: InProcessWorld,
  configuration: RunConfiguration,
  benchmark: Benchmark,
  workflow: Workflow,
): Promise<number[]> {
  return (await outcomesInProcess(world, configuration, benchmark, workflow)).map(({ score }) => score);
}

/** The executions of a workflow on every query, in their order. */
export async function outcomesInProcess(
  world: InProcessWorld,
  configuration: RunConfiguration,
  benchmark: Benchmark,
  workflow: Workflow,
): Promise<ExecutionOutcome[]> {
  const queries = [...benchmark.queries.keys()];
  const outcomes: ExecutionOutcome[] = [];
  for (let start = 0; start < queries.length; start += batchSize) {
    const some = queries.slice(start, start + batchSize);
    const batch = some.map((queryIndex) =>
      execute(world, { configuration, benchmark, workflow, queryIndex, repeat: 0, command: {} }),
    );
    outcomes.push(...(await Promise.all(batch)));
  }
  return outcomes;
}

/** Programs that were run before are not run again: the simulated model writes the same few for each query. */
export function rememberingRunner(runner: CodeRunner): CodeRunner {
  const verdicts = new Map<string, Promise<CodeVerdict>>();
  return {
    run: (program, signal) => {
      const key = JSON.stringify(program);
      const known = verdicts.get(key) ?? runner.run(program, signal);
      verdicts.set(key, known);
      return known;
    },
  };
}

/** As the coordinator cuts them. */
const batchSize = 32;

interface Step {
  readonly world: InProcessWorld;
  readonly state: RunState;
  readonly benchmark: Benchmark;
  /** Of all executions so far, by answerKey: a state does not keep them. */
  readonly answers: ReadonlyMap<string, OutcomeTexts>;
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

async function* eventsOf({ world, state, benchmark, answers }: Step, command: Command): AsyncGenerator<RunEvent> {
  const { configuration } = state;
  switch (command.kind) {
    case 'append':
      return yield command.event;
    case 'recall':
      return yield { kind: 'memory-recalled', rows: [] };
    case 'predict': {
      const { round, turn } = command;
      const view = viewOf(state, round);
      const asked = { state: view, benchmark, round, turn };
      const { text, finishReason, tokens } = await askOptimizer(world, configuration, command, buildPredictionPrompt(asked));
      const read = parsePrediction(text, finishReason === 'length');
      return yield { kind: 'prediction-completed', round, turn, ...defined({ tokens }), ...read };
    }
    case 'execute': {
      const round = state.rounds[command.round - 1] as Round;
      const workflow = round.workflow as Workflow;
      const workflowFor = executedWorkflows(round);
      for (let start = 0; start < command.executions.length; start += batchSize) {
        const batch = command.executions.slice(start, start + batchSize);
        const outcomes = await Promise.all(
          batch.map(({ queryIndex, repeat }) =>
            execute(world, {
              ...{ configuration, benchmark, queryIndex, repeat, command },
              workflow: workflowFor(queryIndex)?.workflow ?? workflow,
            }),
          ),
        );
        yield executed(command, outcomes, state);
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
      const { text, finishReason, tokens } = await askOptimizer(world, configuration, command, prompt);
      const { maxCallsPerQuery: maxCalls } = configuration.search;
      const parsed = parseProposal({ reply: text, cutOff: finishReason === 'length', benchmark, maxCalls });
      const read = { round, turn, parsed, reply: text, tokens };
      yield queryIndex === undefined
        ? admitProposal({ state: viewOfWorkflows(state, round), ...read })
        : queryProposalOf({ ...read, queryIndex });
    }
  }
}

async function askOptimizer(
  { model }: InProcessWorld,
  { seed, optimizer }: RunConfiguration,
  { kind, round, turn }: CompletionCommand,
  prompt: string,
) {
  const used: TokenUse[] = [];
  const client = clientOf(model, optimizer, [seed, kind, round, turn], used);
  const messages = [{ role: 'user', content: prompt }] as const;
  const { text, finishReason } = await client.complete({ callId: kind, purpose: kind, messages }, never);
  return { text, finishReason, tokens: used[0] };
}

function executed({ round, purpose }: ExecuteCommand, outcomes: readonly ExecutionOutcome[], state: RunState): RunEvent {
  if (purpose === 'final') return { kind: 'final-executions-completed', round, outcomes };
  if (purpose === undefined) return { kind: 'executions-completed', round, outcomes };
  const turn = state.rounds[round - 1]?.proposals.at(-1)?.turn ?? 0;
  return { kind: 'canary-completed', round, turn, outcome: outcomes[0] as ExecutionOutcome };
}

interface Execution {
  readonly configuration: RunConfiguration;
  readonly benchmark: Benchmark;
  readonly workflow: Workflow;
  readonly queryIndex: number;
  readonly repeat: number;
  readonly command: Pick<ExecuteCommand, 'purpose'>;
}

const never = new AbortController().signal;

async function execute({ model, code }: InProcessWorld, execution: Execution): Promise<ExecutionOutcome> {
  const { configuration, benchmark, workflow, queryIndex, repeat, command } = execution;
  const query = benchmark.queries[queryIndex];
  if (query === undefined) throw new RangeError(`there is no query ${queryIndex}`);
  const seed = [configuration.seed, canonicalHash(workflow), query.id, repeat] as const;
  const used: TokenUse[] = [];
  const { answer, failure } = await interpretWorkflow(workflow, query, {
    ...{ model: clientOf(model, configuration.executor, seed, used), code, operators, seed, inputs: benchmark.inputs },
    maxCalls: configuration.search.maxCallsPerQuery,
    signal: never,
  });
  const { tokens: _, ...total } = totalUse(used);
  const base = { queryIndex, repeat, tokens: used.length === 0 ? [] : [{ model: configuration.executor.model, ...total }] };
  if (failure !== undefined) return { ...base, score: 0, answer: '', failure };
  const { scores, failure: unscored } = await scoreAnswer(answer, query, benchmark, { code, signal: never });
  const { otherScores } = scores;
  const shown = { ...base, answer: excerpt(answer), ...(Object.keys(otherScores).length > 0 && { otherScores }) };
  if (unscored !== undefined) return { ...shown, score: 0, failure: unscored };
  return { ...shown, score: scores.score, ...feedbackInLog(configuration, command, scores) };
}

/** @param used gets what each call has used */
function clientOf(
  model: SimulatedModel,
  settings: ModelSettings,
  seed: readonly (string | number)[],
  used: TokenUse[],
): ModelClient {
  const { model: name, temperature, topP, maxTokens, chatTemplateKwargs } = settings;
  return {
    complete: async ({ callId, purpose, messages }) => {
      const request = {
        ...{ model: name, messages: [...messages], temperature, top_p: topP, max_tokens: maxTokens },
        // As it is sent: the simulated model's replies depend on whether it is there.
        ...(Object.keys(chatTemplateKwargs).length === 0 ? {} : { chat_template_kwargs: chatTemplateKwargs }),
        seed: callSeed(seed, callId),
      };
      const { promptTokens, choices } = complete(request, [model.reply(request, 0, purpose)], '', 0);
      const [choice] = choices;
      if (choice === undefined) throw new RangeError('the simulated model gave no choice');
      const usage = { promptTokens, completionTokens: choice.tokens, cachedTokens: 0, reasoningTokens: 0 };
      used.push({ model: name, calls: 1, usage, simulated: true });
      return { text: choice.text, reasoning: '', finishReason: choice.finishReason, usage, model: name, simulated: true };
    },
  };
}
