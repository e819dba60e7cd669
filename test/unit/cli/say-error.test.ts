import { expect, test } from 'vitest';
import { sayError } from '../../../services/cli/cli.ts';
import { InterruptedError } from '../../../services/cli/interrupts.ts';
import { givenUp } from '../../../services/shared/control-client/control-error.ts';

test.each([
  ['SIGINT', 'scale: interrupted', 130],
  ['SIGTERM', 'scale: ended by SIGTERM', 143],
] as const)('%s in the middle of a call to the coordinator is told without the name of the call', async (by, said, exitCode) => {
  const notices: string[] = [];
  const error = givenUp('StartRun', 'host:1', AbortSignal.abort(new InterruptedError(by)));
  const writeOut = async () => undefined;
  const notice = (message: string): void => void notices.push(message);
  expect(await sayError({ json: false, error, command: 'scale', notice, writeOut })).toBe(exitCode);
  expect(notices).toEqual([said]);
});
