import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CodeRun } from '../../domain/ports.ts';
import { sandboxSettings } from '../../shared/config/service-settings/service-settings.ts';
import { createSandbox } from '../../shared/sandbox/sandbox.ts';
import type { Cli } from '../cli.ts';
import type { Bench, BenchRow } from './bench.ts';

const tests = 'assert double(2) == 4\nassert double(-1) == -2\n';
const plainCode = 'def double(number):\n    return 2 * number\n';
/** What it imports could reach the interpreter, so that its tests run in a process of their own. */
const powerfulCode = `import sys\n\n${plainCode}`;

/** Programs per second on one core. The floor starts the same interpreter to do nothing, in turns with the programs. */
export const sandboxBench: Bench = {
  name: 'sandbox',
  description: 'programs judged per second on one core, against the bare start of an interpreter',
  run: async (cli, { seconds }) => {
    const signal = cli.interrupts.requested;
    await using sandbox = await createSandbox({ ...sandboxOf(cli), concurrency: 1 }, signal);
    const judge = async (code: string): Promise<void> => {
      const program: CodeRun = { code, tests, timeLimitMs: 10_000 };
      const { passed, error } = await sandbox.run(program, signal);
      if (!passed) throw new Error(`a program of the bench did not pass: ${error}`);
    };
    const start = async (): Promise<void> => {
      await promisify(execFile)(sandbox.python.path, ['-I', '-S', '-B', '-c', 'pass'], { signal });
    };
    const [floor = 0, plain = 0, apart = 0] = await inTurns([start, () => judge(plainCode), () => judge(powerfulCode)], seconds);
    const row = (name: string, perSecond: number): BenchRow => ({
      ...{ name, unit },
      value: perSecond,
      limit: floor,
      ratio: floor / perSecond,
    });
    return {
      rows: [
        { name: 'floor: python3 -I -S -B -c pass', value: floor, unit: 'starts/s', ratio: 1 },
        row('a program and its tests, in one process', plain),
        row('the same, tests in a process of their own', apart),
      ],
      notes: [
        `Isolation ${sandbox.isolation}, Python ${sandbox.python.version}, one program at a time, in turns with the floor.`,
        'Programs are forked from a warm interpreter, so they can take less time than its start.',
      ],
    };
  },
};

const unit = 'programs/s';

function sandboxOf(cli: Cli) {
  return { ...sandboxSettings(cli.environment), environment: cli.environment };
}

/** Turns a second of each, by the time that its own turns took: whatever else the machine does affects all alike. */
async function inTurns(works: readonly (() => Promise<void>)[], seconds: number): Promise<number[]> {
  const spent = works.map(() => 0);
  let rounds = -1; // the first only warms up
  for (; spent.some((time) => time < seconds * 1000); rounds += 1) {
    for (const [index, work] of works.entries()) {
      const begin = performance.now();
      await work();
      if (rounds >= 0) spent[index] = (spent[index] ?? 0) + performance.now() - begin;
    }
  }
  return spent.map((time) => (rounds * 1000) / time);
}
