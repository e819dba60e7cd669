import { createHash } from 'node:crypto';
import type { Benchmark } from '../../domain/benchmark.ts';
import { Benchmark as ProtoBenchmark } from './generated/scale/v1/benchmark.ts';
import { readVersionedMessage, schemaVersion, sortedRecord } from './read-message.ts';

/** The benchmark as bytes, equal for equal content: they are the blob, and their hash is the benchmark's identity. */
export function encodeBenchmark(benchmark: Benchmark): Uint8Array {
  return ProtoBenchmark.encode(benchmarkToProto(benchmark)).finish();
}

/** @throws ContractError */
export function decodeBenchmark(bytes: Uint8Array): Benchmark {
  return benchmarkFromProto(readVersionedMessage('Benchmark', ProtoBenchmark, bytes));
}

/** SHA-256 of the benchmark's bytes, hex: the content hash of a configuration and the name of the blob. */
export function hashBenchmark(benchmark: Benchmark): string {
  return createHash('sha256').update(encodeBenchmark(benchmark)).digest('hex');
}

export function benchmarkToProto(benchmark: Benchmark): ProtoBenchmark {
  return {
    schemaVersion,
    name: benchmark.name,
    split: benchmark.split,
    description: benchmark.description,
    queries: benchmark.queries.map(({ id, fields, reference }) => ({ id, fields: sortedRecord(fields), reference })),
    inputs: [...benchmark.inputs],
    operators: [...benchmark.operators],
    scorer: benchmark.scorer,
    otherScorers: [...benchmark.otherScorers],
    answerFormat: benchmark.answerFormat,
  };
}

export function benchmarkFromProto(benchmark: ProtoBenchmark): Benchmark {
  const { name, split, description, queries, inputs, operators, scorer, otherScorers, answerFormat } = benchmark;
  return { name, split, description, queries, inputs, operators, scorer, otherScorers, answerFormat };
}
