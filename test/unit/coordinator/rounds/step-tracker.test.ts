import { expect, test } from 'vitest';
import { createStepTracker, type PresentStep } from '../../../../services/coordinator/rounds/step-tracker.ts';
import type { WorkCommand } from '../../../../services/domain/run/command.ts';
import { completionJobId, executionJobId } from '../../../../services/domain/run/job-id.ts';

const execute = (round: number, count: number): WorkCommand => ({
  ...{ kind: 'execute', round, workflowHash: `w${round}` },
  executions: Array.from({ length: count }, (_, queryIndex) => ({ queryIndex, repeat: 0 })),
});
const propose: WorkCommand = { kind: 'propose', round: 3, turn: 1 };
const none = (): boolean => false;

test('each round under way is told by itself, the first first, until the log has passed it', () => {
  const told: PresentStep[] = [];
  const tracker = createStepTracker((step) => told.push(step));
  tracker.begin({ round: 3, phase: 'propose', work: [propose] }, none);
  tracker.begin({ round: 2, phase: 'few-shot', work: [execute(2, 2)] }, (jobId) => jobId === executionJobId('w2', 1, 0));
  expect(told.at(-1)).toEqual({
    ...{ round: 2, phase: 'few-shot', done: 1, total: 2 },
    ahead: [{ round: 3, phase: 'propose', done: 0, total: 1 }],
    outstanding: { execute: 1, predict: 0, propose: 1 },
  });
  tracker.arrived(completionJobId({ kind: 'propose', round: 3, turn: 1 }));
  tracker.arrived(executionJobId('w2', 0, 0));
  tracker.arrived('execute-of-another-run');
  expect(told.at(-1)?.outstanding).toEqual({ execute: 0, predict: 0, propose: 0 });
  expect(told.at(-1)?.done).toBe(2);
  tracker.reached(3);
  tracker.begin({ round: 3, phase: 'canary', work: [execute(3, 1)] }, none);
  expect(told.at(-1)).toMatchObject({ round: 3, phase: 'canary', done: 0, total: 1, ahead: [] });
});

test('more jobs of a step are added to it', () => {
  const told: PresentStep[] = [];
  const tracker = createStepTracker((step) => told.push(step));
  tracker.begin({ round: 2, phase: 'final', work: [execute(1, 2)] }, none);
  tracker.begin({ round: 2, phase: 'final', work: [execute(1, 2), execute(2, 3)] }, none);
  expect(told.at(-1)).toMatchObject({ done: 0, total: 5, outstanding: { execute: 5 } });
});
