import { type Command, InvalidArgumentError } from 'commander';
import type { AuditEntry } from '../../shared/contracts/generated/scale/v1/control.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { oneLine } from '../../shared/document/format.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { countUpTo } from '../parse-count.ts';

interface AuditOptions extends ClusterOptions {
  readonly json: boolean;
  readonly run?: string;
  readonly last: number;
}

export function addAuditCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'audit'))
    .option('--run <run>', 'only what was done to this run or sweep: its whole id', wholeId)
    .option('--last <n>', 'the newest so many', countUpTo(10_000), 1_000)
    .option('--json', 'print one JSON document', false)
    .action((options: AuditOptions) =>
      cli.answer(options.json, () => withCluster(cli, options, (cluster) => show(cluster, options, cli))),
    );
}

function wholeId(text: string): string {
  if (/^[\w-]{1,128}$/.test(text)) return text;
  throw new InvalidArgumentError('it must be the id of a run or a sweep, as `scale list` shows it.');
}

async function show({ client }: ReachedCluster, { run = '', last }: AuditOptions, cli: Cli): Promise<Answer> {
  const { entries, more } = await client.listAudit({ target: run, limit: last }, cli.interrupts.requested);
  const earlier = more ? `\nThese are the newest ${entries.length}; --last shows more.` : '';
  return {
    exitCode: exitCodes.ok,
    document: { entries: entries.map(entryDocument), more },
    text: entries.length === 0 ? 'Nobody has changed anything here.' : `${table(entries)}${earlier}`,
  };
}

function entryDocument({ timeMs, asked, ...entry }: AuditEntry): Record<string, unknown> {
  return { at: new Date(timeMs).toISOString(), ...entry, asked };
}

function table(entries: readonly AuditEntry[]): string {
  const rows = entries.map(({ timeMs, caller, role, address, method, target, code, asked }) => [
    new Date(timeMs).toISOString().slice(0, 19).replace('T', ' '),
    ...[oneLine(caller, 40), role, oneLine(address, 45), method, target, code, oneLine(asked, 80)],
  ]);
  return alignColumns([['TIME', 'WHO', 'ROLE', 'FROM', 'CALL', 'RUN', 'ENDED', 'ASKED'], ...rows]);
}
