import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { tracingSettings } from '../../../../services/shared/config/service-settings/tracing-settings.ts';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';
import { openTelemetry } from '../../../../services/shared/telemetry/open-telemetry.ts';

test('a collector that repeats its key as it refuses it is told of without the key', async () => {
  const key = 'planted-key-of-a-collector';
  const collector = createServer((request, response) => {
    request.resume();
    response.writeHead(401, `no ${request.headers.authorization}`).end(`unknown: ${request.headers.authorization}`);
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const settings = tracingSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${key}`,
  });
  if (settings === undefined) throw new Error('tracing is off');
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', version: '1', level: 'trace' }, { write: (line) => lines.push(line) });
  const telemetry = openTelemetry(settings, { service: 'test', version: '1', name: 'test' }, (message, err) =>
    logger.warn({ err }, message),
  );
  telemetry.tracer.start({ name: 'a span', parent: undefined }).end();
  await telemetry.stop().catch(() => undefined);
  collector.close();
  expect(lines.join('')).toContain('does not take spans');
  expect(lines.join('')).toContain('no [removed]');
  expect(lines.join('')).not.toContain(key);
});
