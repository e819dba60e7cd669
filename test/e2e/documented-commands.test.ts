import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTickets } from '../support/benchmarks/tickets.ts';
import { type DocumentedCommand, documentedCommands } from '../support/project/documented-commands.ts';
import { whyNotRun } from '../support/project/documented-plans.ts';
import { type CliRun, startCli } from '../support/run-cli.ts';

const project = join(import.meta.dirname, '../..');
/** With SCALE_DOCS=all the commands of every page are run, which takes some minutes; otherwise those of the quick start. */
const isWhole = process.env.SCALE_DOCS === 'all';
const commands = documentedCommands().filter(
  (command) => whyNotRun(command) === undefined && (isWhole || command.page === 'docs/quick-start.md'),
);
const pages = [...new Set(commands.map(({ page }) => page))];
/** Pages on benchmarks of one's own, of which a cluster that runs already knows nothing. */
const alone = pages.filter((page) => /README|quick-start|benchmarks|eval/.test(page));

const folders: string[] = [];
/** In which a cluster runs, so that none has to be started for each command. */
let shared = '';
const owners: CliRun[] = [];
/** The run that a cluster stays for. */
let goingOn = '';
/** A finished run that may be deleted. */
let spare = '';

beforeAll(async () => {
  if (!isWhole) return;
  shared = await makeFolder();
  await writeFile(join(shared, 'small.yaml'), 'benchmark: { name: sample, limit: 20 }\n');
  await keepCluster(shared, 'small.yaml');
  await run(shared, 'scale run gsm8k.yaml && scale run demo.yaml && scale run overnight.yaml');
  const said = await run(shared, 'scale run gsm8k.yaml --set name=spare --json');
  spare = (JSON.parse(said) as { readonly runId: string }).runId;
});

afterAll(async () => {
  for (const owner of owners) owner.child.kill('SIGINT');
  await Promise.all(owners.map(({ ended }) => ended));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A folder with what pages take for granted: examples, small searches under the names that they use, tickets, workflows. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-documented-'));
  folders.push(folder);
  await cp(join(project, 'examples'), join(folder, 'examples'), { recursive: true });
  await mkdir(join(folder, 'bin'));
  await writeFile(
    join(folder, 'bin/scale'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(project, 'services/cli/main.ts')}' "$@"\n`,
  );
  await chmod(join(folder, 'bin/scale'), 0o755);
  if (!isWhole) return folder;
  const small = 'benchmark: { name: sample, limit: 20 }\nsearch: { max_rounds: 6 }\n';
  for (const name of ['gsm8k', 'my-search', 'demo', 'overnight']) await writeFile(join(folder, `${name}.yaml`), small);
  const sweep = 'base:\n  benchmark: { name: sample, limit: 10 }\n  search: { max_rounds: 2 }\nmatrix:\n  seed: [1, 2]\n';
  for (const name of ['my-sweep', 'night']) await writeFile(join(folder, `${name}.yaml`), sweep);
  await writeTickets(folder, 'comma');
  await cp(join(folder, 'tickets.csv'), join(folder, 'answers.csv'));
  for (const name of ['best', 'workflow', 'my-workflow'])
    await cp(join(project, 'examples/workflows/single-call.yaml'), join(folder, `${name}.yaml`));
  return folder;
}

/** Starts the cluster of a folder, which stays: its run goes on until somebody ends it, and does nothing meanwhile. */
async function keepCluster(folder: string, runFile: string): Promise<void> {
  goingOn = `going-on-${owners.length + 1}`;
  const settings = [`name=${goingOn}`, 'search.max_rounds=10000'].flatMap((setting) => ['--set', setting]);
  const owner = startCli(['run', runFile, ...settings], { cwd: folder });
  owners.push(owner);
  await owner.until('round 2');
  await run(folder, `scale pause ${goingOn}`);
}

/** Runs it as a person's shell does, and ends one that serves once it does. */
async function run(folder: string, text: string): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: '', PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder };
  const child = spawn('bash', ['-eo', 'pipefail', '-c', text], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said: string[] = [];
  const serves = /^scale serve\b/.test(text);
  child.stderr.setEncoding('utf8').on('data', (more: string) => said.push(more));
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    said.push(more);
    if (serves && /http:\/\/[\d.:]+\/v1/.test(said.join('')) && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  });
  const stdout: string[] = [];
  child.stdout.on('data', (more: string) => stdout.push(more));
  const [code] = await once(child, 'close');
  expect(serves ? [0, 130] : [0], `${text}\n${said.join('').slice(-3000)}`).toContain(code);
  return stdout.join('');
}

/** The command with what is here in place of what a page makes up; most are run as they stand. */
function here({ text }: DocumentedCommand): string {
  return (
    text
      .replace(/^alias .*/, 'true')
      .replaceAll('scripts/scale ', 'scale ')
      .replaceAll(' --server coordinator:7070', '')
      // Without a terminal nobody is asked.
      .replace(/^(scale init \S+)$/, '$1 --yes')
      .replace(/^(scale init tickets\.csv --input .*)/, '$1 --out elsewhere')
      .replace('answers.parquet', 'answers.csv')
      .replace('--benchmark gsm8k', '--benchmark sample')
      .replaceAll('--port 8080', '--port 0')
      .replaceAll('gsm8k-0123456789ab', spare)
      .replace('gsm8k-validate-12', 'sample-validate-12')
      .replace(/^scale (pause|resume|cancel|share|limits) gsm8k/, `scale $1 ${goingOn}`)
  );
}

test.each(pages)('the commands of %s do what they are shown for', { timeout: 600_000 }, async (page) => {
  const folder = alone.includes(page) ? await makeFolder() : shared;
  const faults: string[] = [];
  for (const command of commands.filter((each) => each.page === page)) {
    await run(folder, here(command)).catch((error: Error) => faults.push(`${page}:${command.line}: ${error.message}`));
    const [, made] = /^scale init (\w+)\.csv --yes/.exec(command.text) ?? [];
    if (isWhole) console.error(`${page}:${command.line}: ${command.text} (${faults.length} faults so far)`);
    if (command.text.startsWith('scale cancel')) {
      await owners.at(-1)?.ended;
      await keepCluster(folder, 'small.yaml');
    }
    if (made !== undefined) await keepCluster(folder, `${made}.yaml`);
  }
  expect(faults).toEqual([]);
});
