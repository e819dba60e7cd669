import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import type { ServiceAddresses } from '../../shared/lifecycle/run-service.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { environmentComesLater, type LaterEnvironment } from '../../shared/settings/environment-from-parent.ts';
import { sourceFile } from '../../shared/toolchain/package-folder.ts';
import { wasEndedFromOutside } from '../../shared/toolchain/was-ended-from-outside.ts';
import type { RunningPart, StartFailure } from './supervise.ts';

export interface ServiceCommand {
  /** E.g. "executor-1"; also the name of its log. */
  readonly name: string;
  readonly script: string;
  /** All of it: nothing of this command's own is passed on. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * More of it, for a service that asks for it (environmentFromParent): its program is loaded meanwhile. If it rejects, the
   * service is killed, and the start rejects with the same.
   */
  readonly laterEnvironment?: Promise<Readonly<Record<string, string>>>;
  /** Where stdout and stderr go; without it, to this command's stderr. */
  readonly logFile?: string;
  /** For Node.js, before the script. */
  readonly nodeFlags?: readonly string[];
  /** Default: 30 s, of which a service beside one NATS server takes a second or two. */
  readonly readyWithinMs?: number;
}

/** The ServiceAnnouncement of services/shared/lifecycle/run-service.ts, checked: it comes from another process. */
const announcement = z.object({
  type: z.literal('service-running'),
  service: z.string(),
  addresses: z.record(z.string(), z.string()),
});

export interface ChildService extends RunningPart {
  readonly name: string;
  readonly pid: number;
  /** Where it can be reached, e.g. { control: "127.0.0.1:7070" }. */
  readonly addresses: ServiceAddresses;
  /** Sends it a message over the channel that it was forked with. */
  tell(message: object): void;
  /** Calls back with each message that is not the announcement. */
  onMessage(heard: (message: unknown) => void): void;
}

/** A service ended before it was ready, or was not ready in time; the message holds the end of its log. */
export class ServiceStartError extends ScaleError implements StartFailure {
  readonly kind = 'unreachable';
  readonly reason: string;
  readonly wasKilled: boolean;

  /** @param details the end of its log, as sentences */
  constructor(service: string, reason: string, details: string, options?: ErrorOptions & { readonly wasKilled?: boolean }) {
    super(`${service} ${reason}. ${details}`.trim(), options);
    this.reason = reason;
    this.wasKilled = options?.wasKilled ?? false;
  }
}

/** The program of a service, by the name of its room: services start each other and import nothing from each other. */
export function mainOf(room: string): string {
  return sourceFile(join(import.meta.dirname, '..', '..', room, 'main'));
}

const defaultReadyWithinMs = 30_000;
/** Longer than a service's own drain (localDrainMs), which gives a model call in flight its time. */
const drainWithinMs = 15_000;

/**
 * Starts a service as a child and waits until it is ready. It is in a process group of its own, so that Ctrl-C reaches only
 * the command, which then stops its services cleanly; its leash is the IPC channel, which closes whenever this process ends.
 */
export async function startChildService(command: ServiceCommand, signal: AbortSignal): Promise<ChildService> {
  // Heard of below; until then it may reject without anyone listening.
  command.laterEnvironment?.catch(() => undefined);
  signal.throwIfAborted();
  const logStart = await sizeOf(command.logFile);
  const child = forkService(command);
  const exited = describeExit(child);
  const talking = {
    tell: (message: object) => void (child.connected && child.send(message, () => undefined)),
    onMessage: (heard: (message: unknown) => void) => void child.on('message', heard),
  };
  const running = { name: command.name, pid: child.pid ?? 0, exited, ...endings(child, exited), ...talking };
  try {
    await sendLater(child, exited, command.laterEnvironment);
  } catch (error) {
    await running.kill();
    throw error;
  }
  try {
    return { ...running, addresses: await waitUntilReady(child, exited, signal, command.readyWithinMs) };
  } catch (error) {
    const wasKilled = wasEndedFromOutside(child);
    await running.kill();
    signal.throwIfAborted();
    const tail = command.logFile === undefined ? '' : await readTail(command.logFile, logStart);
    throw new ServiceStartError(command.name, `did not start: it ${(error as Error).message}`, tail, { cause: error, wasKilled });
  }
}

/** The last lines of a log, as a sentence that names the file. */
export async function readTail(logFile: string, from = 0, lineCount = 8): Promise<string> {
  const file = await open(logFile, 'r').catch(() => undefined);
  if (file === undefined) return `There is no log at ${logFile}.`;
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - 16_384);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - start)), 0, Math.max(0, size - start), start);
    const lines = buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lineCount);
    return lines.join('').trim() === ''
      ? `Its log, ${logFile}, is empty.`
      : `Its log, ${logFile}, ends with:\n${lines.join('\n')}`;
  } finally {
    await file.close();
  }
}

async function sizeOf(file: string | undefined): Promise<number> {
  if (file === undefined) return 0;
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Resolves when it is sent, or when there is no one to send it to: why, is told to whoever waits until the service is ready. */
async function sendLater(child: ChildProcess, exited: Promise<string>, later: ServiceCommand['laterEnvironment']): Promise<void> {
  if (later === undefined) return;
  const variables = await Promise.race([later, exited]);
  if (typeof variables === 'string') return;
  const message: LaterEnvironment = { type: 'environment', variables };
  child.send(message, () => undefined);
}

function forkService(command: ServiceCommand): ChildProcess {
  const log = command.logFile === undefined ? process.stderr.fd : openSync(command.logFile, 'a');
  try {
    return fork(command.script, [], {
      detached: true,
      env: { ...command.environment, ...(command.laterEnvironment && environmentComesLater) },
      execArgv: [...(command.nodeFlags ?? [])],
      serialization: 'json',
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    if (command.logFile !== undefined) closeSync(log);
  }
}

function describeExit(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal === null ? `ended with exit status ${code}` : `was ended by ${signal}`));
  });
}

function endings(child: ChildProcess, exited: Promise<string>): Pick<RunningPart, 'stop' | 'kill'> {
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const inTime = systemTiming.after(drainWithinMs, () => void child.kill('SIGKILL'));
    await exited;
    inTime();
  };
  return { stop, kill };
}

async function waitUntilReady(
  child: ChildProcess,
  exited: Promise<string>,
  signal: AbortSignal,
  readyWithinMs = defaultReadyWithinMs,
): Promise<ServiceAddresses> {
  const over = new AbortController();
  const limit = AbortSignal.any([signal, over.signal]);
  const message = async (): Promise<ServiceAddresses> => {
    for (;;) {
      const [received] = await once(child, 'message', { signal: limit });
      const parsed = announcement.safeParse(received);
      if (parsed.success) return parsed.data.addresses;
    }
  };
  const refuse = async (reason: Promise<string>): Promise<never> => {
    throw new Error(await reason);
  };
  const late = sleep(readyWithinMs, `was not ready within ${readyWithinMs / 1000} s`, { signal: limit });
  const contenders = [message(), refuse(exited), refuse(late)];
  try {
    return await Promise.race(contenders);
  } finally {
    over.abort();
    await Promise.allSettled([contenders[0], contenders[2]]);
  }
}
