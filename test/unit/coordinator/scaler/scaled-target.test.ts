import { expect, test } from 'vitest';
import { scaledTarget } from '../../../../services/coordinator/scaler/scaled-target.ts';

const target = (scalerMetadata: Record<string, string>) => scaledTarget({ name: 'executor', namespace: 'scale', scalerMetadata });

test("is read from a trigger's metadata, among KEDA's own keys", () => {
  const keda = { scalerAddress: 'coordinator:7071', enableTLS: 'true', unsafeSsl: 'false' };
  expect(target({ ...keda, role: 'executor', slotsPerPod: '64' })).toEqual({ role: 'executor', perReplica: 64 });
  expect(target({ role: 'executor' })).toEqual({ role: 'executor', perReplica: 32 });
  expect(target({ role: 'predictor' })).toEqual({ role: 'predictor', perReplica: 4 });
  expect(target({ role: 'model', model: 'Qwen/Qwen3-8B', concurrencyPerReplica: '256' })).toEqual({
    ...{ role: 'model', model: 'Qwen/Qwen3-8B', perReplica: 256 },
  });
});

test.each([
  [{}, /ScaledObject scale\/executor: role must be executor, predictor or model, but is missing/],
  [{ role: 'executors' }, /role must be .*, but is "executors"/],
  [{ role: 'executor', slotsPerPods: '8' }, /slotsPerPods is not known for role executor, .*; did you mean slotsPerPod\?/],
  [{ role: 'executor', concurrencyPerReplica: '8' }, /concurrencyPerReplica is not known for role executor/],
  [{ role: 'executor', slotsPerPod: '0' }, /slotsPerPod must be a whole number from 1 to 100000, but is "0"/],
  [{ role: 'executor', slotsPerPod: 'many' }, /slotsPerPod must be a whole number/],
  [{ role: 'model', concurrencyPerReplica: '8' }, /role model needs model/],
  [{ role: 'model', model: 'Qwen/Qwen3-8B' }, /role model needs concurrencyPerReplica/],
])('%j is refused in a sentence', (metadata, sentence) => {
  expect(() => target(metadata as Record<string, string>)).toThrow(sentence);
});
