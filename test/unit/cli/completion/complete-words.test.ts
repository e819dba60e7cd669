import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createCli } from '../../../../services/cli/cli.ts';
import { completeWords } from '../../../../services/cli/completion/complete-words.ts';
import { valueSourceOf } from '../../../../services/cli/completion/value-source.ts';
import { createProgram } from '../../../../services/cli/program.ts';
import { presetNames } from '../../../../services/shared/config/presets.ts';

const never = new AbortController().signal;
const streams = { stdout: new PassThrough(), stderr: new PassThrough() } as never;
const program = createProgram(createCli(streams, {}, { requested: never, forced: never }));
const all = program.commands.flatMap((command): readonly Command[] =>
  command.commands.length > 0 ? command.commands : [command],
);

async function complete(...words: readonly string[]) {
  const asked: ReadonlyMap<string, string>[] = [];
  const { candidates, files } = await completeWords(program, words, async (options) => {
    asked.push(options);
    return ['gsm8k-1', 'gsm8k-2', 'shop-1'];
  });
  return { words: candidates.map(({ word }) => word), files, asked };
}

// A new option or argument is named for one of the kinds in value-source.ts, or gets a line there.
test.each(all.map((command) => [command.name(), command] as const))('what %s takes is known', (name, command) => {
  const values = [...command.registeredArguments, ...command.options.filter(({ required, optional }) => required || optional)];
  const undecided = values.filter((value) => valueSourceOf(name, value) === undefined);
  expect(undecided.map((value) => ('long' in value ? value.long : value.name()))).toEqual([]);
});

describe('a line', () => {
  test('that is empty gets every command', async () => {
    expect((await complete('')).words).toEqual(program.commands.map((command) => command.name()));
    expect((await complete('re')).words).toEqual(['resume', 'report', 'restore', 'rescore', 'replay']);
  });

  test('with a command of several actions gets those', async () => {
    expect((await complete('data', '')).words).toEqual(['list', 'pull', 'verify', 'import']);
    expect((await complete('data', 'pull', 'gs')).words).toEqual(['gsm8k']);
    expect((await complete('data', 'pull', 'gsm8k', 'ma')).words).toEqual(['math']);
  });

  test('gets the options of its command that are not there yet', async () => {
    const before = (await complete('run', '--')).words;
    expect(before).toContain('--executors');
    expect(before).toContain('--help');
    expect((await complete('run', 'my.yaml', '--executors', '4', '--')).words).toEqual(
      before.filter((word) => word !== '--executors'),
    );
    expect((await complete('--v')).words).toEqual(['--version']);
    expect((await complete('run', '--', '--')).words).toEqual([]);
  });

  test('gets ids of runs from the cluster that it names', async () => {
    const { words, asked } = await complete('watch', '--server', 'there:7070', 'gsm');
    expect(words).toEqual(['gsm8k-1', 'gsm8k-2']);
    expect(asked).toEqual([new Map([['--server', 'there:7070']])]);
    expect((await complete('eval', '--run', 'shop')).words).toEqual(['shop-1']);
    expect((await complete('watch', 'gsm8k-1', '')).words).toEqual([]);
  });

  test('gets what an option accepts, in each way of writing it', async () => {
    expect((await complete('export', '--what', 'w')).words).toEqual(['workflow']);
    expect((await complete('export', '--what=w')).words).toEqual(['--what=workflow']);
    expect((await complete('export', '--what', '=', 'w')).words).toEqual(['workflow']);
    expect((await complete('export', '--what', '=')).words).toContain('workflow');
  });

  test('gets presets and methods, also behind a comma', async () => {
    expect((await complete('experiment', 'methods', '--methods', '')).words).toEqual(expect.arrayContaining([...presetNames]));
    expect((await complete('experiment', 'methods', '--methods', 'paper,ful')).words).toEqual(['paper,full']);
  });

  test('gets files where it takes files, and folders where it takes folders', async () => {
    expect(await complete('run', 'ex')).toMatchObject({ words: [], files: 'files' });
    expect(await complete('validate', 'a.yaml', '')).toMatchObject({ files: 'files' });
    expect(await complete('run', '--data-dir', '')).toMatchObject({ words: [], files: 'folders' });
    expect(await complete('compare', 'gsm8k-1', '')).toMatchObject({ words: ['gsm8k-1', 'gsm8k-2', 'shop-1'], files: 'files' });
    expect(await complete('run', '--executors', '')).toMatchObject({ words: [], files: 'none' });
  });
});
