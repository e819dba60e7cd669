import { expect, test } from 'vitest';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { ExecutionOutcome, RunEvent } from '../../../../services/domain/run/event.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { chargedOnce } from '../../../../services/domain/search/charged-once.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { eventsOf, madeUpConfiguration, madeUpWorkflow, madeUpWorld, type World } from './made-up-world.ts';

/**
 * The repair of round 2 is the workflow of round 3, which is under way and cannot know it. @param twinBreaks on its canary too
 */
const worldOf = (twinBreaks: boolean): World => ({
  ...madeUpWorld(1),
  propose: (_, round, turn) => {
    const isTwin = (round === 2 && turn === 2) || (round === 3 && turn === 1);
    const workflowHash = isTwin ? 'twin' : `workflow-${round}-${turn}`;
    return { modification: `edit ${round}.${turn}`, workflow: madeUpWorkflow(workflowHash), workflowHash };
  },
  breaks: (workflowHash) => workflowHash === 'workflow-2-1' || (twinBreaks && workflowHash === 'twin'),
});

function search(world: World): { readonly state: RunState; readonly log: readonly RunEvent[] } {
  const configuration = madeUpConfiguration({
    queryCount: 20,
    search: { maxRounds: 4, parallelism: 4, canary: true, finalPick: { policy: 'top', topK: 4, share: 0 } },
    evaluation: { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.3 },
  });
  const log: RunEvent[] = [{ kind: 'run-started', configuration }];
  let state = applyEvent(undefined, log[0] as RunEvent);
  for (let commands = planNextStep(state); commands.length > 0; commands = planNextStep(state)) {
    for (const command of commands) {
      for (const event of eventsOf(world, state, command)) {
        const charged = chargedOnce(state, event);
        state = applyEvent(state, charged);
        log.push(charged);
      }
    }
  }
  return { state, log };
}

/** Executions that were charged, each with its workflow. */
function chargedIn(log: readonly RunEvent[]): string[] {
  const hashes = new Map<number, string>();
  const keys = (round: number, outcomes: readonly ExecutionOutcome[]): string[] =>
    outcomes
      .filter(({ tokens }) => tokens.length > 0)
      .map(({ queryIndex, repeat }) => `${hashes.get(round)}/${queryIndex}/${repeat}`);
  return log.flatMap((event) => {
    if (event.kind === 'workflow-proposed') hashes.set(event.round, event.workflowHash);
    if (event.kind === 'canary-completed') return keys(event.round, [event.outcome]);
    const executed = event.kind === 'executions-completed' || event.kind === 'final-executions-completed';
    return executed ? keys(event.round, event.outcomes) : [];
  });
}

test.each([false, true])('two rounds with one workflow share its executions, and each is charged once (broken: %s)', (breaks) => {
  const { state, log } = search(worldOf(breaks));
  const [, second, third] = state.rounds;
  const proposed = [second?.proposals[1]?.workflowHash, third?.proposals[0]?.workflowHash];
  expect(proposed).toEqual(['twin', 'twin']);
  const charged = chargedIn(log);
  expect(new Set(charged).size).toBe(charged.length);
  expect(charged.filter((key) => key.startsWith('twin/')).length).toBeGreaterThan(0);
  if (!breaks) expect(third?.evaluation?.score).toBe(second?.evaluation?.score);
  const outcomes = log.flatMap((event) => ('outcomes' in event ? event.outcomes : 'outcome' in event ? [event.outcome] : []));
  expect(outcomes.some(({ tokens }) => tokens.length === 0)).toBe(true);
});
