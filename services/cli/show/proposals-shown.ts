import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import { answerKey, buildProposalPrompt, type OutcomeTexts } from '../../domain/prompts/build-proposal-prompt.ts';
import { jsonForm, taggedForm } from '../../domain/prompts/reply-form.ts';
import { applyEvent } from '../../domain/run/apply/apply-event.ts';
import type { ExecutionOutcome, RunEvent } from '../../domain/run/event.ts';
import type { RunState } from '../../domain/run/state.ts';
import { viewOf } from '../../domain/search/view-of.ts';
import { quoted } from './plain-text.ts';

/** One turn of a round: what the optimizer was sent, what it replied, and what became of that. */
export interface ProposalShown {
  readonly turn: number;
  readonly prompt: string;
  readonly reply: string;
  readonly modification: string;
  /** Why it was refused; absent for the one that was taken. */
  readonly refused?: string;
}

/**
 * The proposals of a round. The log holds no prompt, which follows from what was in the log before: it is built once more, as it
 * was for the optimizer. Where a request for JSON was sent instead, it is that one.
 */
export function proposalsShown(events: readonly RunEvent[], benchmark: Benchmark, round: number): ProposalShown[] {
  const answers = new Map<string, OutcomeTexts>();
  const note = (of: number, { queryIndex, repeat, answer, feedback }: ExecutionOutcome): void =>
    void answers.set(answerKey({ round: of, queryIndex, repeat }), { answer, ...defined({ feedback }) });
  const shown: ProposalShown[] = [];
  let state: RunState | undefined;
  for (const event of events) {
    if (event.kind === 'workflow-proposed' && event.round === round && event.turn > 0 && state !== undefined) {
      const { turn, reply, modification, failure } = event;
      const prompt = promptOf(state, benchmark, answers, { round, turn });
      shown.push({ turn, prompt, reply, modification, ...defined({ refused: failure?.message }) });
    }
    if (event.kind === 'round-completed' && event.round === round) break;
    if (event.kind === 'executions-completed') for (const outcome of event.outcomes) note(event.round, outcome);
    if (event.kind === 'canary-completed') note(event.round, event.outcome);
    state = applyEvent(state, event);
  }
  return shown;
}

function promptOf(
  state: RunState,
  benchmark: Benchmark,
  answers: ReadonlyMap<string, OutcomeTexts>,
  { round, turn }: { readonly round: number; readonly turn: number },
): string {
  const form = state.configuration.optimizer.structured === undefined ? taggedForm : jsonForm;
  return buildProposalPrompt({ state: viewOf(state, round), benchmark, round, turn, answers }, form);
}

export function describeProposals(proposals: readonly ProposalShown[]): string {
  if (proposals.length === 0) return 'The optimizer was not asked for this round.';
  return proposals
    .map(({ turn, prompt, reply, refused }) => {
      const became = refused === undefined ? 'taken' : `refused: ${refused}`;
      return `Turn ${turn} of the optimizer (${became})\n  prompt\n${quoted(prompt)}\n  reply\n${quoted(reply)}`;
    })
    .join('\n\n');
}
