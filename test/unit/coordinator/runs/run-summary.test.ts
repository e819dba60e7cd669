import { describe, expect, it } from 'vitest';
import { describeStatus, isGoingOn, runDocument, runTable } from '../../../../services/cli/runs/describe-runs.ts';
import { runSummary } from '../../../../services/coordinator/runs/run-summary.ts';
import type { Round, RunState } from '../../../../services/domain/run/state.ts';
import {
  type RunManifest,
  RunStatus,
  type RunSummary,
} from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { madeUpConfiguration } from '../../domain/search/made-up-world.ts';

const manifest: RunManifest = {
  ...{ schemaVersion: 1, runId: 'r', configuration: undefined, endpoints: [], status: RunStatus.COMPLETED, maxInFlight: 0 },
  ...{ createdAtMs: 1, cancelReason: '', simulated: false, pauseReason: '', pausedAtMs: 0 },
};

function round(number: number, score: number): Round {
  const evaluation = { method: 'few-shot', score, executions: 3 };
  const parts = { candidates: [], proposals: [], samples: [], outcomes: [], predictions: [] };
  return { round: number, parentRound: 0, workflowHash: '', modification: '', completed: true, evaluation, ...parts };
}

const state = (bestRound?: number): RunState => ({
  configuration: madeUpConfiguration({ queryCount: 3 }),
  status: 'completed',
  rounds: [round(1, 0.5), round(2, 0.9524), round(3, 0.9048)],
  ledger: [],
  ...(bestRound === undefined ? {} : { bestRound }),
});

const summaryOf = (of: RunState): RunSummary => runSummary(manifest, { state: of, times: new Map() }, undefined, 0);

describe('a run in a list', () => {
  it("has the winner's score for its best, and the highest until there is a winner", () => {
    expect(summaryOf(state(3)).bestScore).toBe(0.9048);
    expect(summaryOf(state()).bestScore).toBe(0.9524);
    expect(runSummary(manifest, undefined, undefined, 0).bestScore).toBeUndefined();
  });

  it('says how many rounds are under way, where there are several', () => {
    const step = (round: number) => ({ round, phase: 'few-shot', done: 3, total: 21 });
    const rounds = (...underWay: RunSummary['underWay']) => runTable([{ ...summaryOf(state()), underWay }], 'server');
    expect(rounds(step(3), step(4), step(5))).toMatch(/\d+\/\d+ \+3 /);
    expect(rounds(step(3))).not.toContain('+');
  });

  it('has what an answer takes beside its score: time and money where they are known', () => {
    const known = summaryOf(state(3));
    const timed = {
      ...known,
      progress: {
        ...(known.progress as NonNullable<RunSummary['progress']>),
        bestAnswerTokens: 387,
        bestAnswerLatency: { medianMs: 1_234, p90Ms: 2_600, executions: 20 },
        bestAnswerMoney: { amount: 0.0012, currency: 'USD', unpriced: [] },
      },
    };
    const [header, row, other] = runTable([timed, known], 'server').split('\n');
    expect(header).toMatch(/BEST +AN ANSWER +ITS TIME +ITS COST +TOKENS/);
    expect(row).toMatch(/0\.9048 +387 +1\.2 s +\S*0\.0012\S* /);
    expect(other).toMatch(/0\.9048 +- +- +- /);
    expect(runDocument(timed)).toMatchObject({
      ...{ tokensAnAnswer: 387, moneyAnAnswer: { amount: 0.0012, currency: 'USD' } },
      latencyMs: { median: 1_234, p90: 2_600, executions: 20 },
    });
    expect(runDocument(known)).toMatchObject({ latencyMs: null, moneyAnAnswer: null });
    // Where nothing is known there is no column of dashes.
    expect(runTable([known], 'server')).not.toMatch(/ITS/);
  });

  it('has what was spent beside what was charged, where the response cache or lost calls make a difference', () => {
    const run = { ...summaryOf(state(3)), tokens: 38_779 };
    const none = { calls: 0, tokens: 0 };
    const spent = (parts: object): RunSummary => ({
      ...run,
      spent: {
        ...{ answered: none, answeredAgain: none, useless: none, lost: none, preflight: none, cached: undefined, uses: [] },
        ...{ callsInFlight: 0, estimatedTokens: 0, ...parts },
      },
    });
    const saved = spent({ cached: { calls: 230, tokens: 38_779 } });
    const paid = spent({ answered: { calls: 230, tokens: 38_779 }, preflight: { calls: 1, tokens: 9 } });
    const [header, ...rows] = runTable([saved, paid, run], 'server').split('\n');
    expect(header).toMatch(/TOKENS +SPENT +STARTED/);
    expect(rows[0]).toMatch(/ 38\.8 k +0 +1970/);
    expect(rows[1]).toMatch(/ 38\.8 k +38\.8 k +1970/);
    expect(rows[2]).toMatch(/ 38\.8 k +- +1970/);
    expect(runTable([paid, run], 'server')).not.toContain('SPENT');
  });

  it('has ended once its log has, whatever its manifest says; but one that a limit has ended may have gone on', () => {
    const running = { ...manifest, status: RunStatus.RUNNING };
    const reached = { limit: 'tokens', scope: 'run', ends: 'search', most: 1, used: 2 } as const;
    const limited: RunState = { ...state(), limit: { reached, before: state() } };
    const statusOf = (of: RunState) => runSummary(running, { state: of, times: new Map() }, undefined, 0).status;
    expect(statusOf(state())).toBe(RunStatus.COMPLETED);
    expect(statusOf({ ...state(), status: 'failed' })).toBe(RunStatus.FAILED);
    expect(statusOf(limited)).toBe(RunStatus.RUNNING);
  });

  it('is interrupted if nobody works on it, as its status says', () => {
    const run = (status: RunStatus, driven: boolean): RunSummary => ({
      ...runSummary({ ...manifest, status }, { state: { ...state(), status: 'running' }, times: new Map() }, undefined, 0),
      driven,
    });
    const running = run(RunStatus.RUNNING, false);
    expect([isGoingOn(running, 'own'), isGoingOn(running, 'attached'), isGoingOn(running, 'server')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(isGoingOn(run(RunStatus.RUNNING, true), 'attached')).toBe(true);
    expect(runTable([running], 'own')).toContain('interrupted');
    expect(describeStatus(run(RunStatus.RUNNING, true), 'attached')).toBe('running');
    for (const kind of ['own', 'attached', 'server'] as const)
      expect(describeStatus(run(RunStatus.PAUSED, false), kind)).toBe('paused');
  });
});
