import { type Command, InvalidArgumentError } from 'commander';
import { addClusterOptions, type ClusterOptions } from '../cluster/cluster-options.ts';
import { countUpTo } from '../parse-count.ts';
import { waitForEndpointsHelp } from '../runs/check-endpoints.ts';
import type { OptimizerChoice } from './experiment-plan.ts';

export interface ExperimentOptions extends ClusterOptions {
  readonly json: boolean;
  readonly runFile?: string;
  readonly benchmarks?: readonly string[];
  readonly methods?: readonly string[];
  readonly optimizers?: readonly OptimizerChoice[];
  readonly seeds?: number;
  readonly limit?: number;
  readonly testLimit?: number;
  readonly rounds?: number;
  readonly parallel: number;
  readonly threshold: number;
  readonly quick: boolean;
  readonly waitForEndpoints: boolean;
  readonly out?: string;
  readonly executors?: number;
  readonly slots?: number;
}

const manyQueries = 1_000_000;

export function addExperimentOptions(command: Command): Command {
  return addClusterOptions(command)
    .option('--run-file <file>', 'vary the settings, models and endpoints of this run file; default: the defaults')
    .option('--benchmarks <names>', "comma-separated; default: the run file's, otherwise the experiment's own", names)
    .option('--methods <names>', "presets and evaluation methods, comma-separated; default: the experiment's own", names)
    .option('--optimizers <models>', 'for `optimizer`: models, comma-separated, each as MODEL or MODEL@ENDPOINT', optimizers)
    .option('--seeds <n>', 'searches with each setting, default 3', countUpTo(1_000))
    .option('--limit <n>', 'at most n queries to search on', countUpTo(manyQueries))
    .option('--test-limit <n>', 'at most n queries of the test split', countUpTo(manyQueries))
    .option('--rounds <n>', 'rounds of each search', countUpTo(10_000))
    .option('--threshold <score>', 'an answer with this score or more counts as correct in coverage', parseScore, 0.5)
    .option('--parallel <n>', 'runs in flight at once', countUpTo(256), 4)
    .option('--quick', 'a reduced form: 2 seeds, 4 rounds, 12 queries', false)
    .option(
      '--out <folder>',
      'where a folder NAME with experiment.html, .md and .json goes; default: experiments under --data-dir',
    )
    .option('--wait-for-endpoints', waitForEndpointsHelp, false)
    .option('--executors <n>', 'executors of the cluster on this machine', countUpTo(1_024))
    .option('--slots <n>', 'jobs in flight per executor', countUpTo(1_024))
    .option('--json', 'print one JSON document at the end; progress goes to stderr', false);
}

function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim());
  if (list.some((name) => name === '')) throw new InvalidArgumentError('it must be names separated by commas.');
  return [...new Set(list)];
}

function optimizers(text: string): OptimizerChoice[] {
  return names(text).map((choice) => {
    const [, model, endpoint] = /^([^@]+)(?:@([^@]+))?$/.exec(choice) ?? [];
    if (model === undefined) throw new InvalidArgumentError('each must be MODEL or MODEL@ENDPOINT.');
    return endpoint === undefined ? { model } : { model, endpoint };
  });
}

function parseScore(text: string): number {
  const score = text.trim() === '' ? Number.NaN : Number(text);
  if (!(score > 0 && score <= 1)) throw new InvalidArgumentError('it must be a number above 0 and at most 1.');
  return score;
}
