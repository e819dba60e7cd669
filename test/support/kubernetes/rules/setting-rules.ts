import {
  coordinatorSettings,
  dashboardSettings,
  executorSettings,
  predictorSettings,
  simulatorSettings,
} from '../../../../services/shared/config/service-settings/service-settings.ts';
import { coordinatorTable } from '../../../../services/shared/config/service-tables/coordinator-table.ts';
import { dashboardTable } from '../../../../services/shared/config/service-tables/dashboard-table.ts';
import { sandboxTable } from '../../../../services/shared/config/service-tables/sandbox-table.ts';
import { serviceTable } from '../../../../services/shared/config/service-tables/service-table.ts';
import { simulatorTable } from '../../../../services/shared/config/service-tables/simulator-table.ts';
import { executorTable, predictorTable } from '../../../../services/shared/config/service-tables/worker-tables.ts';
import { type Environment, fileVariableOf } from '../../../../services/shared/settings/environment.ts';
import type { VariableTable } from '../../../../services/shared/settings/variable-table.ts';
import { endpointsOf } from '../endpoints.ts';
import { type Rendered, serviceOf, type Workload } from '../manifest.ts';
import type { Rule } from './rule.ts';

interface Reader {
  readonly tables: readonly VariableTable[];
  readonly read: (environment: Environment) => unknown;
}

const readers: Readonly<Record<string, Reader>> = {
  coordinator: { tables: [serviceTable, coordinatorTable], read: coordinatorSettings },
  executor: { tables: [serviceTable, executorTable, sandboxTable], read: executorSettings },
  predictor: { tables: [serviceTable, predictorTable], read: predictorSettings },
  dashboard: { tables: [dashboardTable], read: dashboardSettings },
  simulator: { tables: [simulatorTable], read: simulatorSettings },
};

/** Read by everything that has benchmarks, and so in no service's table. */
const others = ['SCALE_DATA'];

/** What the services make of their variables, by their own code. */
export const settingRules: readonly Rule[] = [
  {
    name: 'each variable of a service is one of its settings, and each in a ConfigMap that services share is one of theirs',
    broken: (rendered) =>
      eachService(rendered, (workload, { tables }) => {
        const ofAny = variablesIn(Object.values(readers).flatMap((reader) => reader.tables));
        const own = workload.spec.template.spec.containers.flatMap(({ env = [] }) => env.map(({ name }) => name));
        return Object.keys(rendered.environment(workload))
          .filter((name) => name.startsWith('SCALE_'))
          .filter((name) => !(own.includes(name) ? variablesIn(tables) : ofAny).includes(secretIn(name)))
          .map((name) => `has ${name}, which it does not read`);
      }),
  },
  {
    name: 'each service takes its settings',
    broken: (rendered) =>
      eachService(rendered, (workload, { read }) => {
        try {
          read(withSecrets(rendered.environment(workload)));
          return [];
        } catch (error) {
          return [`refuses its settings: ${(error as Error).message}`];
        }
      }),
  },
  {
    name: 'the services have equal settings where they must, out of one ConfigMap',
    broken: (rendered) => {
      const environments = new Map(
        rendered.workloads
          .filter((workload) => ['coordinator', 'executor', 'predictor'].includes(serviceOf(workload) ?? ''))
          .map((workload) => [workload.metadata.name, rendered.environment(workload)]),
      );
      const shared = [
        'SCALE_NATS_URL',
        'SCALE_STREAM_REPLICAS',
        'SCALE_LEASE_TTL_MS',
        'SCALE_ACK_WAIT_MS',
        'SCALE_CACHE_MB',
        'SCALE_CACHE_DAYS',
      ];
      return shared
        .filter((name) => new Set([...environments.values()].map((environment) => environment[name])).size > 1)
        .map((name) => `${name} is not the same everywhere`);
    },
  },
  {
    name: 'streams have as many copies as there are NATS servers, up to three',
    broken: (rendered) => {
      const { replicas: nodes = 1 } = rendered.workload('nats').spec;
      const copies = Number(rendered.environment(rendered.workload('coordinator')).SCALE_STREAM_REPLICAS);
      return copies === Math.min(nodes, 3) && nodes % 2 === 1 ? [] : [`streams have ${copies} copies on ${nodes} servers`];
    },
  },
  {
    name: 'an address of NATS is a Service with that port',
    broken: (rendered) =>
      eachService(rendered, (workload) => {
        const addresses = rendered.environment(workload).SCALE_NATS_URL?.split(',') ?? [];
        return addresses
          .filter((address) => !isServed(address, rendered))
          .map((address) => `has SCALE_NATS_URL ${address}, which no Service has`);
      }),
  },
  {
    name: 'the endpoints file can be read, and each of its addresses in the namespace is a Service with that port',
    broken: (rendered) => {
      try {
        const addresses = [...endpointsOf(rendered).values()].flat().map(({ baseUrl }) => baseUrl);
        if (addresses.length === 0) return ['the endpoints file names no model'];
        return addresses.filter((address) => !isServed(address, rendered)).map((address) => `no Service is at ${address}`);
      } catch (error) {
        return [(error as Error).message];
      }
    },
  },
];

function variablesIn(tables: readonly VariableTable[]): string[] {
  return [...others, ...tables.flatMap((table) => Object.values(table).map(({ variable }) => variable))];
}

/** The variable of a secret whose file this one names; any other stays. */
function secretIn(variable: string): string {
  const secrets = Object.values(readers).flatMap(({ tables }) => tables.flatMap((table) => Object.values(table)));
  const found = secrets.find((setting) => setting.secret === true && fileVariableOf(setting.variable) === variable);
  return found?.variable ?? variable;
}

/** Files of secrets are in the cluster alone. */
function withSecrets(environment: Environment): Environment {
  const entries = Object.entries(environment).map(([name, value]) =>
    secretIn(name) === name ? [name, value] : [secretIn(name), 'a-token-that-is-long-enough'],
  );
  return Object.fromEntries(entries);
}

function eachService(rendered: Rendered, faults: (workload: Workload, reader: Reader) => string[]): string[] {
  return rendered.workloads.flatMap((workload) => {
    const reader = readers[serviceOf(workload) ?? ''];
    return reader === undefined ? [] : faults(workload, reader).map((fault) => `${workload.metadata.name} ${fault}`);
  });
}

/** True of a name elsewhere, of which nothing is known here. */
function isServed(address: string, rendered: Rendered): boolean {
  const { hostname, port, protocol } = new URL(address.replace(/^(nats|tls):/, 'http:'));
  const [first = '', second, third] = hostname.split('.');
  const isHere = second === undefined || second === rendered.of('Namespace')[0]?.metadata.name || third === undefined;
  if (!isHere && third !== 'svc') return true;
  const at = Number(port || (protocol === 'https:' ? 443 : 80));
  // POD.SERVICE, or SERVICE, of this namespace.
  const service = rendered.services.find(({ metadata }) => metadata.name === first || metadata.name === second);
  if (service === undefined) return !isHere;
  return service.spec.ports.some((found) => found.port === at);
}
