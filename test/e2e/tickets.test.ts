import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeYaml } from '../../services/domain/workflow/decode-yaml.ts';
import { type TicketExport, ticketExports, writeTickets } from '../support/benchmarks/tickets.ts';
import { startCli } from '../support/run-cli.ts';

/** With SCALE_TICKETS=all each export goes the whole way; otherwise the hardest one does. */
const exports = process.env.SCALE_TICKETS === 'all' ? (Object.keys(ticketExports) as TicketExport[]) : (['semicolon'] as const);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-tickets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As in a person's own folder, in which nothing else is. */
async function scale(cwd: string, ...args: readonly string[]) {
  const said = await startCli(args, { cwd }).ended;
  expect(said, args.join(' ')).toMatchObject({ code: 0 });
  return said.stdout;
}

describe.each(exports)('300 tickets, exported with %s', (as) => {
  test('go from a file to a workflow by five commands', async () => {
    const cwd = join(folder, as);
    await writeTickets(cwd, as);
    const file = as === 'json' ? 'tickets.json' : as === 'comma' ? 'tickets.csv' : 'tickets-excel.csv';

    const init = await scale(cwd, 'init', file, '--yes', '--name', 'tickets');
    expect(init).toContain('answer  Team: one of ');
    expect(init).toContain('a simulated one answers: its scores are not results');
    expect(init).toContain('scale run tickets.yaml');

    const run = await scale(cwd, 'run', 'tickets.yaml', '--set', 'search.max_rounds=8', '--json');
    const { report } = JSON.parse(run);
    expect(report).toMatchObject({ run: { status: 'completed', benchmark: 'tickets', scorer: 'choice' }, simulated: true });

    // The simulated model answers tickets about as well with one call as with several, so there is little to find.
    const { verdict } = report;
    expect(['better', 'cheaper', 'nothing-better']).toContain(verdict.kind);
    // What costs more than the start is recommended only where the first line says that it is better.
    if (verdict.kind !== 'better') expect(verdict.winner.tokens).toBeLessThanOrEqual(verdict.start.tokens);
    if (verdict.difference !== undefined) expect(verdict.difference.difference).toBeGreaterThanOrEqual(0);
    const lines = (await readFile(join(cwd, '.scale/runs', report.run.runId, 'report.md'), 'utf8')).split('\n');
    const [first] = lines.filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('>'));
    expect(first).toMatch(
      /^(?:Better than the start: |As good as the start, but cheaper: |Nothing better than the start was found: )/,
    );

    const shown = JSON.parse(await scale(cwd, 'show', 'tickets', '--json'));
    expect(shown.rounds).toHaveLength(report.rounds.length);

    const compared = JSON.parse(await scale(cwd, 'compare', 'tickets', '--json'));
    expect(compared.a).toMatchObject({ label: expect.stringContaining('round 1 (the start)'), simulated: true });
    // What the report says and what the command says are of the same executions: those of the final pick count in both.
    if (verdict.round === 1) expect(compared.sentence).toContain('nothing to compare');
    else expect(compared.difference.difference).toBeCloseTo(verdict.difference.difference, 10);
    if (verdict.round !== 1) expect(compared.queries).toBe(verdict.queries);

    await scale(cwd, 'export', 'tickets', '--out', 'best.yaml');
    const workflow = decodeYaml(await readFile(join(cwd, 'best.yaml'), 'utf8'));
    expect(workflow).toMatchObject({ workflow: 1, steps: expect.any(Array) });
  });
});
