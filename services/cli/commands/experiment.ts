import { type Command, InvalidArgumentError } from 'commander';
import { writeDocument } from '../../shared/document/write-document.ts';
import { writeTables } from '../../shared/document/write-tables.ts';
import { writeTerminal } from '../../shared/document/write-terminal.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { requireWritable } from '../cluster/data-folder-error.ts';
import { addNamed } from '../command-words.ts';
import type { Experiment } from '../experiments/experiment.ts';
import { addExperimentOptions, type ExperimentOptions } from '../experiments/experiment-options.ts';
import { experimentToDocument } from '../experiments/experiment-to-document.ts';
import { experiments } from '../experiments/registry.ts';
import { experimentFolder, runExperiments } from '../experiments/run-experiment.ts';
import { shortPath } from '../short-path.ts';

export function addExperimentCommand(program: Command, cli: Cli): void {
  const about = [...experiments.values()].map(({ name, description }) => `  ${name.padEnd(16)}${description}`);
  addExperimentOptions(addNamed(program, 'experiment'))
    .argument('<names...>', 'which ones, or "all" for all of them', (name, earlier: readonly Experiment[] = []) => [
      ...earlier,
      ...named(name),
    ])
    .addHelpText('after', `\nExperiments:\n${about.join('\n')}`)
    .action((chosen: readonly Experiment[], options: ExperimentOptions) =>
      cli.answer(options.json, () => runToAnswer(cli, [...new Set(chosen)], options)),
    );
}

function named(name: string): Experiment[] {
  if (name === 'all') return [...experiments.values()];
  const experiment = experiments.get(name);
  if (experiment !== undefined) return [experiment];
  throw new InvalidArgumentError(`${experiments.unknown(name).message}, and all.`);
}

async function runToAnswer(cli: Cli, chosen: readonly Experiment[], options: ExperimentOptions): Promise<Answer> {
  const documents: object[] = [];
  const texts: string[] = [];
  for (const experiment of chosen) {
    await requireWritable({
      path: experimentFolder(experiment, options),
      option: options.out === undefined ? '--data-dir' : '--out',
    });
  }
  await runExperiments(cli, chosen, options, async (experiment, report) => {
    const shown = experimentToDocument(report);
    const files = await writeDocument(experimentFolder(experiment, options), shown, report);
    const tables = await writeTables(experimentFolder(experiment, options), shown);
    documents.push({ ...report, files: { ...files, tables } });
    texts.push(
      `${writeTerminal(shown)}\n\nReport: ${shortPath(files.html)}, experiment.md and experiment.json; its tables as CSV and LaTeX in ${shortPath(tables)}`,
    );
  });
  return {
    exitCode: exitCodes.ok,
    document: chosen.length === 1 ? documents[0] : { experiments: documents },
    text: texts.join('\n\n\n'),
  };
}
