import { closingShare } from '../../../../services/shared/worker/run-worker-service.ts';
import { endpointsOf } from '../endpoints.ts';
import { type Container, containersOf, matches, type Probe, type Rendered, serviceOf, type Workload } from '../manifest.ts';
import type { Rule } from './rule.ts';

/** How pods start, are judged and end. */
export const lifeRules: readonly Rule[] = [
  forContainers('each container has three probes, each for its own question', (container) => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    if (startupProbe === undefined || livenessProbe === undefined || readinessProbe === undefined)
      return 'lacks one of its probes';
    const all = [startupProbe, livenessProbe, readinessProbe].map((probe) => JSON.stringify(probe));
    if (new Set(all).size < all.length) return 'asks the same twice';
    return patienceOf(livenessProbe) <= patienceOf(readinessProbe) ? 'is restarted before it is called not ready' : undefined;
  }),
  forContainers(
    'a service of ours is probed at its port for that, and lives whether or not NATS does',
    (container, workload, rendered) => {
      const service = serviceOf(workload);
      if (service === undefined || service === 'simulator') return undefined;
      const port = rendered.environment(workload).SCALE_HEALTH_PORT;
      const declared = container.ports?.find(({ name }) => name === 'health')?.containerPort;
      if (String(declared) !== port) return `declares port ${declared} and serves probes at ${port}`;
      const wanted = { startupProbe: '/livez', livenessProbe: '/livez', readinessProbe: '/readyz' } as const;
      const wrong = (Object.keys(wanted) as (keyof typeof wanted)[]).filter((name) => {
        const { path, port: at } = container[name]?.httpGet ?? {};
        return path !== wanted[name] || at !== 'health';
      });
      return wrong.length === 0 ? undefined : `has ${wrong.join(' and ')} elsewhere than ${JSON.stringify(wanted)}`;
    },
  ),
  forContainers('a probe asks at a port that the container has', ({ ports = [], ...container }) => {
    const asked = [container.startupProbe, container.livenessProbe, container.readinessProbe].map(
      (probe) => probe?.httpGet?.port,
    );
    const unknown = asked.filter(
      (port) => port !== undefined && !ports.some(({ name, containerPort }) => port === name || port === containerPort),
    );
    return unknown.length === 0 ? undefined : `has no port ${unknown.join(', ')}`;
  }),
  forContainers('a model server has half an hour to load its model', ({ startupProbe, resources }) => {
    const usesGpu = Object.keys(resources?.limits ?? {}).some((name) => name.endsWith('/gpu'));
    if (!usesGpu || startupProbe === undefined) return undefined;
    return patienceOf(startupProbe) >= 1800 ? undefined : `is restarted after ${patienceOf(startupProbe)} s`;
  }),
  forWorkloads('a pod gets longer to end than its drain and its preStop take', (workload, rendered) => {
    const { terminationGracePeriodSeconds = 30, containers } = workload.spec.template.spec;
    // A service of ours, or vLLM; `scale serve` says it as vLLM does.
    const ofArgument = /--(?:shutdown-timeout|drain)=(\d+)/.exec(containers[0]?.args?.join(' ') ?? '')?.[1];
    const drainMs = rendered.environment(workload).SCALE_DRAIN_MS;
    const drain = ofArgument === undefined ? Number(drainMs ?? Number.NaN) / 1000 : Number(ofArgument);
    if (Number.isNaN(drain)) return workload.metadata.name === 'nats' ? undefined : 'does not say how long it drains';
    const waitsFor = containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    // A second for the forced end, and some for a busy node.
    return terminationGracePeriodSeconds >= drain + waitsFor + 5
      ? undefined
      : `gets ${terminationGracePeriodSeconds} s, and its drain takes ${drain} s after ${waitsFor} s of preStop`;
  }),
  forWorkloads('a worker drains for longer than the longest call', (workload, rendered) => {
    if (!['executor', 'predictor'].includes(serviceOf(workload) ?? '')) return undefined;
    const forJobs = (Number(rendered.environment(workload).SCALE_DRAIN_MS) * closingShare) / 1000;
    const longest = longestCallSeconds(rendered);
    return forJobs > longest ? undefined : `has ${forJobs} s for its jobs, and a call may take ${longest} s`;
  }),
  forWorkloads('a pod waits before it ends if, and only if, a Service sends it connections', (workload, { services }) => {
    const isServed = services.some(({ spec }) => matches({ matchLabels: spec.selector }, workload.spec.template.metadata.labels));
    const waits = workload.spec.template.spec.containers.some(({ lifecycle }) => lifecycle?.preStop !== undefined);
    if (isServed === waits) return undefined;
    return isServed ? 'has a Service and no preStop' : 'has a preStop and no Service';
  }),
  {
    name: 'a NATS server leaves in lame duck mode, and has the time for it',
    broken: (rendered) =>
      rendered.of('StatefulSet').flatMap((manifest) => {
        const { template } = (manifest as Workload).spec;
        const config =
          rendered.manifests.find(({ metadata }) => metadata.name.startsWith('nats-config'))?.data?.['nats.conf'] ?? '';
        const read = (key: string) => new RegExp(`^${key}: *"?([^\\s"]+)`, 'm').exec(config)?.[1] ?? '';
        const duck = Number.parseInt(read('lame_duck_duration'), 10) + Number.parseInt(read('lame_duck_grace_period'), 10);
        const grace = template.spec.terminationGracePeriodSeconds ?? 30;
        const command = template.spec.containers[0]?.lifecycle?.preStop?.exec?.command ?? [];
        return [
          ...(grace > duck + 5 ? [] : [`nats gets ${grace} s to end, and its lame duck mode takes ${duck} s`]),
          ...(command.includes(`-sl=ldm=${read('pid_file')}`)
            ? []
            : [`nats's preStop reads another file than ${read('pid_file')}`]),
        ];
      }),
  },
];

/** Seconds until a probe that always fails has its effect. */
function patienceOf({ periodSeconds = 10, failureThreshold = 3 }: Probe): number {
  return periodSeconds * failureThreshold;
}

function longestCallSeconds(rendered: Rendered): number {
  const timeouts = [...endpointsOf(rendered).values()].flat().map(({ timeoutMs }) => timeoutMs / 1000);
  // What a run file may name itself is not known here: its default counts.
  return Math.max(120, ...timeouts);
}

function forWorkloads(name: string, faultOf: (workload: Workload, rendered: Rendered) => string | undefined): Rule {
  return {
    name,
    broken: (rendered) =>
      rendered.workloads.flatMap((workload) => {
        const fault = faultOf(workload, rendered);
        return fault === undefined ? [] : [`${workload.metadata.name} ${fault}`];
      }),
  };
}

function forContainers(
  name: string,
  faultOf: (container: Container, workload: Workload, rendered: Rendered) => string | undefined,
): Rule {
  return {
    name,
    broken: (rendered) =>
      rendered.workloads.flatMap((workload) =>
        containersOf(workload).flatMap((container) => {
          const fault = faultOf(container, workload, rendered);
          return fault === undefined ? [] : [`${container.name} ${fault}`];
        }),
      ),
  };
}
