import { chmod, mkdir, mkdtemp, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { isAbsolute, join, normalize } from 'node:path';
import { defined } from '../../domain/defined.ts';
import type { CodeRun, CodeRunner, CodeVerdict } from '../../domain/ports.ts';
import { createNumberedSlots } from '../lifecycle/numbered-slots.ts';
import { type CageSettings, cageCommand } from './cage-command.ts';
import { findPythons, type PythonBinary } from './find-python.ts';
import { type IsolationLevel, isAtLeastLevel, isolationLevels } from './isolation.ts';
import { removeRemains } from './remove-remains.ts';
import { SandboxError } from './sandbox-error.ts';
import {
  InterpreterLostError,
  type Judgement,
  type ProgramOrder,
  startWarmInterpreter,
  type WarmInterpreter,
} from './warm-interpreter.ts';

export interface SandboxSettings {
  /** PATH is searched for Python. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The interpreter to use. Default: the first python3 that works in the cage. */
  readonly python?: string;
  /** Refuse to run anything below this level. Default: plain. */
  readonly minIsolation?: IsolationLevel;
  /** Use only this level. Default: the strongest that works. */
  readonly onlyIsolation?: IsolationLevel;
  /** Programs at once. Default: the number of the machine's cores. */
  readonly concurrency?: number;
  /** Address space of a program without a limit of its own. Default: 1 GiB. */
  readonly memoryLimitBytes?: number;
  /** A folder of packages that programs may import beyond Python's own. Default: none. */
  readonly packages?: string;
  /** Size of a program's temporary folder. Default: 16 MiB. */
  readonly folderBytes?: number;
  /** Guards to leave out, as on a kernel that lacks them: for tests. */
  readonly without?: CageSettings['without'];
}

export interface Sandbox extends CodeRunner, AsyncDisposable {
  readonly level: IsolationLevel;
  /** As in every verdict, e.g. "bwrap+seccomp+landlock". */
  readonly isolation: string;
  readonly python: PythonBinary;
  /** The stronger levels that do not work here, and why. */
  readonly rejected: readonly RejectedLevel[];
  /** Ends all programs and removes everything they left. */
  close(): Promise<void>;
}

export interface RejectedLevel {
  readonly level: IsolationLevel;
  readonly reason: string;
}

/** Time that passes on the clock for a second of CPU time: programs share the machine with others. */
const wallPerCpu = 4;
const wallAtLeastSeconds = 2;
const processesAllowed = 64;
/** No real user has such an id; each interpreter's programs get one of their own, so that none can touch another's. */
const firstUid = 1_900_000_000;
const nobody = 65_534;

/**
 * Finds out how well programs can be caged on this machine, and creates a runner that does so.
 * @throws SandboxError `no-python`, `no-packages`, `isolation-too-low`
 */
export async function createSandbox(
  settings: SandboxSettings,
  signal: AbortSignal = new AbortController().signal,
): Promise<Sandbox> {
  const search = { environment: settings.environment, ...defined({ path: settings.python }) };
  const pythons = await findPythons(search);
  if (settings.packages !== undefined) await checkPackages(settings.packages);
  const folder = await mkdtemp(join(tmpdir(), 'scale-sandbox-'));
  try {
    await chmod(folder, 0o711);
    const { first, ...found } = await findLevel(settings, pythons, folder, signal);
    return openSandbox({ settings, folder, ...found }, first);
  } catch (error) {
    await removeRemains(folder);
    throw error;
  }
}

/** Cages have a /tmp of their own, which hides the machine's. */
async function checkPackages(folder: string): Promise<void> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder && isAbsolute(folder) && !`${normalize(folder)}/`.startsWith('/tmp/')) return;
  throw new SandboxError(
    'no-packages',
    `SCALE_SANDBOX_PACKAGES is ${folder}, but must be the absolute path of an existing folder outside /tmp`,
  );
}

interface FoundLevel {
  readonly level: IsolationLevel;
  readonly python: PythonBinary;
  readonly rejected: readonly RejectedLevel[];
}

async function findLevel(
  settings: SandboxSettings,
  pythons: readonly PythonBinary[],
  folder: string,
  signal: AbortSignal,
): Promise<FoundLevel & { readonly first: WarmInterpreter }> {
  const rejected: RejectedLevel[] = [];
  for (const level of allowedLevels(settings)) {
    const reasons = new Set<string>();
    for (const python of pythons) {
      try {
        const first = await startProbed(settings, level, python, folder, signal);
        return { level, python, rejected, first };
      } catch (error) {
        signal.throwIfAborted();
        reasons.add(`with ${python.path}: ${(error as Error).message}`);
      }
    }
    rejected.push({ level, reason: [...reasons].join('; ') });
  }
  const wanted = settings.onlyIsolation ?? `${settings.minIsolation ?? 'plain'} or better`;
  const reasons = rejected.map(({ level, reason }) => `${level} ${reason}`).join('; ');
  throw new SandboxError(
    'isolation-too-low',
    `programs may only be run with isolation ${wanted}, which does not work on this machine (${reasons}). ` +
      'Install bubblewrap and allow user namespaces, or lower SCALE_SANDBOX_MIN_ISOLATION.',
  );
}

function allowedLevels({ onlyIsolation, minIsolation = 'plain' }: SandboxSettings): IsolationLevel[] {
  const strongestFirst = [...isolationLevels].reverse().filter((level) => isAtLeastLevel(level, minIsolation));
  return onlyIsolation === undefined ? strongestFirst : strongestFirst.filter((level) => level === onlyIsolation);
}

/** A cage that starts may still hide Python's libraries, so the probe uses some; colorsys is not loaded yet. */
const probe =
  'import bisect, colorsys, ctypes, decimal, hashlib, json, math, random, re, zlib, unicodedata\nprint(json.dumps([math.pi > 3]))';

