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

/** CPU seconds that the processes of a role have used between two times; samples are joined by straight lines. */
export function cpuBetween(samples: readonly ProcessSample[], role: Role, fromMs: number, toMs: number): number {
  const used = (atMs: number) => between(samples, atMs, (sample) => sumOf(sample, role, ({ cpuSeconds }) => cpuSeconds));
  return used(toMs) - used(fromMs);
}

/** Megabytes that the processes of a role held at a time, of memory that is in use. */
export function residentAt(samples: readonly ProcessSample[], role: Role, atMs: number): number {
  return between(samples, atMs, (sample) => sumOf(sample, role, ({ residentMb }) => residentMb));
}

function sumOf({ processes }: ProcessSample, role: Role, figure: (process: ProcessFigures) => number): number {
  return processes.filter((each) => each.role === role).reduce((sum, each) => sum + figure(each), 0);
}

function between(samples: readonly ProcessSample[], atMs: number, figure: (sample: ProcessSample) => number): number {
  const before = samples.findLast((sample) => sample.atMs <= atMs) ?? samples[0];
  const after = samples.find((sample) => sample.atMs >= atMs) ?? samples.at(-1);
  if (before === undefined || after === undefined) return Number.NaN;
  if (after.atMs === before.atMs) return figure(before);
  const part = (atMs - before.atMs) / (after.atMs - before.atMs);
  return figure(before) + part * (figure(after) - figure(before));
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
  const [, service] = /(?:^|\/)services\/(\w+)\/main\.ts$/.exec(commandLine[1] ?? '') ?? [];
  if (service === 'cli') return 'command';
  return service === 'coordinator' || service === 'predictor' || service === 'executor' ? service : 'other';
}
