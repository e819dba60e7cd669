import { defined } from '../defined.ts';
import type { EvaluationMethod, Evidence } from '../evaluation/evaluation-method.ts';
import { drawingRound } from '../evaluation/evidence.ts';
import { isWarmUpRound } from '../evaluation/is-warm-up-round.ts';
import { warmUpFor } from '../evaluation/warm-up.ts';
import { nextPickStep } from '../picking/next-pick-step.ts';
import type { Random } from '../ports.ts';
import { randomInteger, randomStream } from '../random.ts';
import type { EvaluationSettings } from '../run/configuration.ts';
import type { EarlierRound } from '../run/earlier-rounds.ts';
import type { Evaluation } from '../run/event.ts';
import type { KeptOutcome } from '../run/outcomes/outcome-columns.ts';
import { lastRoundSeen } from '../run/rounds-seen.ts';
import type { PreparedSearch, ReplayedSearch } from './prepared-search.ts';
import { lacksPredictions, type RecordedSearch, truthOf, workingOf } from './recorded-search.ts';
import { rememberedRows } from './remembered-rows.ts';
import { planSpending, type ReplayPlan } from './replay-plan.ts';
import { simulatedPredictions } from './simulated-prediction.ts';

/** What does not depend on the seed, computed once. */
export function prepareSearch(search: RecordedSearch, earlier: readonly PreparedSearch[] = []): PreparedSearch {
  const truths = search.workflows.map(truthOf);
  return { ...search, earlier, truths, working: workingOf(truths) };
}

export function prepareSearches(searches: readonly RecordedSearch[]): PreparedSearch[] {
  const prepared: PreparedSearch[] = [];
  for (const search of searches) {
    const { sharedQueries } = search;
    const earlier = prepared.filter((before) => sharedQueries !== undefined && before.sharedQueries === sharedQueries);
    prepared.push(prepareSearch(search, earlier.toReversed()));
  }
  return prepared;
}

/**
 * Goes through a recorded search as a run would: each workflow in turn, evaluated by the method's own steps with scores from
 * the record, and the pick at the end by the policy's own steps. One of the repeats is drawn for each workflow and answers for
 * all of its executions. The same search, plan and seed give the same replay.
 *
 * With rounds in flight together, a workflow is evaluated without those that a run would not have finished by then. The tree is
 * the record's all the same: that a search which sees less may choose other parents is in no record.
 */
export function replaySearch(search: PreparedSearch, plan: ReplayPlan, seed: number): ReplayedSearch {
  const rows = drawnRows(search, seed);
  const spending = planSpending(plan, search.workflows.length, search.queryCount);
  const { warmUpRounds, fewShotRatio } = spending;
  const settings: EvaluationSettings = { ...plan.settings, warmUpRounds, fewShotRatio, repeats: 1 };
  const memory = rememberedRows(search, plan, (earlier, alike) => replaySearch(earlier, alike, seed));
  const { earlier, ...scoring } = scoreRounds(search, rows, { ...plan, settings, seed, memory });
  if (plan.budget === undefined) return { ...scoring, rows: earlier, board: undefined, picked: undefined, pickSteps: undefined };
  const budget = Math.max(0, spending.executions - scoring.executions);
  const task = {
    queryCount: search.queryCount,
    candidates: earlier,
    memory,
    budget,
    settings: plan.pickSettings,
    ...defined({ objective: plan.objective }),
    parallelism: plan.parallelism,
    random: randomStream(seed, 'pick'),
    runRandom: randomStream(seed, 'evaluate'),
  };
  const step = nextPickStep(plan.pick, task, (round, query) => rows[round - 1]?.[query]);
  if (step.kind === 'execute') throw new RangeError(`${search.name} has no score for query ${step.executions[0]?.queryIndex}`);
  const executions = scoring.executions + step.executions;
  return { ...scoring, rows: earlier, board: step.board, picked: step.candidate, pickSteps: step.steps, executions };
}

type Row = readonly number[];

function drawnRows({ workflows }: RecordedSearch, seed: number): Row[] {
  const random = randomStream(seed, 'repeat');
  return workflows.map(({ repeats }) => repeats[repeats.length === 1 ? 0 : randomInteger(random, repeats.length)] as Row);
}

