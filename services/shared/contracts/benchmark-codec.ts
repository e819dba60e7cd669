import { createHash } from 'node:crypto';
import type { Benchmark, ScorerSettings } from '../../domain/benchmark.ts';
import { type OwnScorer, Benchmark as ProtoBenchmark } from './generated/scale/v1/benchmark.ts';
import { readJsonObject, readVersionedMessage, schemaVersion, sortedJson, sortedRecord } from './read-message.ts';

/** The benchmark as bytes, equal for equal content: they are the blob, and their hash is the benchmark's identity. */
export function encodeBenchmark(benchmark: Benchmark): Uint8Array {
  return ProtoBenchmark.encode(benchmarkToProto(benchmark)).finish();
}

/** @throws ContractError */
export function decodeBenchmark(bytes: Uint8Array): Benchmark {
  return benchmarkFromProto(readBenchmarkMessage(bytes));
}

/** As it is sent: for whoever hands it on and looks at nothing. @throws ContractError */
export function readBenchmarkMessage(bytes: Uint8Array): ProtoBenchmark {
  return readVersionedMessage('Benchmark', ProtoBenchmark, bytes);
}

/** SHA-256 of the benchmark's bytes, hex: the content hash of a configuration and the name of the blob. */
export function hashBenchmark(benchmark: Benchmark): string {
  return createHash('sha256').update(encodeBenchmark(benchmark)).digest('hex');
}

/**
 * SHA-256 of the queries and the scorer alone, hex: what executions have shown about queries holds for every benchmark with this
 * hash, whatever its texts for the optimizer are.
 */
export function hashQueries(benchmark: Benchmark): string {
  const texts = { name: '', split: '', description: '', answerFormat: '' };
  return hashBenchmark({ ...benchmark, ...texts, inputs: [], operators: [], otherScorers: [] });
}

/** SHA-256 of the queries alone, hex. */
export function hashQueryContent({ queries }: Pick<Benchmark, 'queries'>): string {
  const texts = { name: '', split: '', description: '', answerFormat: '', scorer: '' };
  return hashBenchmark({ ...texts, queries, inputs: [], operators: [], otherScorers: [] });
}

export function benchmarkToProto(benchmark: Benchmark): ProtoBenchmark {
  return {
    schemaVersion,
    name: benchmark.name,
    split: benchmark.split,
    description: benchmark.description,
    queries: benchmark.queries.map(({ id, fields, reference, rightAnswers = [] }) => ({
      ...{ id, fields: sortedRecord(fields), reference },
      rightAnswers: [...rightAnswers],
    })),
    inputs: [...benchmark.inputs],
    operators: [...benchmark.operators],
    scorer: benchmark.scorer,
    otherScorers: [...benchmark.otherScorers],
    answerFormat: benchmark.answerFormat,
    ownScorers: sortedRecord(
      mapValues(benchmark.ownScorers ?? {}, ({ kind, options }) => ({ kind, options: sortedJson(options) })),
    ),
    warnings: [...(benchmark.warnings ?? [])],
  };
}

export function benchmarkFromProto(benchmark: ProtoBenchmark): Benchmark {
  const { name, split, description, inputs, operators, scorer, otherScorers, answerFormat } = benchmark;
  const { ownScorers, warnings } = benchmark;
  const queries = benchmark.queries.map(({ rightAnswers, ...query }) => ({
    ...query,
    ...(rightAnswers.length > 0 && { rightAnswers }),
  }));
  return {
    ...{ name, split, description, queries, inputs, operators, scorer, otherScorers, answerFormat },
    ...(Object.keys(ownScorers).length > 0 && { ownScorers: mapValues(ownScorers, scorerFromProto) }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** The options with which the benchmark's file passed its checks. */
function scorerFromProto({ kind, options }: OwnScorer): ScorerSettings {
  return { kind, options: readJsonObject('Benchmark', 'own_scorers.options', options) as ScorerSettings['options'] };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
