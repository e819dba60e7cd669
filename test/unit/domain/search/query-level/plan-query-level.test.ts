import { describe, expect, test } from 'vitest';
import { applyEvent } from '../../../../../services/domain/run/apply/apply-event.ts';
import { EventRefusedError } from '../../../../../services/domain/run/apply/event-refused-error.ts';
import type { RunEvent } from '../../../../../services/domain/run/event.ts';
import { totalsByPhase } from '../../../../../services/domain/run/ledger/totals.ts';
import { executedWorkflows, fallenBack } from '../../../../../services/domain/run/query-workflows.ts';
import { planNextStep } from '../../../../../services/domain/search/plan-next-step.ts';
import { continueRun, eventsOf, madeUpConfiguration, madeUpWorld, replay } from '../made-up-world.ts';

const queryCount = 40;
const world = madeUpWorld();
const configuration = madeUpConfiguration({
  queryCount,
  kind: 'query-level',
  search: { maxRounds: 1 },
  evaluation: { method: 'full', warmUpRounds: 0, repeats: 2 },
});
const { log, state } = continueRun(world, configuration);
const [round] = state.rounds;
if (round === undefined) throw new Error('the run has no round');
const proposals = round.queryProposals ?? [];

describe('a query-level run', () => {
  test('asks for a workflow for each query at once, and again, once, for those that were refused', () => {
    const begun = replay(
      log.slice(
        0,
        log.findIndex(({ kind }) => kind === 'query-workflow-proposed'),
      ),
    );
    const first = planNextStep(begun);
    expect(first).toHaveLength(queryCount);
    expect(first[7]).toEqual({ kind: 'propose', round: 1, turn: 1, queryIndex: 7 });
    const refused = proposals.slice(0, queryCount).flatMap(({ queryIndex, failure }) => (failure ? [queryIndex] : []));
    expect(refused.length).toBeGreaterThan(0);
    expect(proposals.slice(queryCount).map(({ queryIndex, turn }) => [queryIndex, turn])).toEqual(
      refused.map((query) => [query, 2]),
    );
  });

  test('executes on each query its own workflow, else the initial one, and counts those', () => {
    const workflowFor = executedWorkflows(round);
    const own = new Map(
      proposals.flatMap(({ queryIndex, workflowHash }) => (workflowHash === '' ? [] : [[queryIndex, workflowHash]])),
    );
    expect(own.size).toBeLessThan(queryCount);
    expect(fallenBack(round)).toBe(queryCount - own.size);
    for (const { queryIndex, repeat, score } of round.outcomes) {
      const hash = own.get(queryIndex) ?? round.workflowHash;
      expect(workflowFor(queryIndex)?.workflowHash).toBe(hash);
      expect(score).toBe(world.score(String(hash), queryIndex, repeat));
    }
    expect(round.outcomes).toHaveLength(2 * queryCount);
  });

  test('scores the mean over the queries and ends, with its generation as propose and its executions as test', () => {
    const { outcomes, evaluation } = round;
    const sum = [...outcomes].reduce((total, { score }) => total + score, 0);
    expect(evaluation?.score).toBeCloseTo(sum / outcomes.length, 12);
    expect(state).toMatchObject({ status: 'completed', bestRound: 1 });
    const phases = Object.fromEntries(totalsByPhase(state.ledger).map(({ phase, tokens }) => [phase, tokens]));
    expect(Object.keys(phases)).toEqual(['propose', 'test']);
    expect(phases.propose).toBe(500 * proposals.length);
  });

  test('goes on after any event to the same log', () => {
    for (let cut = 1; cut < log.length; cut += 1) expect(continueRun(world, configuration, log.slice(0, cut)).log).toEqual(log);
  });
});

describe('what cannot follow is refused:', () => {
  const at = log.findIndex(({ kind }) => kind === 'query-workflow-proposed');
  const begun = replay(log.slice(0, at));
  const next = log[at] as Extract<RunEvent, { kind: 'query-workflow-proposed' }>;

  test.each<[string, RunEvent]>([
    ['another query than the next', { ...next, queryIndex: 3 }],
    ['another turn than the next', { ...next, turn: 2 }],
    ['a workflow without its hash', { ...next, workflowHash: next.workflowHash === '' ? 'hash' : '' }],
  ])('%s', (_, event) => {
    expect(() => applyEvent(begun, event)).toThrow(EventRefusedError);
  });

  test('one more when all queries have theirs', () => {
    const sampled = replay(log.slice(0, log.findIndex(({ kind }) => kind === 'sample-drawn') + 1));
    expect(() => applyEvent(sampled, next)).toThrow(/not waiting for a proposal/);
  });

  test('a query of a run that looks for one workflow', () => {
    const search = replay([{ kind: 'run-started', configuration: madeUpConfiguration({ queryCount }) }]);
    let state = search;
    for (let step = 0; step < 2; step += 1) {
      for (const event of planNextStep(state).flatMap((command) => eventsOf(world, state, command)))
        state = applyEvent(state, event);
    }
    expect(() => applyEvent(state, next)).toThrow(/one workflow for all queries/);
  });
});
