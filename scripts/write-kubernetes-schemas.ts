// Writes test/fixtures/kubernetes: JSON schemas of the kinds that k8s/ uses, from Kubernetes' OpenAPI, from the custom resource
// definitions of KEDA and of the Prometheus operator, and from KEDA's own list of triggers.
// `node scripts/write-kubernetes-schemas.ts` needs Go, which brings the sources as modules. Commit what changes.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

type Schema = { [keyword: string]: unknown };

const modules = {
  kubernetes: 'k8s.io/kubernetes@v1.36.3',
  keda: 'github.com/kedacore/keda/v2@v2.21.0',
  prometheus: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
} as const;

const kinds = [
  'v1/ConfigMap',
  'v1/Namespace',
  'v1/PersistentVolumeClaim',
  'v1/Secret',
  'v1/Service',
  'v1/ServiceAccount',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'networking.k8s.io/v1/NetworkPolicy',
  'policy/v1/PodDisruptionBudget',
];

const definitions = {
  keda: ['config/crd/bases/keda.sh_scaledobjects.yaml', 'config/crd/bases/keda.sh_triggerauthentications.yaml'],
  prometheus: ['podmonitors', 'prometheusrules'].map(
    (name) => `example/prometheus-operator-crd/monitoring.coreos.com_${name}.yaml`,
  ),
} as const;

const triggers = ['external-push', 'prometheus'];

const out = join(import.meta.dirname, '../test/fixtures/kubernetes');

write('kubernetes.json', kubernetesSchemas());
write('custom-resources.json', Object.assign({}, ...(['keda', 'prometheus'] as const).flatMap(customSchemas)));
write('keda-triggers.json', triggerParameters());

function write(name: string, schemas: Schema): void {
  // One entry a line, so that a newer version shows what has changed.
  const lines = Object.keys(schemas)
    .sort()
    .map((key) => `${JSON.stringify(key)}: ${JSON.stringify(schemas[key])}`);
  writeFileSync(join(out, name), `{\n${lines.join(',\n')}\n}\n`);
}

function textOf(module: keyof typeof modules, file: string): string {
  const found = execFileSync('go', ['mod', 'download', '-json', modules[module]], { encoding: 'utf8', cwd: '/' });
  return readFileSync(join((JSON.parse(found) as { Dir: string }).Dir, file), 'utf8');
}

/** The kinds, and all that they refer to, in one flat table. */
function kubernetesSchemas(): Schema {
  const all = (JSON.parse(textOf('kubernetes', 'api/openapi-spec/swagger.json')) as { definitions: Record<string, Schema> })
    .definitions;
  const used: Schema = {};
  const take = (name: string): void => {
    if (used[name] !== undefined) return;
    const definition = all[name];
    if (definition === undefined) throw new Error(`Kubernetes defines no ${name}`);
    // The reference to itself that many have ends here.
    used[name] = {};
    const schema = name.endsWith('.Quantity') ? { type: ['string', 'number'] } : strict(definition);
    used[name] = schema;
    for (const [, reference = ''] of JSON.stringify(schema).matchAll(/"#\/([^"]+)"/g)) take(reference);
  };
  const byKind = kinds.map((kind) => {
    const [name] =
      Object.entries(all).find(([, definition]) => groupVersionKinds(definition).some((known) => known === kind)) ?? [];
    if (name === undefined) throw new Error(`Kubernetes has no ${kind}`);
    take(name);
    return [kind, { $ref: `#/${name}` }];
  });
  return { ...used, ...Object.fromEntries(byKind) };
}

function groupVersionKinds(definition: Schema): string[] {
  const known = (definition['x-kubernetes-group-version-kind'] ?? []) as { group: string; version: string; kind: string }[];
  return known.map(({ group, version, kind }) => [group, version, kind].filter((part) => part !== '').join('/'));
}

function customSchemas(module: 'keda' | 'prometheus'): Schema[] {
  return definitions[module].flatMap((file) => {
    const { spec } = parse(textOf(module, file)) as {
      spec: { group: string; names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
    };
    return spec.versions.map(({ name, schema }) => {
      const { properties, ...rest } = strict(schema.openAPIV3Schema);
      const known = { ...rest, properties: { ...(properties as Schema), metadata: { type: 'object' } } };
      return { [`${spec.group}/${name}/${spec.names.kind}`]: known };
    });
  });
}

/** Without descriptions, and refusing fields that are not described: an API server prunes those, or only warns. */
function strict(node: Schema): Schema {
  const kept = Object.entries(node).filter(([key]) => key !== 'description' && key !== 'default' && !key.startsWith('x-'));
  const schema: Schema = Object.fromEntries(
    kept.map(([key, value]) => {
      if (key === 'properties') return [key, mapped(value as Record<string, Schema>)];
      return [key, key === 'pattern' ? withoutGoFlag(String(value)) : within(value)];
    }),
  );
  if (node['x-kubernetes-int-or-string'] === true || node.format === 'int-or-string') {
    const { type: _type, format: _format, anyOf: _anyOf, ...rest } = schema;
    return { ...rest, type: ['integer', 'string'] };
  }
  if (
    node.properties !== undefined &&
    node.additionalProperties === undefined &&
    node['x-kubernetes-preserve-unknown-fields'] !== true
  ) {
    schema.additionalProperties = false;
  }
  return schema;
}

/** Go's patterns may begin with a flag for all that follows, which JavaScript wants around it. */
function withoutGoFlag(pattern: string): string {
  return pattern.replace(/^\^\(\?i\)(.*)\$$/, '^(?i:$1)$');
}

/** Its keys are names of fields, of which one may be called "description". */
function mapped(properties: Record<string, Schema>): Schema {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, strict(property)]));
}

function within(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(within);
  if (typeof value === 'string') return value.replace('#/definitions/', '#/');
  return typeof value === 'object' && value !== null ? strict(value as Schema) : value;
}

/** By type, the parameters that KEDA reads of a trigger. */
function triggerParameters(): Schema {
  const { scalers } = JSON.parse(textOf('keda', 'schema/generated/scalers-schema.json')) as {
    scalers: { type: string; parameters: Schema[] }[];
  };
  return Object.fromEntries(
    scalers.filter(({ type }) => triggers.includes(type)).map(({ type, parameters }) => [type, parameters] as const),
  );
}