interface Scoring extends Pick<ReplayPlan, 'method' | 'settings' | 'parallelism'> {
  readonly seed: number;
  readonly memory: Evidence['memory'];
}

interface ScoredRounds {
  readonly evaluations: readonly Evaluation[];
  readonly earlier: readonly EarlierRound[];
  readonly warmUpRounds: number;
  readonly executions: number;
}

function scoreRounds(
  search: PreparedSearch,
  rows: readonly Row[],
  { method, settings, seed, memory, parallelism }: Scoring,
): ScoredRounds {
  const { queryCount, workflows, truths, working } = search;
  // A record with real predictions has none where the optimizer gave no usable one: a live run would not have it either.
  const predictions =
    method.usesPrediction && lacksPredictions(search)
      ? simulatedPredictions(truths, working, randomStream(seed, 'simulated-prediction'))
      : [];
  const warmingUp = warmUpFor(method);
  const earlier: EarlierRound[] = [];
  const full = new Set<number>();
  const pace = { search: { tokenBudget: 0, parallelism }, evaluation: settings };
  let executions = 0;
  for (const [index, { round, parentRound, predicted, confidence, cost }] of workflows.entries()) {
    const row = rows[index] as Row;
    const seen = earlier.slice(0, lastRoundSeen(pace, round));
    const samples = seen.filter((sampled) => sampled.queries.length > 0 && !full.has(sampled.round));
    const base = {
      settings,
      queryCount,
      round,
      warmUp: seen.flatMap((warm) => (full.has(warm.round) ? [{ round: warm.round, scores: rows[warm.round - 1] as Row }] : [])),
      earlierSample: samples.at(settings.draw === 'once' ? 0 : -1)?.queries,
      earlier: seen,
      memory,
      parentRound: parentRound > seen.length ? 0 : parentRound,
      parent: seen[parentRound - 1]?.evaluation,
      confidence,
    };
    const random = () => randomStream(seed, 'evaluate', drawingRound(pace, round));
    const isWarm = isWarmUpRound(pace, full, round);
    const scored = scoreRound(isWarm ? warmingUp : method, base, row, predicted ?? predictions[index], { seed, random });
    executions += scored.sampled.length;
    const scores = scored.sampled.map((query) => row[query] as number);
    earlier.push({
      round,
      parentRound,
      evaluation: scored.evaluation,
      queries: scored.sampled,
      scores,
      ...defined({ tokens: cost }),
    });
    if (scored.sampled.length === queryCount) full.add(round);
  }
  return { evaluations: earlier.map(({ evaluation }) => evaluation), earlier, warmUpRounds: full.size, executions };
}

type Before = Omit<Evidence, 'outcomes' | 'sampled' | 'prediction' | 'random' | 'runRandom'>;

interface ScoredRound {
  readonly evaluation: Evaluation;
  readonly sampled: readonly number[];
}

function scoreRound(
  method: EvaluationMethod,
  before: Before,
  row: Row,
  predicted: number | undefined,
  { seed, random }: { readonly seed: number; readonly random: () => Random },
): ScoredRound {
  let sampled: readonly number[] = [];
  let outcomes: readonly KeptOutcome[] = [];
  let prediction: Evidence['prediction'] = 'pending';
  for (;;) {
    const step = method.next({
      ...before,
      outcomes,
      sampled,
      prediction,
      runRandom: randomStream(seed, 'evaluate'),
      random: random(),
    });
    switch (step.kind) {
      case 'score':
        return { evaluation: step.evaluation, sampled };
      case 'predict':
        prediction = predicted;
        break;
      case 'sample':
        sampled = sampled.length === 0 ? step.queryIndexes : [...sampled, ...step.queryIndexes];
        outcomes = sampled.map((query) => outcomeOf(query, row[query] as number));
    }
  }
}

function outcomeOf(queryIndex: number, score: number): KeptOutcome {
  return { queryIndex, repeat: 0, score, tokens: noTokens };
}

const noTokens: KeptOutcome['tokens'] = [];
