import type { Argument, Option } from 'commander';
import { evaluationMethods } from '../../domain/evaluation/registry.ts';
import { pickPolicies } from '../../domain/picking/registry.ts';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import { releasedBenchmarks } from '../../shared/benchmarks/releases/registry.ts';
import { benches } from '../bench/registry.ts';
import { experiments } from '../experiments/registry.ts';
import { searchVariants } from '../experiments/variant.ts';

/** What a value on the command line is one of. */
export interface ValueSource {
  readonly names?: readonly string[];
  /** Ids of runs that this machine, or the named server, knows. */
  readonly runs?: true;
  /** The same of sweeps. */
  readonly sweeps?: true;
  readonly files?: 'files' | 'folders';
  /** Several, with commas between them. */
  readonly isList?: true;
}

/** By the word between the brackets of an option or argument, which says what it is. */
const byPlaceholder: ReadonlyMap<string, ValueSource> = new Map<string, ValueSource>([
  ...['run', 'runs'].map((word) => [word, { runs: true }] as const),
  ['sweep', { sweeps: true }],
  ['run or sweep', { runs: true, sweeps: true }],
  ...['file', 'files', 'path', 'workflow'].map((word) => [word, { files: 'files' }] as const),
  ['folder', { files: 'folders' }],
  // What only its user knows.
  ...[
    'n',
    'text',
    'url',
    'list',
    'share',
    'score',
    'address',
    'time',
    'host:port',
    'models',
    'model',
    'words',
    'word',
    'columns',
    'assignment',
    'age',
  ].map((word) => [word, {}] as const),
]);

const benchmarkNames = [...benchmarkDefinitions.keys()];

/** By command and name, where the placeholder does not say enough. */
const byName: ReadonlyMap<string, ValueSource> = new Map<string, ValueSource>([
  ...['eval', 'rescore', 'validate', 'memory', 'list', 'prune'].map(
    (command) => [`${command} --benchmark`, { names: benchmarkNames, files: 'files' }] as const,
  ),
  // `test` is that of a sweep.
  ...['eval', 'rescore', 'test'].map((command) => [`${command} --split`, { names: ['test', 'validate'] }] as const),
  ...['eval', 'rescore'].map((command) => [`${command} --scorer`, { names: ['aflow', 'strict'] }] as const),
  ...['eval --model', 'compare --margin', 'show --query', 'show --diff'].map((option) => [option, {}] as const),
  ...['name', 'model', 'optimizer-model', 'api-key-variable'].map((option) => [`init --${option}`, {}] as const),
  ['dead-letters jobs', {}],
  ...['list', 'prune'].flatMap((command) => [`${command} --name`, `${command} --of`].map((option) => [option, {}] as const)),
  ...['run --team', 'eval --team'].map((option) => [option, {}] as const),
  ...['list', 'pull', 'verify'].map((command) => [`${command} benchmarks`, { names: [...releasedBenchmarks.keys()] }] as const),
  ['fit --margin', {}],
  ['fit --cost', { names: ['tokens', 'money'] }],
  ['compare a', { runs: true, files: 'files' }],
  ['compare b', { runs: true, files: 'files' }],
  ['replay --run', { files: 'files' }],
  ['replay --methods', { names: [...evaluationMethods.keys()], isList: true }],
  ['replay --picks', { names: [...pickPolicies.keys()], isList: true }],
  ['experiment names', { names: [...experiments.keys(), 'all'] }],
  ['experiment --benchmarks', { names: benchmarkNames, isList: true }],
  ['experiment --methods', { names: [...searchVariants], isList: true }],
  ['bench names', { names: [...benches.keys(), 'all'] }],
]);

/** @returns undefined for one that nobody has decided about */
export function valueSourceOf(command: string, value: Option | Argument): ValueSource | undefined {
  if (value.argChoices !== undefined) return { names: value.argChoices };
  const isOption = 'long' in value;
  const name = isOption ? value.long : value.name();
  const placeholder = isOption ? /[<[]([^>\].]+)/.exec(value.flags)?.[1] : value.name();
  return byName.get(`${command} ${name}`) ?? byPlaceholder.get(placeholder ?? '');
}
