import { expect, test } from 'vitest';
import { runFigures } from '../../../../services/coordinator/runs/run-figures.ts';
import type { Spent } from '../../../../services/domain/run/ledger/spent.ts';
import type { Round, RunState } from '../../../../services/domain/run/state.ts';
import { type RunManifest, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { madeUpConfiguration } from '../../domain/search/made-up-world.ts';

const never = new AbortController().signal;
const manifest: RunManifest = {
  ...{ schemaVersion: 1, runId: 'r', configuration: undefined, endpoints: [], status: RunStatus.RUNNING, maxInFlight: 0 },
  ...{ createdAtMs: 1, cancelReason: '', simulated: true, pauseReason: '', pausedAtMs: 0 },
};
const none = { calls: 0, tokens: 0 };
const spent: Spent = {
  ...{ answered: { calls: 2, tokens: 120 }, answeredAgain: none, useless: { calls: 1, tokens: 30 }, lost: none, preflight: none },
  ...{ callsInFlight: 0, estimatedTokens: 0, uses: [] },
};

function round(number: number, completed: boolean, score?: number): Round {
  const evaluation = score === undefined ? {} : { evaluation: { method: 'full', score, executions: 3 } };
  const parts = { candidates: [], proposals: [], samples: [], outcomes: [], predictions: [] };
  return { round: number, parentRound: 0, workflowHash: '', modification: '', completed, ...evaluation, ...parts };
}
const state: RunState = {
  ...{ configuration: madeUpConfiguration({ queryCount: 3 }), status: 'running', ledger: [] },
  rounds: [round(1, true, 0.5), round(2, true, 0.75), round(3, false)],
};
const figuresOf = (noted: Spent | undefined, given: Partial<RunManifest> = {}) =>
  runFigures(
    {
      ...{ manifest: { ...manifest, ...given }, isLeading: true, state, progress: undefined },
      spending: { spent: async () => noted },
    },
    5,
  );

test('a run in numbers: rounds that are over, the best score so far, and all that was paid for, in the log or not yet', async () => {
  const figures = figuresOf(spent);
  expect(figures).toMatchObject({
    runId: 'r',
    roundsCompleted: 2,
    bestScore: 0.75,
    simulated: true,
    isPaused: false,
    movedAtMs: 5,
  });
  expect(await figures.spent(never)).toEqual({ tokens: 150 });
  expect(await figuresOf(undefined).spent(never)).toEqual({ tokens: 0 });
  expect(figuresOf(spent, { status: RunStatus.PAUSED }).isPaused).toBe(true);
});

test('a run is marked as simulated where only the answers of an endpoint of the cluster say so', () => {
  const answered = (simulated: boolean) => {
    const usage = { promptTokens: 1, completionTokens: 1, cachedTokens: 0, reasoningTokens: 0 };
    const ledger = [{ round: 1, phase: 'few-shot' as const, model: 'm', calls: 1, simulated, usage }];
    const run = { manifest: { ...manifest, simulated: false }, isLeading: true, progress: undefined };
    return runFigures({ ...run, state: { ...state, ledger }, spending: { spent: async () => undefined } }, 5).simulated;
  };
  expect([answered(true), answered(false)]).toEqual([true, false]);
});

test('of a run whose log has not been read there is neither a score nor a round', () => {
  const run = { manifest, isLeading: true, state: undefined, progress: undefined, spending: { spent: async () => undefined } };
  const figures = runFigures(run, 5);
  expect([figures.roundsCompleted, figures.bestScore, figures.outstanding]).toEqual([0, undefined, {}]);
});
