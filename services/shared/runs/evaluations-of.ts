import { bestOf } from '../../domain/report/run-progress.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import { isEvaluation, isSearch } from '../../domain/run/run-kind.ts';
import type { RunState } from '../../domain/run/state.ts';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { configurationFromProto } from '../contracts/configuration-codec.ts';
import { RunStatus, type RunSummary } from '../contracts/generated/scale/v1/control.ts';
import { mapAtOnce } from '../lifecycle/map-at-once.ts';
import type { RunSource } from './run-source.ts';

/** What a search has found, as an evaluation of it can be recognised. */
export interface FoundSubject {
  /** Equal for the same workflow, executed by the same model with the same settings on the same benchmark. */
  readonly key: string;
  /** That it was found on: an evaluation there is no test. */
  readonly split: string;
  readonly seed: number;
}

/** Undefined for a run that has found nothing, or that is no search. */
export function subjectOf(state: RunState): FoundSubject | undefined {
  const { configuration } = state;
  const best = bestOf(state);
  if (!isSearch(configuration) || state.status !== 'completed' || best?.workflow === undefined) return undefined;
  const { benchmark, seed } = configuration;
  return { key: keyOf(best.workflow, configuration), split: benchmark.split, seed };
}

function keyOf(workflow: Workflow, { benchmark, executor }: RunConfiguration): string {
  const { model, temperature, topP, maxTokens, chatTemplateKwargs } = executor;
  return JSON.stringify([canonicalHash(workflow), benchmark.name, model, temperature, topP, maxTokens, chatTemplateKwargs]);
}

interface Evaluation {
  readonly runId: string;
  readonly key: string;
  readonly split: string;
  readonly seed: number;
  readonly queryCount: number;
}

const atOnce = 8;

/**
 * For each of these, the completed evaluation of it on another split that the cluster has: of several the one with the same
 * seed, then the one on the most queries, then the newest.
 * @returns the evaluations' run ids
 */
export async function evaluationsOf(
  { client }: RunSource,
  subjects: readonly FoundSubject[],
  signal: AbortSignal,
): Promise<ReadonlyMap<FoundSubject, string>> {
  const found = new Map<FoundSubject, string>();
  if (subjects.length === 0) return found;
  const { runs } = await client.listRuns(signal);
  const known = await mapAtOnce(runs.filter(mayBeEvaluation), atOnce, async ({ runId }) => {
    const { manifest } = await client.getRun(runId, signal);
    return manifest?.configuration && evaluationOf(runId, configurationFromProto(manifest.configuration));
  });
  const evaluations = Map.groupBy(
    known.filter((one) => one !== undefined),
    ({ key }) => key,
  );
  for (const subject of subjects) {
    const others = (evaluations.get(subject.key) ?? []).filter(({ split }) => split !== subject.split);
    const isSame = ({ seed }: Evaluation): number => Number(seed === subject.seed);
    // The runs are listed with the newest first, which a sort leaves in front of its equals.
    const [best] = others.sort((one, other) => isSame(other) - isSame(one) || other.queryCount - one.queryCount);
    if (best !== undefined) found.set(subject, best.runId);
  }
  return found;
}

function mayBeEvaluation({ status, maxRounds }: RunSummary): boolean {
  return status === RunStatus.COMPLETED && maxRounds === 1;
}

function evaluationOf(runId: string, configuration: RunConfiguration): Evaluation | undefined {
  if (!isEvaluation(configuration)) return undefined;
  const { benchmark, seed, initialWorkflow } = configuration;
  const key = keyOf(initialWorkflow, configuration);
  return { runId, key, split: benchmark.split, seed, queryCount: benchmark.queryCount };
}
