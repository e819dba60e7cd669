import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { tracingSettings } from '../../../../services/shared/config/service-settings/tracing-settings.ts';
import { systemTiming } from '../../../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../../../services/shared/models/endpoint/openai-endpoint.ts';
import type { EndpointRequest } from '../../../../services/shared/models/model-endpoint.ts';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';
import { startTracing, type Tracing } from '../../../../services/shared/telemetry/start-tracing.ts';
import { jobSpanId, jobTraceId } from '../../../../services/shared/telemetry/trace-ids.ts';
import { readTraceparent, writeTraceparent } from '../../../../services/shared/telemetry/traceparent.ts';
import {
  inPresentScope,
  inSpan,
  outsideScope,
  presentTraceparent,
  traceparentFor,
  withIds,
} from '../../../../services/shared/telemetry/tracing.ts';

const lines: string[] = [];
const logger = createLogger({ service: 'test', version: '0', level: 'info' }, { write: (line) => lines.push(line) });
let tracing: Tracing | undefined;

afterEach(async () => {
  await tracing?.stop();
  tracing = undefined;
  lines.length = 0;
});

async function begin(environment: Record<string, string>): Promise<void> {
  tracing = await startTracing(tracingSettings(environment), { service: 'test', version: '0', name: 'test-1' }, logger);
}

const job = (number: number) => ({
  name: 'publish',
  ids: { traceId: jobTraceId('run', `job-${number}`), spanId: jobSpanId('run', `job-${number}`) },
});
const limits = {
  apiKey: undefined,
  apiKeyVariable: '',
  maxConcurrency: 1,
  timeoutMs: 5_000,
  stallTimeoutMs: 5_000,
  http2: false,
};
const request: EndpointRequest = {
  ...{ model: 'm', messages: [{ role: 'user', content: 'How many?' }], temperature: 0, topP: 1, maxTokens: 8, seed: 7 },
  ...{ chatTemplateKwargs: {}, jobId: 'job', callId: 'call' },
};
/** Nothing listens there. */
const nowhere = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  OTEL_EXPORTER_OTLP_TIMEOUT: '50',
  OTEL_BSP_SCHEDULE_DELAY: '5',
};

describe('without a tracer', () => {
  it('work is done, and nothing is sent along', async () => {
    expect(await inSpan(job(1), async (span) => [span.place, presentTraceparent()])).toEqual([undefined, undefined]);
  });

  it('lines of the log say what they are about all the same, and their own fields come first', () => {
    withIds({ runId: 'r', jobId: 'j' }, () => withIds({ callId: 'c' }, () => logger.info({ jobId: 'other' }, 'hello')));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ runId: 'r', jobId: 'other', callId: 'c', msg: 'hello' });
    outsideScope(() => logger.info('later'));
    expect(lines[1]).not.toContain('runId');
  });
});

