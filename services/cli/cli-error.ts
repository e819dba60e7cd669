import { CommanderError } from 'commander';
import { ReleaseError } from '../shared/benchmarks/releases/release-error.ts';
import { ControlError } from '../shared/control-client/control-error.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { describeFileError } from './file-error.ts';

/** Ends a command with one sentence for the person at the keyboard. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export interface ToldError {
  /** The error's class, for programs. */
  readonly kind: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** Errors of other rooms that mean bad input, by name: their messages already say file, field and rule. */
const badInputNames = new Set([
  'RunFileError',
  'EndpointSettingsError',
  'WorkflowFileError',
  'BenchmarkError',
  'SettingsError',
  'TraceError',
]);
const notReachableNames = new Set([
  'NatsServerNotFoundError',
  'NatsServerStartError',
  'FolderInUseError',
  'DataFolderError',
  'ServiceStartError',
  'ClusterEndedError',
]);
const failedNames = new Set(['SandboxError', 'ServiceKeepsDyingError', 'ContractError', 'EventRefusedError']);

/** What to tell about an error, and how to exit. An error that nobody foresaw keeps its stack for stderr. */
export function tellError(error: unknown): ToldError & { readonly stack?: string } {
  if (!(error instanceof Error)) return { kind: 'Error', message: String(error), exitCode: exitCodes.failed };
  const told = { kind: error.name, message: error.message };
  if (error instanceof CliError) return { ...told, exitCode: error.exitCode };
  if (error instanceof CommanderError) {
    return { kind: 'UsageError', message: error.message.replace(/^error: /, ''), exitCode: exitCodes.badInput };
  }
  if (error instanceof ControlError) return { ...told, exitCode: exitCodeOfControlError(error) };
  if (error.name === 'RunNeedsPersonError') return { ...told, exitCode: exitCodes.needsPerson };
  if (error instanceof ReleaseError) return { ...told, exitCode: exitCodeOfReleaseError(error) };
  if (badInputNames.has(error.name)) return { ...told, exitCode: exitCodes.badInput };
  if (notReachableNames.has(error.name)) return { ...told, exitCode: exitCodes.notReachable };
  if (failedNames.has(error.name)) return { ...told, exitCode: exitCodes.failed };
  const fileProblem = describeFileError(error);
  if (fileProblem !== undefined) return { kind: 'FileError', message: fileProblem, exitCode: exitCodes.failed };
  return { ...told, exitCode: exitCodes.failed, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

function exitCodeOfReleaseError({ problem }: ReleaseError): ExitCode {
  return problem === 'unknown-benchmark' || problem === 'missing-file' ? exitCodes.badInput : exitCodes.failed;
}

function exitCodeOfControlError(error: ControlError): ExitCode {
  if (error.kind === 'unreachable') return exitCodes.notReachable;
  return error.kind === 'not-found' || error.kind === 'refused' ? exitCodes.badInput : exitCodes.failed;
}
