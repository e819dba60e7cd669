import type { Benchmark, Query } from '../benchmark.ts';
import { evaluationMethods } from '../evaluation/registry.ts';
import type { EvaluationSettings } from '../run/configuration.ts';
import type { ExecutionOutcome } from '../run/event.ts';
import type { KeptOutcome } from '../run/outcomes/outcome-columns.ts';
import type { Round, RunState } from '../run/state.ts';
import {
  type ErrorGroup,
  type Experience,
  experienceOf,
  failingBelow,
  type RefusedEdit,
  type TriedEdit,
} from '../search/experience.ts';
import { type FailingQueries, queriesOfMerge } from '../search/queries-of-merge.ts';
import { feedbackLines } from './feedback-lines.ts';
import { mergeSection } from './merge-section.ts';
import { proposalInstructions } from './proposal-instructions.ts';
import { repairSection } from './repair-section.ts';
import { type ReplyForm, taggedForm } from './reply-form.ts';
import { shortened, shortenedLine } from './shortened.ts';

export interface PromptRequest {
  readonly state: RunState;
  readonly benchmark: Benchmark;
  readonly round: number;
  /** From 1. From 2 on, the prompt shows what was wrong with the previous reply. */
  readonly turn: number;
  /** The texts of the executions that `answersShown` names, by answerKey: a state does not keep them. */
  readonly answers?: ReadonlyMap<string, OutcomeTexts>;
}

/** What the log has of an execution in words. */
export type OutcomeTexts = Pick<ExecutionOutcome, 'answer' | 'feedback'>;

/** An execution of a round's workflow. */
export interface ExecutionPlace {
  readonly round: number;
  readonly queryIndex: number;
  readonly repeat: number;
}

export function answerKey({ round, queryIndex, repeat }: ExecutionPlace): string {
  return `${round}/${queryIndex}/${repeat}`;
}

/** The executions whose answers the prompt for a proposal shows. */
export function answersShown({ state, round }: Pick<PromptRequest, 'state' | 'round'>): ExecutionPlace[] {
  const open = roundOf(state, round);
  return failingShown(state, open, experienceOf(state, open.parentRound)).flatMap(({ by, outcomes }) =>
    outcomes.filter(({ failure }) => failure === undefined).map(({ queryIndex, repeat }) => ({ round: by, queryIndex, repeat })),
  );
}

/** Characters of each variable part, so that the prompt stays within a few thousand tokens whatever a search produces. */
const limits = {
  workflow: 12_000,
  edits: 8,
  modification: 240,
  errorKinds: 4,
  errorMessage: 300,
  query: 700,
  answer: 500,
  failingQueries: 8000,
};

/**
 * The optimizer's prompt for a new workflow (Eq 5): the parts that stay the same first, the repair of a refused reply last.
 * @throws RangeError for a round that does not exist, and for an answer that is to be shown and was not given
 */
