import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type ExitCode, exitCodeOf, exitCodes } from '../errors/exit-codes.ts';
import { untilAborted } from './abort.ts';
import { createReleaseStack, type ReleaseStack } from './release-stack.ts';

export type ServiceState = 'starting' | 'running' | 'draining' | 'stopped' | 'failed';

export interface ServiceDefinition {
  readonly name: string;
  readonly log: Logger;
  /**
   * Acquires what the service needs, pushing each release, and resolves once it is running. What it returns is announced: logged,
   * and sent to the parent process if there is an IPC channel (see ServiceAnnouncement).
   */
  start(service: Service): Promise<ServiceAddresses>;
  /** For all releases together, before they are forced. Keep it below the time after which the platform kills. */
  readonly drainWithinMs: number;
  /**
   * What ties the service to its parent. With `stdin` or `ipc` it ends when the parent's end of that channel closes, which the
   * kernel does even for a parent that was killed; and it leaves Ctrl-C, which a terminal sends to the whole group, to the
   * parent.
   */
  readonly leash: 'none' | 'stdin' | 'ipc';
}

/** Where the service can be reached, e.g. { control: "127.0.0.1:7070", health: "http://127.0.0.1:7071" }. */
export type ServiceAddresses = Readonly<Record<string, string>>;

/** The message that a parent gets over IPC once the service is running. */
export interface ServiceAnnouncement {
  readonly type: 'service-running';
  readonly service: string;
  readonly addresses: ServiceAddresses;
}

export interface Service {
  readonly releases: ReleaseStack;
  state(): ServiceState;
  /** Aborts when the service is asked to end, or has failed: take on nothing new. A start that is still in progress gives up. */
  readonly ending: AbortSignal;
  /** Aborts when the time for draining is over: drop whatever is still in progress. */
  readonly forced: AbortSignal;
  /** Ends the service with the exit status of the error's kind: for an error in the background after which it cannot continue. */
  fail(error: unknown): void;
}

/** Releases that ignore `forced` are abandoned after this. */
const forcedGraceMs = 1_000;

type Ending =
  | { readonly reason: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly reason: 'parent-gone' }
  | { readonly reason: 'failed'; readonly error: unknown };

/**
 * Runs a service as this process, and ends the process. SIGTERM and SIGINT drain, that is, run the releases; a second one forces.
 * Exit status: 0 after a drain, by the kind of the error after a failure, 1 when a release failed or the parent is gone, the
 * signal's own after a forced end.
 */
export async function runService(definition: ServiceDefinition): Promise<never> {
  const { name, log } = definition;
  let state: ServiceState = 'starting';
  const endingBegun = new AbortController();
  const forced = new AbortController();
  const ended = Promise.withResolvers<Ending>();
  const releases = createReleaseStack();
  const force = () => forced.abort(new Error(`${name} was forced to end`));

  let signals = 0;
  let lastSignal: NodeJS.Signals | undefined;
  onSignals(definition.leash === 'none' ? ['SIGTERM', 'SIGINT'] : ['SIGTERM'], (signal) => {
    signals += 1;
    if (signals === 1) return ended.resolve({ reason: 'signal', signal });
    lastSignal = signal;
    log.warn({ signal }, 'second signal: ending at once');
    force();
  });
  if (definition.leash !== 'none') {
    process.on('SIGINT', () => {});
    onParentGone(definition.leash, () => {
      ended.resolve({ reason: 'parent-gone' });
      force();
    });
  }
  process.on('uncaughtException', (error, origin) => {
    // The state of the process is unknown now; what it held is safe, since any service may be killed at any moment.
    try {
      log.fatal({ err: error, origin }, 'uncaught error');
    } finally {
      // Even if logging fails: an error thrown in here would end the process with a status that says nothing.
      process.exit(1);
    }
  });

  const fail = (error: unknown) => ended.resolve({ reason: 'failed', error });
  const service: Service = { releases, state: () => state, ending: endingBegun.signal, forced: forced.signal, fail };
  const started = definition.start(service).then((addresses) => {
    if (state !== 'starting') return;
    state = 'running';
    log.info({ addresses }, 'running');
    announce({ type: 'service-running', service: name, addresses });
  }, fail);

  const ending = await ended.promise;
  state = ending.reason === 'failed' ? 'failed' : 'draining';
  logEnding(log, ending);
  endingBegun.abort(new Error(`${name} is ending`));
  // What an interrupted start still acquires is released with the rest.
  const clean = await drain(definition, started.then(releases.release), forced.signal, force);
  if (state === 'draining') state = 'stopped';
  log.info({ state }, 'stopped');
  if (forced.signal.aborted && lastSignal !== undefined) endBySignal(lastSignal);
  process.exit(exitCodeAfter(ending, clean));
}

function exitCodeAfter(ending: Ending, clean: boolean): ExitCode {
  if (ending.reason === 'failed') return exitCodeOf(ending.error);
  return clean && ending.reason === 'signal' ? exitCodes.ok : exitCodes.failed;
}

/** @returns false if something could not be released, or not in time */
async function drain(
  { log, drainWithinMs }: ServiceDefinition,
  releasing: Promise<void>,
  forced: AbortSignal,
  force: () => void,
): Promise<boolean> {
  const timer = setTimeout(() => {
    log.error({ drainWithinMs }, 'did not drain in time');
    force();
  }, drainWithinMs);
  const released = releasing.then(
    () => true,
    (error: unknown) => {
      log.error({ err: error }, 'could not release everything');
      return false;
    },
  );
  const leftBehind = untilAborted(forced).then(async () => {
    await delay(forcedGraceMs);
    return false;
  });
  const clean = await Promise.race([released, leftBehind]);
  clearTimeout(timer);
  return clean && !forced.aborted;
}

function logEnding(log: Logger, ending: Ending): void {
  if (ending.reason === 'signal') log.info({ signal: ending.signal }, 'draining');
  else if (ending.reason === 'parent-gone') log.warn('the parent process is gone: ending at once');
  else log.fatal({ err: ending.error }, 'failed');
}

function onSignals(signals: readonly NodeJS.Signals[], handle: (signal: NodeJS.Signals) => void): void {
  for (const signal of signals) process.on(signal, handle);
}

function onParentGone(leash: 'stdin' | 'ipc', handle: () => void): void {
  if (leash === 'ipc') {
    process.once('disconnect', handle);
    return;
  }
  process.stdin.once('end', handle).once('error', handle);
  process.stdin.resume();
}

function announce(announcement: ServiceAnnouncement): void {
  // A parent that is gone is the leash's concern.
  process.send?.(announcement, undefined, undefined, () => {});
}

/**
 * Ends with the signal itself, so that the parent sees the truth. Process 1 of a container cannot, so there the exit status says
 * it.
 */
function endBySignal(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  process.exit(signal === 'SIGINT' ? 130 : 143);
}
