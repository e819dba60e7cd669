import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ControlPlane } from './control-plane.ts';
import { asText, type ContainerSpec, type Manifest, parseManifests } from './manifest.ts';

/** Sizes for a machine of two cores, on which a sweep takes a minute or two. */
export const sizes = {
  slotsPerPod: 4,
  /** Of the one server: a cap of four executors of four slots, though more would have jobs. */
  maxConcurrency: 16,
  concurrencyPerReplica: 8,
  mostExecutors: 8,
  mostReplicas: 2,
} as const;

/** The deployment that stands in for vLLM on GPUs: the simulated model. */
export const modelDeployment = 'simulator';
export const models = ['qwen-plus', 'qwen3-8b'] as const;

/**
 * The objects of a kustomization, as they are but for sizes and times, and one ScaledObject more, by which the simulated model
 * follows the sweep as vLLM would.
 */
export async function sweepManifests(plane: ControlPlane, kustomization: string): Promise<string> {
  const rendered = await plane.kubectl('kustomize', '--load-restrictor=LoadRestrictionsNone', kustomization);
  const manifests = parseManifests(rendered);
  const executor = manifests.find(({ kind, metadata }) => kind === 'ScaledObject' && metadata.name === 'executor');
  if (executor === undefined) throw new Error(`${kustomization} has no ScaledObject executor`);
  for (const manifest of manifests) resize(manifest);
  const [trigger] = executor.spec.triggers;
  const haste = parse(await readFile(join(import.meta.dirname, 'haste.yaml'), 'utf8')) as object;
  Object.assign(executor.spec, haste, { maxReplicaCount: sizes.mostExecutors });
  Object.assign(trigger.metadata, { slotsPerPod: String(sizes.slotsPerPod) });
  return asText([...manifests, modelScaler(executor.metadata.namespace, trigger.metadata.scalerAddress, haste)]);
}

function resize({ kind, metadata: { name }, spec, data }: Manifest): void {
  if (kind === 'ConfigMap' && name === 'scale-endpoints') {
    for (const [file, text] of Object.entries(data)) {
      data[file] = text.replaceAll(/max_concurrency: \d+/g, `max_concurrency: ${sizes.maxConcurrency}`);
    }
  }
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return;
  for (const container of spec.template.spec.containers) {
    // All that is requested must fit on this machine.
    container.resources.requests = { cpu: '10m', memory: '64Mi' };
    if (name === 'executor') setVariable(container, 'SCALE_SLOTS', String(sizes.slotsPerPod));
    if (name === modelDeployment) setVariable(container, 'SCALE_SIMULATOR_FIRST_TOKEN_MS', '1500');
  }
  // As KEDA has left them after the sweep before.
  if (name === 'executor' || name === modelDeployment) spec.replicas = 0;
}

function setVariable(container: ContainerSpec, name: string, value: string): void {
  container.env = [...(container.env ?? []).filter((each) => each.name !== name), { name, value }];
}

function modelScaler(namespace: string | undefined, scalerAddress: string | undefined, haste: object): unknown {
  const perReplica = String(sizes.concurrencyPerReplica);
  return {
    ...{ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: { name: modelDeployment, namespace } },
    spec: {
      ...{ scaleTargetRef: { name: modelDeployment }, minReplicaCount: 0, maxReplicaCount: sizes.mostReplicas, ...haste },
      triggers: models.map((model) => ({
        type: 'external-push',
        metadata: { scalerAddress, role: 'model', model, concurrencyPerReplica: perReplica },
      })),
    },
  };
}
