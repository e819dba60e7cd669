import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mainOf } from '../../../services/cli/cluster/child-service.ts';
import { exitCodes } from '../../../services/shared/errors/exit-codes.ts';
import { type NatsRole, natsRoles } from '../../../services/shared/messaging/nats-permissions.ts';
import { learnBenchmarks } from '../../../services/simulator/learn-benchmarks.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import type { NatsNode } from '../../support/nats-node.ts';
import { runCli } from '../../support/run-cli.ts';
import { deployedAccounts, filesOf, startSecuredNats } from '../../support/secured-nats.ts';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly health?: string;
  readonly addresses?: { readonly control?: string };
  readonly err?: { readonly type: string; readonly message: string };
}

interface Service {
  readonly lines: Line[];
  readonly exited: Promise<number | null>;
  readyz(): Promise<{ readonly status: number; readonly bus: string }>;
  /** A line that the log has or will have. */
  logged(message: RegExp): Promise<Line>;
  end(): Promise<void>;
}

let certificates: Certificates;
let folder = '';
let node: NatsNode;
let accounts = deployedAccounts;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  certificates = await makeCertificates();
  folder = await mkdtemp(join(tmpdir(), 'scale-secured-'));
  node = await startSecuredNats({ certificates, accounts: () => accounts });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await node.kill();
  await rm(folder, { recursive: true, force: true });
  await certificates[Symbol.asyncDispose]();
});

type Files = Partial<ReturnType<typeof filesOf>>;

