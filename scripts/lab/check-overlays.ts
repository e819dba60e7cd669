import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Laboratory } from './laboratory.ts';
import { asText, type ContainerSpec, type Manifest, parseManifests } from './manifest.ts';
import { CommandFailed } from './run.ts';

const overlays = join(import.meta.dirname, '../../k8s/overlays');

interface Mistake {
  readonly what: string;
  /** The kind of object in which it can be made. */
  readonly kind: string;
  readonly make: (manifest: Manifest) => unknown;
  /** What the API server says of it. */
  readonly refusal: RegExp;
}

const inContainer = (what: string, change: (container: ContainerSpec) => unknown, refusal: RegExp): Mistake => ({
  ...{ what, kind: 'Deployment', refusal },
  make: ({ spec }) => change(spec.template.spec.containers[0]),
});
const inSpec = (what: string, kind: string, fields: object, refusal: RegExp): Mistake => ({
  ...{ what, kind, refusal },
  make: ({ spec }) => Object.assign(spec, fields),
});

/** Among them some that no schema knows. */
const mistakes: readonly Mistake[] = [
  inContainer(
    'a misspelt field',
    (container) => Object.assign(container, { readynessProbe: container.readinessProbe }),
    /unknown field ".*readynessProbe"/,
  ),
  inContainer(
    'a port that is none',
    (container) => Object.assign(container, { ports: [{ name: 'health', containerPort: 99_999 }] }),
    /must be between 1 and 65535/,
  ),
  inContainer(
    'a probe of a port by a name that no port can have',
    (container) => Object.assign(container.readinessProbe.httpGet, { port: 'longer-than-a-port-s-name' }),
    /must be no more than 15 characters/,
  ),
  inContainer(
    'a volume that is mounted and not there',
    (container) => container.volumeMounts.push({ name: 'gone', mountPath: '/gone' }),
    /[Nn]ot found: "gone"/,
  ),
  inSpec(
    'a selector that its own pods do not match',
    'Deployment',
    { selector: { matchLabels: { another: 'label' } } },
    /selector.* does not match template/,
  ),
  inSpec(
    'a disruption budget with both of its limits',
    'PodDisruptionBudget',
    { minAvailable: 1, maxUnavailable: 1 },
    /cannot be both set/,
  ),
  inSpec(
    'a network policy for a port that is none',
    'NetworkPolicy',
    { ingress: [{ ports: [{ port: 0 }] }] },
    /must be between 1 and 65535/,
  ),
  inSpec('a number of replicas in words', 'ScaledObject', { maxReplicaCount: 'fifty' }, /must be of type integer/),
  inSpec('a misspelt field of a ScaledObject', 'ScaledObject', { polingInterval: 2 }, /unknown field "spec.polingInterval"/),
];

/** Has the API server check every overlay as on apply, and every mistake above planted into one, which it must refuse. */
export async function checkOverlays({ plane, say }: Laboratory): Promise<void> {
  const everything: Manifest[] = [];
  for (const name of (await readdir(overlays)).sort()) {
    const manifests = parseManifests(await plane.kubectl('kustomize', join(overlays, name)));
    everything.push(...manifests);
    // What lies in a namespace can be tried only where that exists.
    const namespaces = manifests.filter(({ kind }) => kind === 'Namespace');
    await plane.kubectlWith(asText(namespaces), 'apply', '-f', '-');
    await plane.kubectlWith(asText(manifests), 'apply', '--dry-run=server', '-f', '-');
    say(`overlay ${name}: the API server would take all ${manifests.length} objects`);
  }
  for (const { what, kind, make, refusal } of mistakes) {
    const broken = structuredClone(everything.find((manifest) => manifest.kind === kind));
    if (broken === undefined) throw new Error(`no overlay has a ${kind}, in which to plant ${what}`);
    make(broken);
    const said = await plane.kubectlWith(stringify(broken), 'apply', '--dry-run=server', '-f', '-').catch(refusedWith);
    if (!refusal.test(said)) throw new Error(`${what} in ${kind} ${broken.metadata.name} was not refused for it: ${said}`);
    say(`refused, as it should be: ${what}`);
  }
}

function refusedWith(error: unknown): string {
  if (error instanceof CommandFailed) return error.message;
  throw error;
}
