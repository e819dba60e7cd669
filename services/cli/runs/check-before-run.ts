import type { RunFile } from '../../shared/config/run-file.ts';
import type { Cli } from '../cli.ts';
import { type OutputFolder, requireWritable } from '../cluster/data-folder-error.ts';
import { checkPrograms } from './check-programs.ts';
import { describeSimulated, refuseMissingKeys } from './run-request.ts';

/**
 * Everything that would make a run fail or mislead and can be known before it starts: refused, or reported on stderr.
 * @param server of a cluster elsewhere, whose workers have keys and a Python of their own
 * @param output where its results will be kept
 * @throws CliError, DataFolderError
 */
export async function checkBeforeRun(cli: Cli, file: RunFile, server: string | undefined, output: OutputFolder): Promise<void> {
  const { benchmark } = file;
  const warnings = [...(benchmark.warnings ?? [])];
  if (server === undefined) {
    refuseMissingKeys(file, cli.environment);
    warnings.push(...(await checkPrograms(benchmark, cli.environment, cli.interrupts.requested)));
  }
  await requireWritable(output);
  const simulated = describeSimulated(file);
  for (const sentence of [...(simulated === undefined ? [] : [simulated]), ...file.warnings]) cli.notice(`scale: ${sentence}`);
  for (const warning of warnings) cli.notice(`scale: benchmark ${benchmark.name}, ${benchmark.split}: ${warning}`);
}
