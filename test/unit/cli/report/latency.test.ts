import { expect, it } from 'vitest';
import { runToDocument } from '../../../../services/cli/report/run-to-document.ts';
import { buildReport } from '../../../../services/domain/report/build-report.ts';
import { describeLatency } from '../../../../services/shared/document/describe-latency.ts';
import { writeHtml } from '../../../../services/shared/document/write-html.ts';
import { madeUpBenchmark } from '../../domain/report/made-up-benchmark.ts';
import { finishedState } from './made-up-report.ts';

const state = finishedState();
const reportWith = (latencies?: ReadonlyMap<number, readonly number[]>) =>
  buildReport(state, madeUpBenchmark(state.configuration.benchmark.queryCount), { runId: 'made-up-1' }, { latencies });

it('says how long answers took, of the rounds whose results are at hand, and draws them', () => {
  const times = Array.from({ length: 10 }, (_, index) => 1_000 * (index + 1));
  const report = reportWith(new Map(state.rounds.slice(0, 4).map(({ round }) => [round, times])));
  expect(report.rounds[0]?.latencyMs).toEqual({ median: 5_000, p90: 9_000, executions: 10 });
  expect(report.rounds.at(-1)?.latencyMs).toBeUndefined();
  const html = writeHtml(runToDocument(report));
  expect(html).toContain('Score against the time of an answer');
  expect(html).toContain('5.0 s, 9 in 10 within 9.0 s');
});

it('says nothing of time where no result is at hand', () => {
  expect(writeHtml(runToDocument(reportWith()))).not.toContain('time of an answer');
  expect(reportWith(new Map([[1, []]])).rounds[0]?.latencyMs).toBeUndefined();
});

it.each([
  [740, 9_940, '740 ms, 9 in 10 within 9.9 s'],
  [12_300, 200_000, '12 s, 9 in 10 within 3 min'],
])('writes %d and %d ms as people say them', (median, p90, text) => {
  expect(describeLatency({ median, p90 })).toBe(text);
});
