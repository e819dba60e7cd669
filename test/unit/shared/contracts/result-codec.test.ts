import { expect, test } from 'vitest';
import { ContractError } from '../../../../services/shared/contracts/contract-error.ts';
import { decodeJob, encodeJob } from '../../../../services/shared/contracts/job-codec.ts';
import {
  decodeModelCall,
  decodeResult,
  encodeModelCall,
  encodeResult,
  failureFromProto,
  failureToProto,
  usageFromProto,
} from '../../../../services/shared/contracts/result-codec.ts';
import { decodeRunManifest, encodeRunManifest } from '../../../../services/shared/contracts/run-manifest-codec.ts';
import { executeJob, executionResult, modelCall, predictJob, runManifest } from '../../../support/bus-messages.ts';

test('jobs, results, calls and manifests come back from their bytes as they were', () => {
  for (const job of [executeJob('r', 'j'), predictJob('r', 'j')]) expect(decodeJob(encodeJob(job))).toEqual(job);
  expect(decodeResult(encodeResult(executionResult('r', 'j')))).toEqual(executionResult('r', 'j'));
  expect(decodeModelCall(encodeModelCall(modelCall('a/0')))).toEqual(modelCall('a/0'));
  expect(decodeRunManifest(encodeRunManifest(runManifest('r')))).toEqual(runManifest('r'));
});

test('the other scores of a result have one order, so equal results have equal bytes', () => {
  const withScores = (otherScores: Record<string, number>) =>
    encodeResult({
      ...executionResult('r', 'j'),
      outcome: { $case: 'execution', value: { answer: '', extracted: '', score: 1, otherScores, failure: undefined } },
    });
  expect(withScores({ b: 1, a: 0.5 })).toEqual(withScores({ a: 0.5, b: 1 }));
});

test('a failure without a step has none, and an unknown kind is refused', () => {
  expect(failureFromProto(failureToProto({ kind: 'poison', message: 'm' }))).toStrictEqual({ kind: 'poison', message: 'm' });
  expect(failureFromProto(failureToProto({ kind: 'code', message: 'm', step: 's' }))).toStrictEqual({
    kind: 'code',
    message: 'm',
    step: 's',
  });
  expect(() => failureFromProto({ kind: 'new-kind', message: '', step: '' })).toThrow(ContractError);
});

test('a usage that is absent is zero', () => {
  expect(usageFromProto(undefined)).toEqual({ promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 });
});

test('versions and missing work are typed errors', () => {
  expect(() => decodeJob(encodeJob({ ...executeJob('r', 'j'), schemaVersion: 2 }))).toThrow(/schema version 2/);
  expect(() => decodeJob(encodeJob({ ...executeJob('r', 'j'), work: undefined }))).toThrow(/field work is missing/);
  expect(() => decodeResult(encodeResult({ ...executionResult('r', 'j'), schemaVersion: 7 }))).toThrow(ContractError);
  expect(() => decodeRunManifest(new Uint8Array([9]))).toThrow(ContractError);
});
