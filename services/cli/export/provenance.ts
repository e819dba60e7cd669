import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import type { Round, RunState } from '../../domain/run/state.ts';
import { shownScore } from '../../domain/search/static-score.ts';
import { toDocument } from '../../domain/workflow/to-document.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { formatScore, oneLine } from '../../shared/document/format.ts';

/** What a workflow needs beside itself to give the score that it had, and where that score is from. */
export interface Provenance {
  readonly runId: string;
  readonly round: number;
  /** The run's pick, or the best so far. */
  readonly isBest: boolean;
  readonly workflowHash: string;
  /** Absent for a round that has none. */
  readonly score?: number;
  readonly method?: string;
  /** Queries that the round has executed, and those of the benchmark's split. */
  readonly queries: { readonly executed: number; readonly all: number };
  readonly benchmark: string;
  readonly split: string;
  readonly scorer: string;
  readonly simulated: boolean;
  /** The model that executed it, with its sampling settings; null: left to the server. */
  readonly model: Omit<ModelSettings, 'structured'>;
  /** Those that it calls. */
  readonly operators: readonly string[];
  /** The fields of a query that it may read. */
  readonly inputs: readonly string[];
}

export function provenanceOf(
  runId: string,
  state: RunState,
  round: Round & { readonly workflow: Workflow },
  { inputs }: Pick<Benchmark, 'inputs'>,
  best: number | undefined,
): Provenance {
  const { configuration, finalOutcomes = [], ledger } = state;
  const { benchmark, executor } = configuration;
  const { structured: _, ...model } = executor;
  const shown = shownScore(round, configuration.search);
  const picked = finalOutcomes.filter((each) => each.round === round.round).map(({ outcome }) => outcome.queryIndex);
  const executed = new Set([...[...round.outcomes].map(({ queryIndex }) => queryIndex), ...picked]).size;
  return {
    ...{ runId, round: round.round, isBest: round.round === best, workflowHash: round.workflowHash },
    ...defined({ score: shown?.score, method: shown?.method }),
    queries: { executed, all: benchmark.queryCount },
    ...{ benchmark: benchmark.name, split: benchmark.split, scorer: benchmark.scorer },
    simulated: ledger.some((entry) => entry.simulated),
    ...{ model, operators: operatorsIn(toDocument(round.workflow)), inputs },
  };
}

/** Each once, sorted. */
function operatorsIn(part: unknown): string[] {
  const found = new Set<string>();
  const walk = (each: unknown): void => {
    if (Array.isArray(each)) for (const item of each) walk(item);
    else if (typeof each === 'object' && each !== null) {
      if ('call' in each && typeof each.call === 'string') found.add(each.call);
      for (const value of Object.values(each)) walk(value);
    }
  };
  walk(part);
  return [...found].sort();
}

/** As comments of YAML: the file stays one that `scale validate` and a run read. */
export function describeProvenance(about: Provenance): string {
  const { runId, round, isBest, score, method, queries, benchmark, split, scorer, simulated, model, operators, inputs } = about;
  const { model: name, temperature, topP, maxTokens, sendSeed, chatTemplateKwargs } = model;
  const scored =
    score === undefined
      ? 'no score'
      : `${formatScore(score)} (${method}), ${queries.executed} of ${queries.all} queries executed`;
  const sampling = [
    `temperature ${temperature ?? "the server's"}`,
    `top_p ${topP ?? "the server's"}`,
    `max_tokens ${maxTokens}`,
    `seed ${sendSeed ? 'sent' : 'not sent'}`,
    ...(Object.keys(chatTemplateKwargs).length === 0 ? [] : [`chat_template_kwargs ${JSON.stringify(chatTemplateKwargs)}`]),
  ];
  const lines = [
    `run: ${runId}, round ${round}${isBest ? ' (the best)' : ''}`,
    `score: ${scored}${simulated ? '; a simulated model answered: this is no result' : ''}`,
    `benchmark: ${benchmark}, ${split}, scorer ${scorer}`,
    `model: ${name}`,
    `sampling: ${sampling.join(', ')}`,
    `operators: ${operators.join(', ') || 'none'}`,
    `inputs: ${inputs.map((input) => `query.${input}`).join(', ')}`,
    `workflow: ${about.workflowHash}`,
  ];
  return lines.map((line) => `# ${oneLine(line, 2_000)}\n`).join('');
}
