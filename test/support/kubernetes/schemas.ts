import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { scaledTarget } from '../../../services/coordinator/scaler/scaled-target.ts';
import type { ScaledObjectRef } from '../../../services/shared/contracts/generated/externalscaler/externalscaler.ts';
import type { Manifest, Scaler } from './manifest.ts';

const folder = join(import.meta.dirname, '../../fixtures/kubernetes');
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, object>;

const kubernetes = read('kubernetes.json');
const customResources = read('custom-resources.json');
const triggers = read('keda-triggers.json') as Record<string, TriggerParameter[]>;

interface TriggerParameter {
  readonly name: string;
  readonly optional?: boolean;
  readonly default?: string;
  readonly allowedValue?: readonly string[];
  readonly metadataVariableReadable?: boolean;
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: 'kubernetes', ...kubernetes });

const validators = new Map<string, ValidateFunction>();

function validatorOf(kind: string): ValidateFunction | undefined {
  const known = validators.get(kind);
  if (known !== undefined) return known;
  const custom = customResources[kind];
  if (custom === undefined && kubernetes[kind] === undefined) return undefined;
  const validate = ajv.compile(custom ?? { $ref: `kubernetes#/${kind.replaceAll('/', '~1')}` });
  validators.set(kind, validate);
  return validate;
}

/** What the schemas of its kind refuse, one sentence each; a kind without a schema is refused too. */
export function schemaFaults(manifest: Manifest): string[] {
  const kind = `${manifest.apiVersion}/${manifest.kind}`;
  const validate = validatorOf(kind);
  if (validate === undefined) return [`${kind} has no schema: scripts/write-kubernetes-schemas.ts says which have`];
  validate(manifest);
  const faults = (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${instancePath} ${message} ${'additionalProperty' in params ? params.additionalProperty : ''}`,
  );
  return [...faults, ...(manifest.kind === 'ScaledObject' ? triggerFaults(manifest as Scaler) : [])].map(
    (fault) => `${manifest.kind} ${manifest.metadata.name}: ${fault.trim()}`,
  );
}

/** The resource's schema takes any metadata: what a trigger reads stands in KEDA's own list. */
function triggerFaults({ metadata: { name, namespace = '' }, spec }: Scaler): string[] {
  return (spec.triggers ?? []).flatMap(({ type, metadata }) => {
    const parameters = triggers[type];
    if (parameters === undefined) return [`trigger ${type} has no schema`];
    const isOurs = type === 'external-push';
    const readable = parameters.filter(({ metadataVariableReadable }) => metadataVariableReadable);
    const unknown = Object.keys(metadata)
      .filter((key) => !isOurs && !readable.some((parameter) => parameter.name === key))
      .map((key) => `trigger ${type} reads no ${key}`);
    const missing = readable
      .filter(({ name, optional, default: preset }) => !optional && preset === undefined && metadata[name] === undefined)
      .map(({ name }) => `trigger ${type} needs ${name}`);
    const refused = readable
      .filter(({ name, allowedValue }) => {
        const value = metadata[name];
        return value !== undefined && allowedValue !== undefined && !allowedValue.includes(value);
      })
      .map(({ name }) => `trigger ${type} does not take ${metadata[name]} as ${name}`);
    return [...unknown, ...missing, ...refused, ...(isOurs ? scalerFaults({ name, namespace, scalerMetadata: metadata }) : [])];
  });
}

/** KEDA passes all metadata on: what our scaler says of it, when it is asked. */
function scalerFaults(reference: ScaledObjectRef): string[] {
  try {
    scaledTarget(reference);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
