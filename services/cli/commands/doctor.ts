import { type Command, Option } from 'commander';
import { dataFolderOf } from '../../shared/config/data-folder.ts';
import { readRunFile } from '../../shared/config/run-file.ts';
import { serverAccess } from '../../shared/control-client/server-access.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { systemResolve } from '../../shared/models/settings/name-addresses.ts';
import { version } from '../../shared/telemetry/version.ts';
import type { Answer, Cli } from '../cli.ts';
import { addDataFolderOption, parseAddress } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import { reachServer } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { type Check, isHealthy } from '../doctor/check.ts';
import { checkBenchmarkOf, checkBenchmarks } from '../doctor/check-benchmarks.ts';
import { deploymentChecks } from '../doctor/check-deployment.ts';
import { checkEndpoints } from '../doctor/check-endpoints.ts';
import { checkDataFolder, checkDisk, checkLoopback, checkNatsServer, checkNode } from '../doctor/check-machine.ts';
import { checkSameServers } from '../doctor/check-same-servers.ts';
import { checkSandbox } from '../doctor/check-sandbox.ts';
import { refuseMissingKeys } from '../runs/run-request.ts';

interface DoctorOptions {
  readonly json: boolean;
  readonly dataDir: string;
  readonly runFile?: string;
  readonly server?: string;
}

export function addDoctorCommand(program: Command, cli: Cli): void {
  addDataFolderOption(addNamed(program, 'doctor'))
    .addOption(
      new Option('--server <host:port>', 'look at the deployment of the coordinator there instead').argParser(parseAddress),
    )
    .option('--run-file <file>', 'look at the benchmark of this run file alone, and try its endpoints, for one token each')
    .option('--json', 'print one JSON document', false)
    .action((options: DoctorOptions) =>
      cli.answer(options.json, () => (options.server === undefined ? examine(cli, options) : examineServer(cli, options.server))),
    );
}

/** Asks a coordinator what its deployment looks like from inside. */
async function examineServer(cli: Cli, server: string): Promise<Answer> {
  const cluster = reachServer(serverAccess(server, cli));
  try {
    const askedMs = Date.now();
    const diagnosis = await cluster.client.diagnose(cli.interrupts.requested);
    const checks = deploymentChecks(diagnosis, { version, askedMs, answeredMs: Date.now() });
    return answerOf(checks, { server });
  } finally {
    await cluster.close(cli.interrupts.forced);
  }
}

async function examine(cli: Cli, options: DoctorOptions): Promise<Answer> {
  const folder = dataFolderAt(options.dataDir);
  const file = options.runFile === undefined ? undefined : await readRunFile(options.runFile);
  if (file !== undefined) refuseMissingKeys(file, cli.environment);
  const dataFolder = await checkDataFolder(folder);
  const checks = [
    checkNode(),
    await checkNatsServer({ environment: cli.environment }),
    await checkLoopback(),
    dataFolder,
    await checkDisk(folder),
    await checkSandbox(cli.environment),
    ...(file === undefined ? await checkBenchmarks(dataFolderOf(cli.environment)) : [checkBenchmarkOf(file)]),
    ...(file === undefined ? [] : await checkEndpoints(file, cli)),
    ...(file === undefined
      ? []
      : await checkSameServers(
          file.endpoints.map(({ baseUrl }) => baseUrl),
          systemResolve,
        )),
  ];
  return answerOf(checks);
}

function answerOf(checks: readonly Check[], about: Readonly<Record<string, string>> = {}): Answer {
  const healthy = isHealthy(checks);
  return {
    exitCode: healthy ? exitCodes.ok : exitCodes.failed,
    document: { healthy, ...about, checks },
    text: renderChecks(checks),
  };
}

function renderChecks(checks: readonly Check[]): string {
  const lines = alignColumns(checks.map(({ status, name, found }) => [status, name, found])).split('\n');
  return lines.flatMap((line, index) => [line, ...adviceOf(checks[index])]).join('\n');
}

function adviceOf(check: Check | undefined): string[] {
  return check?.advice === undefined ? [] : [`         ${check.advice}`];
}