describe('with a tracer', () => {
  it('a job has the same trace in each process, and its lines in the log say which', async () => {
    await begin(nowhere);
    const traceparent = await inSpan(job(1), async () => {
      logger.info('under way');
      return presentTraceparent();
    });
    expect(traceparent).toBe(`00-${job(1).ids.traceId}-${job(1).ids.spanId}-01`);
    const line = lines.find((each) => each.includes('under way')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ trace_id: job(1).ids.traceId, span_id: job(1).ids.spanId });
  });

  it('which jobs are sampled follows from their ids, and what is below one that is not costs no span', async () => {
    const sampled = async (): Promise<boolean[]> => {
      await begin({ ...nowhere, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' });
      return await Promise.all(
        Array.from({ length: 400 }, (_, number) =>
          inSpan(job(number), async ({ place }) => {
            const below = await inSpan({ name: 'below' }, async (span) => span.place);
            expect(below === undefined).toBe(!place?.isSampled);
            expect(presentTraceparent()?.endsWith('-01')).toBe(place?.isSampled);
            return place?.isSampled ?? false;
          }),
        ),
      );
    };
    const first = await sampled();
    await tracing?.stop();
    expect(await sampled()).toEqual(first);
    const share = first.filter(Boolean).length / first.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
  });

  it('no span begins where none is under way', async () => {
    await begin(nowhere);
    expect(await inSpan({ name: 'stray' }, async ({ place }) => place)).toBeUndefined();
  });

  it('what another call begins stays under its own span', async () => {
    await begin(nowhere);
    let admit = (): string | undefined => undefined;
    await inSpan(job(1), async () => {
      admit = inPresentScope(() => presentTraceparent());
    });
    const admitted = await inSpan(job(2), async () => admit());
    expect(readTraceparent(admitted)?.traceId).toBe(job(1).ids.traceId);
  });

  it('only a model server that is named is told of the trace, by scheme, name and port', async () => {
    await begin({ ...nowhere, SCALE_TRACE_ENDPOINTS: 'http://gpu-1:8000/v1' });
    await inSpan(job(1), async () => {
      expect(traceparentFor('http://gpu-1:8000/v1/')).toBe(presentTraceparent());
      for (const other of ['http://gpu-1:8001/v1', 'https://gpu-1:8000/v1', 'http://gpu-10:8000/v1'])
        expect(traceparentFor(other)).toBeUndefined();
    });
  });

  it('a request to such a server has the header, and one to another has not', async () => {
    const received = new Map<string, unknown>();
    const server = createServer((request, response) => {
      received.set((request.headers.host ?? '').split(':')[0] ?? '', request.headers.traceparent);
      response.writeHead(401).end();
    });
    await once(server.listen(0), 'listening');
    const { port } = server.address() as AddressInfo;
    const [named, other] = [`http://127.0.0.1:${port}/v1`, `http://localhost:${port}/v1`];
    await begin({ ...nowhere, SCALE_TRACE_ENDPOINTS: named });
    for (const baseUrl of [named, other]) {
      const endpoint = createOpenAiEndpoint({ ...limits, baseUrl }, systemTiming);
      await inSpan(job(1), () => endpoint.complete(request, new AbortController().signal).catch(() => undefined));
      await endpoint.close();
    }
    server.close();
    expect(received).toEqual(
      new Map([
        ['127.0.0.1', `00-${job(1).ids.traceId}-${job(1).ids.spanId}-01`],
        ['localhost', undefined],
      ]),
    );
  });

  it('a collector that is away is told of once, and its spans are counted as dropped', async () => {
    await begin(nowhere);
    for (let number = 0; number < 3; number += 1) {
      await inSpan(job(number), async () => undefined);
      const dropped = number + 1;
      await expect.poll(() => tracing?.figures()).toEqual({ exported: 0, dropped });
    }
    expect(lines.filter((line) => line.includes('does not take spans'))).toHaveLength(1);
  });

  it('more spans than may wait are dropped and counted', async () => {
    await begin({ ...nowhere, OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_SCHEDULE_DELAY: '600000' });
    for (let number = 0; number < 25; number += 1) await inSpan(job(number), async () => undefined);
    await expect.poll(() => tracing?.figures().dropped).toBeGreaterThanOrEqual(15);
  });

  it('a collector that never answers holds up an end by two seconds at most', async () => {
    const silent = createServer(() => undefined);
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    await begin({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    await inSpan(job(1), async () => undefined);
    const ended = tracing?.stop().then(() => 'ended');
    // A second stop would wait for it as long again.
    tracing = undefined;
    expect(await Promise.race([ended, sleep(9_000, 'too late')])).toBe('ended');
    expect(lines.filter((line) => line.includes('has not taken the last spans'))).toHaveLength(1);
    silent.closeAllConnections();
    silent.close();
  });
});

it.each([
  undefined,
  '',
  'not one',
  `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
  `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`,
  `00-${'A'.repeat(32)}-${'1'.repeat(16)}-01`,
])('reads no place in %o', (header) => {
  expect(readTraceparent(header)).toBeUndefined();
});

it('reads what it writes', () => {
  for (const isSampled of [true, false]) {
    const place = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), isSampled };
    expect(readTraceparent(writeTraceparent(place))).toEqual(place);
  }
});
