import { PassThrough } from 'node:stream';
import { type Command, CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { createCli } from '../../services/cli/cli.ts';
import { createProgram } from '../../services/cli/program.ts';
import {
  commandsOf,
  documentedCommands,
  mentionedCommands,
  mentionsOf,
  scaleCalls,
} from '../support/project/documented-commands.ts';
import { rulesWithoutUse, whyNotRun } from '../support/project/documented-plans.ts';

const commands = documentedCommands();
const never = new AbortController().signal;
const streams = { stdout: new PassThrough(), stderr: new PassThrough() } as never;

/** What the command line itself says of these words; nothing is done. */
async function fault(words: readonly string[]): Promise<string | undefined> {
  const program = createProgram(createCli(streams, {}, { requested: never, forced: never }));
  doNothing(program);
  try {
    await program.parseAsync(['node', 'scale', ...words.map((word) => word.replaceAll(/\$\w+/g, 'value:1'))]);
  } catch (error) {
    if (error instanceof CommanderError || error instanceof Error) return error.message;
    throw error;
  }
  return undefined;
}

function doNothing(command: Command): void {
  for (const each of command.commands) {
    each.action(() => undefined);
    doNothing(each);
  }
}

describe('commands in the blocks of pages', () => {
  test('are found', () => {
    expect(commands.length).toBeGreaterThan(200);
    expect(new Set(commands.map(({ page }) => page)).size).toBeGreaterThan(30);
  });

  test('are what the command line takes: commands, options, values', async () => {
    const faults: string[] = [];
    for (const { page, line, text } of commands) {
      for (const words of scaleCalls(text)) {
        const said = await fault(words);
        if (said !== undefined) faults.push(`${page}:${line}: scale ${words.join(' ')}: ${said}`);
      }
    }
    expect(faults).toEqual([]);
  });

  test('one with an option that is not there is found, wherever it stands', async () => {
    const page = '```sh\nX=1 scale run a.yaml --no-such | head\ndocker compose run --rm scale lst\n```\n';
    const calls = commandsOf('docs/page.md', page).flatMap(({ text }) => scaleCalls(text));
    expect(calls).toEqual([['run', 'a.yaml', '--no-such'], ['lst']]);
    for (const words of calls) expect(await fault(words)).toMatch(/unknown (?:option|command)/);
  });

  test('mentioned in a sentence have no command or option that is not there', async () => {
    const mentioned = mentionedCommands();
    expect(mentioned.length).toBeGreaterThan(100);
    const faults: string[] = [];
    for (const { page, line, text } of [...mentioned, ...mentionsOf('planted', 'As `scale label RUN --no-such keep` does.')]) {
      // What prints is there.
      for (const words of scaleCalls(text).filter((each) => !/--help|--version|^help/.test(each.join(' ')))) {
        const said = (await fault(words)) ?? '';
        if (/unknown (?:option|command)/.test(said)) faults.push(`${page}:${line}: ${text}: ${said}`);
      }
    }
    expect(faults).toEqual([expect.stringContaining('planted:1')]);
  });

  test('are run by test/e2e/documented-commands.test.ts, or something says why not', () => {
    expect(rulesWithoutUse(commands)).toEqual([]);
    const run = commands.filter((command) => whyNotRun(command) === undefined);
    // What is run begins with scale, or prepares for it.
    const foreign = run.filter(({ text }) => scaleCalls(text).length === 0 && !/^(?:export|alias|cp|cat|[A-Z_]+=)/.test(text));
    const where = foreign.map(({ page, line, text }) => `${page}:${line}: ${text}`);
    expect(where, 'say in test/support/project/documented-plans.ts why these are not run').toEqual([]);
  });
});
