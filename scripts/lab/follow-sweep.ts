import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import type { Laboratory } from './laboratory.ts';
import { type Life, type Pod, type PodWatch, watchPods } from './pod-watch.ts';
import { modelDeployment, models, sizes, sweepManifests } from './sweep-overlay.ts';

const k8s = join(import.meta.dirname, '../../k8s');
const namespace = 'scale';
const token = 'a-token-of-the-laboratory';
const upWithinMs = 180_000;
const sweepWithinMs = 600_000;

/**
 * Deploys SCALE with nothing to do, starts a sweep as a user would, and holds what becomes of executors and of the model's
 * replicas against what must: from 0, to what the endpoints can serve, to 0, each pod a process of its own that was asked to end
 * and did.
 */
export async function followSweep(laboratory: Laboratory): Promise<void> {
  const { plane, parts, say } = laboratory;
  const folder = join(laboratory.folder, 'sweep');
  await mkdir(folder, { recursive: true });
  const kustomization = {
    ...{ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', namespace },
    resources: [relative(folder, join(k8s, 'overlays/local'))],
    components: [relative(folder, join(k8s, 'components/autoscaling'))],
  };
  await writeFile(join(folder, 'kustomization.yaml'), stringify(kustomization));
  const manifests = await sweepManifests(plane, folder);
  await plane.kubectl('create', 'namespace', namespace).catch(() => undefined);
  const secret = ['create', 'secret', 'generic', 'scale-control-token', `--from-literal=token=${token}`];
  await plane.kubectl('-n', namespace, ...secret);
  await plane.kubectlWith(manifests, 'apply', '-f', '-');
  const watch = watchPods(plane, namespace);
  const isIdle = async () =>
    ['coordinator', 'predictor', 'nats'].every((component) => watch.ready(component).length > 0) && count(watch) === '0 and 0';
  await parts.until('SCALE is up, without executors and without a model', isIdle, upWithinMs);
  const scalers = () =>
    plane.kubectl(
      '-n',
      namespace,
      'get',
      'scaledobject',
      '-o',
      'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}',
    );
  await parts.until('KEDA has taken both ScaledObjects', async () => (await scalers()) === 'True True');
  say(`SCALE is up, with ${count(watch)} executors and replicas of the model`);

  const beganMs = watch.nowMs();
  const sweep = startSweep(laboratory, await writeRunFile(folder));
  const seen = { executors: 0, replicas: 0 };
  let isOver = false;
  const ended = sweep.finally(() => {
    isOver = true;
  });
  // It is awaited below, and may fail before.
  ended.catch(() => undefined);
  const grown = async (): Promise<boolean> => {
    seen.executors = Math.max(seen.executors, await processesOf(watch.ready('executor'), 'executor'));
    seen.replicas = Math.max(seen.replicas, await processesOf(watch.ready(modelDeployment), 'simulator'));
    return isOver;
  };
  await parts.until('the sweep is over', grown, sweepWithinMs);
  await ended;
  const endedMs = watch.nowMs();
  say('the sweep is over, with a result');
  await parts.until(
    'nothing is left of executors and model',
    async () => count(watch) === '0 and 0' && allGone(watch),
    upWithinMs,
  );
  say(`again ${count(watch)} executors and replicas of the model`);
  await watch.stop();

  const wanted = Math.ceil(sizes.maxConcurrency / sizes.slotsPerPod);
  expectThat(
    seen.executors === wanted,
    `${seen.executors} executors worked at once, not ${wanted}, which the endpoint can serve`,
  );
  expectThat(
    seen.replicas === sizes.mostReplicas,
    `${seen.replicas} replicas of the model were there, not ${sizes.mostReplicas}`,
  );
  const lives = [...watch.lives.values()];
  // One that was to end before it had begun has nothing to say.
  const worked = lives.filter(({ component, readyMs }) => component === 'executor' && readyMs !== undefined);
  for (const life of worked) await expectDrained(laboratory.logs, life);
  for (const component of ['executor', modelDeployment]) {
    say(
      `${component}: ${summary(
        lives.filter((life) => life.component === component),
        beganMs,
        endedMs,
      )}`,
    );
  }
}

function count(watch: PodWatch): string {
  return `${watch.ready('executor').length} and ${watch.ready(modelDeployment).length}`;
}

function allGone(watch: PodWatch): boolean {
  return [...watch.lives.values()].every(
    ({ component, goneMs }) => (component !== 'executor' && component !== modelDeployment) || goneMs !== undefined,
  );
}

async function writeRunFile(folder: string): Promise<string> {
  const [executor, optimizer] = models;
  const file = join(folder, 'sweep.yaml');
  const content = {
    ...{ name: 'sweep', seed: 7, benchmark: 'sample' },
    models: { executor: { endpoint: 'cluster', model: executor }, optimizer: { endpoint: 'cluster', model: optimizer } },
    search: { max_rounds: 6, convergence: false, final_pick: 'argmax' },
    evaluation: { method: 'full' },
  };
  await writeFile(file, stringify(content).replace('convergence: false', 'convergence: off'));
  return file;
}

async function startSweep(laboratory: Laboratory, file: string): Promise<void> {
  const server = `coordinator.${namespace}.svc:7070`;
  const child = spawn('scale', ['run', file, '--server', server, '--json', '--data-dir', join(laboratory.folder, 'client')], {
    env: { ...laboratory.environment, SCALE_CONTROL_TOKEN: token, SCALE_CONTROL_PLAINTEXT: 'trusted-network' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expectThat(status === 0, `scale run ended with ${status}`);
  expectThat((JSON.parse(said) as { readonly status: string }).status === 'completed', 'the sweep did not end with a result');
}

/**
 * How many of the pods have a process of their own: of the service, under the pod's name, and as the pod's user without any
 * capability.
 */
async function processesOf(pods: readonly Pod[], service: string): Promise<number> {
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const found = new Set<string>();
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const read = (what: string) => readFile(`/proc/${pid}/${what}`, 'utf8').catch(() => '');
    if (!(await read('cmdline')).includes(`services/${service}/main.ts`)) continue;
    const name = (await read('environ'))
      .split('\0')
      .find((variable) => variable.startsWith('HOSTNAME='))
      ?.slice('HOSTNAME='.length);
    const isConfined = /^Uid:\t10001\t10001\t/m.test(await read('status')) && /^CapEff:\t0+$/m.test(await read('status'));
    if (name !== undefined && names.has(name) && isConfined) found.add(name);
  }
  return found.size;
}

/** The service itself says so, in its log: it was told by SIGTERM, and ended in order. */
async function expectDrained(logs: string, { name }: Life): Promise<void> {
  const log = await readFile(join(logs, `${name}_executor_0.log`), 'utf8').catch(() => '');
  expectThat(
    /SIGTERM.*draining/.test(log) && /"stopped"/.test(log),
    `the log of ${name} does not say that it drained and stopped`,
  );
}

function summary(lives: readonly Life[], beganMs: number, endedMs: number): string {
  const readyMs = lives.flatMap(({ readyMs: at }) => (at === undefined ? [] : [at - beganMs])).sort((one, other) => one - other);
  const goneMs = Math.max(...lives.map((life) => life.goneMs ?? 0)) - endedMs;
  const drains = lives.flatMap((life) =>
    life.endingMs === undefined || life.goneMs === undefined ? [] : [life.goneMs - life.endingMs],
  );
  const early = lives.filter(({ endingMs = endedMs }) => endingMs < endedMs).length;
  const seconds = (ms: number | undefined): string => `${((ms ?? Number.NaN) / 1_000).toFixed(1)} s`;
  return (
    `${lives.length} pods; the first was ready ${seconds(readyMs[0])} after the command was given, the last ${seconds(readyMs.at(-1))}; ` +
    `${early} ended before the sweep did; all were gone ${seconds(goneMs)} after it; a pod was gone at most ${seconds(Math.max(...drains))} after it was to end`
  );
}

function expectThat(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}
