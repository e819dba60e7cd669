import { bytesOf, type Container, containersOf, matches, type Rendered, type Workload } from '../manifest.ts';
import type { Rule } from './rule.ts';

/** What may be in a pod under restricted Pod Security. */
const volumeKinds = ['configMap', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];

export const podRules: readonly Rule[] = [
  eachPod('runs as a user who is not root', ({ spec }) => {
    const { runAsNonRoot, runAsUser = 0 } = spec.template.spec.securityContext ?? {};
    return runAsNonRoot === true && runAsUser > 0;
  }),
  eachPod('runs under a seccomp profile', ({ spec }) => {
    const { seccompProfile } = spec.template.spec.securityContext ?? {};
    return ['RuntimeDefault', 'Localhost'].includes(seccompProfile?.type ?? '');
  }),
  eachPod('shares nothing with its node', ({ spec }) => {
    const { hostNetwork, volumes = [] } = spec.template.spec;
    const kinds = volumes.flatMap(({ name: _, ...volume }) => Object.keys(volume));
    return hostNetwork !== true && kinds.every((kind) => volumeKinds.includes(kind));
  }),
  eachPod('has a service account of its own and no token', ({ metadata, spec }, rendered) => {
    const { serviceAccountName = 'default', automountServiceAccountToken } = spec.template.spec;
    const account = rendered.get('ServiceAccount', serviceAccountName);
    const others = rendered.workloads.filter(({ metadata: { name } }) => name !== metadata.name);
    const isOwn = others.every((other) => other.spec.template.spec.serviceAccountName !== serviceAccountName);
    return automountServiceAccountToken === false && account?.automountServiceAccountToken === false && isOwn;
  }),
  // A Service named scale-control would set SCALE_CONTROL_PORT to tcp://10.0.0.1:7070 in every pod of the namespace.
  eachPod('gets no variables from the names of Services', ({ spec }) => spec.template.spec.enableServiceLinks === false),
  eachPod('bounds every folder that it writes', ({ spec }) =>
    (spec.template.spec.volumes ?? []).every(({ emptyDir }) => emptyDir === undefined || emptyDir.sizeLimit !== undefined),
  ),
  eachPod('spreads its own replicas over the nodes', ({ metadata, spec }, rendered) => {
    const { topologySpreadConstraints = [] } = spec.template.spec;
    const { labels } = spec.template.metadata;
    const over = topologySpreadConstraints.filter(({ labelSelector }) => matches(labelSelector, labels));
    const isSpread = over.some(({ topologyKey }) => topologyKey === 'kubernetes.io/hostname');
    return (
      over.length === topologySpreadConstraints.length &&
      (isSpread || (spec.replicas === 1 && !isScaled(metadata.name, rendered)))
    );
  }),
  eachContainer(
    'has a root file system that is read-only',
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem === true,
  ),
  eachContainer('has no capability and gains no privilege', ({ securityContext }) => {
    const { allowPrivilegeEscalation, capabilities } = securityContext ?? {};
    return allowPrivilegeEscalation === false && capabilities?.drop?.includes('ALL') === true && !capabilities.add?.length;
  }),
  eachContainer('gets the memory that it asks for, and asks for a share of the processor', ({ resources }) => {
    const { requests, limits } = resources ?? {};
    return limits?.memory !== undefined && limits.memory === requests?.memory && requests.cpu !== undefined;
  }),
  eachContainer('has an image of one version, by tag or digest', ({ image }) => {
    const [, tag] = /(?::([\w.-]+))?(?:@sha256:[0-9a-f]{64})?$/.exec(image) ?? [];
    return image.includes('@sha256:') || (tag !== undefined && tag !== 'latest' && /\d/.test(tag));
  }),
  eachContainer('keeps its heap below its memory limit', (container) => {
    const limit = bytesOf(container.resources?.limits?.memory ?? '');
    const share = heapOf(container) / limit;
    // A heap without a bound is that of a program of somebody else's, which has neither.
    return Number.isNaN(share) || (share >= 0.25 && share <= 0.92);
  }),
];

function heapOf({ env = [], args = [] }: Container): number {
  const given = (wanted: string) => env.find(({ name }) => name === wanted)?.value;
  const [, megabytes] = /--max-old-space-size=(\d+)/.exec(given('NODE_OPTIONS') ?? '') ?? [];
  if (megabytes !== undefined) return Number(megabytes) * 1024 ** 2;
  const limit = given('GOMEMLIMIT');
  if (limit !== undefined) return bytesOf(limit);
  // A service of ours, or NATS, without one takes what the node has.
  return ['coordinator', 'executor', 'predictor', 'simulator', '--config'].includes(args[0] ?? '')
    ? Number.POSITIVE_INFINITY
    : Number.NaN;
}

function isScaled(name: string, { scalers }: Rendered): boolean {
  return scalers.some(({ spec }) => spec.scaleTargetRef.name === name);
}

function eachPod(name: string, isRight: (workload: Workload, rendered: Rendered) => boolean): Rule {
  return {
    name: `each pod ${name}`,
    broken: (rendered) =>
      rendered.workloads
        .filter((workload) => !isRight(workload, rendered))
        .map(({ kind, metadata }) => `${kind} ${metadata.name} does not: each pod ${name}`),
  };
}

function eachContainer(name: string, isRight: (container: Container) => boolean): Rule {
  return {
    name: `each container ${name}`,
    broken: ({ workloads }) =>
      workloads.flatMap((workload) =>
        containersOf(workload)
          .filter((container) => !isRight(container))
          .map((container) => `container ${container.name} of ${workload.metadata.name} does not: each container ${name}`),
      ),
  };
}
