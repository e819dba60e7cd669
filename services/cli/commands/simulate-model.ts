import { delimiter, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { onAbort } from '../../shared/lifecycle/abort.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { mainOf, startChildService } from '../cluster/child-service.ts';

interface SimulateModelOptions {
  readonly json: boolean;
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly benchmark: readonly string[];
}

export function addSimulateModelCommand(program: Command, cli: Cli): void {
  program
    .command('simulate-model')
    .description('serve the simulated model at an OpenAI-compatible address until Ctrl-C')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <n>', '0 for any free port', parsePort, 8000)
    .option('--seed <n>', 'the same seed gives the same replies', parseWhole, 1)
    .option('--benchmark <files...>', 'your own benchmark files whose queries it should know', [])
    .option('--json', 'print one JSON document with the address; logs go to stderr', false)
    .action((options: SimulateModelOptions) => cli.answer(options.json, () => simulate(cli, options)));
}

async function simulate(cli: Cli, options: SimulateModelOptions) {
  const { requested, forced } = cli.interrupts;
  const environment = {
    SCALE_SIMULATOR_HOST: options.host,
    SCALE_SIMULATOR_PORT: String(options.port),
    SCALE_SIMULATOR_SEED: String(options.seed),
    SCALE_SIMULATOR_BENCHMARKS: options.benchmark.map((file) => resolve(file)).join(delimiter),
    SCALE_PARENT_LEASH: 'ipc',
    SCALE_LOG_LEVEL: cli.environment.SCALE_LOG_LEVEL ?? 'warn',
  };
  const service = await startChildService({ name: 'simulator', script: mainOf('simulator'), environment }, requested);
  const url = service.addresses.models ?? '';
  await cli.writeOut(
    options.json ? `${JSON.stringify({ url }, null, 2)}\n` : `The simulated model answers at ${url}; Ctrl-C ends it.\n`,
  );
  using _killing = onAbort(forced, () => void service.kill());
  using _stopping = onAbort(requested, () => void service.stop());
  const end = await service.exited;
  if (!requested.aborted) throw new CliError('failed', `the simulated model ${end}`);
  return { exitCode: exitCodes.ok, document: undefined, text: '' };
}

function parsePort(text: string): number {
  const port = parseWhole(text);
  if (port > 65_535) throw new InvalidArgumentError('it must be a port from 0 to 65535.');
  return port;
}

function parseWhole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('it must be a whole number, 0 or more.');
  return value;
}
