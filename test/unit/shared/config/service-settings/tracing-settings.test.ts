import { describe, expect, it } from 'vitest';
import { tracingSettings } from '../../../../../services/shared/config/service-settings/tracing-settings.ts';

describe('tracing is off', () => {
  it.each([
    ['unless a collector is named', {}],
    ['with nothing for an address', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['where the SDK is disabled', { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }],
    ['with the exporter none', { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }],
    ['where nothing is sampled', { OTEL_TRACES_SAMPLER: 'always_off', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }],
  ])('%s', (_, environment) => {
    expect(tracingSettings(environment)).toBeUndefined();
  });
});

describe('tracing is on', () => {
  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, 'http://c:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' }, 'https://c/otlp/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/here' }, 'http://c/here'],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces'],
  ])('with %o, at %s', (environment, url) => {
    expect(tracingSettings(environment)?.url).toBe(url);
  });

  it('with headers whose values are percent-encoded', () => {
    const environment = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a=b, x-team=search' };
    expect(tracingSettings(environment)?.headers).toEqual({ authorization: 'Bearer a=b', 'x-team': 'search' });
  });
});

it.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /^OTEL_EXPORTER_OTLP_ENDPOINT must be an address such as http:/],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /^OTEL_EXPORTER_OTLP_PROTOCOL must be http\/protobuf, but is "grpc"$/],
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, /^OTEL_TRACES_EXPORTER must be otlp or none, but is "zipkin"$/],
  [{ OTEL_TRACES_SAMPLER: 'sometimes' }, /^OTEL_TRACES_SAMPLER must be always_on, /],
  [{ OTEL_TRACES_SAMPLER_ARG: '2' }, /^OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, but is "2"$/],
  [
    { OTEL_EXPORTER_OTLP_HEADERS: 'secret%zz=%zz' },
    /^OTEL_EXPORTER_OTLP_HEADERS must be pairs such as .*, but is \(not shown\)$/,
  ],
  [{ SCALE_TRACE_ENDPOINTS: 'gpu-1' }, /^SCALE_TRACE_ENDPOINTS must be addresses such as /],
])('refuses %o', (environment, sentence) => {
  expect(() => tracingSettings(environment)).toThrow(sentence);
});
