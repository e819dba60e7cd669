import { randomBytes } from 'node:crypto';
import { type Context, type Link, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { defined } from '../../domain/defined.ts';
import { runSpanName } from './conventions.ts';
import { countingExporter } from './counting-exporter.ts';
import { SpanGroups } from './span-groups.ts';
import type { SpanPlace } from './traceparent.ts';
import type { Span, SpanStart, Tracer } from './tracing.ts';
import type { TracingSettings } from './tracing-settings.ts';
import { withoutHeaderValues } from './without-header-values.ts';

export interface ServiceIdentity {
  readonly service: string;
  readonly version: string;
  /** Of this process, unique in the cluster. */
  readonly name: string;
}

export interface SpanFigures {
  readonly exported: number;
  readonly dropped: number;
}

export interface OpenTelemetry {
  readonly tracer: Tracer;
  figures(): SpanFigures;
  /** Sends what is left. */
  stop(): Promise<void>;
}

/** The tracer of a process. This file loads OpenTelemetry, so it is imported only where tracing is on. */
export function openTelemetry(
  settings: TracingSettings,
  identity: ServiceIdentity,
  told: (message: string, error?: Error) => void,
): OpenTelemetry {
  const { url, headers, timeoutMs, queueSize, batchSize, scheduleDelayMs } = settings;
  let waiting = 0;
  let overflown = 0;
  const exporter = countingExporter(new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs }), {
    told: (message, error) => told(`${message} (${new URL(url).origin})`, error && withoutHeaderValues(error, headers)),
    took: (spans) => {
      waiting -= spans;
    },
  });
  const batches = new BatchSpanProcessor({
    exporter,
    maxQueueSize: queueSize,
    maxExportBatchSize: Math.min(batchSize, queueSize),
    scheduledDelayMillis: scheduleDelayMs,
    // The exporter's own limit comes first.
    exportTimeoutMillis: timeoutMs + 1_000,
  });
  const groups = new SpanGroups((span: ReadableSpan) => {
    if (waiting >= queueSize) overflown += 1;
    else {
      waiting += 1;
      batches.onEnd(span);
    }
  });
  const ids = createIds();
  const provider = new TracerProvider({
    resource: resourceOf(identity),
    sampler: samplerOf(settings),
    idGenerator: ids,
    spanProcessors: [groups, { ...idle, forceFlush: () => batches.forceFlush(), shutdown: () => batches.shutdown() }],
  });
  const otel = provider.getTracer('scale', identity.version);
  const toldOrigins = new Set(settings.toldEndpoints.map((told) => new URL(told).origin));

  const start = (wanted: SpanStart & { readonly parent: SpanPlace | undefined }): Span & { readonly place: SpanPlace } => {
    const { name, kind, attributes = {}, parent, links = [], startMs } = wanted;
    ids.next(wanted.ids);
    const span = otel.startSpan(
      name,
      {
        kind: kind === undefined ? SpanKind.INTERNAL : kinds[kind],
        attributes: attributesOf(attributes),
        links: links.map((place): Link => ({ context: contextOf(place, false) })),
        ...defined({ startTime: startMs }),
      },
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(parent, true)),
    );
    const context = span.spanContext();
    let isOver = false;
    return {
      place: { traceId: context.traceId, spanId: context.spanId, isSampled: (context.traceFlags & TraceFlags.SAMPLED) !== 0 },
      set: (more) => void span.setAttributes(attributesOf(more)),
      failed: (errorType) => {
        span.setAttributes({ 'error.type': errorType });
        span.setStatus({ code: SpanStatusCode.ERROR });
      },
      end: (endMs) => {
        if (isOver) return;
        isOver = true;
        span.end(endMs);
      },
      discard: () => {
        isOver = true;
        groups.forget(context);
      },
    };
  };

  return {
    tracer: { start, tellsEndpoint: (baseUrl) => toldOrigins.has(new URL(baseUrl).origin) },
    figures: () => ({ exported: exporter.exported(), dropped: exporter.dropped() + overflown }),
    stop: () => provider.shutdown(),
  };
}

const kinds = { client: SpanKind.CLIENT, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER } as const;
const idle = { onStart: () => undefined, onEnd: () => undefined };

function attributesOf(attributes: NonNullable<SpanStart['attributes']>) {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'object' ? [...value] : value] as const],
    ),
  );
}

function contextOf({ traceId, spanId, isSampled }: SpanPlace, isRemote: boolean) {
  return { traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote };
}

/** What the environment says of the resource comes last, and so holds. */
function resourceOf({ service, version, name }: ServiceIdentity) {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': `scale-${service}`,
        'service.namespace': 'scale',
        'service.version': version,
        'service.instance.id': name,
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
}

/** A run and its rounds are few spans, and each job's trace points at them: they are taken whatever share of the jobs is. */
function samplerOf({ sampler, sampledShare }: TracingSettings): Sampler {
  const root = sampler.endsWith('traceidratio') ? new TraceIdRatioBasedSampler(sampledShare) : new AlwaysOnSampler();
  const ofJobs = sampler.startsWith('parentbased') ? new ParentBasedSampler({ root }) : root;
  return {
    shouldSample: (context: Context, traceId, name, kind, attributes, links) =>
      name === runSpanName
        ? { decision: SamplingDecision.RECORD_AND_SAMPLED }
        : ofJobs.shouldSample(context, traceId, name, kind, attributes, links),
    toString: () => `runs and ${ofJobs.toString()}`,
  };
}

/** Random ids, from the system: never from a stream that a search draws from. Given ones where a span's are fixed. */
function createIds(): IdGenerator & { next(ids: SpanStart['ids']): void } {
  let fixed: SpanStart['ids'];
  return {
    next: (ids) => {
      fixed = ids;
    },
    generateTraceId: () => fixed?.traceId ?? randomBytes(16).toString('hex'),
    generateSpanId: () => fixed?.spanId ?? randomBytes(8).toString('hex'),
  };
}
