import { dirname } from 'node:path';
import { containersOf, matches, type Rendered, type Selector, type Volume, type Workload } from '../manifest.ts';
import type { Rule } from './rule.ts';

/** Names of one manifest that must be those of another. */
export const linkRules: readonly Rule[] = [
  {
    name: 'every manifest lies in the one namespace, which admits restricted pods only, and says what it belongs to',
    broken: (rendered) => {
      const [namespace, ...more] = rendered.of('Namespace');
      if (namespace === undefined || more.length > 0) return ['there is not one Namespace'];
      const { name, labels = {} } = namespace.metadata;
      return [
        ...(labels['pod-security.kubernetes.io/enforce'] === 'restricted'
          ? []
          : [`Namespace ${name} enforces no restricted pods`]),
        ...rendered.manifests
          .filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== name)
          .map(({ kind, metadata }) => `${kind} ${metadata.name} lies in ${metadata.namespace}, not in ${name}`),
        ...rendered.manifests
          .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] !== 'scale')
          .map(({ kind, metadata }) => `${kind} ${metadata.name} is not labelled as part of scale`),
      ];
    },
  },
  {
    name: 'a selector selects: of a workload its own pods and no others, of a Service and a disruption budget one workload',
    broken: (rendered) => {
      const faults = (kind: string, name: string, selector: Selector, wanted?: string) => {
        const found = rendered.selected(selector).map(({ metadata }) => metadata.name);
        const isRight = found.length === 1 && (wanted === undefined || found[0] === wanted);
        return isRight ? [] : [`${kind} ${name} selects ${found.join(' and ') || 'nothing'}`];
      };
      return [
        ...rendered.workloads.flatMap(({ kind, metadata, spec }) => faults(kind, metadata.name, spec.selector, metadata.name)),
        ...rendered.services.flatMap(({ metadata, spec }) => faults('Service', metadata.name, { matchLabels: spec.selector })),
        ...rendered.of('PodDisruptionBudget').flatMap(({ metadata, spec }) => {
          return faults('PodDisruptionBudget', metadata.name, (spec as { selector: Selector }).selector);
        }),
      ];
    },
  },
  {
    name: 'each workload has one disruption budget, which lets a node be emptied',
    broken: (rendered) => {
      const budgets = rendered
        .of('PodDisruptionBudget')
        .map(({ spec }) => spec as { selector: Selector; maxUnavailable?: unknown });
      return rendered.workloads.flatMap(({ metadata, spec }) => {
        const own = budgets.filter(({ selector }) => matches(selector, spec.template.metadata.labels));
        if (own.length !== 1) return [`${metadata.name} has ${own.length} disruption budgets`];
        const { maxUnavailable } = own[0] ?? {};
        // A minimum would forbid every eviction of a single replica.
        return maxUnavailable === undefined || Number.parseInt(String(maxUnavailable), 10) < 1
          ? [`no pod of ${metadata.name} may ever be evicted`]
          : [];
      });
    },
  },
  {
    name: 'a Service leads to a port that its pods have',
    broken: (rendered) =>
      rendered.services.flatMap(({ metadata, spec }) => {
        const ports = rendered
          .selected({ matchLabels: spec.selector })
          .flatMap(containersOf)
          .flatMap(({ ports = [] }) => ports);
        return spec.ports
          .filter(
            ({ targetPort }) => !ports.some(({ name, containerPort }) => targetPort === name || targetPort === containerPort),
          )
          .map(
            ({ name, targetPort }) => `port ${name} of Service ${metadata.name} leads to ${targetPort}, which no container has`,
          );
      }),
  },
  {
    name: "a StatefulSet's Service is a headless one of its own that names servers before they are ready",
    broken: (rendered) =>
      rendered.of('StatefulSet').flatMap(({ metadata, spec }) => {
        const { serviceName } = spec as { serviceName?: string };
        const service = rendered.services.find((found) => found.metadata.name === serviceName)?.spec;
        return service?.clusterIP === 'None' && service.publishNotReadyAddresses === true
          ? []
          : [`${metadata.name} names its pods by ${serviceName}`];
      }),
  },
  {
    name: 'each volume is there: a ConfigMap is rendered, a Secret is one that k8s/create-secrets makes, a mount has its volume',
    broken: (rendered) =>
      rendered.workloads.flatMap((workload) => {
        const { volumes = [] } = workload.spec.template.spec;
        const claims = workload.spec.volumeClaimTemplates ?? [];
        const known = [...volumes, ...claims.map(({ metadata }) => metadata)].map(({ name }) => name);
        const containers = containersOf(workload);
        const mounted = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
        const maps = containers.flatMap(({ envFrom = [] }) => envFrom.map(({ configMapRef }) => configMapRef?.name));
        const named = [...maps, ...volumes.map(({ configMap }) => configMap?.name)].filter((name) => name !== undefined);
        return [
          ...mounted.filter((name) => !known.includes(name)).map((name) => `mounts ${name}, which is no volume of it`),
          ...known.filter((name) => !mounted.includes(name)).map((name) => `has the volume ${name}, which it does not mount`),
          ...volumes
            .filter(
              ({ persistentVolumeClaim: claim }) => claim && rendered.get('PersistentVolumeClaim', claim.claimName) === undefined,
            )
            .map(({ name }) => `needs the claim of its volume ${name}`),
          ...named.filter((name) => rendered.get('ConfigMap', name) === undefined).map((name) => `needs a ConfigMap ${name}`),
          ...volumes.flatMap(({ secret }) =>
            secret === undefined || secret.secretName in secrets ? [] : [`needs a Secret ${secret.secretName}`],
          ),
        ].map((fault) => `${workload.metadata.name} ${fault}`);
      }),
  },
  {
    name: 'a file that a variable or an argument names is in a volume of the pod',
    broken: (rendered) =>
      rendered.workloads.flatMap((workload) => {
        const files = [
          ...Object.entries(rendered.environment(workload)).filter(([name]) => name.endsWith('_FILE')),
          ...containersOf(workload).flatMap(({ args = [] }) =>
            args.flatMap((arg) => (/^\/etc\//.test(arg) ? [['an argument', arg] as const] : [])),
          ),
        ];
        return files
          .filter(([, path]) => !fileIsMounted(path, workload, rendered))
          .map(([name, path]) => `${workload.metadata.name} has ${name} = ${path}, which is in none of its volumes`);
      }),
  },
  {
    name: 'no secret is in a variable, an argument or a ConfigMap',
    broken: (rendered) => [
      ...rendered.workloads.flatMap((workload) =>
        containersOf(workload).flatMap(({ name, args = [], env = [], envFrom = [] }) => [
          ...env
            .filter(
              ({ name: variable, value, valueFrom }) => valueFrom?.secretKeyRef !== undefined || holdsSecret(variable, value),
            )
            .map((variable) => `${name} has a secret in its variable ${variable.name}`),
          ...envFrom.filter(({ secretRef }) => secretRef !== undefined).map(() => `${name} takes variables from a Secret`),
          ...args
            .filter((arg) => /^--?[\w-]*(key|token|password|secret)[=\s]/i.test(arg))
            .map((arg) => `${name} has a secret in ${arg}`),
        ]),
      ),
      ...rendered.of('ConfigMap').flatMap(({ metadata, data = {} }) =>
        Object.entries(data)
          .filter(
            ([key, text]) =>
              holdsSecret(key, text) ||
              /-----BEGIN [A-Z ]*PRIVATE KEY|^\s*(password|token|api_key) *[:=] *["']?[^\s$"'<]{8}/im.test(text),
          )
          .map(([key]) => `ConfigMap ${metadata.name} has a secret in ${key}`),
      ),
      ...rendered
        .of('Secret')
        .map(({ metadata }) => `Secret ${metadata.name} is among the manifests, where its content would be committed`),
    ],
  },
];

/** What k8s/create-secrets makes, and the files in each. */
export const secrets: Readonly<Record<string, readonly string[]>> = {
  // By hand: components/endpoint-keys says how.
  'scale-endpoint-keys': ['MODEL_API_KEY'],
  'scale-serve-token': ['token'],
  'scale-control-token': ['token'],
  'scale-control-tls': ['cert.pem', 'key.pem', 'ca.pem'],
  'scale-control-ca': ['ca.pem'],
  'scale-control-tokens': ['tokens.yaml'],
  'scale-nats-server': ['cert.pem', 'key.pem', 'ca.pem', 'passwords.conf'],
  'scale-nats-coordinator': ['nats-credentials', 'cert.pem', 'key.pem', 'ca.pem'],
  'scale-nats-executor': ['nats-credentials', 'cert.pem', 'key.pem', 'ca.pem'],
  'scale-nats-predictor': ['nats-credentials', 'cert.pem', 'key.pem', 'ca.pem'],
  'scale-nats-serve': ['nats-credentials', 'cert.pem', 'key.pem', 'ca.pem'],
};

function holdsSecret(variable: string, value: string | undefined): boolean {
  return /(KEY|TOKEN|PASSWORD|SECRET)S?$/.test(variable) && value !== undefined && value !== '';
}

function fileIsMounted(path: string, workload: Workload, rendered: Rendered): boolean {
  const { volumes = [] } = workload.spec.template.spec;
  const mounts = containersOf(workload).flatMap(({ volumeMounts = [] }) => volumeMounts);
  const mount = mounts.find(({ mountPath }) => mountPath === dirname(path));
  const volume = volumes.find(({ name }) => name === mount?.name);
  return volume !== undefined && filesOf(volume, rendered).includes(path.slice(dirname(path).length + 1));
}

function filesOf({ configMap, secret }: Volume, rendered: Rendered): readonly string[] {
  if (configMap !== undefined) return Object.keys(rendered.get('ConfigMap', configMap.name)?.data ?? {});
  if (secret === undefined) return [];
  return secret.items?.map(({ path }) => path) ?? secrets[secret.secretName] ?? [];
}
