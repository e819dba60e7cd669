import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { watchCondition } from '../../../../services/shared/worker/worker-condition.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

const endpoint = { model: 'm', baseUrl: 'http://gpu-1/v1' } as Endpoint;

test('a worker says what it lacks, which endpoints it reaches, and, half a minute later, how programs are confined', async () => {
  const timing = createManualTiming();
  let [lacks, reaches, asked] = ['may not pull', false, 0];
  const condition = watchCondition({
    ...{ role: 'executor', version: '1.0.0', timing, logger: pino({ level: 'silent' }) },
    check: async () => {
      if (lacks !== '') throw new Error(lacks);
    },
    endpoints: () => endpoints,
    ask: async () => {
      asked += 1;
      if (!reaches) throw new Error('no route');
    },
    lookAtSandbox: async () => ({ isolation: 'bwrap+seccomp' }),
  });
  const endpoints = new Map([['m', [endpoint]]]);
  expect(condition.current()).toEqual({ role: 'executor', version: '1.0.0', trouble: '', looks: [] });
  await timing.advance(1_000);
  expect(condition.current()).toMatchObject({
    trouble: 'may not pull',
    looks: [{ model: 'm', baseUrl: 'http://gpu-1/v1', problem: 'no route' }],
  });
  expect(condition.current().isolation).toBeUndefined();
  lacks = '';
  reaches = true;
  await timing.advance(10_000);
  expect(condition.current()).toMatchObject({ trouble: '', looks: [{ problem: '' }] });
  await timing.advance(10_000);
  // Readiness costs little; an endpoint that was there is not asked again so soon.
  expect(asked).toBe(2);
  for (let step = 0; step < 5; step += 1) await timing.advance(10_000);
  expect(condition.current()).toMatchObject({ isolation: 'bwrap+seccomp', looks: [{ problem: '' }] });
  await condition.stop();
});
