import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createCli } from '../../../services/cli/cli.ts';
import { CliError } from '../../../services/cli/cli-error.ts';
import { examples } from '../../../services/cli/examples.ts';
import { createProgram } from '../../../services/cli/program.ts';
import { errorKinds } from '../../../services/domain/errors/error-kind.ts';
import { exitCodeOf, exitCodes } from '../../../services/shared/errors/exit-codes.ts';

const project = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(project, 'docs/cli.md'), 'utf8');
const never = new AbortController().signal;
const streams = { stdout: new PassThrough(), stderr: new PassThrough() } as never;
const { commands } = createProgram(createCli(streams, {}, { requested: never, forced: never }));

/** What the page says about a command: from its heading to the next one. */
function sectionOf(command: Command): string {
  return page.split(/^## /m).find((section) => section.startsWith(`scale ${command.name()}\n`)) ?? '';
}

/** A command and, if it has several, its actions, such as `scale data pull`. */
function withActions(command: Command): readonly Command[] {
  return [command, ...command.commands];
}

describe('docs/cli.md', () => {
  test('has the commands that there are, in the order of --help', () => {
    const headings = [...page.matchAll(/^## scale (\S+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(commands.map((command) => command.name()));
  });

  test.each(commands.map((command) => [command.name(), command] as const))(
    'shows an example and every option of %s',
    (name, command) => {
      const section = sectionOf(command);
      expect(section).toMatch(new RegExp(`^scale ${name}\\b`, 'm'));
      for (const { options } of withActions(command)) {
        for (const option of options) expect(section).toContain(option.long);
      }
    },
  );

  test('explains every exit status, and no other', () => {
    const explained = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, status]) => Number(status));
    expect(explained).toEqual(Object.values(exitCodes));
  });
});

test('docs/architecture.md has every kind of error with its exit status', () => {
  const text = readFileSync(join(project, 'docs/architecture.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \|.*\| (\d+) \|$/gm)].map(([, kind, status]) => [kind, Number(status)]);
  const kinds = errorKinds.map((kind) => [kind, exitCodeOf(new CliError(kind, ''))]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(kinds));
});

test('--help names the defaults that say something, as they are given', () => {
  const help = new Map(commands.map((command) => [command.name(), command.helpInformation().replaceAll(/\s+/g, ' ')]));
  for (const text of help.values()) expect(text).not.toMatch(/default: (?:false|none\)|[[{])/);
  expect(help.get('replay')).toContain('"" for no picks (default: 0.1,0.2)');
  expect(help.get('simulate-model')).toContain('256,256,64@0.5 (default: 1)');
});

test('every option of every command has a description, and every command takes --json', () => {
  for (const command of commands.flatMap(withActions)) {
    expect(command.description()).not.toBe('');
    if (command.commands.length === 0) expect(command.options.map(({ long }) => long)).toContain('--json');
    for (const option of command.options) expect(option.description, `${command.name()} ${option.long}`).not.toBe('');
  }
});

describe('the examples in --help', () => {
  test.each(commands.map((command) => [command.name(), command] as const))('of %s use what it has', (name, command) => {
    const lines = examples[name] ?? [];
    expect(lines.length).toBeGreaterThan(0);
    const options = withActions(command).flatMap((each) => each.options.map(({ long }) => long));
    for (const line of lines) {
      const [first, second = ''] = line.split(' ');
      expect(first).toBe(name);
      const isFile = name === 'sweep' && second.endsWith('.yaml');
      if (command.commands.length > 0 && !isFile) expect(command.commands.map((action) => action.name())).toContain(second);
      for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(options, line).toContain(option);
    }
  });
});

describe('README.md', () => {
  const readme = readFileSync(join(project, 'README.md'), 'utf8');

  test('names only commands, scripts and examples that there are', () => {
    const names = commands.map((command) => command.name());
    for (const [, name] of readme.matchAll(/scripts\/scale ([a-z]\S+?)[`\s]/g)) expect(names).toContain(name);
    for (const [path] of readme.matchAll(/\b(scripts|examples|services|proto|test|docs)\/[\w./-]*\w/g)) {
      expect(existsSync(join(project, path)), path).toBe(true);
    }
  });
});
