import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { readCommandLine } from '../../shared/toolchain/process-identity.ts';

export type Role = 'command' | 'coordinator' | 'predictor' | 'executor' | 'bus' | 'other';

export interface ProcessFigures {
  readonly pid: number;
  readonly role: Role;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
  readonly residentMb: number;
}

export interface ProcessSample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly processes: readonly ProcessFigures[];
}

/** The system does not report what processes use in the form that is read here. */
export class NoProcessFiguresError extends ScaleError {
  readonly kind = 'failed';
}

/** Of what /proc counts time in; the kernel's USER_HZ, which is 100 on every machine that Node.js is built for. */
const ticksPerSecond = 100;

/** A process and all that it has started, directly or not. Those that end meanwhile are left out. */
export async function processesBelow(root: number): Promise<ProcessFigures[]> {
  const [own, children] = await Promise.all([
    figuresOf(root),
    readFile(`/proc/${root}/task/${root}/children`, 'utf8').catch(() => ''),
  ]);
  const below = await Promise.all(children.split(' ').filter(Boolean).map(Number).map(processesBelow));
  return [...(own === undefined ? [] : [own]), ...below.flat()];
}

/**
 * Looks at a process and its descendants again and again until it has ended or the signal aborts.
 * @throws NoProcessFiguresError where there is no /proc
 */
export async function sampleProcesses(root: number, everyMs: number, signal: AbortSignal): Promise<readonly ProcessSample[]> {
  if (process.platform !== 'linux')
    throw new NoProcessFiguresError('this bench reads what processes use from /proc, which only Linux has: run it there');
  const samples: ProcessSample[] = [];
  while (!signal.aborted) {
    const processes = await processesBelow(root);
    if (processes.length === 0) break;
    samples.push({ atMs: performance.timeOrigin + performance.now(), processes });
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}

/**
 * CPU seconds that the processes of a role have used between two times; samples are joined by straight lines. What a process had
 * used when it was last seen stays used after it has ended.
 */
export function cpuBetween(samples: readonly ProcessSample[], role: Role, fromMs: number, toMs: number): number {
  const last = new Map<number, number>();
  const sums = samples.map(({ atMs, processes }) => {
    for (const each of processes) if (each.role === role) last.set(each.pid, each.cpuSeconds);
    return { atMs, figure: [...last.values()].reduce((sum, cpuSeconds) => sum + cpuSeconds, 0) };
  });
  return between(sums, toMs) - between(sums, fromMs);
}

/** Megabytes of memory that the processes of a role held at a time; if they had all ended, when they were last seen. */
export function residentAt(samples: readonly ProcessSample[], role: Role, atMs: number): number {
  const there = samples
    .map((sample) => ({ atMs: sample.atMs, own: sample.processes.filter((each) => each.role === role) }))
    .filter(({ own }) => own.length > 0);
  return between(
    there.map((sample) => ({ atMs: sample.atMs, figure: sample.own.reduce((sum, { residentMb }) => sum + residentMb, 0) })),
    atMs,
  );
}

interface Point {
  readonly atMs: number;
  readonly figure: number;
}

function between(points: readonly Point[], atMs: number): number {
  const before = points.findLast((point) => point.atMs <= atMs) ?? points[0];
  const after = points.find((point) => point.atMs >= atMs) ?? points.at(-1);
  if (before === undefined || after === undefined) return Number.NaN;
  if (after.atMs === before.atMs) return before.figure;
  const part = (atMs - before.atMs) / (after.atMs - before.atMs);
  return before.figure + part * (after.figure - before.figure);
}

async function figuresOf(pid: number): Promise<ProcessFigures | undefined> {
  const [stat, status, words] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
    readCommandLine(pid),
  ]);
  if (stat === '' || words === undefined) return undefined;
  return { pid, role: roleOf(words), cpuSeconds: cpuSecondsIn(stat), residentMb: residentMbIn(status) };
}

/** @param stat /proc/PID/stat */
export function cpuSecondsIn(stat: string): number {
  // The second field is the program's name in parentheses and may hold spaces and parentheses itself; the third is first here.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** @param status /proc/PID/status */
export function residentMbIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

export function roleOf(commandLine: readonly string[]): Role {
  if (/(^|\/)nats-server$/.test(commandLine[0] ?? '')) return 'bus';
  const script = commandLine.slice(1).find((word) => !word.startsWith('-')) ?? '';
  const [, service] = /(?:^|\/)services\/(\w+)\/main\.ts$/.exec(script) ?? [];
  if (service === 'cli') return 'command';
  return service === 'coordinator' || service === 'predictor' || service === 'executor' ? service : 'other';
}
