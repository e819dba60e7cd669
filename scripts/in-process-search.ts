import type { Benchmark } from '../services/domain/benchmark.ts';
import type { CodeRunner, CodeVerdict, ModelClient } from '../services/domain/ports.ts';
import type { RunConfiguration } from '../services/domain/run/configuration.ts';
import type { ExecutionOutcome } from '../services/domain/run/event.ts';
import type { RunState } from '../services/domain/run/state.ts';
import type { Workflow } from '../services/domain/workflow/workflow.ts';
import { execute, type SearchPorts, searchWorkflows, type WantedModel } from '../services/library/search-workflows.ts';
import { callSeed } from '../services/shared/models/model-client.ts';
import { complete } from '../services/simulator/chat-completion.ts';
import type { SimulatedModel } from '../services/simulator/simulated-model.ts';

/** Searches and evaluations with the simulated model in one process. For measurements that need hundreds of searches. */
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
  return await searchWorkflows(configuration, benchmark, portsOf(world));
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
  const ports = portsOf(world);
  const outcomes: ExecutionOutcome[] = [];
  for (const queryIndex of benchmark.queries.keys()) {
    const wanted = { configuration, benchmark, workflow, queryIndex, repeat: 0, command: {}, signal: never };
    outcomes.push(await execute(ports, wanted));
  }
  return outcomes;
}

const never = new AbortController().signal;

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

function portsOf({ model, code }: InProcessWorld): SearchPorts {
  return { code, model: (wanted) => clientOf(model, wanted) };
}

function clientOf(simulated: SimulatedModel, { settings, seed }: WantedModel): ModelClient {
  const { model, temperature, topP, maxTokens, chatTemplateKwargs } = settings;
  return {
    complete: async ({ callId, purpose, messages }) => {
      const request = {
        ...{ model, messages: [...messages], temperature, top_p: topP, max_tokens: maxTokens },
        // As it is sent: the simulated model's replies depend on whether it is there.
        ...(Object.keys(chatTemplateKwargs).length === 0 ? {} : { chat_template_kwargs: chatTemplateKwargs }),
        seed: callSeed(seed, callId),
      };
      const { promptTokens, choices } = complete(request, [simulated.reply(request, 0, purpose)], '', 0);
      const [choice] = choices;
      if (choice === undefined) throw new RangeError('the simulated model gave no choice');
      const usage = { promptTokens, completionTokens: choice.tokens, cachedTokens: 0, reasoningTokens: 0 };
      return { text: choice.text, reasoning: '', finishReason: choice.finishReason, usage, model, simulated: true };
    },
  };
}