export function buildProposalPrompt(
  { state, benchmark, round, turn, answers = new Map() }: PromptRequest,
  form: ReplyForm = taggedForm,
): string {
  const { configuration } = state;
  const open = roundOf(state, round);
  const parent = roundOf(state, open.parentRound);
  const experience = experienceOf(state, open.parentRound);
  return [
    proposalInstructions(benchmark, configuration.executor.model, configuration.search.maxCallsPerQuery, form),
    parentSection(parent, form),
    mergeSection(state, open, form),
    experienceSection(experience, { round, turn: turn - 1 }),
    errorsSection(experience.errors, parent.outcomes.length),
    ...failingShown(state, open, experience).map((shown) =>
      failingQueriesSection(shown, benchmark, answers, configuration.search.feedbackTokens ?? 0),
    ),
    repairSection(
      turn > 1 ? open.proposals.at(-1) : undefined,
      'Keep its idea and fix what was refused, or choose another modification if it was a repetition.',
    ),
    asksForConfidence(configuration.evaluation) ? form.confidenceRequest : '',
    form.lastLine(open.mergedRound === undefined ? 'the whole workflow with one modification' : 'the whole merged workflow'),
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

/** Whether the proposal is to say how sure the optimizer is of it. */
export function asksForConfidence({ method, forecasts }: EvaluationSettings): boolean {
  return evaluationMethods.get(method)?.asksConfidence === true || forecasts === true;
}

/** The queries that are shown: what the parent does not solve, or what each of two parents does not and the other one does. */
function failingShown(state: RunState, open: Round, { parentRound, failingQueries }: Experience): readonly FailingQueries[] {
  if (open.mergedRound !== undefined) return queriesOfMerge(state, open);
  return [{ by: parentRound, title: '# Queries that it does not solve', outcomes: failingQueries }];
}

function roundOf(state: RunState, round: number): Round {
  const found = state.rounds[round - 1];
  if (found === undefined) throw new RangeError(`there is no round ${round} to make a prompt for`);
  return found;
}

function parentSection({ round, workflow, evaluation }: Round, form: ReplyForm): string {
  if (workflow === undefined) throw new RangeError(`round ${round} has no workflow that could be a parent`);
  return `# The workflow to modify (score ${percent(evaluation?.score)})
<parent>
${shortened(form.workflow(workflow), limits.workflow)}
</parent>`;
}

/** @param last the turn that the repair section shows in full */
function experienceSection(
  { worked, failed, underWay, refused }: Experience,
  last: { readonly round: number; readonly turn: number },
): string {
  const earlier = refused.filter((edit) => edit.round !== last.round || edit.turn !== last.turn);
  const parts = [
    listed('Worked (each gave a better workflow; do not repeat it, but learn from it):', worked.map(triedLine)),
    listed('Did not help (do not try again):', failed.map(triedLine)),
    listed('Being tried now, with no result yet (make a different one):', underWay.map(underWayLine)),
    listed('Refused before it ran (follow the rule):', earlier.map(refusedLine)),
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `# Modifications of this workflow that were tried\n${parts.join('\n')}`;
}

/** The newest ones, with the number of older ones. */
function listed(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const shown = lines.slice(-limits.edits);
  const older = lines.length - shown.length;
  return [title, ...(older === 0 ? [] : [`- (${older} older ones left out)`]), ...shown].join('\n');
}

function triedLine({ modification, before, after }: TriedEdit): string {
  return `- ${shortenedLine(modification, limits.modification)} (${percent(before)} -> ${percent(after)})`;
}

function underWayLine(modification: string): string {
  return `- ${shortenedLine(modification, limits.modification)}`;
}

function refusedLine({ modification, failure, score }: RefusedEdit): string {
  const edit = shortenedLine(modification, limits.modification) || '(no modification given)';
  return `- ${edit}: ${score === undefined ? '' : `score ${score.toFixed(1)}: `}${failure.kind}: ${shortenedLine(failure.message, limits.errorMessage)}`;
}

function errorsSection(errors: readonly ErrorGroup[], executions: number): string {
  if (errors.length === 0) return '';
  const lines = errors.slice(0, limits.errorKinds).map(({ kind, step, count, message }) => {
    const place = step === undefined ? '' : ` at step ${step}`;
    return `- ${kind}${place}, ${count} of ${executions} executions: ${shortenedLine(message, limits.errorMessage)}`;
  });
  return ['# Errors when it ran', ...lines].join('\n');
}

function failingQueriesSection(
  { by, title, outcomes }: FailingQueries,
  benchmark: Benchmark,
  answers: ReadonlyMap<string, OutcomeTexts>,
  feedbackTokens: number,
): string {
  const wrong = outcomes.flatMap((outcome) => {
    const query = benchmark.queries[outcome.queryIndex];
    const texts = answers.get(answerKey({ ...outcome, round: by }));
    return query === undefined ? [] : [{ query, outcome, texts }];
  });
  if (wrong.length === 0) return '';
  const told = feedbackLines(
    wrong.map(({ texts }) => texts?.feedback),
    feedbackTokens,
  );
  const lines = told.filter((line) => line !== undefined);
  const shown = wrong.map(({ query, outcome, texts }, place) => {
    const block = failingQuery(query, outcome, texts?.answer, benchmark.inputs);
    return told[place] === undefined ? block : `${block}\n${told[place]}`;
  });
  const heading = lines.length === 0 ? title : `${title}\n${feedbackNote}`;
  const room = lines.reduce((sum, line) => sum + line.length, limits.failingQueries);
  return shortened(`${heading}\n${shown.join('\n\n')}`, room);
}

const feedbackNote =
  'What the scorer says of an answer is quoted in one line. Learn from it what answers must be like for all queries; it changes none of the rules above.';

function failingQuery(
  query: Query,
  { queryIndex, score, failure }: KeptOutcome,
  answer: string | undefined,
  inputs: readonly string[],
): string {
  if (failure === undefined && answer === undefined) throw new RangeError(`the answer to query ${queryIndex} was not given`);
  const fields = inputs.map((field) => `${field}: ${shortenedLine(query.fields[field] ?? '', limits.query)}`);
  const answered =
    failure === undefined
      ? `answered${score < failingBelow ? '' : ` (score ${percent(score)})`}: ${shortenedLine(answer ?? '', limits.answer)}`
      : `failed: ${failure.kind}: ${shortenedLine(failure.message, limits.errorMessage)}`;
  return [...fields, `expected: ${shortenedLine(query.reference, limits.answer)}`, answered].join('\n');
}

function percent(score: number | undefined): string {
  return score === undefined ? 'unknown' : score.toFixed(3);
}
