import { expect, test } from 'vitest';
import { longestFirst } from '../../../../services/coordinator/jobs/longest-first.ts';
import type { WorkCommand } from '../../../../services/domain/run/command.ts';
import { noUsage } from '../../../../services/domain/run/ledger/totals.ts';
import type { Round } from '../../../../services/domain/run/state.ts';

const outcomeWith = (calls: number) => ({ tokens: [{ model: 'm', calls, simulated: true, usage: noUsage }] });
const executed = (workflowHash: string, calls: readonly number[]) =>
  ({ workflowHash, outcomes: calls.map(outcomeWith) }) as unknown as Round;
const execute = (workflowHash: string): WorkCommand => ({ kind: 'execute', round: 1, workflowHash, executions: [] });

test('what makes the most calls an execution begins first; the rest stays in its order', () => {
  const rounds = [executed('one', [1, 1]), executed('unknown', []), executed('six', [6, 4]), executed('three', [3])];
  const work = ['one', 'three', 'unknown', 'new', 'six'].map(execute);
  const propose: WorkCommand = { kind: 'propose', round: 5, turn: 1 };
  const hashes = longestFirst([...work, propose], { rounds }).map((each) =>
    'workflowHash' in each ? each.workflowHash : each.kind,
  );
  expect(hashes).toEqual(['propose', 'six', 'three', 'one', 'unknown', 'new']);
});
