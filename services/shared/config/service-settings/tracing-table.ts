import { z } from 'zod';
import { between, whole } from '../../../domain/settings/number-rules.ts';
import { choice, text } from '../../settings/rules.ts';
import type { VariableTable } from '../../settings/variable-table.ts';
import { tracesSamplers } from '../../telemetry/tracing-settings.ts';

const webAddress = 'must be an address such as http://otel-collector:4318';

const address = text(webAddress).refine((value) => /^https?:\/\/[^\s/]/.test(value) && URL.canParse(value), {
  error: webAddress,
});

const endpointList = z.string().transform((value, context) => {
  const urls = value.split(/\s+/);
  if (urls.every((url) => /^https?:\/\/[^\s/]/.test(url) && URL.canParse(url))) return urls;
  context.addIssue('must be addresses such as http://gpu-1:8000/v1, separated by spaces');
  return z.NEVER;
});

const headerRule = 'must be pairs such as authorization=Bearer%20KEY, separated by commas';
const headers = z.string().transform((value, context) => {
  try {
    const pairs = value
      .split(',')
      .filter((pair) => pair.trim() !== '')
      .map((pair) => /^\s*([\w.!#$%&'*+^`|~-]+)\s*=\s*(\S.*?)\s*$/.exec(pair) ?? undefined);
    if (pairs.every((pair) => pair !== undefined)) {
      return Object.fromEntries(pairs.map(([, name = '', content = '']) => [name, decodeURIComponent(content)]));
    }
  } catch {
    // Not percent-encoded as it should be: refused below.
  }
  context.addIssue(headerRule);
  return z.NEVER;
});

/** OpenTelemetry's own variables, as far as they are heeded, and one of ours. All services but the simulated model have them. */
export const tracingTable = {
  isDisabled: {
    variable: 'OTEL_SDK_DISABLED',
    type: 'flag',
    default: false,
    description: 'switches tracing off, whatever the others say',
  },
  exporter: {
    variable: 'OTEL_TRACES_EXPORTER',
    type: 'special',
    schema: choice(['otlp', 'none']).optional(),
    description: 'where spans go',
    range: 'otlp or none',
    shownDefault: '`otlp` if an endpoint is named, otherwise `none`',
  },
  endpoint: {
    variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    type: 'special',
    schema: address.optional(),
    description: 'the collector, to whose address `/v1/traces` is added',
    range: 'an http or https address',
    shownDefault: '`http://localhost:4318` if the exporter is `otlp`, otherwise none',
  },
  tracesEndpoint: {
    variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    type: 'special',
    schema: address.optional(),
    description: 'the same for traces alone, used as it is',
    range: 'an http or https address',
    shownDefault: 'none',
  },
  headers: {
    variable: 'OTEL_EXPORTER_OTLP_HEADERS',
    secret: true,
    type: 'special',
    schema: headers.optional(),
    description: 'sent to the collector, such as a key',
    range: '`name=value` pairs with percent-encoded values, separated by commas',
    shownDefault: 'none',
  },
  protocol: {
    variable: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    type: 'choice',
    choices: ['http/protobuf'],
    default: 'http/protobuf',
    description: 'collectors listen for it on port 4318; gRPC (4317) is not spoken',
  },
  timeoutMs: {
    variable: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    ...whole(1, 600_000),
    unit: 'ms',
    default: 10_000,
    description: 'how long one batch may take with its retries; after that its spans are dropped, and counted',
  },
  sampler: {
    variable: 'OTEL_TRACES_SAMPLER',
    type: 'choice',
    choices: tracesSamplers,
    default: 'parentbased_always_on',
    description: 'which jobs are traced',
  },
  sampledShare: {
    variable: 'OTEL_TRACES_SAMPLER_ARG',
    ...between(0, 1),
    default: 1,
    description: 'the share of jobs that `traceidratio` takes',
  },
  scheduleDelayMs: {
    variable: 'OTEL_BSP_SCHEDULE_DELAY',
    ...whole(1, 600_000),
    unit: 'ms',
    // Sooner than OpenTelemetry's 5 s: what a process that is killed has not sent is lost.
    default: 1000,
    description: 'how long spans wait for others before they are sent together',
  },
  queueSize: {
    variable: 'OTEL_BSP_MAX_QUEUE_SIZE',
    ...whole(1, 1_000_000),
    default: 8192,
    description: 'spans that may wait; more are dropped, and counted',
  },
  batchSize: {
    variable: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    ...whole(1, 100_000),
    default: 512,
    description: 'most spans in one batch',
  },
  toldEndpoints: {
    variable: 'SCALE_TRACE_ENDPOINTS',
    type: 'special',
    schema: endpointList.default([]),
    description: 'model servers that are sent the header `traceparent`; a server that is not named here never is',
    range: 'addresses, separated by spaces',
    shownDefault: 'none',
  },
} as const satisfies VariableTable;
