import { Argument, type Command } from 'commander';
import type { DeadLetter } from '../../shared/contracts/generated/scale/v1/control.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { oneLine } from '../../shared/document/format.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';

interface DeadLetterOptions extends ClusterOptions {
  readonly json: boolean;
  readonly run?: string;
  readonly all: boolean;
}

const actions = ['list', 'show', 'retry', 'drop'] as const;
type Action = (typeof actions)[number];

export function addDeadLettersCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'dead-letters'))
    .addArgument(new Argument('<action>', 'list, show, retry or drop').choices([...actions]))
    .argument('[jobs...]', 'job ids, or starts of ids; default: all for list, none for the others')
    .option('--run <run>', 'only those of this run: its id, or the start of its id')
    .option('--all', 'with show, retry or drop: all of them', false)
    .option('--json', 'print one JSON document', false)
    .action((action: Action, jobs: string[], options: DeadLetterOptions) =>
      cli.answer(options.json, () => withCluster(cli, options, (cluster) => answer(cluster, action, jobs, options, cli))),
    );
}

async function answer(
  cluster: ReachedCluster,
  action: Action,
  jobs: readonly string[],
  options: DeadLetterOptions,
  cli: Cli,
): Promise<Answer> {
  if (action !== 'list' && jobs.length === 0 && !options.all && options.run === undefined) {
    throw new CliError('bad-input', `say what to ${action}: jobs by their ids, --run RUN, or --all`);
  }
  const letters = await chosen(cluster, jobs, options, cli);
  if (action === 'retry' || action === 'drop') return dealWith(cluster, action, letters, cli);
  const document = { letters: letters.map(letterDocument) };
  const text = action === 'list' ? letterTable(letters) : letters.map(describeLetter).join('\n\n');
  return { exitCode: exitCodes.ok, document, text: text === '' ? none : text };
}

const none = 'There are no dead letters here.';

/** Each is tried, whatever becomes of the others. */
async function dealWith(
  { client }: ReachedCluster,
  action: 'retry' | 'drop',
  letters: readonly DeadLetter[],
  cli: Cli,
): Promise<Answer> {
  const tried: { readonly run: string; readonly job: string; readonly outcome?: string; readonly refused?: string }[] = [];
  for (const { runId: run, jobId: job } of letters) {
    try {
      if (action === 'retry') tried.push({ run, job, ...(await client.retryDeadLetter(run, job, cli.interrupts.requested)) });
      else {
        await client.dropDeadLetter(run, job, cli.interrupts.requested);
        tried.push({ run, job, outcome: 'its letter is dropped' });
      }
    } catch (error) {
      if (letters.length === 1 || cli.interrupts.requested.aborted) throw error;
      tried.push({ run, job, refused: (error as Error).message });
    }
  }
  const lines = tried.map(({ run, job, outcome, refused }) => `${job} of ${run}: ${outcome ?? refused ?? ''}`);
  const isRefused = tried.some(({ refused }) => refused !== undefined);
  return {
    exitCode: isRefused ? exitCodes.badInput : exitCodes.ok,
    document: { tried },
    text: lines.length === 0 ? none : lines.join('\n'),
  };
}

/** @throws CliError for a job without a letter */
async function chosen(
  { client }: ReachedCluster,
  jobs: readonly string[],
  { run }: DeadLetterOptions,
  cli: Cli,
): Promise<readonly DeadLetter[]> {
  const { letters } = await client.listDeadLetters(cli.interrupts.requested);
  const ofRun = letters.filter(({ runId }) => run === undefined || runId.startsWith(run));
  for (const job of jobs) {
    if (ofRun.some(({ jobId }) => jobId.startsWith(job))) continue;
    throw new CliError('not-found', `there is no dead letter of a job ${job}: \`scale dead-letters list\` shows what there is`);
  }
  return jobs.length === 0 ? ofRun : ofRun.filter(({ jobId }) => jobs.some((job) => jobId.startsWith(job)));
}

function letterDocument({ atMs, job, ...letter }: DeadLetter): Record<string, unknown> {
  return { ...letter, at: new Date(atMs).toISOString(), ...(job && { job: { epoch: job.epoch, work: job.work } }) };
}

function letterTable(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return '';
  const rows = letters.map(({ jobId, runId, reason, atMs, message }) => [
    ...[jobId, runId, reason],
    new Date(atMs).toISOString().slice(0, 16).replace('T', ' '),
    oneLine(message, 100),
  ]);
  return alignColumns([['JOB', 'RUN', 'REASON', 'SINCE', 'WHY'], ...rows]);
}

function describeLetter(letter: DeadLetter): string {
  const { jobId, runId, kind, reason, message, atMs, bytes, job } = letter;
  const work = job?.work;
  return alignColumns([
    ['job', `${jobId} (${kind})`],
    ['run', runId],
    ['since', new Date(atMs).toISOString()],
    ['reason', `${reason}: ${message}`],
    ...(work?.$case === 'execute'
      ? [
          ['workflow', `${work.value.workflowHash.slice(0, 16)}${work.value.round ? `, round ${work.value.round}` : ''}`],
          ['query', `number ${work.value.queryIndex}, repeat ${work.value.repeat}`],
        ]
      : []),
    ...(work !== undefined && work.$case !== 'execute' ? [['round', `${work.value.round}, turn ${work.value.attempt}`]] : []),
    ...(work === undefined ? [['job', `${bytes} bytes that this version cannot read`]] : []),
  ]);
}
