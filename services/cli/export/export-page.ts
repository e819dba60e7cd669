import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { ClusterOptions } from '../cluster/cluster-options.ts';
import { openDashboard } from '../cluster/open-dashboard.ts';
import { showWork } from '../progress/show-work.ts';

export type RunOrSweepId = { readonly runId: string } | { readonly sweepId: string };

/** The dashboard is told where the cluster is when that is up: until then it answers with 503. */
const askAgainMs = 200;
const upWithinMs = 60_000;
const writtenWithinMs = 120_000;

/** Writes a run or a sweep as a page of one file: a dashboard of this command's own makes it, and ends. */
export async function exportPage(cli: Cli, of: RunOrSweepId, file: string, options: ClusterOptions): Promise<Answer> {
  const { requested, forced } = cli.interrupts;
  const id = 'runId' in of ? of.runId : of.sweepId;
  const opening = openDashboard(cli, { ...options, port: 0 });
  const { service, staying } = await showWork(cli, () => 'starting a dashboard that writes the page', opening);
  try {
    const { html, leftOut } = await showWork(cli, () => `writing the page of ${id}`, pageOf(service.addresses, of, requested));
    const path = resolve(file);
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, html);
    if (leftOut !== '') cli.notice(leftOut);
    return {
      exitCode: exitCodes.ok,
      document: { ...of, what: 'page', file: path, ...(leftOut !== '' && { leftOut }) },
      text: '',
    };
  } finally {
    await (forced.aborted ? service.kill() : service.stop());
    if (options.server === undefined) await staying;
  }
}

async function pageOf(
  { page = '', link = '' }: Readonly<Record<string, string>>,
  of: RunOrSweepId,
  signal: AbortSignal,
): Promise<{ readonly html: string; readonly leftOut: string }> {
  const signedIn = await fetch(link, { redirect: 'manual', signal });
  const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';');
  const began = systemTiming.monotonicMs();
  for (;;) {
    const [kind, id] = 'runId' in of ? ['runs', of.runId] : ['sweeps', of.sweepId];
    const address = `${page}/api/${kind}/${encodeURIComponent(id)}/page`;
    const response = await fetch(address, {
      headers: { cookie },
      signal: AbortSignal.any([signal, AbortSignal.timeout(writtenWithinMs)]),
    });
    const text = await response.text();
    if (response.ok) return { html: text, leftOut: decodeURIComponent(response.headers.get('x-scale-left-out') ?? '') };
    const isStarting = response.status === 503 && systemTiming.monotonicMs() - began < upWithinMs;
    if (!isStarting) throw new CliError('failed', `the page of ${id} could not be made: ${text.slice(0, 500)}`);
    await pause(systemTiming, askAgainMs, signal);
  }
}
