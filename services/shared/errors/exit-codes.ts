import type { ErrorKind } from '../../domain/errors/error-kind.ts';
import { kindOf } from '../../domain/errors/scale-error.ts';

/** What the exit status of every command means; docs/cli.md shows this table. */
export const exitCodes = {
  ok: 0,
  /** The run failed, a service kept dying, or something happened that should not. */
  failed: 1,
  /** A wrong flag, file or run name. Nothing was started or spent. */
  badInput: 2,
  /** No coordinator or no endpoint answers, or the cluster on this machine could not be started. */
  notReachable: 3,
  /** The run ended without success: it was cancelled, or its token budget ended before any workflow had a score. */
  endedWithoutSuccess: 4,
  /** An endpoint refuses for a reason that only a person can fix: a key, a model, an address, a setting. Nothing was scored. */
  needsPerson: 5,
  /** The command ended well, and what it was told to require does not hold, such as by `eval --require`. */
  requirementNotMet: 6,
  /** A limit of tokens, calls, money or time, or a stop file, has ended the run, which has a result: `scale limits` raises it. */
  limitReached: 7,
  /** Ctrl-C. A run on this machine's cluster continues when the same command is given again. */
  interrupted: 130,
  /** SIGTERM or a closed terminal; otherwise the same as interrupted. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeOfKind: Readonly<Record<ErrorKind, ExitCode>> = {
  'bad-input': exitCodes.badInput,
  'not-found': exitCodes.badInput,
  conflict: exitCodes.badInput,
  refused: exitCodes.badInput,
  unreachable: exitCodes.notReachable,
  'needs-person': exitCodes.needsPerson,
  unsuccessful: exitCodes.endedWithoutSuccess,
  failed: exitCodes.failed,
  damaged: exitCodes.failed,
  defect: exitCodes.failed,
  interrupted: exitCodes.interrupted,
  terminated: exitCodes.terminated,
};

/** How a process ends that this error ends. */
export function exitCodeOf(error: unknown): ExitCode {
  return exitCodeOfKind[kindOf(error)];
}
