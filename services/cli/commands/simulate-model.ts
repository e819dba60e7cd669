import { delimiter, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { dataFolderOf } from '../../shared/config/data-folder.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { onAbort } from '../../shared/lifecycle/abort.ts';
import type { Environment } from '../../shared/settings/environment.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { type ChildService, mainOf, startChildService } from '../cluster/child-service.ts';
import { addNamed } from '../command-words.ts';
import { parseReplicas, type Replica } from '../parse-replicas.ts';

interface SimulateModelOptions {
  readonly json: boolean;
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly engine?: string;
  readonly replicas: readonly Replica[];
  readonly benchmark: readonly string[];
}

export function addSimulateModelCommand(program: Command, cli: Cli): void {
  addNamed(program, 'simulate-model')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <n>', '0 for any free port; of several replicas, the first one has it', parsePort, 8000)
    .option('--seed <n>', 'the same seed gives the same replies', parseWhole, 1)
    .addOption(new Option('--engine <name>', 'a fixed latency, or steps like those of vLLM').choices(['fixed', 'vllm']))
    .addOption(
      new Option(
        '--replicas <n>',
        'so many servers; or the sequences that each runs at once, with its speed if not 1: 256,256,64@0.5',
      )
        .argParser(parseReplicas)
        .default([{}], '1'),
    )
    .option('--benchmark <files...>', 'your own benchmark files whose queries it should know', [])
    .option('--json', 'print one JSON document with the address; logs go to stderr', false)
    .action((options: SimulateModelOptions) => cli.answer(options.json, () => simulate(cli, options)));
}

async function simulate(cli: Cli, options: SimulateModelOptions) {
  const { requested, forced } = cli.interrupts;
  const engine = options.engine ?? cli.environment.SCALE_SIMULATOR_ENGINE;
  if (engine !== 'vllm' && options.replicas.some(({ speed }) => speed !== undefined)) {
    throw new CliError(
      'bad-input',
      'the speeds of --replicas are for --engine vllm; without it, leave out the @ and what follows',
    );
  }
  const services = await startAll(options.replicas.map((replica, index) => startReplica(cli, options, replica, index)));
  const urls = services.map((service) => service.addresses.models ?? '');
  await cli.writeOut(options.json ? `${JSON.stringify({ url: urls[0], urls }, null, 2)}\n` : announcement(urls));
  using _killing = onAbort(forced, () => void Promise.all(services.map((service) => service.kill())));
  using _stopping = onAbort(requested, () => void stopAll(services));
  // One that is killed leaves the others alone: that is what several are for.
  const ends = services.map(async (service, index) => {
    const end = await service.exited;
    if (!requested.aborted && services.length > 1) cli.notice(`the simulated model at ${urls[index]} ${end}`);
    return end;
  });
  const [end] = await Promise.all(ends);
  if (!requested.aborted) throw new CliError('failed', services.length > 1 ? 'no replica is left' : `the simulated model ${end}`);
  return { exitCode: exitCodes.ok, document: undefined, text: '' };
}

/** All of them, or none. */
async function startAll(starting: readonly Promise<ChildService>[]): Promise<readonly ChildService[]> {
  const started = await Promise.allSettled(starting);
  const services = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (failed === undefined) return services;
  await stopAll(services);
  throw failed.reason;
}

async function stopAll(services: readonly ChildService[]): Promise<void> {
  await Promise.all(services.map((service) => service.stop()));
}

function announcement(urls: readonly string[]): string {
  if (urls.length === 1) return `The simulated model answers at ${urls[0]}; Ctrl-C ends it.\n`;
  const list = urls.map((url) => `  - ${url}\n`).join('');
  return `The simulated model answers at these addresses, one endpoint's base_url in a run file; Ctrl-C ends it.\nbase_url:\n${list}`;
}

function startReplica(cli: Cli, options: SimulateModelOptions, replica: Replica, index: number): Promise<ChildService> {
  const name = options.replicas.length === 1 ? 'simulator' : `simulator-${index + 1}`;
  const environment = {
    ...ownVariables(cli.environment),
    SCALE_DATA: dataFolderOf(cli.environment),
    SCALE_SIMULATOR_HOST: options.host,
    SCALE_SIMULATOR_PORT: String(options.port === 0 ? 0 : options.port + index),
    SCALE_SIMULATOR_SEED: String(options.seed),
    SCALE_SIMULATOR_BENCHMARKS: options.benchmark.map((file) => resolve(file)).join(delimiter),
    ...(options.engine === undefined ? {} : { SCALE_SIMULATOR_ENGINE: options.engine }),
    ...(replica.sequences === undefined ? {} : { SCALE_SIMULATOR_MAX_SEQUENCES: replica.sequences }),
    ...(replica.speed === undefined ? {} : { SCALE_SIMULATOR_SPEED: replica.speed }),
    SCALE_PARENT_LEASH: 'ipc',
    SCALE_LOG_LEVEL: cli.environment.SCALE_LOG_LEVEL ?? 'warn',
  };
  return startChildService({ name, script: mainOf('simulator'), environment }, cli.interrupts.requested);
}

/** The settings of a simulated model that have no option. */
function ownVariables(environment: Environment): Record<string, string> {
  const given = Object.entries(environment).filter(([name]) => name.startsWith('SCALE_SIMULATOR_'));
  return Object.fromEntries(given.map(([name, value]) => [name, value ?? '']));
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
