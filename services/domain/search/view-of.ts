import { defined } from '../defined.ts';
import { lastRoundSeen } from '../run/rounds-seen.ts';
import type { Round, RunState } from '../run/state.ts';
import { firstTaken } from './edits-under-way.ts';

/**
 * The state as a round sees it: of the rounds before it that it may not wait for, nothing but that they are there, which parent
 * they have, and what they first changed in it if that is the round's own parent. So a round that is planned ahead of the log is
 * planned as it would be at the log's end.
 * @param round the state's newest, or the one after it
 */
export function viewOf(state: RunState, round: number): RunState {
  const seen = lastRoundSeen(state.configuration, round);
  if (seen >= round - 1) return state;
  const parentRound = state.rounds[round - 1]?.parentRound;
  const rounds = state.rounds.map((each) =>
    each.round > seen && each.round < round ? underWay(each, each.parentRound === parentRound) : each,
  );
  return { ...state, rounds, ledger: state.ledger.filter((entry) => entry.round <= seen) };
}

/** The same with the workflows that the rounds under way have first taken, which a new one must not repeat. */
export function viewOfWorkflows(state: RunState, round: number): RunState {
  const view = viewOf(state, round);
  if (view === state) return state;
  const rounds = view.rounds.map((each, place) => {
    const taken = each.isUnderWay ? firstTaken(state.rounds[place] as Round) : undefined;
    if (taken?.workflow === undefined) return each;
    const { workflow, workflowHash, modification } = taken;
    return { ...each, workflow, workflowHash, modification };
  });
  return { ...view, rounds };
}

function underWay(round: Round, isSibling: boolean): Round {
  return {
    round: round.round,
    parentRound: round.parentRound,
    ...defined({ mergedRound: round.mergedRound }),
    candidates: [],
    proposals: [],
    workflowHash: '',
    // Of the first reply, whatever became of it: the turns after it keep its idea, unless it was a repetition.
    modification: isSibling ? (round.proposals[0]?.modification ?? '') : '',
    samples: [],
    outcomes: [],
    predictions: [],
    completed: true,
    isUnderWay: true,
  };
}