function startService(role: NatsRole, files: Files, more: Record<string, string> = {}): Service {
  const variables = {
    SCALE_NATS_URL: node.url.replace('nats://', 'tls://'),
    ...(files.credentialsFile && { SCALE_NATS_CREDENTIALS_FILE: files.credentialsFile }),
    ...(files.caFile && { SCALE_NATS_CA_FILE: files.caFile }),
    ...(files.certFile && { SCALE_NATS_CERT_FILE: files.certFile }),
    ...(files.keyFile && { SCALE_NATS_KEY_FILE: files.keyFile }),
    ...{ SCALE_HEALTH_PORT: '0', SCALE_CONTROL_PORT: '0', SCALE_PARENT_LEASH: 'none', SCALE_WORKER_NAME: `the-${role}` },
    ...more,
  };
  const child = spawn(process.execPath, [mainOf(role)], {
    env: { PATH: process.env.PATH, HOME: folder, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  const lines: Line[] = [];
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const complete = text.split('\n');
    text = complete.pop() ?? '';
    lines.push(...complete.map((line) => JSON.parse(line) as Line));
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const logged = async (message: RegExp): Promise<Line> => {
    const found = () => lines.find(({ msg, err }) => message.test(`${msg} ${err?.message ?? ''}`));
    await expect.poll(found, { message: String(message) }).toBeDefined();
    return found() as Line;
  };
  return {
    lines,
    exited,
    logged,
    async readyz() {
      const { health } = await logged(/serving probes/);
      const response = await fetch(`${health}/readyz`);
      const { checks } = (await response.json()) as { checks: { bus: string } };
      return { status: response.status, bus: checks.bus };
    },
    async end() {
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
    },
  };
}

describe.each(natsRoles)('%s', (role) => {
  const other = natsRoles[(natsRoles.indexOf(role) + 1) % natsRoles.length] as NatsRole;
  const wrongPassword = async () => {
    const file = join(folder, `wrong-${role}`);
    await writeFile(file, `user: ${role}\npassword: not-this-one\n`);
    return { credentialsFile: file };
  };

  test.each<[string, () => Files | Promise<Files>, RegExp]>([
    ['wrong', wrongPassword, new RegExp(`it does not accept user "${role}" in \\S+wrong-${role}: `)],
    ['missing', () => ({ credentialsFile: '' }), /asks for credentials, and none are given: set SCALE_NATS_CREDENTIALS_FILE/],
    [
      "another service's",
      () => ({ credentialsFile: certificates.file(other, 'nats-credentials') }),
      new RegExp(`does not let user "${other}" in \\S+ subscribe to "_INBOX_${role}\\.>", which an? ${role} must do`),
    ],
  ])(
    'with credentials that are %s ends at once, with status 2 and a sentence that says what is missing',
    async (_what, files, sentence) => {
      const service = startService(role, { ...filesOf(certificates, role), ...(await files()) });
      const { startedAt, endedAt } = await service.exited.then((code) => {
        expect(code).toBe(exitCodes.badInput);
        const times = service.lines.map((line) => Date.parse((line as unknown as { time: string }).time));
        return { startedAt: times[0] ?? 0, endedAt: times.at(-1) ?? 0 };
      });
      const fatal = service.lines.find(({ level }) => level === 'fatal');
      expect(fatal?.err?.type).toMatch(/^(AccessRefusedError|NatsFileError|PermissionsMissingError)$/);
      expect(fatal?.err?.message).toMatch(sentence);
      expect(JSON.stringify(service.lines)).not.toContain('not-this-one');
      expect(endedAt - startedAt).toBeLessThan(5_000);
    },
  );
});

test('a service waits for the streams that only a coordinator creates, and is ready once one has come', async () => {
  const executor = startService('executor', filesOf(certificates, 'executor'));
  await expect.poll(executor.readyz).toEqual({
    status: 503,
    bus: expect.stringMatching(/JOBS, .*: not on the server yet; a coordinator creates them when it starts/),
  });
  const coordinator = startService('coordinator', filesOf(certificates, 'coordinator'));
  await Promise.all([executor, coordinator].map(({ logged }) => logged(/^running/)));
  await expect.poll(executor.readyz).toEqual({ status: 200, bus: 'ok' });
  await Promise.all([executor, coordinator].map(({ end }) => end()));
});

test('a whole search works with each service on its own credentials and certificate, and nothing is refused', async () => {
  const { known } = await learnBenchmarks(join(folder, 'no-data'), join(folder, 'no-records'));
  await using simulator = await startSimulator({ known, latency: { timeToFirstTokenMs: 2, tokensPerSecond: 20_000 } });
  const services = natsRoles.map((role) => startService(role, filesOf(certificates, role)));
  const [coordinator] = await Promise.all(services.map(({ logged }) => logged(/^running/)));
  const before = violations(await node.log());
  const runFile = join(folder, 'run.yaml');
  await writeFile(runFile, runFileFor(simulator.url));
  const server = ['--server', coordinator?.addresses?.control ?? '', '--data-dir', join(folder, 'data')];
  const { code, stdout, stderr } = await runCli('run', runFile, ...server, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' });
  expect(violations(await node.log()).slice(before.length)).toEqual([]);
  await Promise.all(services.map(({ end }) => end()));
});

function violations(log: string): string[] {
  return log.split('\n').filter((line) => line.includes('Violation'));
}

function runFileFor(baseUrl: string): string {
  return `name: secured
seed: 3
benchmark: { name: sample, limit: 20 }
models: { executor: { model: qwen-plus, endpoint: there }, optimizer: { model: qwen3-8b, endpoint: there } }
endpoints: { there: { base_url: "${baseUrl}", max_concurrency: 8 } }
search: { max_rounds: 4, convergence: off }
evaluation: { method: scale, few_shot_ratio: 0.1, warm_up_rounds: 2 }
`;
}

test('what is taken from a service while it runs is told by name, it is not ready, and it is again once that is given back', async () => {
  const predictor = startService('predictor', filesOf(certificates, 'predictor'));
  await predictor.logged(/^running/);
  await expect.poll(predictor.readyz).toEqual({ status: 200, bus: 'ok' });
  const changed = async (change: (text: string) => string) => {
    accounts = change(deployedAccounts);
    await node.reload();
  };
  const [before = '', ofPredictor = ''] = deployedAccounts.split('user: predictor');
  await changed(() => `${before}user: predictor${ofPredictor.replace('"results.v1.>"\n', '')}`);
  await predictor.logged(/does not let user "predictor" in \S+ publish to "results\.v1\.>", which a predictor must do/);
  await expect.poll(predictor.readyz).toEqual({ status: 503, bus: expect.stringMatching(/publish to "results\.v1\.>"/) });
  await changed((text) => text);
  await predictor.logged(/NATS allows again all that this service must do/);
  await expect.poll(predictor.readyz).toEqual({ status: 200, bus: 'ok' });
  // The user itself.
  await changed((text) => text.replace('user: predictor', 'user: somebody'));
  await predictor.logged(/NATS does not let this service in: it does not accept user "predictor" in /);
  await expect
    .poll(predictor.readyz)
    .toEqual({ status: 503, bus: expect.stringMatching(/does not accept user "predictor" .* again and again/) });
  await changed((text) => text);
  await expect.poll(predictor.readyz).toEqual({ status: 200, bus: 'ok' });
  await predictor.end();
});

test('a service that lacks a permission at its start takes no work, says which, and goes on once it is granted', async () => {
  accounts = deployedAccounts.replaceAll('"$JS.API.CONSUMER.MSG.NEXT.JOBS.*"\n', '');
  await node.reload();
  const executor = startService('executor', filesOf(certificates, 'executor'));
  await expect.poll(executor.readyz).toEqual({
    status: 503,
    bus: expect.stringMatching(/"\$JS\.API\.CONSUMER\.MSG\.NEXT\.JOBS\.\*", which an executor must do/),
  });
  await sleep(500);
  expect(executor.lines.some(({ msg }) => msg === 'running')).toBe(false);
  accounts = deployedAccounts;
  await node.reload();
  await executor.logged(/^running/);
  await expect.poll(executor.readyz).toEqual({ status: 200, bus: 'ok' });
  await executor.end();
});
