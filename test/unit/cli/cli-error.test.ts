import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { CliError, tellError } from '../../../services/cli/cli-error.ts';
import { ServiceStartError } from '../../../services/cli/cluster/child-service.ts';
import { DataFolderError } from '../../../services/cli/cluster/data-folder-error.ts';
import { ClusterEndedError } from '../../../services/cli/cluster/reach-cluster.ts';
import { ServiceKeepsDyingError } from '../../../services/cli/cluster/supervise.ts';
import { InterruptedError } from '../../../services/cli/interrupts.ts';
import { RunNeedsPersonError } from '../../../services/cli/runs/follow-run.ts';
import { FailureError } from '../../../services/domain/failure.ts';
import { BenchmarkError } from '../../../services/shared/benchmarks/benchmark-error.ts';
import { WorkflowFileError } from '../../../services/shared/benchmarks/read-workflow-file.ts';
import { ReleaseError } from '../../../services/shared/benchmarks/releases/release-error.ts';
import { RunFileError } from '../../../services/shared/config/run-file-error.ts';
import { ContractError } from '../../../services/shared/contracts/contract-error.ts';
import { ControlError } from '../../../services/shared/control-client/control-error.ts';
import { BusError, InvalidRequestError } from '../../../services/shared/messaging/errors.ts';
import { EndpointError } from '../../../services/shared/models/errors/endpoint-errors.ts';
import { SettingsError } from '../../../services/shared/settings/settings-error.ts';
import { NatsServerNotFoundError } from '../../../services/shared/toolchain/find-nats-server.ts';
import { FolderInUseError } from '../../../services/shared/toolchain/folder-lock.ts';
import { NatsServerStartError } from '../../../services/shared/toolchain/nats-process.ts';

function fileError(code: string, syscall: string, path?: string): Error {
  return Object.assign(new Error(`${code}: what Node says`), { code, syscall, ...(path === undefined ? {} : { path }) });
}

describe('an error that people can do something about is told in a sentence, without a stack', () => {
  test.each([
    [new CliError('unsuccessful', 'cancelled'), 4],
    [new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"), 2],
    [new RunFileError({ file: 'a.yaml', field: 'seed' }, 'seed must be a number'), 2],
    [new WorkflowFileError({ file: 'a.yaml' }, 'a.yaml: no'), 2],
    [new BenchmarkError('missing-file', 'no file'), 2],
    [new SettingsError('SCALE_SLOTS', 'SCALE_SLOTS must be a number'), 2],
    [new ControlError('GetRun', 'host:1', 'not-found', 'there is no run x'), 2],
    [new ControlError('StartRun', 'host:1', 'bad-input', 'the hash is wrong'), 2],
    [new ControlError('GetRun', 'host:1', 'unreachable', 'it does not answer'), 3],
    [new ControlError('GetRun', 'host:1', 'failed', 'a defect'), 1],
    [new ControlError('GetRun', 'host:1', 'interrupted', 'GetRun was given up: interrupted'), 130],
    [new EndpointError('unavailable', 'http://a/v1', 'down'), 3],
    [new EndpointError('credentials', 'http://a/v1', 'bad key'), 5],
    [new BusError('read', 'the server did not answer in time'), 3],
    [new FailureError({ kind: 'scorer', message: 'no verdict' }), 1],
    [new ReleaseError('unknown-benchmark', 'there is none'), 2],
    [new ReleaseError('download', 'it broke off'), 1],
    [new RunNeedsPersonError('r1', 'the key is refused'), 5],
    [new InterruptedError('SIGTERM'), 143],
    [new NatsServerNotFoundError([]), 3],
    [new NatsServerStartError('ended', 'no'), 3],
    [new FolderInUseError('.scale', 1), 3],
    [new ServiceStartError('x', 'ended', 'no'), 3],
    [new ClusterEndedError('gone'), 3],
    [new DataFolderError('the disk is full'), 3],
    [fileError('EACCES', 'open', '/root/x'), 1],
    [fileError('ENOSPC', 'write'), 1],
    [new ServiceKeepsDyingError('again'), 1],
    [new ContractError('Event', 'cut off'), 1],
  ])('%s', (error, exitCode) => {
    const told = tellError(error);
    expect(told.exitCode).toBe(exitCode);
    expect(told.stack).toBeUndefined();
    expect(told.message).not.toMatch(/^error: /);
  });
});

test('what kind says is the name of the class', () => {
  const error = new RunFileError({ file: 'a.yaml', field: 'seed' }, 'seed must be a number');
  const told = { kind: 'RunFileError', message: 'a.yaml: seed must be a number', exitCode: 2 };
  expect(tellError(error)).toEqual(told);
  expect(tellError(new CommanderError(1, 'x', "error: unknown option '--x'")).kind).toBe('UsageError');
  expect(tellError(fileError('EACCES', 'open', '/root/x')).kind).toBe('FileError');
});

test('an error that nobody foresaw keeps its stack, and counts as failed', () => {
  expect(tellError(new TypeError('x is not a function'))).toMatchObject({
    exitCode: 1,
    stack: expect.stringContaining('TypeError'),
  });
  expect(tellError(new InvalidRequestError('put', 'no id'))).toMatchObject({ exitCode: 1, stack: expect.any(String) });
  expect(tellError('a text')).toEqual({ kind: 'Error', message: 'a text', exitCode: 1 });
});

test.each([
  [
    "error: option '--slots <n>' argument '0' is invalid. it must be a whole number from 1 to 1024.",
    "option '--slots <n>' argument '0' is invalid: it must be a whole number from 1 to 1024.",
  ],
  [
    `error: command-argument value 'x' is invalid for argument 'names'. there is no experiment "x".`,
    `'x' is invalid for argument 'names': there is no experiment "x".`,
  ],
  [
    "error: option '--what <part>' argument 'x' is invalid. Allowed choices are workflow, log.",
    "option '--what <part>' argument 'x' is invalid. Allowed choices are workflow, log.",
  ],
])('a wrong argument is told in one sentence: %s', (said, told) => {
  expect(tellError(new CommanderError(1, 'commander.invalidArgument', said)).message).toBe(told);
});
