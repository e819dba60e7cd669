import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Benchmark } from '../../../../services/domain/benchmark.ts';
import { decodeBenchmark, encodeBenchmark, hashBenchmark } from '../../../../services/shared/contracts/benchmark-codec.ts';
import { ContractError } from '../../../../services/shared/contracts/contract-error.ts';
import { anyBenchmark } from '../../../support/contracts/contract-arbitraries.ts';

const benchmark: Benchmark = {
  name: 'sample',
  split: 'validate',
  description: 'Word problems',
  queries: [{ id: 'q1', fields: { question: 'How many?', hint: 'count' }, reference: '12' }],
  inputs: ['question'],
  operators: ['custom'],
  scorer: 'strict',
  otherScorers: ['aflow'],
  answerFormat: 'a number',
};

test('any benchmark comes back from its bytes as it was', () => {
  fc.assert(
    fc.property(anyBenchmark, (any) => {
      expect(decodeBenchmark(encodeBenchmark(any))).toStrictEqual(any);
    }),
  );
});

test('the hash is the SHA-256 of the bytes, the name of their blob', () => {
  expect(hashBenchmark(benchmark)).toBe(createHash('sha256').update(encodeBenchmark(benchmark)).digest('hex'));
});

test('the hash depends on the content and not on the order of the fields', () => {
  const [query] = benchmark.queries;
  const turned = {
    ...benchmark,
    queries: [{ ...query, id: 'q1', reference: '12', fields: { hint: 'count', question: 'How many?' } }],
  };
  expect(hashBenchmark(turned)).toBe(hashBenchmark(benchmark));
  expect(hashBenchmark({ ...benchmark, scorer: 'aflow' })).not.toBe(hashBenchmark(benchmark));
});

test('bytes that are no benchmark are a typed error', () => {
  expect(() => decodeBenchmark(new Uint8Array([1, 2, 3]))).toThrow(ContractError);
  expect(() => decodeBenchmark(new Uint8Array())).toThrow('Benchmark: it has no schema version');
});
