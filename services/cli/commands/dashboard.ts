import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { z } from 'zod';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { openDashboard } from '../cluster/open-dashboard.ts';
import { addNamed } from '../command-words.ts';
import { parsePort } from '../parse-port.ts';
import { findRun } from '../runs/find-run.ts';

interface DashboardOptions extends ClusterOptions {
  readonly json: boolean;
  readonly port: number;
  readonly open: boolean;
}

export function addDashboardCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'dashboard'))
    .argument('[run]', 'begin with this run: id, start of an id, or name')
    .option('--port <n>', '0 for any free port', parsePort, 0)
    .option('--open', 'open it in a browser, if this machine has one', false)
    .option('--json', 'print one JSON document with the addresses; notices go to stderr', false)
    .action((wanted: string | undefined, options: DashboardOptions) =>
      cli.answer(options.json, () => dashboard(cli, wanted, options)),
    );
}

async function dashboard(cli: Cli, wanted: string | undefined, options: DashboardOptions): Promise<Answer> {
  const { requested, forced } = cli.interrupts;
  const view = wanted === undefined ? '' : `#/runs/${encodeURIComponent(await idOf(cli, wanted, options))}`;
  const { service, staying } = await openDashboard(cli, options);
  try {
    const { page = '', link = '' } = service.addresses;
    const said = { url: page, link: `${link}${view}` };
    await cli.writeOut(options.json ? `${JSON.stringify(said, null, 2)}\n` : announcement(said.link));
    service.onMessage((message) => {
      const heard = nextLink.safeParse(message);
      if (heard.success) cli.notice(`It was opened. For another browser: ${heard.data.link}${view}`);
    });
    if (options.open) openBrowser(cli, said.link);
    await Promise.race([staying, service.exited]);
  } finally {
    await (forced.aborted ? service.kill() : service.stop());
  }
  if (!requested.aborted) throw new CliError('failed', 'the dashboard has ended; what it says above tells why');
  return { exitCode: exitCodes.ok, document: undefined, text: '' };
}

const nextLink = z.object({ type: z.literal('link'), link: z.string() });

function idOf(cli: Cli, wanted: string, options: DashboardOptions): Promise<string> {
  return withCluster(cli, options, async (cluster) => (await findRun(cluster, wanted, cli.interrupts.requested)).runId);
}

function announcement(link: string): string {
  return `The dashboard is at ${link}\nThe link opens once, and signs that browser in; Ctrl-C ends it.\n`;
}

function openBrowser(cli: Cli, link: string): void {
  const [command, ...words] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const browser = spawn(command ?? '', [...words, link], { stdio: 'ignore', detached: true });
  browser.once('error', () => cli.notice('No browser could be started here: open the link by hand.'));
  browser.unref();
}
