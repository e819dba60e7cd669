import { endpointsOf } from '../endpoints.ts';
import type { Rendered, Scaler } from '../manifest.ts';
import type { Rule } from './rule.ts';

/** What scales, and how far. */
export const autoscalingRules: readonly Rule[] = [
  {
    name: 'an autoscaler has a workload, and no workload has two: they would work against each other',
    broken: ({ scalers, workloads }) =>
      scalers.flatMap((scaler) => {
        const target = targetOf(scaler);
        const others = scalers.filter((other) => targetOf(other) === target);
        return [
          ...(workloads.some(({ metadata }) => metadata.name === target)
            ? []
            : [`${scaler.metadata.name} scales ${target}, which is not there`]),
          ...(others.length > 1
            ? [`${target} is scaled by ${others.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(' and ')}`]
            : []),
        ];
      }),
  },
  {
    name: 'what is scaled says no number of replicas: each apply would set it back',
    broken: ({ scalers, workloads }) =>
      workloads
        .filter(
          ({ metadata, spec }) => spec.replicas !== undefined && scalers.some((scaler) => targetOf(scaler) === metadata.name),
        )
        .map(({ metadata, spec }) => `${metadata.name} says ${spec.replicas} replicas and is scaled`),
  },
  {
    name: 'executors are at most as many as the endpoints can keep busy, and may be none only where something wakes them',
    broken: (rendered) =>
      rendered.scalers
        .filter((scaler) => targetOf(scaler) === 'executor')
        .flatMap((scaler) => {
          const { minReplicaCount, maxReplicaCount, minReplicas = 1, maxReplicas } = scaler.spec;
          const most = maxReplicaCount ?? maxReplicas ?? 100;
          const least = scaler.kind === 'ScaledObject' ? (minReplicaCount ?? 0) : minReplicas;
          const slots = Number(rendered.environment(rendered.workload('executor')).SCALE_SLOTS);
          const capacity = capacityOf(rendered);
          const wanted = Math.ceil(capacity / slots);
          return [
            ...(most <= wanted
              ? []
              : [`${most} executors of ${slots} slots are more than endpoints for ${capacity} calls keep busy: ${wanted}`]),
            ...(most >= least ? [] : [`there are at least ${least} and at most ${most} executors`]),
            ...(least === 0 && scaler.kind === 'HorizontalPodAutoscaler'
              ? ['a HorizontalPodAutoscaler begins at one replica']
              : []),
          ];
        }),
  },
  {
    name: 'an autoscaler reckons with as many jobs as an executor has slots',
    broken: (rendered) => {
      const slots = rendered.environment(rendered.workload('executor')).SCALE_SLOTS;
      return rendered.scalers
        .filter((scaler) => targetOf(scaler) === 'executor')
        .flatMap(({ metadata, spec }) =>
          [
            ...(spec.triggers ?? []).map((trigger) => trigger.metadata.slotsPerPod ?? trigger.metadata.threshold),
            ...(spec.metrics ?? []).map(({ external }) => external?.target.averageValue),
          ]
            .filter((value) => value !== slots)
            .map((value) => `${metadata.name} reckons with ${value} slots, and there are ${slots}`),
        );
    },
  },
  {
    name: 'a model server that is scaled by its model serves it, with as many calls as the endpoints file allows',
    broken: (rendered) =>
      rendered.scalers.flatMap((scaler) =>
        (scaler.spec.triggers ?? []).flatMap(({ metadata: { role, model = '', concurrencyPerReplica } }) => {
          if (role !== 'model') return [];
          const target = targetOf(scaler);
          const args = rendered.workload(target).spec.template.spec.containers.flatMap((container) => container.args ?? []);
          const sequences = Number(/--max-num-seqs=(\d+)/.exec(args.join(' '))?.[1]);
          const servers = endpointsOf(rendered).get(model) ?? [];
          const limits = servers
            .filter(({ baseUrl }) => new URL(baseUrl).hostname === target)
            .map(({ maxConcurrency }) => maxConcurrency);
          return [
            ...(args.includes(model) ? [] : [`${target} does not serve ${model}`]),
            ...(limits.length === 1 ? [] : [`the endpoints file does not name ${target} for ${model}`]),
            ...(limits.every((limit) => limit <= sequences && String(limit) === concurrencyPerReplica)
              ? []
              : [
                  `${target} takes ${sequences} calls, the endpoints file says ${limits.join()}, its autoscaler ${concurrencyPerReplica}`,
                ]),
          ];
        }),
      ),
  },
  {
    name: 'a trigger that asks the coordinator names its Service, in this namespace, at a port that it has',
    broken: (rendered) =>
      triggersOf(rendered, 'external-push').flatMap(({ metadata }) => {
        const [host = '', port] = (metadata.scalerAddress ?? '').split(':');
        const [name, namespace] = host.split('.');
        const service = rendered.services.find((found) => found.metadata.name === name);
        // KEDA lives in a namespace of its own, where the short name means nothing.
        const isRight =
          namespace === service?.metadata.namespace && service?.spec.ports.some((found) => String(found.port) === port);
        return isRight ? [] : [`no Service is at ${metadata.scalerAddress}`];
      }),
  },
  {
    // By default an empty answer, as while Prometheus starts, counts as 0: everything would be scaled away in mid-run.
    name: 'a trigger that asks Prometheus takes no answer for no answer',
    broken: (rendered) =>
      triggersOf(rendered, 'prometheus')
        .filter(({ metadata }) => metadata.ignoreNullValues !== 'false')
        .map(({ metadata }) => `${metadata.query} would be 0 without an answer`),
  },
];

function targetOf({ spec }: Scaler): string {
  return spec.scaleTargetRef.name;
}

function triggersOf({ scalers }: Rendered, wanted: string) {
  return scalers.flatMap(({ spec }) => (spec.triggers ?? []).filter(({ type }) => type === wanted));
}

/** Calls in flight at all endpoints together. One server may serve several models. */
function capacityOf(rendered: Rendered): number {
  const servers = [...endpointsOf(rendered).values()].flat();
  const byServer = new Map(servers.map(({ baseUrl, maxConcurrency }) => [baseUrl, maxConcurrency]));
  // Where one name stands for several pods, each has the limit.
  const podsAt = (url: string) => {
    const name = new URL(url).hostname.split('.')[0];
    const scaler = rendered.scalers.find((found) => targetOf(found) === name);
    const replicas = rendered.workloads.find(({ metadata }) => metadata.name === name)?.spec.replicas;
    return scaler?.spec.maxReplicaCount ?? replicas ?? 1;
  };
  return [...byServer].reduce((sum, [url, limit]) => sum + limit * podsAt(url), 0);
}
