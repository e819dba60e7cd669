import { expect, test } from 'vitest';
import { runBareJobs } from '../../../services/shared/messaging/jobs/bare-jobs.ts';
import { startTestNatsServer } from '../../support/nats-server.ts';

const sizes = { inFlight: 8, jobBytes: 100, resultBytes: 100 };

test('the bare loop ends when every job has been worked on by another process and every result has been read', async () => {
  await using server = await startTestNatsServer();
  const { seconds, secondsToFirstResult, workerCpuMsPerJob } = await runBareJobs(
    { url: server.url, jobs: 40, ...sizes },
    new AbortController().signal,
  );
  expect(secondsToFirstResult).toBeGreaterThan(0);
  expect(seconds).toBeGreaterThanOrEqual(secondsToFirstResult);
  expect(workerCpuMsPerJob).toBeGreaterThan(0);
});

test('the bare loop gives up when it is told to', async () => {
  await using server = await startTestNatsServer();
  const signal = AbortSignal.timeout(1_000);
  await expect(runBareJobs({ url: server.url, jobs: 1_000_000, ...sizes }, signal)).rejects.toMatchObject({
    name: 'TimeoutError',
  });
});
