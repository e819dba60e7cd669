import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { endpointProblems } from '../../shared/models/errors/endpoint-errors.ts';

export interface FailureSample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Attempts at calls that have failed so far. */
  readonly failed: number;
}

const withinMs = 5_000;
const [readyWithinMs, lookEveryMs] = [30_000, 50];

/**
 * Asks the workers of a cluster again and again, until the signal aborts and once more then.
 * @param logs the folder with the services' logs, which say where their metrics are
 */
export async function sampleFailedAttempts(
  logs: string,
  executors: number,
  everyMs: number,
  until: AbortSignal,
): Promise<readonly FailureSample[]> {
  const workers = ['predictor', ...Array.from({ length: executors }, (_, index) => `executor-${index + 1}`)];
  const urls = await Promise.all(workers.map((name) => healthOf(join(logs, `${name}.log`), until)));
  const samples: FailureSample[] = [];
  for (;;) {
    const isLast = until.aborted;
    const texts = await Promise.all(urls.map(metricsAt));
    samples.push({
      atMs: performance.timeOrigin + performance.now(),
      failed: texts.reduce((sum, text) => sum + failedIn(text), 0),
    });
    if (isLast) return samples;
    await sleep(everyMs, undefined, { signal: until }).catch(() => undefined);
  }
}

/**
 * Failures between samples that do not touch the time of a fault. A sum that falls is one of which a part is no longer told of,
 * since workers forget the endpoints of a run that is over.
 */
export function failedOutside(
  samples: readonly FailureSample[],
  fault: { readonly fromMs: number; readonly toMs: number },
): number {
  return samples.slice(1).reduce((sum, { atMs, failed }, index) => {
    const before = samples[index];
    const touches = before === undefined || (before.atMs < fault.toMs && atMs > fault.fromMs);
    return touches ? sum : sum + Math.max(0, failed - before.failed);
  }, 0);
}

/** Of a service that may still be loaded: a cluster's first run begins before its predictor is ready. */
async function healthOf(log: string, until: AbortSignal): Promise<string> {
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    try {
      return healthIn(await readFile(log, 'utf8'));
    } catch (error) {
      if (until.aborted || performance.now() > deadline) throw error;
    }
    await sleep(lookEveryMs);
  }
}

const logLine = z.object({ health: z.string() });

/** The address that a service's log names last. @throws Error if it names none */
export function healthIn(log: string): string {
  const lines = log.split('\n').filter((line) => line.includes('"health":"'));
  const named = lines.flatMap((line) => logLine.safeParse(JSON.parse(line)).data?.health ?? []);
  const last = named.at(-1);
  if (last === undefined) throw new Error("a worker's log does not tell where its health and metrics are");
  return last;
}

/** The sum over endpoints and kinds of failure in a page of metrics. */
export function failedIn(metrics: string): number {
  return [...metrics.matchAll(/^scale_model_attempts_total\{[^\n]*outcome="([^"]*)"[^\n]*\} (\S+)$/gm)]
    .filter(([, outcome]) => endpointProblems.some((problem) => problem === outcome))
    .reduce((sum, [, , value]) => sum + Number(value), 0);
}

async function metricsAt(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(withinMs) });
  return await response.text();
}
