import { describe, expect, test } from 'vitest';
import type { Container, Manifest, NetworkPolicy, PodSpec, Scaler, Service } from '../../support/kubernetes/manifest.ts';
import { Rendered } from '../../support/kubernetes/manifest.ts';
import { findKustomize, render } from '../../support/kubernetes/render.ts';
import { ruleNamed, rules } from '../../support/kubernetes/rules/all.ts';
import { schemaFaults } from '../../support/kubernetes/schemas.ts';

const kustomize = await findKustomize();
const whole = kustomize === undefined ? new Rendered([]) : await render(kustomize, 'k8s/overlays/vllm');

type Plant = readonly [rule: string, what: string, plant: (rendered: Rendered) => unknown, found: RegExp];

/** A mistake that somebody could make, for each rule. */
const plants: readonly Plant[] = [
  [
    'each pod runs as a user who is not root',
    'user 0',
    (all) => assign(pod(all, 'executor').securityContext, { runAsUser: 0 }),
    /executor/,
  ],
  [
    'each pod runs under a seccomp profile',
    'Unconfined',
    (all) => assign(pod(all, 'vllm').securityContext, { seccompProfile: { type: 'Unconfined' } }),
    /vllm/,
  ],
  [
    'each pod shares nothing with its node',
    'a hostPath',
    (all) => pod(all, 'vllm').volumes?.push({ name: 'x', hostPath: { path: '/models' } }),
    /vllm/,
  ],
  [
    'each pod has a service account of its own and no token',
    'a token',
    (all) => assign(pod(all, 'predictor'), { automountServiceAccountToken: true }),
    /predictor/,
  ],
  [
    'each pod has a service account of its own and no token',
    "another's account",
    (all) => assign(pod(all, 'predictor'), { serviceAccountName: 'executor' }),
    /predictor/,
  ],
  [
    'each pod gets no variables from the names of Services',
    'service links',
    (all) => assign(pod(all, 'coordinator'), { enableServiceLinks: true }),
    /coordinator/,
  ],
  [
    'each pod bounds every folder that it writes',
    'an emptyDir without a size',
    (all) => pod(all, 'executor').volumes?.push({ name: 'x', emptyDir: {} }),
    /executor/,
  ],
  [
    'each pod spreads its own replicas over the nodes',
    'the labels of another',
    (all) => assign(pod(all, 'nats').topologySpreadConstraints?.[0]?.labelSelector, { matchLabels: { app: 'nats' } }),
    /nats/,
  ],
  [
    'each container has a root file system that is read-only',
    'one that is not',
    (all) => assign(container(all, 'nats').securityContext, { readOnlyRootFilesystem: false }),
    /nats/,
  ],
  [
    'each container has no capability and gains no privilege',
    'a capability',
    (all) => assign(container(all, 'executor').securityContext?.capabilities, { add: ['SYS_ADMIN'] }),
    /executor/,
  ],
  [
    'each container has no capability and gains no privilege',
    'an escalation',
    (all) => assign(container(all, 'executor').securityContext, { allowPrivilegeEscalation: true }),
    /executor/,
  ],
  [
    'each container gets the memory that it asks for, and asks for a share of the processor',
    'no limit',
    (all) => assign(container(all, 'predictor').resources, { limits: {} }),
    /predictor/,
  ],
  [
    'each container has an image of one version, by tag or digest',
    'latest',
    (all) => assign(container(all, 'coordinator'), { image: 'scale:latest' }),
    /coordinator/,
  ],
  [
    'each container has an image of one version, by tag or digest',
    'a registry with a port and no tag',
    (all) => assign(container(all, 'coordinator'), { image: 'registry:5000/scale' }),
    /coordinator/,
  ],
  [
    'each container keeps its heap below its memory limit',
    'a heap as large as the limit',
    (all) => setVariable(all, 'coordinator', 'NODE_OPTIONS', '--max-old-space-size=2048'),
    /coordinator/,
  ],
  [
    'each container keeps its heap below its memory limit',
    'a Go program without a bound',
    (all) => dropVariable(all, 'nats', 'GOMEMLIMIT'),
    /nats/,
  ],
  [
    'each container has three probes, each for its own question',
    'no startup probe',
    (all) => assign(container(all, 'vllm'), { startupProbe: undefined }),
    /lacks/,
  ],
  [
    'each container has three probes, each for its own question',
    'the same probe twice',
    (all) => assign(container(all, 'vllm'), { livenessProbe: container(all, 'vllm').readinessProbe }),
    /twice/,
  ],
  [
    'a service of ours is probed at its port for that, and lives whether or not NATS does',
    'liveness by readiness',
    (all) => assign(container(all, 'executor').livenessProbe?.httpGet, { path: '/readyz' }),
    /livenessProbe elsewhere/,
  ],
  [
    'a service of ours is probed at its port for that, and lives whether or not NATS does',
    'another port',
    (all) => setVariable(all, 'executor', 'SCALE_HEALTH_PORT', '9191'),
    /serves probes at 9191/,
  ],
  [
    'a probe asks at a port that the container has',
    'a misspelt port',
    (all) => assign(container(all, 'nats').readinessProbe?.httpGet, { port: 'monitoring' }),
    /no port monitoring/,
  ],
  [
    'a model server has half an hour to load its model',
    'two minutes',
    (all) => assign(container(all, 'vllm').startupProbe, { failureThreshold: 12 }),
    /after 120 s/,
  ],
  [
    'a pod gets longer to end than its drain and its preStop take',
    'a vLLM that cuts its calls off',
    (all) =>
      assign(container(all, 'vllm'), { args: container(all, 'vllm').args?.filter((arg) => !arg.startsWith('--shutdown')) }),
    /vllm does not say how long it drains/,
  ],
  [
    'a pod gets longer to end than its drain and its preStop take',
    "Kubernetes' default",
    (all) => assign(pod(all, 'executor'), { terminationGracePeriodSeconds: undefined }),
    /gets 30 s/,
  ],
  [
    'a worker drains for longer than the longest call',
    'a drain as long as a call',
    (all) => setVariable(all, 'executor', 'SCALE_DRAIN_MS', '120000'),
    /has 96 s .* 120 s/,
  ],
  [
    'a worker drains for longer than the longest call',
    'an endpoint that takes its time',
    (all) => setEndpoints(all, (text) => text.replace('max_concurrency', 'timeout_seconds: 600, max_concurrency')),
    /600 s/,
  ],
  [
    'a pod waits before it ends if, and only if, a Service sends it connections',
    'no preStop',
    (all) => assign(container(all, 'coordinator'), { lifecycle: undefined }),
    /no preStop/,
  ],
  [
    'a pod waits before it ends if, and only if, a Service sends it connections',
    'a preStop for nobody',
    (all) => assign(container(all, 'executor'), { lifecycle: { preStop: { sleep: { seconds: 5 } } } }),
    /no Service/,
  ],
  [
    'a NATS server leaves in lame duck mode, and has the time for it',
    'a longer lame duck',
    (all) => editConfig(all, 'nats-config', (text) => text.replace('lame_duck_duration: 30s', 'lame_duck_duration: 90s')),
    /95 s/,
  ],
  [
    'a NATS server leaves in lame duck mode, and has the time for it',
    'another pid file',
    (all) => editConfig(all, 'nats-config', (text) => text.replace('/run/nats/nats.pid', '/run/nats.pid')),
    /another file/,
  ],
  [
    'every manifest lies in the one namespace, which admits restricted pods only, and says what it belongs to',
    'baseline pods',
    (all) => assign(all.get('Namespace', 'scale')?.metadata.labels, { 'pod-security.kubernetes.io/enforce': 'baseline' }),
    /no restricted/,
  ],
  [
    'every manifest lies in the one namespace, which admits restricted pods only, and says what it belongs to',
    'another namespace',
    (all) => assign(all.get('Service', 'nats')?.metadata, { namespace: 'default' }),
    /lies in default/,
  ],
  [
    'a selector selects: of a workload its own pods and no others, of a Service and a disruption budget one workload',
    'a Service for every service',
    (all) => assign(all.get('Service', 'coordinator')?.spec, { selector: { 'app.kubernetes.io/name': 'scale' } }),
    /Service coordinator selects coordinator and/,
  ],
  [
    'a selector selects: of a workload its own pods and no others, of a Service and a disruption budget one workload',
    'a misspelt component',
    (all) =>
      assign(all.get('PodDisruptionBudget', 'executor')?.spec, {
        selector: { matchLabels: { 'app.kubernetes.io/component': 'executer' } },
      }),
    /selects nothing/,
  ],
  [
    'each workload has one disruption budget, which lets a node be emptied',
    'no eviction ever',
    (all) => assign(all.get('PodDisruptionBudget', 'nats')?.spec, { maxUnavailable: 0 }),
    /ever be evicted/,
  ],
  [
    'each workload has one disruption budget, which lets a node be emptied',
    'none',
    (all) => remove(all, 'PodDisruptionBudget', 'vllm'),
    /vllm has 0/,
  ],
  [
    'a Service leads to a port that its pods have',
    'the name of another port',
    (all) => assign((all.get('Service', 'coordinator') as Service).spec.ports[0], { targetPort: 'grpc' }),
    /leads to grpc/,
  ],
  [
    "a StatefulSet's Service is a headless one of its own that names servers before they are ready",
    'only ready servers',
    (all) => assign(all.get('Service', 'nats')?.spec, { publishNotReadyAddresses: false }),
    /names its pods/,
  ],
  [
    'each volume is there: a ConfigMap is rendered, a Secret is one that k8s/create-secrets makes, a mount has its volume',
    'an unknown Secret',
    (all) => pod(all, 'executor').volumes?.push({ name: 'nats2', secret: { secretName: 'scale-nats' } }),
    /needs a Secret scale-nats/,
  ],
  [
    'each volume is there: a ConfigMap is rendered, a Secret is one that k8s/create-secrets makes, a mount has its volume',
    'no claim',
    (all) => remove(all, 'PersistentVolumeClaim', 'vllm-models'),
    /needs the claim/,
  ],
  [
    'each volume is there: a ConfigMap is rendered, a Secret is one that k8s/create-secrets makes, a mount has its volume',
    'no ConfigMap',
    (all) => remove(all, 'ConfigMap', 'scale-endpoints'),
    /needs a ConfigMap scale-endpoints/,
  ],
  [
    'a file that a variable or an argument names is in a volume of the pod',
    'another name',
    (all) => setVariable(all, 'executor', 'SCALE_ENDPOINTS_FILE', '/etc/scale/endpoints/endpoint.yaml'),
    /endpoint.yaml/,
  ],
  [
    'no secret is in a variable, an argument or a ConfigMap',
    'a token in a variable',
    (all) => setVariable(all, 'coordinator', 'SCALE_CONTROL_TOKEN', 'x'),
    /SCALE_CONTROL_TOKEN/,
  ],
  [
    'no secret is in a variable, an argument or a ConfigMap',
    "a key in vLLM's arguments",
    (all) => container(all, 'vllm').args?.push('--api-key=x'),
    /--api-key/,
  ],
  [
    'no secret is in a variable, an argument or a ConfigMap',
    'a password in the settings of NATS',
    (all) => editConfig(all, 'nats-config', (text) => `${text}\npassword: "made-up-for-this-test"\n`),
    /nats.conf/,
  ],
  [
    'whatever no policy names is denied, in both directions',
    'no such policy',
    (all) => remove(all, 'NetworkPolicy', 'deny-all'),
    /denies/,
  ],
  [
    'each policy is about pods and ports that are there',
    'a misspelt pod',
    (all) => assign(policy(all, 'vllm-from-workers').podSelector, { matchLabels: { app: 'vllm' } }),
    /about no pod/,
  ],
  [
    'each policy is about pods and ports that are there',
    'a port that nobody has',
    (all) => assign(policy(all, 'coordinator-from-clients').ingress?.[0]?.ports?.[0], { port: 'grpc' }),
    /grpc/,
  ],
  [
    'no policy opens every port, or the way to everybody',
    'every port',
    (all) => assign(policy(all, 'coordinator-from-keda').ingress?.[0], { ports: [] }),
    /every port/,
  ],
  [
    'an arrow between two pods is allowed at both of its ends',
    'one end',
    (all) => remove(all, 'NetworkPolicy', 'nats-from-services'),
    /executor to nats, port 4222: may leave and not enter/,
  ],
  [
    'each service reaches NATS',
    'no way out',
    (all) => remove(all, 'NetworkPolicy', 'services-to-nats'),
    /coordinator does not reach/,
  ],
  [
    'each pod that looks names up reaches the DNS server',
    'no DNS',
    (all) => remove(all, 'NetworkPolicy', 'all-to-dns'),
    /executor/,
  ],
  [
    'every address of the endpoints file may be called by executors, predictors and served workflows, at the port of its pods',
    'a namespace that no policy names',
    (all) => setEndpoints(all, (text) => text.replace('http://vllm:8000', 'http://qwen.elsewhere.svc:8000')),
    /may not call qwen.elsewhere.svc:8000/,
  ],
  [
    'every address of the endpoints file may be called by executors, predictors and served workflows, at the port of its pods',
    'no way to vLLM',
    (all) => remove(all, 'NetworkPolicy', 'workers-to-vllm'),
    /may not call vllm:8000/,
  ],
  [
    'each variable of a service is one of its settings, and each in a ConfigMap that services share is one of theirs',
    'a misspelt one for all',
    (all) =>
      assign(all.of('ConfigMap').find(({ metadata }) => metadata.name.startsWith('scale-settings'))?.data, {
        SCALE_LEASE_TTL: '1',
      }),
    /predictor has SCALE_LEASE_TTL,/,
  ],
  [
    'each variable of a service is one of its settings, and each in a ConfigMap that services share is one of theirs',
    'a misspelt one',
    (all) => setVariable(all, 'executor', 'SCALE_SLOT', '32'),
    /SCALE_SLOT,/,
  ],
  [
    'each variable of a service is one of its settings, and each in a ConfigMap that services share is one of theirs',
    "another service's",
    (all) => setVariable(all, 'predictor', 'SCALE_CONTROL_PORT', '7070'),
    /SCALE_CONTROL_PORT/,
  ],
  [
    'each service takes its settings',
    'a value out of range',
    (all) => setVariable(all, 'executor', 'SCALE_SLOTS', '0'),
    /SCALE_SLOTS/,
  ],
  [
    'the services have equal settings where they must, out of one ConfigMap',
    'one of its own',
    (all) => setVariable(all, 'predictor', 'SCALE_LEASE_TTL_MS', '5000'),
    /SCALE_LEASE_TTL_MS/,
  ],
  [
    'streams have as many copies as there are NATS servers, up to three',
    'one copy on three',
    (all) => editConfig(all, 'scale-settings', (text) => text.replace(/^3$/, '1')),
    /1 copies on 3/,
  ],
  [
    'an address of NATS is a Service with that port',
    'a misspelt name',
    (all) => editConfig(all, 'scale-settings', (text) => text.replace('nats-2.nats:', 'nats-2.nat:')),
    /nats-2.nat:4222/,
  ],
  [
    'the endpoints file can be read, and each of its addresses in the namespace is a Service with that port',
    'a misspelt field',
    (all) => setEndpoints(all, (text) => text.replace('max_concurrency', 'max_concurency')),
    /max_concurency/,
  ],
  [
    'the endpoints file can be read, and each of its addresses in the namespace is a Service with that port',
    'another port',
    (all) => setEndpoints(all, (text) => text.replace('8000', '8080')),
    /8080/,
  ],
  [
    'an autoscaler has a workload, and no workload has two: they would work against each other',
    'an HPA beside a ScaledObject',
    (all) => all.manifests.push(autoscaler('executor')),
    /ScaledObject executor and HorizontalPodAutoscaler cpu/,
  ],
  [
    'an autoscaler has a workload, and no workload has two: they would work against each other',
    'a misspelt target',
    (all) => assign(scaler(all, 'executor').scaleTargetRef, { name: 'executors' }),
    /executors, which is not there/,
  ],
  [
    'what is scaled says no number of replicas: each apply would set it back',
    'a number',
    (all) => assign(all.workload('executor').spec, { replicas: 3 }),
    /says 3/,
  ],
  [
    'executors are at most as many as the endpoints can keep busy, and may be none only where something wakes them',
    'too many',
    (all) => assign(scaler(all, 'executor'), { maxReplicaCount: 50 }),
    /50 executors/,
  ],
  [
    'an autoscaler reckons with as many jobs as an executor has slots',
    'half of them',
    (all) => assign(scaler(all, 'executor').triggers?.[0]?.metadata, { slotsPerPod: '16' }),
    /16 slots/,
  ],
  [
    'a model server that is scaled by its model serves it, with as many calls as the endpoints file allows',
    'another model',
    (all) => assign(scaler(all, 'vllm').triggers?.[0]?.metadata, { model: 'Qwen/Qwen3-32B' }),
    /does not serve/,
  ],
  [
    'a model server that is scaled by its model serves it, with as many calls as the endpoints file allows',
    'more calls than it takes',
    (all) => setEndpoints(all, (text) => text.replace('64', '256')),
    /256/,
  ],
  [
    'a trigger that asks the coordinator names its Service, in this namespace, at a port that it has',
    'the short name',
    (all) => assign(scaler(all, 'executor').triggers?.[0]?.metadata, { scalerAddress: 'coordinator:7071' }),
    /coordinator:7071/,
  ],
  [
    'a trigger that asks Prometheus takes no answer for no answer',
    "KEDA's default",
    (all) => assign(scaler(all, 'executor'), { triggers: [{ type: 'prometheus', metadata: { query: 'up' } }] }),
    /up would be 0/,
  ],
];

