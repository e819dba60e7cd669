/** What of a rendered manifest the rules look at. The schemas have been checked before. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { name: string; namespace?: string; labels?: Labels };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
  automountServiceAccountToken?: boolean;
}

export type Labels = Record<string, string>;

export interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface Probe {
  httpGet?: { path: string; port: string | number };
  periodSeconds?: number;
  failureThreshold?: number;
}

export interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string }; secretKeyRef?: { name: string } } }[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    capabilities?: { drop?: string[]; add?: string[] };
  };
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  lifecycle?: { preStop?: { sleep?: { seconds: number }; exec?: { command: string[] } } };
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
}

export interface Volume {
  name: string;
  emptyDir?: { sizeLimit?: string };
  configMap?: { name: string };
  secret?: { secretName: string; items?: { key: string; path: string }[] };
  persistentVolumeClaim?: { claimName: string };
  [kind: string]: unknown;
}

export interface PodSpec {
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  hostNetwork?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: { runAsNonRoot?: boolean; runAsUser?: number; seccompProfile?: { type: string } };
  topologySpreadConstraints?: { topologyKey: string; whenUnsatisfiable: string; labelSelector: Selector }[];
  containers: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
}

export interface Workload extends Manifest {
  spec: {
    replicas?: number;
    selector: Selector;
    template: { metadata: { labels: Labels }; spec: PodSpec };
    volumeClaimTemplates?: { metadata: { name: string } }[];
  };
}

export interface Service extends Manifest {
  spec: {
    clusterIP?: string;
    selector: Labels;
    publishNotReadyAddresses?: boolean;
    ports: { name: string; port: number; targetPort: string | number }[];
  };
}

export interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}

export interface PolicyRule {
  from?: Peer[];
  to?: Peer[];
  ports?: { port: string | number; protocol?: string }[];
}

export interface NetworkPolicy extends Manifest {
  spec: { podSelector: Selector; policyTypes: string[]; ingress?: PolicyRule[]; egress?: PolicyRule[] };
}

export interface Scaler extends Manifest {
  spec: {
    scaleTargetRef: { kind?: string; name: string };
    minReplicaCount?: number;
    maxReplicaCount?: number;
    minReplicas?: number;
    maxReplicas?: number;
    metrics?: { type: string; external?: { metric: { name: string }; target: { averageValue?: string } } }[];
    triggers?: { type: string; metadata: Record<string, string>; authenticationRef?: { name: string } }[];
  };
}

/** All that one overlay renders. */
export class Rendered {
  readonly manifests: Manifest[];

  constructor(manifests: Manifest[]) {
    this.manifests = manifests;
  }

  of(kind: string): Manifest[] {
    return this.manifests.filter((manifest) => manifest.kind === kind);
  }

  get(kind: string, name: string): Manifest | undefined {
    return this.of(kind).find(({ metadata }) => metadata.name === name);
  }

  get workloads(): Workload[] {
    return [...this.of('Deployment'), ...this.of('StatefulSet')] as Workload[];
  }

  /** @throws RangeError if the overlay has none of that name */
  workload(name: string): Workload {
    const found = this.workloads.find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new RangeError(`there is no workload ${name}`);
    return found;
  }

  get services(): Service[] {
    return this.of('Service') as Service[];
  }

  get policies(): NetworkPolicy[] {
    return this.of('NetworkPolicy') as NetworkPolicy[];
  }

  get scalers(): Scaler[] {
    return [...this.of('ScaledObject'), ...this.of('HorizontalPodAutoscaler')] as Scaler[];
  }

  selected(selector: Selector): Workload[] {
    return this.workloads.filter(({ spec }) => matches(selector, spec.template.metadata.labels));
  }

  /** Of the first container: what its ConfigMaps and its own entries set. */
  environment({ spec }: Workload): Record<string, string> {
    const [container] = spec.template.spec.containers;
    const maps = (container?.envFrom ?? []).map(
      ({ configMapRef }) => this.get('ConfigMap', configMapRef?.name ?? '')?.data ?? {},
    );
    const own = (container?.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      value ?? (valueFrom?.fieldRef === undefined ? '' : 'pod-0'),
    ]);
    return Object.assign({}, ...maps, Object.fromEntries(own));
  }
}

export function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      return (operator === 'Exists') === (value !== undefined);
    })
  );
}

export function containersOf({ spec }: Workload): Container[] {
  const { initContainers = [], containers } = spec.template.spec;
  return [...initContainers, ...containers];
}

/** Which service of ours a workload runs, by the first argument of its image: "executor". */
export function serviceOf({ spec }: Workload): string | undefined {
  const [container] = spec.template.spec.containers;
  const [command = ''] = container?.args ?? [];
  return ['coordinator', 'executor', 'predictor', 'simulator'].find((service) => service === command);
}

/** Of a quantity such as "2Gi", in bytes. */
export function bytesOf(quantity: string): number {
  const [, amount = 'NaN', unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]i?B?)?$/.exec(quantity) ?? [];
  const power = 'KMGT'.indexOf(unit.charAt(0)) + 1;
  return Number(amount) * (unit.includes('i') ? 1024 : 1000) ** (unit === '' ? 0 : power);
}
