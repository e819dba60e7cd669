import { defined } from '../../domain/defined.ts';
import { moneyOf } from '../../domain/prices/money-of.ts';
import { lackOfResult } from '../../domain/run/lack-of-result.ts';
import { totalUse } from '../../domain/run/ledger/totals.ts';
import { cellOfRun, testOfRun } from '../../domain/sweep-report/cell-of-run.ts';
import type { CellRun, EarlierRun, ReportedCell } from '../../domain/sweep-report/reported-cell.ts';
import type { SweepFacts } from '../../domain/sweep-report/sweep-report-model.ts';
import { ControlError } from '../control-client/control-error.ts';
import { mapAtOnce } from '../lifecycle/map-at-once.ts';
import { cellsOfSweep } from './cells-of-sweep.ts';
import { evaluationsOf, type FoundSubject, subjectOf } from './evaluations-of.ts';
import { readRun } from './read-run.ts';
import { RunReadError } from './run-read-error.ts';
import { createRunRecord, type RunRecord } from './run-record.ts';
import type { RunSource } from './run-source.ts';

/** Logs that are read at a time: each may have many megabytes, of which a few kilobytes remain. */
const atOnce = 4;

/** A sweep, what its runs have to show, and the tests of what these have found. @throws RunReadError */
export async function readSweep(
  source: RunSource,
  sweepId: string,
  signal: AbortSignal,
): Promise<{ readonly facts: SweepFacts; readonly cells: readonly ReportedCell[] }> {
  const { summary, cells } = await source.client.getSweep(sweepId, signal);
  if (summary === undefined) throw new RunReadError('failed', `the coordinator says nothing about sweep ${sweepId}`);
  const read = await readAll(
    source,
    cells.flatMap(({ runId }) => runId ?? []),
    signal,
    (record) => ({
      run: cellOfRun(record.state(), factsOf(record)),
      subject: subjectOf(record.state()),
    }),
  );
  const subjects = read.flatMap(({ subject }) => subject ?? []);
  const evaluations = await evaluationsOf(source, subjects, signal);
  const tests = await testsOf(source, evaluations, signal);
  const runs = read.map(({ run, subject }): [string, CellRun] => {
    const test = subject && tests.get(subject);
    return [run.runId, test === undefined ? run : { ...run, test }];
  });
  // A cell that tests what another one has found is that one's test, and no row of its own.
  const testing = new Set(evaluations.values());
  const shown = cells.filter(({ runId }) => runId === undefined || !testing.has(runId));
  const earlierIds = shown.flatMap(({ earlierRunIds }) => earlierRunIds);
  const earlier = await readAll(source, earlierIds, signal, earlierRun);
  return cellsOfSweep(
    { summary, cells: shown },
    { runs: new Map(runs), earlier: new Map(earlier.map((run) => [run.runId, run])) },
  );
}

async function testsOf(source: RunSource, evaluations: ReadonlyMap<FoundSubject, string>, signal: AbortSignal) {
  const read = await readAll(source, [...new Set(evaluations.values())], signal, (record) => ({
    runId: record.runId,
    test: testOfRun(record.state(), factsOf(record)),
  }));
  const tests = new Map(read.map(({ runId, test }) => [runId, test]));
  return new Map([...evaluations].map(([subject, runId]) => [subject, tests.get(runId)]));
}

/** What is wanted of each of these runs; those of which the source has no log, or no event yet, are left out. */
async function readAll<Result>(
  source: RunSource,
  runIds: readonly string[],
  signal: AbortSignal,
  take: (record: RunRecord) => Result,
): Promise<Result[]> {
  const results = await mapAtOnce(runIds, atOnce, async (runId) => {
    const record = createRunRecord(runId);
    try {
      await readRun(source, record, signal);
    } catch (error) {
      if (!(error instanceof ControlError && error.kind === 'not-found')) throw error;
      return [];
    }
    return record.events.length === 0 ? [] : [take(record)];
  });
  return results.flat();
}

function earlierRun(record: RunRecord): EarlierRun {
  const state = record.state();
  const why = lackOfResult(state) ?? (state.status === 'cancelled' ? 'it was cancelled' : 'it ended without a winner');
  const { tokens } = totalUse(state.ledger);
  return { runId: record.runId, why, tokens, ...defined({ money: moneyOf(record.prices(), state.ledger) }) };
}

function factsOf(record: RunRecord) {
  const [first, last] = [record.events.at(0), record.events.at(-1)];
  return {
    runId: record.runId,
    ...(first && last && { startedAtMs: first.timeMs, endedAtMs: last.timeMs }),
    ...defined({ spent: record.spent(), prices: record.prices() }),
  };
}
