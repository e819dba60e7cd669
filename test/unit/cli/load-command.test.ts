import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createCli } from '../../../services/cli/cli.ts';
import { loadCommand } from '../../../services/cli/load-command.ts';
import { createProgram } from '../../../services/cli/program.ts';

const never = new AbortController().signal;
const streams = { stdout: new PassThrough(), stderr: new PassThrough() } as never;
const cli = createCli(streams, {}, { requested: never, forced: never });
const whole = createProgram(cli);
const alone = whole.commands.map((command) => command.name()).filter((name) => name !== 'completion');

test.each(alone)('%s is loaded by itself, and is what it is among all commands', async (name) => {
  const program = await loadCommand(name, cli);
  expect(program.commands.map((command) => command.name())).toEqual([name]);
  const [among] = whole.commands.filter((command) => command.name() === name);
  expect(program.commands[0]?.helpInformation()).toBe(among?.helpInformation());
});

test.each([undefined, '--help', 'lst', 'sweep-report', 'sweep-test', '/main', 'completion', ''])(
  '%s needs the whole program',
  async (word) => {
    expect((await loadCommand(word, cli)).commands).toHaveLength(whole.commands.length);
  },
);
