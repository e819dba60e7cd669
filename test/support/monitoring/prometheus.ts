import { execFile, spawn } from 'node:child_process';
import { accessSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { z } from 'zod';

export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

/** What scripts/setup-prometheus brings, or this machine has; undefined where one of them is missing. */
export function findPrometheus(): PrometheusPrograms | undefined {
  const places = [join(import.meta.dirname, '../../../.tools'), ...(process.env.PATH ?? '').split(delimiter)];
  const [prometheus, promtool] = ['prometheus', 'promtool'].map((program) =>
    places.map((place) => join(place, program)).find(isThere),
  );
  return prometheus === undefined || promtool === undefined ? undefined : { prometheus, promtool };
}

/** For the name of a test that is skipped. */
export const withPrometheus =
  findPrometheus() === undefined ? ' (skipped: no Prometheus here; scripts/setup-prometheus brings it)' : '';

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What promtool says of a page of metrics: "" if it has nothing to say. @throws if it cannot be read at all */
export async function lintMetrics(promtool: string, page: string): Promise<string> {
  const checking = promisify(execFile)(promtool, ['check', 'metrics']);
  checking.child.stdin?.end(page);
  return await checking.then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: { code?: number; stdout?: string; stderr?: string }) => {
      // 3: it can be read, and breaks a rule of style.
      if (error.code === 3) return `${error.stdout}${error.stderr}`;
      throw error;
    },
  );
}

export interface TestPrometheus extends AsyncDisposable {
  /** The values of an expression now, one for each series. @throws if it is no expression */
  query(expression: string): Promise<number[]>;
  /** The names of the alerts that fire now. */
  firing(): Promise<string[]>;
}

const answer = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.string(), result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const alerts = z.object({
  data: z.object({ alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.string() })) }),
});
const startsWithinMs = 30_000;

/**
 * A real Prometheus that scrapes every second. @param targets addresses by job
 * @param rules a file of rules; alerts fire at once there, without waiting for as long as they say
 */
export async function startPrometheus(
  program: string,
  targets: Readonly<Record<string, readonly string[]>>,
  rules: string,
): Promise<TestPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-prometheus-'));
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: Object.entries(targets).map(([name, addresses]) => ({
      job_name: name,
      static_configs: [{ targets: addresses }],
    })),
  };
  await copyFile(rules, join(folder, 'rules.yml'));
  const text = await readFile(rules, 'utf8');
  await writeFile(join(folder, 'rules.yml'), text.replaceAll(/^ *for: .*\n/gm, ''));
  await writeFile(join(folder, 'prometheus.yml'), stringify(config));
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`Prometheus did not start in time:\n${said}`)), startsWithinMs);
    child.stderr.setEncoding('utf8').on('data', (line: string) => {
      said += line;
      const [, address] = /msg="Listening on" address=(\S+)/.exec(said) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(`http://${address}`);
    });
    child.once('close', () => reject(new Error(`Prometheus ended:\n${said}`)));
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
    return await response.json();
  };
  return {
    async query(expression) {
      const said = await ask(`query?query=${encodeURIComponent(expression)}`);
      const found = answer.safeParse(said);
      if (!found.success) throw new Error(`${expression} has no answer: ${JSON.stringify(said)}`);
      return found.data.data.result.map(({ value: [, value] }) => Number(value));
    },
    async firing() {
      const found = alerts.parse(await ask('alerts')).data.alerts;
      return [...new Set(found.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname ?? ''))].sort();
    },
    [Symbol.asyncDispose]: stop,
  };
}
