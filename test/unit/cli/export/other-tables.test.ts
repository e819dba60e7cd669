import { readFileSync } from 'node:fs';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { callTable } from '../../../../services/cli/export/call-table.ts';
import type { TableFormat } from '../../../../services/cli/export/encode-table.ts';
import { executionTable } from '../../../../services/cli/export/execution-table.ts';
import { roundTable } from '../../../../services/cli/export/round-table.ts';
import { reportOf } from '../../../../services/cli/runs/archive-run.ts';
import type { Benchmark } from '../../../../services/domain/benchmark.ts';
import { decodeProtoEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { Result } from '../../../../services/shared/contracts/generated/scale/v1/result.ts';
import type { ControlClient } from '../../../../services/shared/control-client/control-client.ts';
import { createRunRecord } from '../../../../services/shared/runs/run-record.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

const queryCount = 12;
const search = { maxRounds: 8, finalPick: { policy: 'top', topK: 8, share: 0 } };
const { log, state } = continueRun(madeUpWorld(), madeUpConfiguration({ queryCount, search }));
const benchmark: Benchmark = {
  ...{ name: 'made-up', split: 'validate', description: '', inputs: ['question'], operators: ['custom'], scorer: 'strict' },
  ...{ otherScorers: ['loose'], answerFormat: '' },
  queries: Array.from({ length: queryCount }, (_, index) => ({
    id: `q${index}`,
    reference: '',
    fields: { question: `${index}` },
  })),
};
const record = createRunRecord('made-up-1');
for (const [index, event] of log.entries()) {
  record.add({ sequence: index + 1, timeMs: index, event: decodeProtoEvent(encodeEvent('made-up-1', event)) });
}
const call = { model: 'm', text: 'reply, "quoted"', usage: { promptTokens: 5, completionTokens: 3 }, latencyMs: 7, attempts: 2 };

async function* stored({ workflowHash }: { readonly workflowHash: string }) {
  const calls = ['answer/0', 'judge/0'].map((callId) => ({ ...call, callId }));
  yield { workflowHash, queryIndex: 3, repeat: 0, result: Result.fromPartial({ calls }) };
  // One whose result has gone.
  yield { workflowHash, queryIndex: 4, repeat: 0 };
}
const cluster = { client: { listExecutions: stored } as unknown as ControlClient } as never;
const signal = new AbortController().signal;

const rounds = (format: TableFormat) => roundTable(reportOf(record, benchmark), format);
const calls = (format: TableFormat) =>
  callTable(cluster, record, benchmark, { format, round: undefined, step: () => undefined }, signal);
const executions = (format: TableFormat) =>
  executionTable(cluster, record, benchmark, { format, round: undefined, step: () => undefined }, signal);

const rowsOf = (lines: unknown): Record<string, unknown>[] =>
  String(lines)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('rounds have a row each, with what was spent by then', () => {
  const rows = rowsOf(rounds('jsonl'));
  expect(rows.map(({ round }) => round)).toEqual(state.rounds.map(({ round }) => round));
  expect(rows.filter(({ picked }) => picked === true)).toHaveLength(1);
  const spent = rows.map(({ tokens_by_then }) => Number(tokens_by_then));
  // The final pick has executed every round's workflow once more, which none of them had spent when its score was known.
  expect(state.ledger.filter(({ phase }) => phase === 'final').length).toBeGreaterThan(1);
  expect(spent).toEqual(spent.toSorted((a, b) => a - b));
  expect(spent.at(-1)).toBeLessThan(rows.reduce((sum, { tokens }) => sum + Number(tokens), 0));
  expect(rows[0]).toMatchObject({ run: 'made-up-1', benchmark: 'made-up', parent: 0, edit: '', completed: true });
});

test('calls have a row each, those of one execution in the order of the workflow', async () => {
  const rows = rowsOf(await calls('jsonl'));
  const workflows = new Set(state.rounds.map(({ workflowHash }) => workflowHash).filter((hash) => hash !== ''));
  expect(rows).toHaveLength(2 * workflows.size);
  expect(rows[0]).toMatchObject({ round: 1, query: 'q3', place: 0, reply: 'reply, "quoted"', prompt_tokens: 5, attempts: 2 });
  expect(rows[1]).toMatchObject({ query: 'q3', place: 1, call: 'judge/0', messages: null });
});

test.each([
  ['rounds', rounds],
  ['calls', calls],
] as const)('%s are the same in Parquet and in CSV', async (_, table) => {
  const rows = rowsOf(await table('jsonl'));
  const bytes = (await table('parquet')) as Uint8Array;
  expect(await parquetReadObjects({ file: new Uint8Array(bytes).buffer })).toEqual(rows);
  expect(String(await table('csv')).split('\n')[0]).toBe(Object.keys(rows[0] ?? {}).join(','));
});

describe('docs/data-columns.md', () => {
  const page = readFileSync(new URL('../../../../docs/data-columns.md', import.meta.url), 'utf8');
  const documented = (heading: string): string[] => {
    const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
    const cells = [...section.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = '']) => cell.split(', '));
    return cells.map((cell) => cell.replaceAll('`', ''));
  };

  test.each([
    ['Executions', executions],
    ['Rounds', rounds],
    ['Calls', calls],
  ] as const)('has every column of the table of %s, in its order', async (heading, table) => {
    const columns = Object.keys(rowsOf(await table('jsonl'))[0] ?? {});
    const known = documented(heading).flatMap((name) => {
      if (name === 'score_<other>') return columns.filter((column) => column.startsWith('score_'));
      return name === 'query_<field>' ? ['query_question'] : [name];
    });
    expect(known).toEqual(columns);
  });
});
