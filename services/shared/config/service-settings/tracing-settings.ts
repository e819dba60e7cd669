import type { Environment } from '../../settings/environment.ts';
import { readVariables } from '../../settings/variable-table.ts';
import type { TracingSettings } from '../../telemetry/tracing-settings.ts';
import { tracingTable } from './tracing-table.ts';

/** Undefined where tracing is off, which is the default. @throws SettingsError */
export function tracingSettings(environment: Environment): TracingSettings | undefined {
  const {
    isDisabled,
    exporter,
    endpoint,
    tracesEndpoint,
    protocol: _,
    headers = {},
    ...others
  } = readVariables(tracingTable, environment);
  const isNamed = endpoint !== undefined || tracesEndpoint !== undefined;
  if (isDisabled || (exporter ?? (isNamed ? 'otlp' : 'none')) === 'none' || others.sampler.endsWith('always_off'))
    return undefined;
  const url = tracesEndpoint ?? `${(endpoint ?? 'http://localhost:4318').replace(/\/+$/, '')}/v1/traces`;
  return { ...others, url, headers };
}
