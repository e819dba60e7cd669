import { CommanderError } from 'commander';
import type { ErrorKind } from '../domain/errors/error-kind.ts';
import { ScaleError } from '../domain/errors/scale-error.ts';
import { type ExitCode, exitCodeOf } from '../shared/errors/exit-codes.ts';
import { fileErrorFrom } from '../shared/errors/file-error.ts';

/** Ends a command with one sentence for the person at the keyboard. */
export class CliError extends ScaleError {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** A command, flag or argument that does not exist. */
export class UsageError extends ScaleError {
  readonly kind = 'bad-input';
}

export interface ToldError {
  /** The error's class, for programs. */
  readonly kind: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** What to report about an error, and the exit code, by its kind. A defect keeps its stack, for stderr. */
export function tellError(thrown: unknown): ToldError & { readonly stack?: string } {
  const error = asOurs(thrown);
  if (!(error instanceof Error)) return { kind: 'Error', message: String(error), exitCode: exitCodeOf(error) };
  const told = { kind: error.name, message: error.message, exitCode: exitCodeOf(error) };
  const isForeseen = error instanceof ScaleError && error.kind !== 'defect';
  return isForeseen || error.stack === undefined ? told : { ...told, stack: error.stack };
}

/** Turns library errors that mean something to people into ours; leaves all others as they are. */
function asOurs(error: unknown): unknown {
  if (error instanceof ScaleError) return error;
  if (error instanceof CommanderError) return usageError(error);
  return fileErrorFrom(error) ?? error;
}

/** Commander puts our sentence behind its own, "… is invalid. it must be …": as one sentence. */
function usageError(error: CommanderError): UsageError {
  const message = error.message
    .replace(/^error: (?:command-argument value (?='))?/, '')
    .replace(/( is invalid(?: for argument '[^']*')?)\. (?=[a-z])/, '$1: ');
  return new UsageError(message, { cause: error });
}
