import { defined } from '../../domain/defined.ts';
import { answerNature } from '../../domain/forecast/edit-effects.ts';
import { expectedExecutions } from '../../domain/forecast/expected-executions.ts';
import { learnOptimizer, meanExecution } from '../../domain/forecast/learn-from-runs.ts';
import { publishedEdits } from '../../domain/forecast/published-edits.ts';
import { simulatedEdits, simulatedStart } from '../../domain/forecast/simulated-edits.ts';
import type { ExpectedUse, StandIn } from '../../domain/forecast/stand-in.ts';
import {
  publishedReplies,
  replyTokens,
  simulatedReplies,
  type TypicalReplies,
  thinkingTokens,
} from '../../domain/forecast/typical-replies.ts';
import { countOf } from '../../domain/names/count-of.ts';
import { operators } from '../../domain/operators/registry.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import type { Round, RunState } from '../../domain/run/state.ts';
import { workflowBounds } from '../../domain/workflow/bounds.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { exact } from '../../shared/document/format.ts';
import { isSimulatedRun } from '../runs/run-request.ts';

export interface MadeStandIn {
  readonly standIn: StandIn;
  /** What it rests on, a clause each. */
  readonly basis: readonly string[];
}

/** Whether a review passes, samples agree or a loop goes on is not known: at most a few tenths of the calls, in the examples. */
const branchDoubt = 0.18;

/** English text under the tokenizers of today; where earlier runs are known, theirs counts. */
const usualTokensPerCharacter = 0.25;

/** @param earlier runs with the executor or the optimizer of this one */
export async function standInOf(file: RunFile, earlier: readonly RunState[]): Promise<MadeStandIn> {
  const { configuration, benchmark } = file;
  const { executor, optimizer, search, initialWorkflow } = configuration;
  const simulated = isSimulatedRun(file);
  const { minCalls, maxCalls } = workflowBounds(initialWorkflow, operators);
  const nature = answerNature(benchmark.operators);
  const replies = simulated ? simulatedReplies(nature) : publishedReplies;
  const settings = {
    maxCalls: search.maxCallsPerQuery,
    tokensPerCharacter: usualTokensPerCharacter,
    replyLength: (operator: string, prompt: string) =>
      Math.min(executor.maxTokens, replyTokens(replies, operator, prompt) + thinking(executor)),
  };
  const usual = await expectedExecutions(initialWorkflow, benchmark, settings);
  const alike = earlier.filter(
    ({ configuration: before }) =>
      before.benchmark.name === configuration.benchmark.name && before.executor.model === executor.model,
  );
  const measured = await measuredAgainst(alike, file, settings);
  const executions = measured === undefined ? usual : usual.map((use) => scaled(use, measured));
  const byOptimizer = earlier.filter(({ configuration: before }) => before.optimizer.model === optimizer.model);
  const tokensPerCharacter = usualTokensPerCharacter * (optimizer.model === executor.model ? (measured?.prompts ?? 1) : 1);
  const learned = learnOptimizer(byOptimizer, tokensPerCharacter);
  const edits = simulated ? simulatedEdits(nature) : (learned.edits ?? publishedEdits);
  return {
    standIn: {
      executions,
      score: measured?.score ?? (simulated ? simulatedStart(nature) : 0.6),
      edits,
      tokensPerCharacter,
      proposalTokens: (learned.proposalTokens ?? 45) + (learned.proposalTokens === undefined ? thinking(optimizer) : 0),
      predictionTokens: learned.predictionTokens ?? (simulated ? 31 : 150) + thinking(optimizer),
      refused: learned.refused ?? { first: 0.29, later: 0.2 },
      doubts: {
        executor: measured === undefined ? doubtOf(replies, executor) : 0.1,
        branches: minCalls === maxCalls ? 0 : branchDoubt,
        optimizer: learned.proposalTokens === undefined && !simulated ? 0.4 : 0.12,
      },
    },
    basis: [
      `the texts of the ${exact(benchmark.queries.length)} queries, and the prompts and the plan of the run itself`,
      measured === undefined
        ? `replies as ${simulated ? 'the simulated model usually gives them' : 'a hosted model of 2024 gave them (gpt-4o-mini in published searches of AFlow); no earlier run here has used this model on this benchmark'}`
        : `replies as long as those of ${exact(measured.executions)} executions of ${countOf(alike.length, 'earlier run')} here on this benchmark with ${executor.model}`,
      ...(configuration.kind === 'evaluation' ? [] : [editBasis(simulated, learned.edits !== undefined)]),
    ],
  };
}

function editBasis(simulated: boolean, isLearned: boolean): string {
  if (simulated) return 'workflows that grow as those of the simulated optimizer have in other searches';
  if (isLearned) return 'workflows that grow as they have in earlier runs here with the same optimizer';
  return 'workflows that grow as those of published searches of AFlow have (claude-3.5-sonnet)';
}

function thinking({ chatTemplateKwargs }: ModelSettings): number {
  return chatTemplateKwargs.enable_thinking === true ? thinkingTokens : 0;
}

function doubtOf({ doubt }: TypicalReplies, model: ModelSettings): number {
  return thinking(model) > 0 ? Math.max(doubt, 0.6) : doubt;
}

/** How earlier executions compare with what would have been expected of them. */
interface Measured {
  readonly prompts: number;
  readonly replies: number;
  readonly executions: number;
  /** Of the same initial workflow; absent if it was another one. */
  readonly score?: number;
}

/** The initial workflows of the earlier runs, of which it is known what was expected and what came. */
async function measuredAgainst(
  runs: readonly RunState[],
  { benchmark, configuration }: RunFile,
  settings: Parameters<typeof expectedExecutions>[2],
): Promise<Measured | undefined> {
  const known: { readonly had: ExpectedUse; readonly expected: ExpectedUse; readonly round: Round }[] = [];
  for (const { rounds } of runs) {
    const [round] = rounds;
    const had = round && meanExecution(round);
    if (round?.workflow === undefined || had === undefined || had.completionTokens === 0) continue;
    const queries = [...round.outcomes].flatMap(({ queryIndex }) => benchmark.queries[queryIndex] ?? []);
    const expected = meanUse(await expectedExecutions(round.workflow, { ...benchmark, queries }, settings));
    if (expected.promptTokens > 0) known.push({ had, expected, round });
  }
  const weight = ({ round }: { readonly round: Round }) => round.outcomes.length;
  const executions = known.reduce((sum, each) => sum + weight(each), 0);
  if (executions === 0) return undefined;
  const ratio = (read: (use: ExpectedUse) => number): number =>
    known.reduce((sum, each) => sum + (weight(each) * read(each.had)) / Math.max(1e-9, read(each.expected)), 0) / executions;
  const hash = configuration.initialWorkflow;
  const same = known.find(({ round }) => JSON.stringify(round.workflow) === JSON.stringify(hash));
  return {
    prompts: ratio(({ promptTokens }) => promptTokens),
    replies: ratio(({ completionTokens }) => completionTokens),
    executions,
    ...defined({ score: same?.round.evaluation?.score }),
  };
}

function meanUse(uses: readonly ExpectedUse[]): ExpectedUse {
  const sum = (read: (use: ExpectedUse) => number) => uses.reduce((all, use) => all + read(use), 0) / Math.max(1, uses.length);
  return {
    calls: sum(({ calls }) => calls),
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
  };
}

function scaled({ calls, promptTokens, completionTokens }: ExpectedUse, { prompts, replies }: Measured): ExpectedUse {
  return { calls, promptTokens: promptTokens * prompts, completionTokens: completionTokens * replies };
}