describe.skipIf(kustomize === undefined)('a planted violation is found', () => {
  test.each(plants)('%s: %s', (name, _, plant, found) => {
    const rule = ruleNamed(name);
    const before = rule.broken(whole);
    const changed = new Rendered(structuredClone(whole.manifests));
    plant(changed);
    const faults = rule.broken(changed).filter((fault) => !before.includes(fault));
    expect(faults.join('\n')).toMatch(found);
  });

  test('of every rule', () => {
    const planted = new Set(plants.map(([name]) => name));
    expect(rules.filter(({ name }) => !planted.has(name)).map(({ name }) => name)).toEqual([]);
  });

  test.each([
    ['a misspelt field', 'Deployment', 'executor', (found: Manifest) => assign(found.spec, { replica: 2 }), /replica/],
    [
      'a field of the wrong type',
      'Service',
      'nats',
      (found: Manifest) => assign(found.spec, { ports: 4222 }),
      /ports must be array/,
    ],
    [
      'a misspelt field of a ScaledObject',
      'ScaledObject',
      'executor',
      (found: Manifest) => assign(found.spec, { polingInterval: 2 }),
      /polingInterval/,
    ],
    [
      'a misspelt key of a trigger',
      'ScaledObject',
      'executor',
      (found: Manifest) => assign((found as Scaler).spec.triggers?.[0]?.metadata, { slotPerPod: '32' }),
      /slotPerPod .*did you mean slotsPerPod/,
    ],
    [
      "a misspelt key of Prometheus's trigger",
      'ScaledObject',
      'executor',
      (found: Manifest) => assign(found.spec, { triggers: [{ type: 'prometheus', metadata: { query: 'up', treshold: '1' } }] }),
      /reads no treshold[\s\S]*needs serverAddress/,
    ],
    [
      'a trigger that KEDA does not have',
      'ScaledObject',
      'executor',
      (found: Manifest) => assign(found.spec, { triggers: [{ type: 'externalpush', metadata: {} }] }),
      /no schema/,
    ],
    [
      'a kind of another version',
      'Deployment',
      'executor',
      (found: Manifest) => assign(found, { apiVersion: 'apps/v1beta1' }),
      /apps\/v1beta1\/Deployment has no schema/,
    ],
  ] as const)('by the schemas: %s', (_, kind, name, plant, found) => {
    const manifest = structuredClone(whole.get(kind, name)) as Manifest;
    expect(schemaFaults(manifest)).toEqual([]);
    plant(manifest);
    expect(schemaFaults(manifest).join('\n')).toMatch(found);
  });
});

