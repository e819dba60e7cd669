/**
 * Writes what a release must be able to read for ever, into test/fixtures/releases/VERSION: its contracts, every message of them
 * filled, in bytes and as JSON, and the logs of runs with what they add up to. scripts/release calls it; what is there is never
 * written again, but with --again while the version is not out.
 *
 *   node scripts/write-goldens.ts [--again]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../services/shared/telemetry/version.ts';
import { readRunLog } from '../services/shared/traces/read-run-log.ts';
import { filledMessages, readContracts } from '../test/support/contracts/filled-messages.ts';
import { outcomeOf } from '../test/support/run-outcome.ts';

const project = join(import.meta.dirname, '..');
const folder = join(project, 'test/fixtures/releases', version);

/** Runs that between them have every kind of event and of run. */
const runFiles = {
  search: { search: { max_rounds: 6, parallelism: 2 } },
  paper: { preset: 'paper', search: { max_rounds: 6 } },
  'query-level': { search: { mode: 'query-level' } },
} as const;

if (existsSync(folder) && !process.argv.includes('--again')) {
  process.stderr.write(`${folder} is there: what a release has written is not changed (--again, while it is not out)\n`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const contracts = join(folder, 'contracts.binpb');
execFileSync(join(project, 'node_modules/.bin/buf'), ['build', '--exclude-source-info', '-o', contracts], { cwd: project });
const messages = filledMessages(readContracts(readFileSync(contracts)));
writeFileSync(join(folder, 'messages.json'), `[\n${messages.map((message) => JSON.stringify(message)).join(',\n')}\n]\n`);

const work = mkdtempSync(join(tmpdir(), 'scale-goldens-'));
try {
  const outcomes: Record<string, unknown> = {};
  const scale = (...words: readonly string[]) =>
    execFileSync(join(project, 'scripts/scale'), words, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const keep = async (name: string, run: string) => {
    const file = join(folder, `${name}.binpb`);
    scale('export', run, '--what', 'log', '--out', file);
    outcomes[name] = outcomeOf(await readRunLog(file));
  };
  for (const [name, settings] of Object.entries(runFiles)) {
    writeFileSync(join(work, `${name}.yaml`), JSON.stringify({ name, seed: 7, benchmark: 'sample', ...settings }));
    scale('run', `${name}.yaml`);
    await keep(name, name);
  }
  const { runId } = JSON.parse(scale('eval', '--run', 'search', '--limit', '20', '--json')) as { readonly runId: string };
  await keep('evaluation', runId);
  writeFileSync(join(folder, 'outcomes.json'), `${JSON.stringify(outcomes, null, 2)}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.stdout.write(`${messages.length} messages and 4 logs are in ${folder}\n`);
