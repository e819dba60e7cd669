import { readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the machine's start and the process's; undefined where there is no /proc. */
  readonly startTicks?: number | undefined;
}

/** @returns undefined if there is no such process (a zombie counts as gone: it holds nothing open) */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return isSignalable(pid) ? { pid } : undefined;
  const startTicks = startTicksIn(stat);
  return startTicks === undefined ? undefined : { pid, startTicks };
}

/** @returns undefined of a process that is over */
function startTicksIn(stat: string): number | undefined {
  // The second field is the program's name in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return Number(fields[19]);
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  const found = await identifyProcess(identity.pid);
  return found !== undefined && (identity.startTicks === undefined || found.startTicks === identity.startTicks);
}

/** The arguments that a process was started with; undefined if there is none or the system has no /proc. */
export async function readCommandLine(pid: number): Promise<string[] | undefined> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text === '' ? undefined : text.split('\0');
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Names this process so that another one on the same machine, and in the same container, can tell by processHasEnded that it is
 * gone; undefined where there is no /proc.
 */
export function ownProcessId(): string | undefined {
  const where = ownPlace();
  const stat = textOf(() => readFileSync('/proc/self/stat', 'utf8'));
  const startTicks = stat === undefined ? undefined : startTicksIn(stat);
  return where === undefined || startTicks === undefined ? undefined : `${where}:${process.pid}:${startTicks}`;
}

/** False of a process elsewhere, of which nothing can be known here. */
export function processHasEnded(id: string): boolean {
  const [where, pid, startTicks] = id.split(':');
  if (pid === undefined || where !== ownPlace()) return false;
  if (!isSignalable(Number(pid))) return true;
  // The processes of others may be hidden in /proc (hidepid), and live.
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat !== undefined && startTicksIn(stat) !== Number(startTicks);
}

let place: string | undefined;

/** This start of this machine, and the space in which process numbers mean something: a container has its own. */
function ownPlace(): string | undefined {
  if (place !== undefined) return place;
  const boot = textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const space = textOf(() => readlinkSync('/proc/self/ns/pid'))?.replace(/\D/g, '');
  if (boot !== undefined && space !== undefined) place = `${boot}-${space}`;
  return place;
}

function textOf(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