/** A plant that finds nothing to change is none. */
function assign(target: object | undefined, values: object): void {
  if (target === undefined) throw new RangeError('there is nothing to plant this in');
  Object.assign(target, values);
}

function pod(all: Rendered, name: string): PodSpec {
  return all.workload(name).spec.template.spec;
}

function container(all: Rendered, name: string): Container {
  const [first] = pod(all, name).containers;
  if (first === undefined) throw new RangeError(`${name} has no container`);
  return first;
}

function policy(all: Rendered, name: string): NetworkPolicy['spec'] {
  return (all.get('NetworkPolicy', name) as NetworkPolicy).spec;
}

function scaler(all: Rendered, name: string): Scaler['spec'] {
  return (all.get('ScaledObject', name) as Scaler).spec;
}

function setVariable(all: Rendered, workload: string, name: string, value: string): void {
  dropVariable(all, workload, name);
  container(all, workload).env?.push({ name, value });
}

function dropVariable(all: Rendered, workload: string, name: string): void {
  const found = container(all, workload);
  found.env = found.env?.filter((variable) => variable.name !== name) ?? [];
}

function editConfig(all: Rendered, prefix: string, edit: (text: string) => string): void {
  const data = all.of('ConfigMap').find(({ metadata }) => metadata.name.startsWith(prefix))?.data ?? {};
  const before = { ...data };
  for (const [key, text] of Object.entries(data)) data[key] = edit(text);
  if (JSON.stringify(before) === JSON.stringify(data)) throw new RangeError(`there is nothing of this in ${prefix}`);
}

function setEndpoints(all: Rendered, edit: (text: string) => string): void {
  editConfig(all, 'scale-endpoints', edit);
}

function remove(all: Rendered, kind: string, name: string): void {
  const found = all.get(kind, name);
  if (found === undefined) throw new RangeError(`there is no ${kind} ${name}`);
  all.manifests.splice(all.manifests.indexOf(found), 1);
}

function autoscaler(target: string): Manifest {
  const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target }, maxReplicas: 4 };
  return { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'cpu', namespace: 'scale' }, spec };
}
