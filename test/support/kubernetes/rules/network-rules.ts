import { endpointsOf } from '../endpoints.ts';
import {
  containersOf,
  matches,
  type NetworkPolicy,
  type PolicyRule,
  type Rendered,
  serviceOf,
  type Workload,
} from '../manifest.ts';
import type { Rule } from './rule.ts';

/** Who may speak with whom, and who must. */
export const networkRules: readonly Rule[] = [
  {
    name: 'whatever no policy names is denied, in both directions',
    broken: ({ policies }) =>
      policies.some(({ spec }) => isForAll(spec.podSelector) && spec.policyTypes.length === 2 && !spec.ingress && !spec.egress)
        ? []
        : ['no policy denies everything'],
  },
  {
    name: 'each policy is about pods and ports that are there',
    broken: (rendered) =>
      rendered.policies.flatMap((policy) => {
        const own = rendered.selected(policy.spec.podSelector);
        const isForeign = policy.metadata.name.startsWith('cli-');
        return [
          ...(own.length === 0 && !isForeign ? [`${policy.metadata.name} is about no pod`] : []),
          ...(policy.spec.ingress ?? []).flatMap(({ ports = [] }) => unknownPorts(ports, own)),
          ...(policy.spec.egress ?? []).flatMap(({ ports = [], to = [] }) => {
            const targets = to.flatMap((peer) =>
              peer.podSelector && !peer.namespaceSelector ? rendered.selected(peer.podSelector) : [],
            );
            return targets.length === 0 ? [] : unknownPorts(ports, targets);
          }),
        ].map((fault) => `NetworkPolicy ${policy.metadata.name}: ${fault}`);
      }),
  },
  {
    name: 'no policy opens every port, or the way to everybody',
    broken: ({ policies }) =>
      policies.flatMap(({ metadata, spec }) =>
        [...(spec.ingress ?? []), ...(spec.egress ?? [])]
          .filter(({ ports = [], from, to }) => ports.length === 0 || (from ?? to ?? []).length === 0)
          .map(() => `NetworkPolicy ${metadata.name} opens every port, or the way to everybody`),
      ),
  },
  {
    name: 'an arrow between two pods is allowed at both of its ends',
    broken: (rendered) =>
      rendered.workloads.flatMap((from) =>
        rendered.workloads
          .filter((to) => to !== from || from.metadata.name === 'nats')
          .flatMap((to) =>
            portsOf(to)
              .filter((port) => leaves(from, to, port, rendered) !== enters(from, to, port, rendered))
              .map((port) => {
                const end = leaves(from, to, port, rendered) ? 'may leave and not enter' : 'may enter and not leave';
                return `${from.metadata.name} to ${to.metadata.name}, port ${port}: ${end}`;
              }),
          ),
      ),
  },
  {
    name: 'each service reaches NATS',
    broken: (rendered) =>
      rendered.workloads
        .filter((workload) => ['coordinator', 'executor', 'predictor'].includes(serviceOf(workload) ?? ''))
        .filter((workload) => !leaves(workload, rendered.workload('nats'), 4222, rendered))
        .map(({ metadata }) => `${metadata.name} does not reach nats`),
  },
  {
    name: 'each pod that looks names up reaches the DNS server',
    broken: (rendered) =>
      rendered.workloads
        .filter((workload) => !egressOf(workload, rendered).some(({ ports = [] }) => ports.some(({ port }) => port === 53)))
        .map(({ metadata }) => `${metadata.name} does not reach the DNS server`),
  },
  {
    name: 'every address of the endpoints file may be called by executors, predictors and served workflows, at the port of its pods',
    broken: (rendered) => {
      const addresses = [...endpointsOf(rendered).values()].flat().map(({ baseUrl }) => new URL(baseUrl));
      return rendered.workloads
        .filter((workload) => ['executor', 'predictor', 'serve'].includes(serviceOf(workload) ?? ''))
        .flatMap((workload) =>
          addresses
            .filter((address) => !mayCall(workload, address, rendered))
            .map(({ host }) => `${workload.metadata.name} may not call ${host}`),
        );
    },
  },
];

function isForAll(selector: object): boolean {
  return Object.keys(selector).length === 0;
}

function portsOf(workload: Workload): number[] {
  return containersOf(workload).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
}

function unknownPorts(ports: NonNullable<PolicyRule['ports']>, pods: readonly Workload[]): string[] {
  const known = pods.flatMap(containersOf).flatMap(({ ports: declared = [] }) => declared);
  return ports
    .filter(({ port }) => !known.some(({ name, containerPort }) => port === name || port === containerPort))
    .map(({ port }) => `no pod has the port ${port}`);
}

/** A name stands for the port of that name of the pod that is spoken with. */
function hasPort({ ports = [] }: PolicyRule, to: Workload, wanted: number): boolean {
  const declared = containersOf(to).flatMap(({ ports: own = [] }) => own);
  return ports.some(
    ({ port }) => port === wanted || declared.some(({ name, containerPort }) => name === port && containerPort === wanted),
  );
}

function policiesFor(workload: Workload, { policies }: Rendered): NetworkPolicy[] {
  return policies.filter(({ spec }) => matches(spec.podSelector, workload.spec.template.metadata.labels));
}

function egressOf(workload: Workload, rendered: Rendered): PolicyRule[] {
  return policiesFor(workload, rendered).flatMap(({ spec }) => spec.egress ?? []);
}

/** Within the namespace. */
const names = (peers: PolicyRule['to'], pod: Workload) =>
  (peers ?? []).some(
    ({ podSelector, namespaceSelector }) =>
      podSelector && !namespaceSelector && matches(podSelector, pod.spec.template.metadata.labels),
  );

function leaves(from: Workload, to: Workload, port: number, rendered: Rendered): boolean {
  return egressOf(from, rendered).some((rule) => hasPort(rule, to, port) && names(rule.to, to));
}

function enters(from: Workload, to: Workload, port: number, rendered: Rendered): boolean {
  const rules = policiesFor(to, rendered).flatMap(({ spec }) => spec.ingress ?? []);
  return rules.some((rule) => hasPort(rule, to, port) && names(rule.from, from));
}

/** Addresses in the namespace lead to a Service of it; those elsewhere to a namespace, or to an address, that a policy names. */
function mayCall(worker: Workload, { hostname, port, protocol }: URL, rendered: Rendered): boolean {
  const [name = '', namespace, suffix] = hostname.split('.');
  const wanted = Number(port || (protocol === 'https:' ? 443 : 80));
  const own = rendered.of('Namespace')[0]?.metadata.name;
  if (namespace === undefined || (suffix === 'svc' && namespace === own)) {
    const service = rendered.services.find(({ metadata }) => metadata.name === name);
    const target = service?.spec.ports.find((found) => found.port === wanted)?.targetPort;
    const [pod] = service === undefined ? [] : rendered.selected({ matchLabels: service.spec.selector });
    const declared = pod === undefined ? [] : containersOf(pod).flatMap(({ ports = [] }) => ports);
    const at = declared.find((found) => found.name === target || found.containerPort === target)?.containerPort;
    return pod !== undefined && at !== undefined && leaves(worker, pod, at, rendered);
  }
  return egressOf(worker, rendered).some(({ to = [], ports = [] }) => {
    if (!ports.some((allowed) => allowed.port === wanted)) return false;
    return to.some(({ namespaceSelector, ipBlock }) =>
      suffix === 'svc'
        ? namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'] === namespace
        : ipBlock !== undefined || namespaceSelector === undefined,
    );
  });
}
