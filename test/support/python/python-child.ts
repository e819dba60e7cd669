import { spawn } from 'node:child_process';
import type { CodeRun, CodeRunner, CodeVerdict } from '../../../services/domain/ports.ts';

/** A code runner without a cage, for tests that run their own programs: a python3 child, killed at the time limit. */
export const pythonChild: CodeRunner = {
  run: ({ code, tests, entry, stdin, timeLimitMs }: CodeRun) =>
    new Promise((resolve, reject) => {
      const call = entry === undefined ? '' : `\nimport sys as _s\n_s.stderr.write('RESULT:' + str(${entry}()))`;
      const child = spawn('python3', ['-I', '-c', `${code}\n${tests ?? ''}${call}\n`], {
        timeout: timeLimitMs,
        killSignal: 'SIGKILL',
      });
      let [output, errors] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        errors += chunk;
      });
      child.once('error', reject);
      child.once('close', (status) => resolve(verdictOf(status, output, errors)));
      child.stdin.end(stdin ?? '');
    }),
};

function verdictOf(status: number | null, output: string, errors: string): CodeVerdict {
  const passed = status === 0;
  const kind = passed ? 'passed' : status === null ? 'timeout' : 'failed';
  const result = passed ? (errors.split('RESULT:')[1] ?? '') : '';
  const error = passed ? '' : errors;
  return { passed, kind, output, error, result, cpuMs: 0, outputTruncated: false, isolation: 'none' };
}
