import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { InterpreterLostError, startWarmInterpreter } from '../../../services/shared/sandbox/warm-interpreter.ts';

/** Greets, answers what it is asked with something that is no message, and then neither says anything nor ends. */
const hanging = `
  const send = (text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    process.stdout.write(Buffer.concat([length, Buffer.from(text)]));
  };
  send(JSON.stringify({ python: String(process.pid), uid: null, guards: [] }));
  process.stdin.once('data', () => send('no message'));
  setInterval(() => undefined, 1_000);
`;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('an interpreter that was given up is killed, and can be stopped', async () => {
  const never = new AbortController().signal;
  const interpreter = await startWarmInterpreter({ command: process.execPath, args: ['-e', hanging] }, never);
  const pid = Number(interpreter.greeting.python);
  const program = { code: '', stdin: '', cpuSeconds: 1, wallSeconds: 1, memoryBytes: 1, main: true, tested: false };
  const run = interpreter.run({ program, rest: { tests: null, entry: null } }, never);
  await expect(run).rejects.toThrow(InterpreterLostError);
  expect(interpreter.isAlive()).toBe(false);
  const over = new AbortController();
  const late = sleep(20_000, 'not stopped', { signal: over.signal }).catch(() => '');
  expect(await Promise.race([interpreter.stop().then(() => 'stopped'), late])).toBe('stopped');
  over.abort();
  expect(isRunning(pid)).toBe(false);
});
