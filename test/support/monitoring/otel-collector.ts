import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A span as a real collector has passed it on. */
export interface CollectedSpan {
  readonly service: string;
  readonly instance: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** "" for none. */
  readonly parentSpanId: string;
  /** 1 internal, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

export interface TestCollector extends AsyncDisposable {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** Everything that has arrived, as often as it has. */
  readonly spans: readonly CollectedSpan[];
  /** All that was received, as it came. */
  text(): string;
}

/** The collector that scripts/setup-otel-collector builds, or OTELCOL_BIN; undefined where there is none. */
export async function findCollector(): Promise<string | undefined> {
  const binary = process.env.OTELCOL_BIN ?? join(import.meta.dirname, '../../../.tools/otelcol');
  return await access(binary).then(
    () => binary,
    () => undefined,
  );
}

/** A real collector, which takes spans as services send them and passes them on as JSON to this process. */
export async function startCollector(binary: string): Promise<TestCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-otelcol-'));
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const sink = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      bodies.push(body);
      spans.push(...spansOf(JSON.parse(body) as OtlpTraces));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await once(sink.listen(0, '127.0.0.1'), 'listening');
  const sinkPort = (sink.address() as AddressInfo).port;
  const port = await freePort();
  const configuration = join(folder, 'collector.yaml');
  await writeFile(
    configuration,
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters:
  otlp_http: { endpoint: "http://127.0.0.1:${sinkPort}", encoding: json, compression: none, sending_queue: { enabled: false } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { traces: { receivers: [otlp], exporters: [otlp_http] } }
`,
  );
  const collector = spawn(binary, ['--config', `file:${configuration}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  collector.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('Everything is ready')) {
    if (collector.exitCode !== null) throw new Error(`the collector ended: ${said}`);
    await sleep(20);
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    text: () => bodies.join('\n'),
    async [Symbol.asyncDispose]() {
      if (collector.exitCode === null) {
        collector.kill('SIGTERM');
        await once(collector, 'exit');
      }
      sink.close();
      sink.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The collector does not say which port it took. */
async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface OtlpValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] };
}

type OtlpAttributes = readonly { readonly key: string; readonly value: OtlpValue }[];

interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: OtlpAttributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly kind?: number;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes?: OtlpAttributes;
        readonly status?: { readonly code?: number };
        readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
      }[];
    }[];
  }[];
}

function spansOf({ resourceSpans }: OtlpTraces): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const of = plain(resource.attributes);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: String(of['service.name']),
        instance: String(of['service.instance.id']),
        name: span.name,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        kind: span.kind ?? 0,
        startNs: BigInt(span.startTimeUnixNano),
        endNs: BigInt(span.endTimeUnixNano),
        isError: span.status?.code === 2,
        attributes: plain(span.attributes ?? []),
        links: span.links ?? [],
      })),
    );
  });
}

function plain(attributes: OtlpAttributes): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: OtlpValue): unknown {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue;
}
