import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const launcher = join(import.meta.dirname, '../../../scripts/scale');
let folder = '';
const scripts = new Map<string, string>();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "scale completion 'here'-"));
  mkdirSync(join(folder, '.scale/runs/shop-0a1b'), { recursive: true });
  writeFileSync(join(folder, 'my search.yaml'), '');
  mkdirSync(join(folder, 'my folder'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function isHere(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

interface InShell {
  readonly flags?: readonly string[];
  readonly before?: string;
}

/** Runs a script in the folder, with the shell's completion read first. */
function inShell(shell: string, script: string, { flags = [], before = '' }: InShell = {}): string[] {
  const completion = scripts.get(shell) ?? execFileSync(launcher, ['completion', shell], { cwd: folder, encoding: 'utf8' });
  scripts.set(shell, completion);
  const said = execFileSync(shell, [...flags, '-c', `${before}\n${completion}\n${script}`], { cwd: folder, encoding: 'utf8' });
  return said.split('\n').filter((line) => line !== '');
}

const bash = (...words: readonly string[]): string[] =>
  inShell(
    'bash',
    `COMP_WORDS=(scale ${words.join(' ')}); COMP_CWORD=${words.length}; _scale_complete; printf '%s\\n' "\${COMPREPLY[@]}"`,
    { flags: ['--norc', '--noprofile'] },
  );

test('bash completes commands, runs and files', () => {
  expect(bash('exper')).toEqual(['experiment']);
  expect(bash('report', 'sh')).toEqual(['shop-0a1b']);
  expect(bash('run', 'my')).toEqual(expect.arrayContaining(['my search.yaml', 'my folder']));
  expect(bash('run', '--data-dir', 'my')).toEqual(['my folder']);
  expect(bash('export', '--what', '=', "''")).toContain('workflow');
  expect(inShell('bash', 'complete -p scale-search')).toEqual(['complete -F _scale_complete scale-search']);
});

// What zsh itself does with the answers needs a terminal; its part is replaced by what prints them.
const zsh = (...words: readonly string[]): string[] =>
  inShell(
    'zsh',
    `_describe() { print -l -- "\${(@P)argv[-1]}" }; _files() { print -l -- "files $*" }
words=(scale ${words.join(' ')}); CURRENT=$#words; _scale`,
    { flags: ['-f'], before: 'compdef() {}' },
  );

test.skipIf(!isHere('zsh'))('zsh completes commands, runs and files', () => {
  expect(zsh('exper')).toEqual([expect.stringMatching(/^experiment:\w/)]);
  expect(zsh('report', 'sh')).toEqual(['shop-0a1b']);
  expect(zsh('run', "''")).toEqual(['files ']);
  expect(zsh('run', '--data-dir', 'my')).toEqual(['files -/']);
});

const fish = (line: string): string[] => inShell('fish', `complete -C ${JSON.stringify(line)}`, { flags: ['--no-config'] });

test.skipIf(!isHere('fish'))('fish completes commands, runs and files', () => {
  expect(fish('scale exper')).toEqual([expect.stringMatching(/^experiment\t\w/)]);
  expect(fish('scale report sh')).toEqual(['shop-0a1b']);
  expect(fish('scale run my')).toEqual(expect.arrayContaining([expect.stringMatching(/^my.*search\.yaml/)]));
  expect(fish('scale export --what=w')).toEqual(['--what=workflow']);
});
