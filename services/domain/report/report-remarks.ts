import type { Failure } from '../failure.ts';
import { isScored } from '../failure-class.ts';
import { countOf } from '../names/count-of.ts';
import { describeDoubts } from '../run/ledger/describe-doubts.ts';
import { totalsByModel } from '../run/ledger/totals.ts';
import { executionFacts } from '../run/outcomes/execution-facts.ts';
import { coversAllQueries } from '../run/outcomes/executions.ts';
import { fallenBack } from '../run/query-workflows.ts';
import { isQueryLevel } from '../run/run-kind.ts';
import type { Round, RunState } from '../run/state.ts';
import type { BestWorkflow, EstimateReport, PickReport } from './report-model.ts';

const fewPairs = 5;
/** From this share of what was tried, the limit decides scores. */
const cutOffShare = 0.2;
/** Fewer may be alike by chance. */
const fewAnswers = 20;

/** Why the figures of this run may not mean what they seem to. */
export function reportRemarks(
  state: RunState,
  best: BestWorkflow | undefined,
  pick: PickReport | undefined,
  estimates: EstimateReport,
): readonly string[] {
  const doubts = describeDoubts(totalsByModel(state.ledger)).map(({ sentence }) => sentence);
  return [
    ...doubts,
    ...bestRemarks(state, best, pick),
    ...estimateRemarks(estimates),
    ...roundRemarks(state),
    ...cutOffRemarks(state),
    ...sameScoreRemarks(state),
  ];
}

function bestRemarks(state: RunState, best: BestWorkflow | undefined, pick: PickReport | undefined): string[] {
  const round = best === undefined ? undefined : state.rounds[best.round - 1];
  if (best === undefined || round === undefined) {
    return [
      state.status === 'completed' ? 'No workflow has a score: raise search.token_budget.' : 'No workflow has a score yet.',
    ];
  }
  if (isQueryLevel(state.configuration)) return [queryLevelRemark(round)];
  const { queryCount } = state.configuration.benchmark;
  const scored = state.rounds.filter(({ evaluation }) => evaluation !== undefined);
  // Of one score, as that of an evaluation, nothing was chosen.
  const remarks =
    scored.length > 1
      ? ['The best of many noisy scores is too high on average: evaluate the workflow on other queries before you rely on it.']
      : [];
  if (!coversAllQueries(round, state.configuration)) {
    const rest = round.evaluation?.predicted === undefined ? 'alone' : "and the optimizer model's own prediction";
    const { queries = 0, score = 0 } = pick?.executed ?? {};
    const picked = queries > best.queries.executed;
    const onAll = picked
      ? `; on all ${countOf(queries, 'query')} that the final pick has seen too it is ${score.toFixed(4)}`
      : '';
    remarks.unshift(
      `The best score is an estimate: it rests on ${countOf(round.outcomes.length, 'execution')} (a full evaluation has ${queryCount * state.configuration.evaluation.repeats}) ${rest}${onAll}.`,
    );
  }
  const equals = state.rounds.filter((other) => other.round !== best.round && other.evaluation?.score === best.score);
  if (equals.length > 0) remarks.push(equalsRemark(equals, state));
  return remarks;
}

function equalsRemark(equals: readonly Round[], { configuration, status }: RunState): string {
  const { finalPick } = configuration.search;
  if (finalPick !== undefined && status === 'completed') {
    const others = equals.length === 1 ? 'Another round has' : `${equals.length} other rounds have`;
    return `${others} the same score; the final pick (${finalPick.policy}) chose among them.`;
  }
  const rounds = equals.map((other) => other.round);
  const named =
    rounds.length === 1 ? `Round ${rounds[0]} has` : `Rounds ${rounds.slice(0, -1).join(', ')} and ${rounds.at(-1)} have`;
  return `${named} the same score; the earliest was taken.`;
}

function queryLevelRemark(round: Round): string {
  const written = new Set(round.queryProposals?.map(({ queryIndex }) => queryIndex)).size - fallenBack(round);
  return `${countOf(written, 'query')} have a workflow of their own, written by the optimizer; the workflow shown here answered the other ${fallenBack(round)}, for which the optimizer wrote no valid one.`;
}

