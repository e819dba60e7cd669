import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildReport } from '../../../../services/domain/report/build-report.ts';
import { readRunLog } from '../../../../services/shared/traces/read-run-log.ts';
import { madeUpBenchmark } from '../../domain/report/made-up-benchmark.ts';

const folder = join(import.meta.dirname, '../../../fixtures/logs');

/**
 * Logs of GSM8K by the version before runs said their kind (simulated model, first 60 queries of the split, 40 of the test
 * split), each with the state and the report that the version folded it to.
 */
test.each([
  ['search', 'search', 'fixture-search-3d5e9e625112'],
  ['paper', 'search', 'fixture-paper-0a9b8ba544b3'],
  ['evaluation', 'evaluation', 'eval-fixture-search-gsm8k-test-f60f6040c911'],
])('the log of an earlier %s folds to the same state and the same report', async (name, kind, runId) => {
  // What was called a proposal's attempt is a turn now; in the log's bytes it still is what it was.
  const expected = JSON.parse((await readFile(join(folder, `${name}.json`), 'utf8')).replaceAll('"attempt":', '"turn":'));
  for (const part of ['state', 'report']) expected[part].configuration.kind = kind;
  // A state kept the answers, which now stay in the log.
  for (const { outcomes } of expected.state.rounds) for (const outcome of outcomes) delete outcome.answer;
  for (const { outcome } of expected.state.finalOutcomes ?? []) delete outcome.answer;
  const state = await readRunLog(join(folder, `${name}.binpb`));
  const report = buildReport(state, madeUpBenchmark(state.configuration.benchmark.queryCount), { runId });
  const found = JSON.parse(JSON.stringify({ state, report }));
  // What that version did not report.
  delete found.report.repetitions;
  delete found.report.verdict;
  const groups = [...found.report.executionFailures, ...found.report.refusals];
  for (const round of found.report.rounds) {
    expect(round.queries.scored).toBe(round.queries.executed);
    groups.push(...round.failures);
    delete round.queries;
    delete round.answer;
    delete round.workflow;
    delete round.isOnFront;
    delete round.wrongAnswers;
  }
  for (const group of groups) delete group.class;
  delete found.report.best.queries;
  // Of a single score that version said that it was the best of many.
  if (kind === 'evaluation') {
    expected.report.remarks = expected.report.remarks.filter((remark: string) => !remark.startsWith('The best of many'));
  }
  for (const { report: model } of [expected, found]) model.remarks = model.remarks.map(figuresIn);
  expect(found).toEqual(expected);
});

/**
 * A remark may be worded otherwise than it was; its figures are what they were. That version did not add what a score on few
 * queries is with those of the final pick.
 */
function figuresIn(remark: string): string[] {
  return remark.replace(/; on all .*/, '').match(/\d+(?:\.\d+)?/g) ?? [];
}
