import { relative } from 'node:path';
import { Argument, type Command } from 'commander';
import type { Answer, Cli } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Experiment } from '../experiments/experiment.ts';
import { addExperimentOptions, type ExperimentOptions } from '../experiments/experiment-options.ts';
import { experiments } from '../experiments/registry.ts';
import { renderExperimentText } from '../experiments/render-experiment-text.ts';
import { experimentFolder, runExperiment } from '../experiments/run-experiment.ts';
import { writeExperiment } from '../experiments/write-experiment.ts';

export function addExperimentCommand(program: Command, cli: Cli): void {
  const about = [...experiments.values()].map(({ name, description }) => `  ${name.padEnd(16)}${description}`);
  addExperimentOptions(
    program
      .command('experiment')
      .description("run one of the paper's experiments or ablations: searches and evaluations, a table, a plot, a sentence"),
  )
    .addArgument(new Argument('<name>', 'which one').choices([...experiments.keys()]))
    .addHelpText('after', `\nExperiments:\n${about.join('\n')}`)
    .action((name: string, options: ExperimentOptions) =>
      cli.answer(options.json, () => runToAnswer(cli, experiments.get(name) as Experiment, options)),
    );
}

async function runToAnswer(cli: Cli, experiment: Experiment, options: ExperimentOptions): Promise<Answer> {
  const report = await runExperiment(cli, experiment, options);
  const files = await writeExperiment(experimentFolder(experiment, options), report);
  return {
    exitCode: exitCodes.ok,
    document: { ...report, files },
    text: `${renderExperimentText(report)}\n\nReport: ${shortPath(files.html)}, experiment.md and experiment.json`,
  };
}

function shortPath(path: string): string {
  const fromHere = relative('', path);
  return fromHere.startsWith('..') ? path : fromHere;
}
