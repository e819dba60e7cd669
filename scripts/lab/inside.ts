// The laboratory's first process in its own namespaces: when it ends, the kernel ends every other one.
import { spawn } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { checkOverlays } from './check-overlays.ts';
import { startControlPlane } from './control-plane.ts';
import { followSweep } from './follow-sweep.ts';
import { applyCrds, startKeda } from './keda.ts';
import { type Laboratory, nodeResolvConf } from './laboratory.ts';
import { startNodes } from './nodes.ts';
import { createParts } from './parts.ts';
import { prepareNetwork } from './pod-network.ts';
import { run } from './run.ts';

interface Wanted {
  readonly binaries: Binaries;
  readonly logs: string;
  readonly what: string;
  readonly words: readonly string[];
}

const { binaries, logs, what, words } = JSON.parse(process.argv[2] ?? '') as Wanted;
const started = performance.now();
const say = (sentence: string): void => console.info(`[${((performance.now() - started) / 1_000).toFixed(1)} s] ${sentence}`);
const parts = createParts(logs);
const interrupted = Promise.withResolvers<never>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.reject(new Error('interrupted')));

/** In memory: an overlay cannot write into the file system that it lies on. */
const folder = '/run/scale-kubernetes-lab';

async function bringUp(): Promise<Laboratory> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', 'laboratory', folder]);
  await prepareNetwork();
  await writeFile(join(folder, 'resolv.conf'), nodeResolvConf);
  await run('mount', ['--bind', join(folder, 'resolv.conf'), '/etc/resolv.conf']);
  const plane = await startControlPlane(join(folder, 'control-plane'), binaries, parts);
  await applyCrds(plane, binaries.definitions, parts);
  say('the API server, the controllers and the scheduler are up');
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'kubectl'), `#!/bin/sh\nexec ${binaries.kube} kubectl "$@"\n`, { mode: 0o755 });
  await symlink(join(import.meta.dirname, '../scale'), join(bin, 'scale'));
  return {
    plane,
    parts,
    folder,
    logs,
    say,
    environment: { ...process.env, KUBECONFIG: plane.kubeconfig, PATH: `${bin}:${process.env.PATH}` },
  };
}

async function carryOut(): Promise<void> {
  const laboratory = await bringUp();
  if (what === 'check' || what === 'all') await checkOverlays(laboratory);
  if (what === 'check') return;
  await startNodes({ folder: join(folder, 'nodes'), logs }, laboratory.plane, binaries, parts);
  say('the nodes are ready');
  await startKeda(laboratory.plane, binaries, parts);
  say('KEDA is up');
  if (what === 'all' || what === 'sweep') return await followSweep(laboratory);
  const [command = process.env.SHELL ?? '/bin/sh', ...others] = words;
  const shell = spawn(command, others, { stdio: 'inherit', env: laboratory.environment });
  const status = await new Promise<number>((resolve) => shell.once('exit', (code) => resolve(code ?? 1)));
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}

try {
  await Promise.race([carryOut(), interrupted.promise]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await parts.stop();
  process.exit();
}