function estimateRemarks({ agreements, rounds }: EstimateReport): string[] {
  const pairs = Math.max(0, ...agreements.map(({ count }) => count));
  const remarks: string[] = [];
  if (pairs > 0 && pairs < fewPairs) {
    remarks.push(
      `Estimates can be compared with full evaluation on only ${countOf(pairs, 'round')}, too few for a correlation to mean much.`,
    );
  }
  if (rounds.some(({ inHindsight }) => inHindsight)) {
    remarks.push(
      'Few-shot and calibrated scores of fully executed rounds are worked out in hindsight, on a sample drawn from those very rounds, which flatters them.',
    );
  }
  return remarks;
}

function roundRemarks({ rounds, configuration }: RunState): string[] {
  const lost = rounds.filter(({ completed, evaluation, failure }) => completed && !evaluation && !isForBudget(failure)).length;
  const unpredicted = rounds.filter(
    (round) => round.predictions.length > 0 && round.predictions.at(-1)?.score === undefined,
  ).length;
  const failed = rounds.flatMap(({ outcomes }) => executionFacts(outcomes).failed);
  const unscored = failed.filter(({ failure }) => failure?.kind === 'scorer').length;
  const remarks: string[] = [];
  const uncounted = failed.filter((outcome) => !isScored(outcome)).length;
  if (uncounted > 0)
    remarks.push(
      `${countOf(uncounted, 'execution')} failed for reasons of the infrastructure and count in no score: see the failures.`,
    );
  if (unscored > 0)
    remarks.push(`In ${countOf(unscored, 'execution')} the scorer itself failed, which counts as 0: see the failures.`);
  for (const { round, failure } of rounds)
    if (failure && isForBudget(failure)) remarks.push(`Round ${round}: ${failure.message}.`);
  if (lost > 0) remarks.push(`${countOf(lost, 'round')} of ${rounds.length} found no usable workflow.`);
  if (unpredicted > 0)
    remarks.push(
      `In ${countOf(unpredicted, 'round')} the optimizer gave no usable prediction, after ${countOf(configuration.evaluation.predictionAttempts, 'turn')} each.`,
    );
  return remarks;
}

/** A search cannot tell workflows apart by a scorer that gives every answer the same. */
function sameScoreRemarks({ rounds }: RunState): string[] {
  const answered = rounds.flatMap(({ outcomes }) => [...outcomes].filter(({ failure }) => failure === undefined));
  const [first] = answered;
  if (first === undefined || answered.length < fewAnswers || answered.some(({ score }) => score !== first.score)) return [];
  const all = `All ${countOf(answered.length, 'answer')} score ${first.score}`;
  if (first.score === 1)
    return [
      `${all}: there is nothing to improve on these queries, or the scorer takes anything. Look at some with \`scale show\`.`,
    ];
  return [
    `${all}: no workflow can look better than another. Look with \`scale show\` at whether they are wrong, or the scorer does not read them.`,
  ];
}

/** Nothing else says that a limit is too small for a model, whose workflows then all have the same low score. */
function cutOffRemarks({ rounds }: RunState): string[] {
  const executed = rounds.flatMap(({ outcomes }) => [...outcomes]);
  const proposed = rounds.flatMap(({ proposals }) => proposals.filter(({ turn }) => turn > 0));
  return [
    cutOffRemark(executed, 'execution', ', which counts as 0: raise models.executor.max_tokens, or ask for shorter replies.'),
    cutOffRemark(proposed, 'proposal', ': raise models.optimizer.max_tokens.'),
  ].flat();
}

function cutOffRemark(tried: readonly { readonly failure?: Failure }[], noun: string, advice: string): string[] {
  const cut = tried.filter(({ failure }) => failure?.kind === 'cut-off').length;
  if (cut === 0 || cut < cutOffShare * tried.length) return [];
  return [`${cut} of ${countOf(tried.length, noun)} ${cut === 1 ? 'was' : 'were'} cut off at the limit of tokens${advice}`];
}

function isForBudget(failure: Failure | undefined): boolean {
  return failure?.kind === 'token-budget' || failure?.kind === 'limit';
}
