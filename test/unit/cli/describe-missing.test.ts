import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createCli } from '../../../services/cli/cli.ts';
import { describeMissing } from '../../../services/cli/describe-missing.ts';
import { createProgram } from '../../../services/cli/program.ts';

const never = new AbortController().signal;
const cli = createCli({ stdout: new PassThrough(), stderr: new PassThrough() } as never, {}, { requested: never, forced: never });

async function told(...words: string[]): Promise<string> {
  const program = createProgram(cli);
  const error: unknown = await program.parseAsync(words, { from: 'user' }).catch((thrown: unknown) => thrown);
  return (describeMissing(error, program, words) as Error).message;
}

test.each([
  [['run'], "missing required argument 'file': `scale run [options] <file>`; with --help it says more"],
  [
    ['memory'],
    "missing required argument 'action', one of list, forget: `scale memory [options] <action> [runs...]`; with --help it says more",
  ],
  [['sweep'], "missing required argument 'file': `scale sweep run [options] <file>`; with --help it says more"],
  [['sweep', 'cancel'], "missing required argument 'sweep': `scale sweep cancel [options] <sweep>`; with --help it says more"],
])('%s without what it needs says what it takes', async (words, message) => {
  expect(await told(...words)).toBe(message);
});

test('what else is wrong is told as it is', async () => {
  expect(await told('lst')).toContain("unknown command 'lst'");
});
