// Searches by seed on a simulated cluster, under faults: docs/simulation.md says what that is.
//
//   node scripts/simulate.ts --seeds 10000          each seed, on all cores; a failing one is made small
//   node scripts/simulate.ts --first 17 --seeds 1   one seed, with all that happens
//   node scripts/simulate.ts --again '{...}'        a case as a failing seed prints it, with all that happens
//   node scripts/simulate.ts --bugs --seeds 10000   defects that are put in, one at a time: the first seed that shows each
//
// --searches 'four rounds at once' takes only searches whose name has this. --bug 'jobs that could not be queued are forgotten'
// puts a defect in for --first and --again. --write puts the figures into docs/simulation.md.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { huntBugs } from '../test/simulation/bug-hunt.ts';
import { plantBugs } from '../test/simulation/plant-bugs.ts';
import { plantedBugs } from '../test/simulation/planted-bugs.ts';
import type { SimulatedCase } from '../test/simulation/simulated-case.ts';
import { bugTable, caseInWords, seedFigures, withFigures } from '../test/simulation/simulation-page.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    first: { type: 'string', default: '1' },
    again: { type: 'string' },
    searches: { type: 'string', default: '' },
    bugs: { type: 'boolean', default: false },
    bug: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const count = positive('seeds', values.seeds);
const first = positive('first', values.first);
const page = join(import.meta.dirname, '../docs/simulation.md');

if (values.bugs) await huntAll();
else if (values.again !== undefined || count === 1) await runOne();
else await runAll();

async function runOne(): Promise<void> {
  if (values.bug !== undefined && !plantedBugs.some(({ what }) => what === values.bug)) {
    refuse(`--bug must be one of these:\n${plantedBugs.map(({ what }) => `  ${what}`).join('\n')}`);
  }
  if (values.bug !== undefined) plantBugs();
  // Only now, so that what they load has the defects in it.
  const { caseOfSeed } = await import('../test/simulation/simulate-seed.ts');
  const { referenceOf, simulateCase } = await import('../test/simulation/simulated-case.ts');
  const given =
    values.again === undefined ? await caseOfSeed(first, values.searches) : (JSON.parse(values.again) as SimulatedCase);
  await referenceOf(given.search, given.rounds);
  globalThis.plantedBug = values.bug;
  const { run, violations } = await simulateCase(given);
  console.log(JSON.stringify(given, null, 1));
  console.log(run.trace.join('\n'));
  console.log(violations.length === 0 ? 'no violation' : violations.join('\n'));
  process.exitCode = violations.length === 0 ? 0 : 1;
}

async function runAll(): Promise<void> {
  const { failedSeedsInThreads } = await import('../test/simulation/failed-seeds.ts');
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const { searches } = values;
  const failed = await failedSeedsInThreads({ first, count, searches }, (news) => {
    console.error([`${news.tried} seeds tried after ${seconds().toFixed()} s`, ...news.failed].join('\n'));
  });
  // Of this process, threads included.
  const { user, system } = process.cpuUsage();
  const figures = seedFigures({
    ...{ first, count, searches, failed: failed.length, seconds: seconds() },
    cpuSeconds: (user + system) / 1e6,
    cores: availableParallelism(),
  });
  console.log([...failed, figures].join('\n\n'));
  const place = searches === '' ? 'seeds' : 'parallel seeds';
  if (values.write) await writeFile(page, withFigures(await readFile(page, 'utf8'), place, figures));
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function huntAll(): Promise<void> {
  const bugs = await huntBugs(plantedBugs, { first, count, shrink: true }, ({ what, seed, shown }) => {
    if (shown === undefined) return console.log(`not in ${count} seeds: ${what}\n`);
    const { violation, steps, ...small } = shown;
    console.log(`seed ${seed}: ${what}\n  made small (${caseInWords(shown)}): ${violation.split('\n')[0]}`);
    console.log(`  node scripts/simulate.ts --bug '${what}' --first ${seed} --seeds 1`);
    console.log(`  node scripts/simulate.ts --bug '${what}' --again '${JSON.stringify(small)}'\n`);
  });
  console.log(`${bugs.filter(({ seed }) => seed !== undefined).length} of ${bugs.length} found, from seed ${first} on`);
  if (values.write) await writeFile(page, withFigures(await readFile(page, 'utf8'), 'defects', bugTable(bugs)));
  process.exitCode = bugs.every(({ seed }) => seed !== undefined) ? 0 : 1;
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  return refuse(`--${name} must be a whole number above 0, and is ${text}`);
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}
