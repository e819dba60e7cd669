import { findPrice } from '../../domain/prices/find-price.ts';
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
  const said = [...(simulated === undefined ? [] : [simulated]), ...file.warnings, ...withoutPrice(file)];
  for (const sentence of said) cli.notice(`scale: ${sentence}`);
  for (const warning of warnings) cli.notice(`scale: benchmark ${benchmark.name}, ${benchmark.split}: ${warning}`);
}

/** Whoever gives prices expects to see money. */
function withoutPrice({ prices, configuration: { executor, optimizer } }: RunFile): string[] {
  if (prices === undefined) return [];
  const asked = [...new Set([executor.model, optimizer.model])];
  const unknown = asked.filter((model) => findPrice(prices, model) === undefined);
  if (unknown.length === 0) return [];
  const shown = unknown.length === asked.length ? 'no money is shown' : 'money is shown without it';
  return [`the price table has no price for ${unknown.join(' and ')}: ${shown}`];
}
