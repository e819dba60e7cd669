import { evaluationMethods } from '../../domain/evaluation/registry.ts';
import { countOf, nounFor } from '../../domain/names/count-of.ts';
import type { ReportModel, RoundReport } from '../../domain/report/report-model.ts';
import { describeReached } from '../../domain/run/describe-limit.ts';
import { formatValue } from '../../shared/document/figure.ts';
import { exact, formatCount, formatDuration, formatScore, formatShare } from '../../shared/document/format.ts';
import { describeMoney, formatCost } from '../../shared/document/format-money.ts';
import { describeBudget } from '../progress/describe-spent.ts';

/** What a run's report says in words. */

export function describeStatus({ run, rounds, ledger, configuration }: ReportModel): string {
  const budget = describeBudget(configuration.search.tokenBudget, ledger.total.tokens, ledger.spent);
  const reasons = {
    'max-rounds': 'all rounds done',
    converged: 'converged',
    limit: run.limit === undefined ? 'a limit was reached' : describeReached(run.limit),
    'token-budget': `the token budget: ${budget}, and the rest is not enough for more`,
  };
  const reason = run.stopReason === undefined ? (run.failure ?? '') : reasons[run.stopReason];
  const { startedAtMs, endedAtMs } = run;
  const duration = startedAtMs === undefined || endedAtMs === undefined ? '' : `, ${formatDuration(endedAtMs - startedAtMs)}`;
  const begun =
    startedAtMs === undefined ? '' : `, started ${new Date(startedAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `${run.status}${reason === '' ? '' : ` (${reason})`} after ${countOf(rounds.length, 'round')}${duration}${begun}`;
}

/** How far a token budget is used; "" where there is none, or where it ended the run: then the status has said so. */
export function describeBudgetUse({ ledger, configuration, run }: ReportModel): string {
  if (run.stopReason === 'token-budget') return '';
  return describeBudget(configuration.search.tokenBudget, ledger.total.tokens, ledger.spent);
}

export function describeSubject({ run }: ReportModel): string {
  return `${run.benchmark} ${run.split}, ${run.queries} queries, scored by ${run.scorer}; evaluation ${run.method}, seed ${run.seed}; executor ${run.executor}, optimizer ${run.optimizer}`;
}

export function describeBest({ best, run }: ReportModel): string {
  if (best === undefined) return run.status === 'completed' ? 'no workflow has a score' : 'no workflow has a score yet';
  const interval =
    best.interval === undefined ? '' : `, 95 % interval ${formatScore(best.interval.low)} to ${formatScore(best.interval.high)}`;
  const initial = best.initialScore === undefined ? '' : `; ${describeGain(best.score, best.initialScore)}`;
  return `round ${best.round} with ${formatScore(best.score)} (${best.method}${describeCounted(best.queries)}${interval})${initial}`;
}

/** What a score stands on, where that is not all that was executed: ", on 58 of 60 queries". */
function describeCounted({ executed, scored }: RoundReport['queries']): string {
  return scored === executed ? '' : `, on ${exact(scored)} of ${exact(executed)} queries`;
}

function describeGain(score: number, initial: number): string {
  const gain = formatValue('difference', score - initial);
  return `the initial workflow: ${formatScore(initial)}, a difference of ${gain}`;
}

/** How many workflows have a score, and how many of them by full evaluation. */
export function describeEvaluated({ rounds, run }: ReportModel): string {
  const scored = rounds.filter(({ score }) => score !== undefined);
  // Whatever the method, a sample that holds every query is a full evaluation.
  const full = scored.filter(
    ({ method = '', queries }) => evaluationMethods.get(method)?.executesAll === true || queries.executed === run.queries,
  ).length;
  return `${exact(scored.length)} ${nounFor(scored.length, 'workflow')}: ${full} in full, ${scored.length - full} by estimate`;
}

/** What the other scorers say about the best workflow, on the queries that it was executed on. */
export function describeOtherScores({ best, rounds }: ReportModel): string {
  const round = best === undefined ? undefined : rounds[best.round - 1];
  const scores = Object.entries(round?.otherScores ?? {}).map(([scorer, score]) => `${formatScore(score)} by ${scorer}`);
  return round === undefined || scores.length === 0 ? '' : `${scores.join(', ')} on the ${round.executions} executed`;
}

/** How sure the pick is, and which workflows it cannot be told apart from; "" while nothing is picked. */
export function describePick({ pick }: ReportModel): string {
  if (pick === undefined || pick.comparisons.length === 0) return '';
  const executed =
    pick.executed === undefined ? '' : `; on the ${exact(pick.executed.queries)} executed: ${formatScore(pick.executed.score)}`;
  const rounds = pick.tied.join(', ');
  const tied =
    pick.tied.length === 0
      ? 'no other workflow ties with it'
      : `cannot be told apart from ${nounFor(pick.tied.length, 'round')} ${rounds}`;
  // Rounded to 0.00 it would be no statement.
  const certainty = pick.certainty < 0.005 ? '' : `, best of all with a probability of at least ${pick.certainty.toFixed(2)}`;
  return `picked by ${pick.policy}${certainty}; ${tied}${executed}`;
}

/** Where memory came from; "" for a run without it. */
export function describeMemory({ memory }: ReportModel): string {
  if (memory === undefined) return '';
  if (memory.runs.length === 0) return 'nothing was kept from earlier runs on these queries';
  const from = memory.runs.map(({ runId, executions, models }) => `${runId} (${exact(executions)}, ${models.join(', ')})`);
  const kind = memory.simulated ? ' with a simulated model' : '';
  const unused = memory.used ? '' : '; not used, since the models of this run are of the other kind';
  return `${exact(memory.executions)} executions of ${memory.workflows} workflows from earlier runs${kind}: ${from.join('; ')}${unused}`;
}

/** "1,234 in 40 calls", with how many of them are counted by estimate. */
export function describeTotal({ ledger }: ReportModel): string {
  const { tokens, calls, estimatedCalls = 0 } = ledger.total;
  const guessed = estimatedCalls === 0 ? '' : ` (those of ${exact(estimatedCalls)} calls are estimates)`;
  return `${exact(tokens)} in ${exact(calls)} calls${guessed}`;
}

/** What was spent in money, and what was charged where that differs; "" without prices. */
export function describeCost({ ledger: { total, spent } }: ReportModel): string {
  if (total.money === undefined) return '';
  const { money: paid = total.money } = spent ?? {};
  const [all, charged] = [paid, total.money].map(({ amount, currency }) => formatCost(amount, currency));
  return `${describeMoney(paid)}${all === charged ? '' : `; charged: ${charged}`}`;
}

/** A model by its name, with what else answered under it. */
export function describeModel({ model, simulated, servedAs }: ReportModel['ledger']['byModel'][number]): string {
  return `${model}${simulated ? ' (simulated)' : ''}${servedAs === undefined ? '' : ` (served as ${servedAs.join(', ')})`}`;
}

/** What could not be used, and what it cost. */
export function describeBroken({ ledger }: ReportModel): string {
  const { candidates, tokens, refused, canary, executed } = ledger.broken;
  if (candidates === 0) return 'no candidate was broken';
  const share = formatShare(tokens / Math.max(1, ledger.total.tokens));
  const found = [
    ...(refused.candidates === 0 ? [] : [`${refused.candidates} refused`]),
    ...(canary.candidates === 0 ? [] : [`${canary.candidates} on the canary`]),
    ...(executed.candidates === 0 ? [] : [`${executed.candidates} during evaluation`]),
  ];
  return `${exact(tokens)} tokens (${share}) on ${countOf(candidates, 'broken candidate')}: ${found.join(', ')}`;
}

export function describeSaving({ ledger }: ReportModel): string {
  const { saving } = ledger;
  if (saving.fullEvaluation === 0) return 'nothing to compare with yet';
  // Every workflow was executed in full, or the method happened to cost as much.
  if (Math.abs(saving.share) < 0.005) return 'nothing: about as many tokens as full evaluation of the same workflows takes';
  const amount = `${formatShare(Math.abs(saving.share))} ${saving.saved >= 0 ? 'less' : 'more'}`;
  return `${amount} than full evaluation of the same workflows, which is estimated at ${formatCount(saving.fullEvaluation)}`;
}

/** A score that may not be there. */
export function scoreOrDash(score: number | undefined): string {
  return score === undefined ? '–' : formatScore(score);
}

/** What there is to say about a round besides its score. */
export function roundNotes({ failure, refusedProposals, failures, queries }: RoundReport): string {
  const failed = failures.map(({ kind, count }) => `${count} × ${kind}`);
  const refused = refusedProposals === 0 ? [] : [`${countOf(refusedProposals, 'proposal')} refused`];
  const counted = queries.scored === queries.executed ? [] : [`score on ${queries.scored} of ${queries.executed} queries`];
  return [...(failure === undefined ? [] : [failure]), ...counted, ...refused, ...failed].join('; ');
}
