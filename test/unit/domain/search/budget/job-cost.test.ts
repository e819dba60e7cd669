import { expect, test } from 'vitest';
import { OutcomeList } from '../../../../../services/domain/run/outcomes/outcome-list.ts';
import type { Round, RunState } from '../../../../../services/domain/run/state.ts';
import { jobCosts } from '../../../../../services/domain/search/budget/job-cost.ts';
import { madeUpConfiguration } from '../made-up-world.ts';

/** More than a function takes as arguments. */
const executions = 150_000;

function* outcomes() {
  const usage = { promptTokens: 6, completionTokens: 1, cachedTokens: 0, reasoningTokens: 0 };
  const tokens = [{ model: 'm', calls: 1, simulated: true, usage }];
  for (let queryIndex = 0; queryIndex < executions; queryIndex += 1) yield { queryIndex, repeat: 0, score: 1, tokens };
}

test('what a job may take is known after any number of executions', () => {
  const configuration = madeUpConfiguration();
  const executed = { round: 1, workflowHash: 'one', outcomes: new OutcomeList().with(outcomes()) };
  const open = { round: 2, workflowHash: 'two', workflow: configuration.initialWorkflow, outcomes: [] };
  const state = { configuration, rounds: [executed, open] as unknown as Round[], ledger: [] } as unknown as RunState;
  const costsOf = (round: number, workflowHash: string) =>
    jobCosts(state, { kind: 'execute', round, workflowHash, executions: [{ queryIndex: 0, repeat: 0 }] });
  expect(costsOf(1, 'one')).toEqual([{ most: 7, seen: executions }]);
  expect(costsOf(2, 'two')[0]?.most).toBeGreaterThanOrEqual(7);
});
