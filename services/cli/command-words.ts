import type { Command } from 'commander';

/**
 * What follows each command's name, and what it does, in the order of `scale --help`, which says them without loading the
 * commands: all of them together take half a second. A test holds what follows to the arguments that they take.
 */
export const commandWords = {
  init: ['[options] <file>', 'write a benchmark file and a run file for a data file, by asking or by the options'],
  run: ['[options] <file>', 'run the search that a file describes, or continue it, and write its report'],
  sweep: ['', 'run all combinations of some settings, or continue them; list, steer, test and report sweeps'],
  list: ['[options]', 'list the runs that the cluster knows, the newest first'],
  status: ['[options] [run]', 'show how far a run has got'],
  endpoints: ['[options]', 'show which model servers each worker calls now, and how they are doing'],
  watch: ['[options] [run]', 'show a run from its first event until it ends'],
  dashboard: ['[options] [run]', 'show runs and sweeps as a web page on this machine, until Ctrl-C'],
  cancel: ['[options] <run>', 'end a run for good; what it found so far stays'],
  pause: ['[options] <run>', 'pause a run; `resume` continues it'],
  resume: ['[options] <run>', 'continue a paused run'],
  share: ['[options] <run or sweep>', 'show, or change while it goes on, what a run or a sweep has beside other runs'],
  limits: ['[options] <run>', 'show, or change at once, what a run may spend and until when'],
  report: ['[options] [run]', 'write the report of a run, finished or not, and print its summary'],
  show: ['[options] [run]', "look inside a run: its rounds, a round's workflow, one execution's calls"],
  export: ['[options] [run]', 'write a part of a run to stdout or to a file'],
  route: ['', "a router over a run's workflows: a cheap one first, dearer ones where needed"],
  serve: ['[options] [workflow]', 'answer at an OpenAI-compatible address by running a workflow, until Ctrl-C'],
  label: ['[options] <run> [words...]', 'show the labels of a run, add some, or remove some'],
  delete: [
    '[options] <runs...>',
    'delete runs for good, with their memory, their reports here, and the evaluations of their workflows',
  ],
  prune: ['[options]', 'delete the runs that are old, or not among the newest; those with the label "keep" stay'],
  memory: [
    '[options] <action> [runs...]',
    'list or forget what earlier searches have shown of their queries, which later ones can use',
  ],
  cache: ['[options] <action>', "show or clear the cluster's replies of models, which runs with `cache: on` use"],
  'dead-letters': ['[options] <action> [jobs...]', 'list, show, try again or drop the jobs that no worker could read or survive'],
  audit: ['[options]', 'show who has started, paused, resumed, cancelled or changed what; needs a token with the role admin'],
  backup: [
    '[options] <file>',
    'copy all runs, sweeps and memory to a file, while the cluster works; needs a token with the role admin',
  ],
  restore: [
    '[options] <file>',
    'put a backup into an empty cluster, where its runs and sweeps go on; needs a token with the role admin',
  ],
  eval: ['[options] [workflow]', 'evaluate one workflow on a benchmark, and write a record of each execution'],
  compare: ['[options] <a> [b]', 'compare two evaluations query by query, and say whether they differ by more than chance'],
  rescore: ['[options] <file>', 'score recorded answers again, and list where the scores differ from the recorded ones'],
  validate: [
    '[options] <files...>',
    'check workflow files, run files, sweep files and benchmark files without spending anything',
  ],
  schema: ['[options] [file]', 'print or write the JSON schemas of run, sweep and benchmark files, for editors'],
  doctor: ['[options]', 'show what this machine, or with --server a deployment, has and lacks'],
  'nats-config': ['[options]', 'print the accounts and permissions that a NATS server of your own needs, for its configuration'],
  data: ['', "the benchmarks' files: what is there, and how to get the rest"],
  'simulate-model': ['[options]', 'serve the simulated model at an OpenAI-compatible address until Ctrl-C'],
  replay: ['[options]', 'evaluate recorded searches again: what each method and pick policy would have cost and chosen'],
  experiment: [
    '[options] <names...>',
    "run the paper's experiments and ablations: searches and evaluations, with a table, a plot and a conclusion",
  ],
  bench: ['[options] <names...>', 'measure how fast a part of scale is on this machine, against its limit'],
  completion: [
    '[options] <shell> [words...]',
    'print what makes a shell complete commands, options, names of benchmarks and methods, runs and files',
  ],
} as const satisfies Readonly<Record<string, readonly [usage: string, description: string]>>;

/** Adds a command of the table, with what it does. */
export function addNamed(program: Command, name: keyof typeof commandWords): Command {
  const [, description] = commandWords[name];
  return program.command(name).description(description);
}
