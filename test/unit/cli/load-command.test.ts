import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createCli } from '../../../services/cli/cli.ts';
import { createListing } from '../../../services/cli/create-listing.ts';
import { loadCommand } from '../../../services/cli/load-command.ts';
import { createProgram } from '../../../services/cli/program.ts';

const never = new AbortController().signal;
const streams = { stdout: new PassThrough(), stderr: new PassThrough() } as never;
const cli = createCli(streams, {}, { requested: never, forced: never });
const whole = createProgram(cli);
const alone = whole.commands.map((command) => command.name()).filter((name) => name !== 'completion');

test.each(alone)('%s is loaded by itself, and is what it is among all commands', async (name) => {
  const program = await loadCommand([name], cli);
  expect(program.commands.map((command) => command.name())).toEqual([name]);
  const [among] = whole.commands.filter((command) => command.name() === name);
  expect(program.commands[0]?.helpInformation()).toBe(among?.helpInformation());
});

test.each([[], ['--help'], ['-h']])('the list of all commands is what they say themselves: %s', async (...words) => {
  expect((await loadCommand(words, cli)).helpInformation()).toBe(whole.helpInformation());
});

test('a command that the list does not know yet needs the whole program', () => {
  expect(createListing(cli, ['run', 'sweep-report'])).toBeDefined();
  expect(createListing(cli, ['run', 'operators'])).toBeUndefined();
});

test.each([['lst'], ['sweep-report'], ['sweep-test'], ['/main'], ['completion'], [''], ['--help', 'run']])(
  '%s needs the whole program',
  async (...words) => {
    expect((await loadCommand(words, cli)).helpInformation()).toBe(whole.helpInformation());
    expect((await loadCommand(words, cli)).commands[0]?.options).not.toEqual([]);
  },
);
