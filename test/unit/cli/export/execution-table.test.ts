import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import type { ReachedCluster } from '../../../../services/cli/cluster/reach-cluster.ts';
import type { TableFormat } from '../../../../services/cli/export/encode-table.ts';
import { executionTable } from '../../../../services/cli/export/execution-table.ts';
import { describeProvenance, provenanceOf } from '../../../../services/cli/export/provenance.ts';
import { proposalsShown } from '../../../../services/cli/show/proposals-shown.ts';
import type { Benchmark, Query } from '../../../../services/domain/benchmark.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { decodeProtoEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { Result } from '../../../../services/shared/contracts/generated/scale/v1/result.ts';
import { createRunRecord } from '../../../../services/shared/runs/run-record.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

const queryCount = 12;
const { log, state } = continueRun(madeUpWorld(), madeUpConfiguration({ queryCount, search: { maxRounds: 4 } }));
const benchmark: Benchmark = {
  ...{ name: 'made-up', split: 'validate', description: '', inputs: ['question'], operators: ['custom'], scorer: 'strict' },
  ...{ otherScorers: [], answerFormat: '' },
  queries: Array.from({ length: queryCount }, (_, index) => ({
    ...{ id: `q${index}`, reference: `${index}` },
    fields: { question: `${index}, "quoted"\nand more?`, index: `own ${index}`, ...(index === 3 && { hint: '' }) },
  })),
};
const record = createRunRecord('made-up-1');
for (const [index, event] of log.entries()) {
  record.add({ sequence: index + 1, timeMs: index, event: decodeProtoEvent(encodeEvent('made-up-1', event)) });
}

async function* stored({ workflowHash }: { readonly workflowHash: string }) {
  const execution = { answer: 'whole answer', extracted: '7', score: 1, otherScores: {} };
  const result = Result.fromPartial({ elapsedMs: 12, outcome: { $case: 'execution', value: execution } });
  yield { workflowHash, queryIndex: 3, repeat: 0, result };
}
const cluster = { client: { listExecutions: stored } } as unknown as ReachedCluster;
const signal = new AbortController().signal;
const table = (format: TableFormat, round?: number) =>
  executionTable(cluster, record, benchmark, { format, round, step: () => undefined }, signal);
const executed = [...state.rounds].reduce((sum, { outcomes }) => sum + outcomes.length, 0);

