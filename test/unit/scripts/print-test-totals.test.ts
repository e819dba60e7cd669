import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-totals-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const report = (passed: number, failed: number, testResults: object[] = []) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: 2, numTodoTests: 1, testResults });

test.each([
  ['all is well', report(7, 0), '0', '0', '7 passed, 0 failed, 3 skipped', 0],
  ['a test failed', report(7, 1), '1', '0', '7 passed, 1 failed, 3 skipped', 1],
  ['a check failed', report(7, 0), '0', '2', '7 passed, 2 failed, 3 skipped', 1],
  [
    'a file could not be loaded',
    report(7, 0, [{ status: 'failed', assertionResults: [] }]),
    '1',
    '0',
    '7 passed, 1 failed, 3 skipped',
    1,
  ],
  [
    'a failed file has failed tests, which count alone',
    report(7, 1, [{ status: 'failed', assertionResults: [{ status: 'failed' }] }]),
    '1',
    '0',
    '7 passed, 1 failed, 3 skipped',
    1,
  ],
  ['an error came outside of any test', report(7, 0), '1', '0', '7 passed, 1 failed, 3 skipped', 1],
  ['no test was run', report(0, 0), '0', '0', '0 passed, 0 failed, 3 skipped', 1],
  ['vitest died', '', '137', '0', '0 passed, 1 failed, 0 skipped', 1],
])('%s', async (_name, text, status, checks, line, exitStatus) => {
  const path = join(folder, 'report.json');
  await writeFile(path, text);
  const script = join(import.meta.dirname, '../../../scripts/print-test-totals.ts');
  const { promise, resolve } = Promise.withResolvers<{ exitStatus: unknown; stdout: string }>();
  execFile(process.execPath, [script, path, status, checks], (error, stdout) =>
    resolve({ exitStatus: error?.code ?? 0, stdout }),
  );
  expect(await promise).toEqual({ exitStatus, stdout: `${line}\n` });
});
