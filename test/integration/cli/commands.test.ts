import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Benchmark } from '../../../services/domain/benchmark.ts';
import type { DeadLetter } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { type FakeControlServer, startFakeControlServer } from '../../support/fake-control-server.ts';
import { runCli, startCli } from '../../support/run-cli.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../unit/domain/search/made-up-world.ts';

const configuration = madeUpConfiguration({ queryCount: 12, search: { maxRounds: 4 } });
const { log } = continueRun(madeUpWorld(), configuration);
const begun = log.slice(0, log.findIndex((event) => event.kind === 'round-completed') + 1);

const benchmark: Benchmark = {
  name: 'made-up',
  split: 'validate',
  description: '',
  queries: Array.from({ length: 12 }, (_, index) => ({
    id: `q${index}`,
    fields: { question: `${index} + 1?` },
    reference: `${index + 1}`,
  })),
  inputs: ['question'],
  operators: ['custom'],
  scorer: 'strict',
  otherScorers: [],
  answerFormat: '',
};

let server: FakeControlServer;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-cli-'));
});
afterEach(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const serve = async (script: typeof log): Promise<string> => {
  server = await startFakeControlServer({ runId: 'made-up-1', script });
  return server.address;
};

describe('with --json', () => {
  test.each([
    ['list', ['list'], { runs: [{ runId: 'made-up-1', status: 'completed', bestScore: expect.any(Number) }] }],
    ['status', ['status', 'made-up'], { runId: 'made-up-1', roundsCompleted: 4, savedShare: expect.any(Number) }],
    ['watch', ['watch'], { runId: 'made-up-1', status: 'completed' }],
    ['export', ['export', '--what', 'events-jsonl'], { runId: 'made-up-1', what: 'events-jsonl' }],
  ])('%s prints exactly one document on stdout', async (_, args, document) => {
    const address = await serve([...log]);
    const { code, stdout } = await runCli(...args, '--server', address, '--json');
    expect(JSON.parse(stdout)).toMatchObject(document);
    expect(code).toBe(0);
  });

  test('an error is a document too, and a sentence on stderr', async () => {
    const address = await serve([...log]);
    const { code, stdout, stderr } = await runCli('status', 'nothing', '--server', address, '--json');
    const message = 'no run is called nothing: the runs here are made-up-1';
    expect(JSON.parse(stdout)).toEqual({ error: { kind: 'CliError', message, exitCode: 2 } });
    expect(stderr).toBe(`scale: ${message}\n`);
    expect(code).toBe(2);
  });
});

describe('dead letters', () => {
  const letter = (runId: string, jobId: string): DeadLetter => ({
    ...{ kind: 'execute', runId, jobId, reason: 'poison', message: 'it kills its workers', atMs: 0, bytes: 4, job: undefined },
  });
  const withLetters = async (...args: string[]) => {
    const letters = [letter('a-1', 'execute-1-0-0'), letter('a-1', 'execute-2-0-0'), letter('b-1', 'execute-1-0-0')];
    server = await startFakeControlServer({ script: [], letters });
    const { code, stdout } = await runCli('dead-letters', ...args, '--server', server.address, '--json');
    return { code, document: JSON.parse(stdout), dropped: server.calls };
  };

  test('that are named, or of a run, are dropped, and no others', async () => {
    const { code, document, dropped } = await withLetters('drop', 'execute-1', '--run', 'a-1');
    expect(document.tried).toEqual([{ run: 'a-1', job: 'execute-1-0-0', outcome: 'its letter is dropped' }]);
    expect(dropped).toEqual(['DropDeadLetter execute-1-0-0 of a-1']);
    expect(code).toBe(0);
  });

  test('are not dropped by a command that names none', async () => {
    const { code, document, dropped } = await withLetters('drop');
    expect(document.error.message).toBe('say what to drop: jobs by their ids, --run RUN, or --all');
    expect(dropped).toEqual([]);
    expect(code).toBe(2);
  });
});

describe('the exit status', () => {
  test('is 2 for bad input, which is told in one sentence', async () => {
    const wrong = [
      [['run', 'nowhere.yaml'], 'scale: nowhere.yaml: there is no such run file\n'],
      [['list', '--server', 'nonsense'], /option '--server <host:port>' argument 'nonsense' is invalid: it must be host:port/],
      [['lst'], /unknown command 'lst'[\s\S]*Did you mean list\?/],
      [['run', 'x.yaml', '--executors', '0'], /it must be a whole number from 1 to 1024/],
    ] as const;
    for (const [args, said] of wrong) {
      const { code, stdout, stderr } = await runCli(...args);
      if (typeof said === 'string') expect(stderr).toBe(said);
      else expect(stderr).toMatch(said);
      expect(stdout).toBe('');
      expect(code).toBe(2);
    }
  });

  test('is 2 where a run has a workflow for each query and not the one that is asked for', async () => {
    const search = { maxRounds: 1 };
    const settings = madeUpConfiguration({
      kind: 'query-level',
      queryCount: 12,
      search,
      evaluation: { method: 'full', warmUpRounds: 0 },
    });
    const address = await serve([...continueRun(madeUpWorld(), settings).log]);
    for (const args of [['export'], ['eval', '--run']]) {
      const { code, stderr } = await runCli(...args, 'made-up-1', '--server', address);
      expect(stderr).toContain('run made-up-1 has a workflow for each query');
      expect(code).toBe(2);
    }
  });

  test('is 3 where no coordinator answers', async () => {
    const { code, stderr } = await runCli('list', '--server', '127.0.0.1:1');
    expect(stderr).toContain('the coordinator at 127.0.0.1:1 does not answer');
    expect(code).toBe(3);
  });

  test('of watch is that of the run: 4 for a cancelled one, 1 for a failed one', async () => {
    const address = await serve([...begun, { kind: 'run-cancelled', reason: 'enough' }]);
    expect((await runCli('watch', '--server', address)).code).toBe(4);
    await server.stop();
    const other = await serve([...begun, { kind: 'run-failed', failure: { kind: 'internal', message: 'out of luck' } }]);
    const failed = await runCli('watch', '--server', other);
    expect(failed.stdout).toContain('failed: out of luck');
    expect(failed.code).toBe(1);
  });

  test('is 130 after Ctrl-C, and the run goes on without us', async () => {
    const address = await serve([...begun]);
    const watching = startCli(['watch', '--server', address]);
    await watching.until('round 1:');
    watching.child.kill('SIGINT');
    expect((await watching.ended).code).toBe(130);
    expect(server.calls).not.toContain('CancelRun');
  });
});

describe('watch', () => {
  test('tells the run from its first event on, and goes on through a lost connection', async () => {
    const address = await serve([...begun]);
    const watching = startCli(['watch', '--server', address]);
    await watching.until('round 1:');
    server.push({ kind: 'hang-up' });
    await watching.until('trying again');
    server.push(...log.slice(begun.length));
    const { code, stdout } = await watching.ended;
    expect(stdout.split('\n')[0]).toContain('made up: 12 made-up queries');
    expect(stdout.match(/^round 1: 0/gm)).toHaveLength(1);
    expect(stdout).toContain('completed (all rounds done): best is round');
    expect(code).toBe(0);
  });
});

describe('steering', () => {
  test('cancel waits until the log says that the run is over', async () => {
    const address = await serve([...begun]);
    const { code, stdout } = await runCli('cancel', 'made-up', '--server', address, '--reason', 'enough');
    expect(stdout).toBe('Run made-up-1 is cancelled.\n');
    expect(server.calls).toContain('CancelRun');
    expect(code).toBe(0);
  });

  test('cancel does not say of a run that had ended that it is cancelled', async () => {
    const address = await serve([...log]);
    const { code, stdout, stderr } = await runCli('cancel', 'made-up', '--server', address);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('run made-up-1 had already ended (completed), and stays as it ended');
  });

  test('pause and resume say what the run is then', async () => {
    const address = await serve([...begun]);
    expect((await runCli('pause', 'made-up-1', '--server', address)).stdout).toBe('Run made-up-1 is paused.\n');
    expect((await runCli('resume', 'made-up-1', '--server', address)).stdout).toBe('Run made-up-1 is running.\n');
  });
});

describe('export', () => {
  test.each([
    [['--format', 'python'], 'Allowed choices are jsonl, csv, parquet, spreadsheet; `--python FILE` writes a Python file.'],
    [['--format', 'html'], '`--page FILE` writes a page.'],
    [
      ['--out', 'best.py'],
      '--out writes the workflow as YAML, which best.py is not named for: `--python FILE` writes a Python file',
    ],
  ])('%j names the option that was meant', async (args, told) => {
    const { code, stderr } = await runCli('export', ...args, '--server', '127.0.0.1:1');
    expect(stderr).toContain(told);
    expect(code).toBe(2);
  });

  test('writes the best workflow as a file that the language reads', async () => {
    server = await startFakeControlServer({ runId: 'made-up-1', script: [...log], benchmark });
    const out = join(folder, 'deep', 'best.yaml');
    const { code, stdout } = await runCli('export', '--server', server.address, '--out', out);
    expect(stdout).toBe('');
    const text = await readFile(out, 'utf8');
    expect(parse(text)).toMatchObject({ workflow: 1, steps: expect.any(Array) });
    for (const part of ['made-up-1, round ', 'temperature 0, top_p 1', 'operators: custom', 'query.question'])
      expect(text).toContain(part);
    expect(code).toBe(0);
  });
});

describe('report', () => {
  test('writes the report of a run that is not over, and says where', async () => {
    server = await startFakeControlServer({ runId: 'made-up-1', script: [...begun], benchmark });
    const { code, stdout } = await runCli('report', '--server', server.address, '--data-dir', folder);
    expect(stdout).toContain('Run made-up-1: running after 1 round');
    expect(stdout).toContain(`Report: ${join(folder, 'runs', 'made-up-1', 'report.html')}`);
    const model = JSON.parse(await readFile(join(folder, 'runs', 'made-up-1', 'report.json'), 'utf8'));
    expect(model).toMatchObject({ simulated: true, run: { runId: 'made-up-1', status: 'running' } });
    expect(code).toBe(0);
  });
});

test('status says which versions the workers of a run that goes on are of', async () => {
  const of = (worker: string, version: string | undefined, kind: string) => ({
    ...{ worker, kinds: [kind], slots: 4, runs: [], endpoints: [] },
    ...(version !== undefined && { condition: { role: kind, version, wallMs: 0, trouble: '', looks: [] } }),
  });
  const workers = [
    of('e1', '0.2.0', 'execute'),
    of('e2', '0.2.0', 'execute'),
    of('p', '0.2.0', 'predict'),
    of('e3', undefined, 'execute'),
  ];
  server = await startFakeControlServer({ runId: 'made-up-1', script: [...begun], benchmark, workers });
  const { stdout } = await runCli('status', '--server', server.address);
  expect(stdout).toMatch(/^workers +2 executors and 1 other worker of 0\.2\.0; 1 executor of an earlier version$/m);
});

test('endpoints are shown by worker, each address of a name by itself, with the newest error', async () => {
  const use = { baseUrl: 'http://gpus/v1', callsInFlight: 3, silentMs: 0, lastError: '' };
  const endpoints = [
    { ...use, name: 'http://gpus/v1 (10.0.0.1)', state: 'closed', limit: 8, calls: 1200, failed: 0 },
    { ...use, name: 'http://gpus/v1 (10.0.0.2)', state: 'open', limit: 1, calls: 40, failed: 5, lastError: 'HTTP 503' },
    // Of a worker of an earlier version.
    { ...use, baseUrl: 'http://old/v1', state: 'closed' },
  ];
  const workers = [{ worker: 'executor-1', kinds: ['execute'], slots: 16, runs: [], endpoints }];
  server = await startFakeControlServer({ runId: 'made-up-1', script: [], workers });
  const shown = await runCli('endpoints', '--server', server.address);
  expect(shown.stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['worker', 'endpoint', 'state', 'in flight', 'limit', 'calls', 'failed', 'last error'],
    ['executor-1', 'http://gpus/v1 (10.0.0.1)', 'closed', '3', '8', '1.20 k', '0'],
    ['executor-1', 'http://gpus/v1 (10.0.0.2)', 'open', '3', '1', '40', '5', 'HTTP 503'],
    ['executor-1', 'http://old/v1', 'closed', '3', '–', '–', '–'],
    [''],
  ]);
  const { stdout } = await runCli('endpoints', '--server', server.address, '--json');
  expect(JSON.parse(stdout).workers[0].endpoints[1]).toMatchObject({
    ...{
      endpoint: 'http://gpus/v1 (10.0.0.2)',
      baseUrl: 'http://gpus/v1',
      state: 'open',
      limit: 1,
      failed: 5,
      lastError: 'HTTP 503',
    },
  });
});
