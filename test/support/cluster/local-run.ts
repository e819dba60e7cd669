import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { createLogger } from '../../../services/shared/telemetry/logger.ts';
import { readCommandLine } from '../../../services/shared/toolchain/process-identity.ts';
import type { ServedCall } from '../../../services/simulator/access-log.ts';

/** Processes of the cluster under a data folder, by service: "coordinator", "executor", …, "nats-server". */
export async function clusterProcesses(ownerPid: number): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== ownerPid) continue;
    const words = (await readCommandLine(pid)) ?? [];
    const service =
      /services\/(\w+)\/main\.ts/.exec(words.join(' '))?.[1] ??
      (words[0]?.endsWith('nats-server') && words[1] === '-c' ? 'nats-server' : undefined);
    if (service) found.set(service, [...(found.get(service) ?? []), pid]);
  }
  return found;
}

/** Job ids whose results are stored in the cluster that runs on a data folder, now. */
export async function storedResults(dataFolder: string, runId: string): Promise<Set<string>> {
  const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
  await using bus = Object.assign(
    await connectBus({ servers: [await natsUrl(dataFolder)], name: 'test', logger, deadlineMs: 30_000 }),
    {
      async [Symbol.asyncDispose]() {
        await bus.close();
      },
    },
  );
  const stored = new Set<string>();
  // The store is read to its end: follow goes quiet there.
  const quiet = new AbortController();
  let timer = setTimeout(() => quiet.abort(), 500);
  try {
    for await (const { jobId } of bus.results.follow(runId, quiet.signal)) {
      stored.add(jobId);
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), 100);
      if (stored.size > 100_000) break;
    }
  } catch (error) {
    if (!quiet.signal.aborted) throw error;
  }
  clearTimeout(timer);
  return stored;
}

async function natsUrl(dataFolder: string): Promise<string> {
  const folder = join(dataFolder, 'nats');
  const ports = (await readdir(folder)).find((name) => name.endsWith('.ports'));
  if (!ports) throw new Error(`no nats-server runs on ${folder}`);
  const { nats } = JSON.parse(await readFile(join(folder, ports), 'utf8')) as { readonly nats: readonly string[] };
  const [, password] = /password: "([^"]+)"/.exec(await readFile(join(folder, 'nats-server.conf'), 'utf8')) ?? [];
  return (nats[0] ?? '').replace('://', `://scale:${password}@`);
}

/** Lines of the simulated model's access log. */
export async function servedCalls(accessLog: string): Promise<Pick<ServedCall, 'jobId' | 'callId' | 'beganMs'>[]> {
  const text = await readFile(accessLog, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ServedCall);
}
