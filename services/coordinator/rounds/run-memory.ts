import type { Benchmark } from '../../domain/benchmark.ts';
import type { MemoryRecalled } from '../../domain/run/event.ts';
import { type MemoryReader, rowsToKeep, rowsToRecall } from '../../domain/run/memory.ts';
import type { RunState } from '../../domain/run/state.ts';
import { hashQueries } from '../../shared/contracts/benchmark-codec.ts';
import type { KeptMemory, MemorySummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { memoryRowToProto } from '../../shared/contracts/memory-codec.ts';
import { schemaVersion } from '../../shared/contracts/read-message.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { StoredMemory } from '../../shared/messaging/memory-store.ts';

/** Keeps what an ended run has shown about its queries. Repeating it is harmless. A run that executed nothing leaves nothing. */
export async function keepRunMemory(bus: Bus, runId: string, state: RunState, benchmark: Benchmark): Promise<void> {
  const rows = rowsToKeep(runId, state).map(memoryRowToProto);
  if (rows.length === 0) return;
  const { name, split, scorer, queries } = benchmark;
  const queriesHash = hashQueries(benchmark);
  const about = { benchmark: name, split, scorer, queryCount: queries.length };
  await bus.memory.keep({ schemaVersion, runId, queriesHash, ...about, rows });
}

/** The memory that a run begins with, as the event that its log keeps. */
export async function recallMemory(bus: Bus, benchmark: Benchmark, reader: MemoryReader): Promise<MemoryRecalled> {
  const kept = await bus.memory.list(hashQueries(benchmark));
  return {
    kind: 'memory-recalled',
    rows: rowsToRecall(
      kept.flatMap(({ memory }) => memory.rows),
      reader,
    ),
  };
}

/** The memory that a run could begin with, undefined for none. */
export async function summariseMemory(bus: Bus, benchmark: Benchmark, reader: MemoryReader): Promise<MemorySummary | undefined> {
  const { rows } = await recallMemory(bus, benchmark, reader);
  if (rows.length === 0) return undefined;
  const executions = rows.reduce((sum, { queries }) => sum + queries.length, 0);
  return { runs: new Set(rows.map(({ runId }) => runId)).size, rows: rows.length, executions };
}

/** For people: what was executed, without the outcomes. */
export function describeKept({ keptAtMs, memory }: StoredMemory): KeptMemory {
  const executions = memory.rows.reduce((sum, { queries }) => sum + queries.length, 0);
  const rows = memory.rows.map((row) => ({ ...row, queries: [], scores: [] }));
  return { keptAtMs, memory: { ...memory, rows }, executions };
}