async function startProbed(
  settings: SandboxSettings,
  level: IsolationLevel,
  python: PythonBinary,
  folder: string,
  signal: AbortSignal,
): Promise<WarmInterpreter> {
  const interpreter = await startInterpreter(settings, level, python, folder, 0, signal);
  const told = await interpreter.run(orderOf({ code: probe, timeLimitMs: 10_000 }, settings), signal);
  if (told.kind === 'passed' && told.output === '[true]\n') return interpreter;
  await interpreter.stop();
  throw new InterpreterLostError(told.error.trim().split('\n').at(-1) ?? told.kind);
}

async function startInterpreter(
  settings: SandboxSettings,
  level: IsolationLevel,
  python: PythonBinary,
  sharedFolder: string,
  slot: number,
  signal: AbortSignal,
): Promise<WarmInterpreter> {
  const folder = join(sharedFolder, `slot-${slot}`);
  // The remains of a killed interpreter would be in the way of the next.
  await removeRemains(folder);
  await mkdir(folder, { mode: 0o711 });
  const command = cageCommand(
    python,
    {
      level,
      folder,
      folderBytes: settings.folderBytes ?? 16 << 20,
      processes: processesAllowed,
      uids: [firstUid + (process.pid % 1_000_000) * 64 + (slot % 64), nobody],
      without: settings.without ?? [],
      packages: settings.packages ?? '',
    },
    process.geteuid?.() === 0,
  );
  return startWarmInterpreter(command, signal);
}

interface OpenSettings extends FoundLevel {
  readonly settings: SandboxSettings;
  readonly folder: string;
}

function openSandbox({ settings, folder, level, python, rejected }: OpenSettings, first: WarmInterpreter): Sandbox {
  const concurrency = settings.concurrency ?? availableParallelism();
  const slots = createNumberedSlots(concurrency);
  const interpreters = new Map<number, WarmInterpreter>([[0, first]]);
  const isolation = [level, ...first.greeting.guards].join('+');
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();

  const interpreterOf = async (slot: number): Promise<WarmInterpreter> => {
    const known = interpreters.get(slot);
    if (known?.isAlive()) return known;
    await known?.stop();
    const started = await startInterpreter(settings, level, python, folder, slot, closing.signal).catch((error: unknown) => {
      if (closing.signal.aborted) throw closing.signal.reason;
      throw new SandboxError('broken', `isolation ${level} worked before but does not start: ${(error as Error).message}`, {
        cause: error,
      });
    });
    interpreters.set(slot, started);
    return started;
  };

  const judge = async (program: CodeRun, signal: AbortSignal): Promise<CodeVerdict> => {
    const order = orderOf(program, settings);
    const slot = await slots.take(signal);
    try {
      // An interpreter may die for reasons other than this program, but not twice in a row.
      const told = await runOnce(slot, order, signal).catch((error: unknown) => {
        if (!(error instanceof InterpreterLostError)) throw error;
        return runOnce(slot, order, signal);
      });
      return verdictOf(told, isolation);
    } catch (error) {
      if (!(error instanceof InterpreterLostError)) throw error;
      return verdictOf({ ...nothingKnown, error: `the program's interpreter ended twice (${error.message})` }, isolation);
    } finally {
      slots.giveBack(slot);
    }
  };
  const runOnce = async (slot: number, order: ProgramOrder, signal: AbortSignal): Promise<Judgement> => {
    const told = await (await interpreterOf(slot)).run(order, signal);
    if (told.kind === 'setup') throw new SandboxError('broken', `a program could not be caged: ${told.error}`);
    return told;
  };

  const run = async (program: CodeRun, signal: AbortSignal): Promise<CodeVerdict> => {
    const verdict = judge(program, AbortSignal.any([signal, closing.signal]));
    running.add(verdict);
    try {
      return await verdict;
    } finally {
      running.delete(verdict);
    }
  };
  const close = async (): Promise<void> => {
    closing.abort(new SandboxError('closed', 'the sandbox was closed'));
    await Promise.allSettled(running);
    await Promise.all([...interpreters.values()].map((interpreter) => interpreter.stop()));
    await removeRemains(folder);
  };
  return { level, isolation, python, rejected, run, close, [Symbol.asyncDispose]: close };
}

const nothingKnown: Judgement = {
  kind: 'killed',
  error: '',
  result: '',
  output: '',
  stderr: '',
  outputTruncated: false,
  cpuMs: 0,
  wallMs: 0,
  peakBytes: 0,
};

function orderOf(program: CodeRun, settings: SandboxSettings): ProgramOrder {
  const cpuSeconds = program.timeLimitMs / 1000;
  const { code, tests = null, entry = null, stdin = '' } = program;
  return {
    program: {
      code,
      stdin,
      cpuSeconds,
      wallSeconds: Math.max(cpuSeconds * wallPerCpu, cpuSeconds + wallAtLeastSeconds),
      memoryBytes: program.memoryLimitBytes ?? settings.memoryLimitBytes ?? 1 << 30,
      main: tests === null && entry === null,
      tested: tests !== null,
    },
    rest: { tests, entry },
  };
}

function verdictOf(told: Judgement, isolation: string): CodeVerdict {
  const { kind, output, result, cpuMs, outputTruncated } = told;
  if (kind === 'cancelled' || kind === 'setup') throw new Error(`a judgement of the kind ${kind} is not a verdict`);
  const error = kind === 'passed' ? '' : told.error || told.stderr || `the program ended with ${kind}`;
  return { passed: kind === 'passed', kind, output, error, result, cpuMs, outputTruncated, isolation };
}