describe('the executions of a run as a table', () => {
  test('are all of them with what was asked, as lines of JSON', async () => {
    const rows = String(await table('jsonl'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.length).toBeGreaterThanOrEqual(executed);
    expect(new Set(rows.map(({ round, query, repeat }) => `${round} ${query} ${repeat}`)).size).toBe(rows.length);
    const [third] = rows.filter(({ round, query }) => round === 1 && query === 'q3');
    expect(third).toMatchObject({
      run: 'made-up-1',
      answer: 'whole answer',
      answer_is_whole: true,
      latency_ms: 12,
      extracted: '7',
    });
    expect(third).toMatchObject({
      query_question: '3, "quoted"\nand more?',
      query_index: 3,
      query_index_field: 'own 3',
      query_hint: '',
    });
    const [fourth] = rows.filter(({ round, query }) => round === 1 && query === 'q4');
    expect(fourth).toMatchObject({ answer_is_whole: false, query_hint: null, reference: '4' });
    expect(rows.every(({ workflow }) => workflow !== '')).toBe(true);
  });

  test('are the same in Parquet and in CSV', async () => {
    const rows = String(await table('jsonl', 1))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const bytes = (await table('parquet', 1)) as Uint8Array;
    expect(await parquetReadObjects({ file: new Uint8Array(bytes).buffer })).toEqual(rows);
    const csv = String(await table('csv', 1));
    expect(csv.split('\n')[0]).toBe(Object.keys(rows[0]).join(','));
    expect(csv).toContain('"3, ""quoted""\nand more?"');
  });
});

test('of more executions than a function takes arguments, the table is whole, too', async () => {
  const queryCount = 150_000;
  const whole = createRunRecord('many');
  const proposed = log.find((event) => event.kind === 'workflow-proposed');
  if (proposed === undefined) throw new Error('the log begins with a workflow');
  const outcomes = Array.from({ length: queryCount }, (_, queryIndex) => ({
    queryIndex,
    repeat: 0,
    score: 1,
    answer: '',
    tokens: [],
  }));
  const events: RunEvent[] = [
    { kind: 'run-started', configuration: madeUpConfiguration({ queryCount }) },
    { kind: 'round-started', round: 1, parentRound: 0, candidates: [] },
    proposed,
    { kind: 'sample-drawn', round: 1, queryIndexes: outcomes.map(({ queryIndex }) => queryIndex), strata: [] },
    { kind: 'executions-completed', round: 1, outcomes },
  ];
  for (const [index, event] of events.entries()) {
    whole.add({ sequence: index + 1, timeMs: index, event: decodeProtoEvent(encodeEvent('many', event)) });
  }
  const [query] = benchmark.queries;
  const many = { ...benchmark, queries: new Array<Query>(queryCount).fill(query as Query) };
  const text = String(
    await executionTable(cluster, whole, many, { format: 'jsonl', round: undefined, step: () => undefined }, signal),
  );
  expect(text.trimEnd().split('\n')).toHaveLength(queryCount);
});

test('what the final pick executed is told apart, so that the score of a round is the mean of the rest', async () => {
  const count = 40;
  const search = { maxRounds: 5, finalPick: { policy: 'race', topK: 3, share: 0.3 } } as const;
  const raced = continueRun(
    madeUpWorld(),
    madeUpConfiguration({ queryCount: count, search, evaluation: { method: 'few-shot', fewShotRatio: 0.25, warmUpRounds: 0 } }),
  );
  const ownRecord = createRunRecord('made-up-2');
  for (const [index, event] of raced.log.entries()) {
    ownRecord.add({ sequence: index + 1, timeMs: index, event: decodeProtoEvent(encodeEvent('made-up-2', event)) });
  }
  const queries = Array.from({ length: count }, (_, index) => ({ id: `q${index}`, reference: '', fields: { question: '' } }));
  const none = { client: { listExecutions: async function* () {} } } as unknown as ReachedCluster;
  const text = String(
    await executionTable(
      none,
      ownRecord,
      { ...benchmark, queries },
      { format: 'jsonl', round: undefined, step: () => undefined },
      signal,
    ),
  );
  const rows: { round: number; purpose: string; score: number }[] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(new Set(rows.map(({ purpose }) => purpose))).toEqual(new Set(['score', 'final']));
  const scored = raced.state.rounds.filter(({ evaluation }) => evaluation !== undefined);
  expect(scored.length).toBeGreaterThan(1);
  for (const { round, evaluation } of scored) {
    const own = rows.filter((row) => row.round === round && row.purpose === 'score').map(({ score }) => score);
    expect(own.reduce((sum, score) => sum + score, 0) / own.length).toBeCloseTo(evaluation?.score ?? Number.NaN, 10);
  }
});

test('a workflow is exported with what it needs beside itself, in comments', () => {
  const [round] = state.rounds;
  if (round?.workflow === undefined) throw new Error('round 1 has a workflow');
  const about = provenanceOf('made-up-1', state, { ...round, workflow: round.workflow as Workflow }, benchmark, 1);
  expect(about).toMatchObject({ runId: 'made-up-1', round: 1, isBest: true, operators: ['custom'], inputs: ['question'] });
  expect(about).toMatchObject({ model: { model: 'executor', temperature: 0, topP: 1, maxTokens: 256 }, queries: { all: 12 } });
  const text = describeProvenance({ ...about, benchmark: 'two\nlines' });
  expect(
    text
      .trimEnd()
      .split('\n')
      .every((line) => line.startsWith('# ')),
  ).toBe(true);
  expect(text).toContain('simulated model answered');
});

test('the prompts of a round are shown turn by turn, with the reply and what became of it', () => {
  const asked = log.filter((event) => event.kind === 'workflow-proposed' && event.round === 3);
  const shown = proposalsShown(log, benchmark, 3);
  expect(shown).toHaveLength(asked.length);
  const parent = state.rounds[(state.rounds[2]?.parentRound ?? 0) - 1];
  expect(shown[0]?.prompt).toContain(parent?.workflow?.prompts.solve);
  expect(shown.filter(({ refused }) => refused === undefined).length).toBeLessThanOrEqual(1);
  expect(proposalsShown(log, benchmark, 1)).toEqual([]);
});
