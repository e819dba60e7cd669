// The laboratory, from outside: builds what it needs, and goes on in namespaces of its own (inside.ts), which the kernel clears
// away.
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBinaries } from './binaries.ts';
import { whyPodsCannotRun } from './check-clone.ts';

const [what = 'all', ...words] = process.argv.slice(2);
if (process.getuid?.() !== 0) {
  console.error('scripts/kubernetes-lab makes network and mount namespaces: run it as root, or in a virtual machine of its own');
  process.exit(2);
}
if (what !== 'check') {
  const reason = await whyPodsCannotRun(join(import.meta.dirname, '../..'));
  if (reason !== undefined) {
    console.error(`scripts/kubernetes-lab: ${reason}`);
    process.exit(2);
  }
}
const started = performance.now();
const say = (sentence: string): void => console.info(`[${((performance.now() - started) / 1_000).toFixed(1)} s] ${sentence}`);
const binaries = await buildBinaries(say);
const logs = await mkdtemp(join(tmpdir(), 'scale-kubernetes-lab-'));
const inside = spawn(
  'unshare',
  [
    ...['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
    ...[process.execPath, join(import.meta.dirname, 'inside.ts'), JSON.stringify({ binaries, logs, what, words })],
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
inside.once('exit', (code) => {
  console.info(`logs of every part and every pod: ${logs}`);
  process.exit(code ?? 1);
});
