import { AsyncLocalStorage } from 'node:async_hooks';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { FailureError } from '../../domain/failure.ts';
import { type SpanPlace, writeTraceparent } from './traceparent.ts';

/**
 * Spans, as the services see them, and what log lines say of the work that they are about. Nothing of OpenTelemetry is loaded
 * here: without a tracer (see start-tracing.ts) each function only calls what it was given. The span that is under way and the
 * ids of the work follow asynchronous calls by themselves; where another's call begins it (a queue, a pool), `inPresentScope`
 * keeps them.
 */

export type AttributeValue = string | number | boolean | readonly string[];
/** What is undefined is left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

export interface SpanStart {
  readonly name: string;
  /** Default: internal. */
  readonly kind?: 'client' | 'producer' | 'consumer';
  readonly attributes?: Attributes;
  /** Default: the span that is under way; without one either, and without ids of its own, no span begins. */
  readonly parent?: SpanPlace | undefined;
  /** Fixed ids. With a parent, the trace's is the parent's. */
  readonly ids?: { readonly traceId: string; readonly spanId: string };
  readonly links?: readonly SpanPlace[];
  /** Wall-clock time in ms. Default: now. */
  readonly startMs?: number;
}

export interface Span {
  /** Undefined where nothing is traced. */
  readonly place: SpanPlace | undefined;
  set(attributes: Attributes): void;
  /** A kind of error, never its message: that may quote a prompt, an answer or a key. */
  failed(errorType: string): void;
  /** @param endMs wall-clock time; default: now */
  end(endMs?: number): void;
  /** Instead of an end, or before it: the span is not exported. */
  discard(): void;
}

export interface Tracer {
  start(start: SpanStart & { readonly parent: SpanPlace | undefined }): Span & { readonly place: SpanPlace };
  /** Whether whoever runs the server at this address wants to be told of the trace. */
  tellsEndpoint(baseUrl: string): boolean;
}

/** Of the work that a log line is about. */
export interface WorkIds {
  readonly runId?: string;
  readonly round?: number;
  readonly jobId?: string;
  readonly delivery?: number;
  readonly callId?: string;
}

interface Scope {
  readonly ids: WorkIds;
  readonly place?: SpanPlace | undefined;
}

const scopes = new AsyncLocalStorage<Scope | undefined>();
let tracer: Tracer | undefined;

const nothing = (): void => undefined;
const noSpan: Span = { place: undefined, set: nothing, failed: nothing, end: nothing, discard: nothing };

/** One for the process. Undefined switches tracing off. */
export function useTracer(used: Tracer | undefined): void {
  tracer = used;
}

export function isTracing(): boolean {
  return tracer !== undefined;
}

/** Begins a span that whoever asked ends. It is not under way for what is called next: that is `inSpan`'s. */
export function startSpan(start: SpanStart): Span {
  const parent = start.parent ?? (start.ids === undefined ? scopes.getStore()?.place : undefined);
  if (tracer === undefined || (parent === undefined && start.ids === undefined) || parent?.isSampled === false) return noSpan;
  return tracer.start({ ...start, parent });
}

/**
 * Does work under a span, which ends with it.
 * @param start on paths that each call takes, a function: it is called only where there is a tracer
 */
export function inSpan<T>(start: SpanStart | (() => SpanStart), work: (span: Span) => Promise<T>): Promise<T> {
  if (tracer === undefined) return work(noSpan);
  const span = startSpan(typeof start === 'function' ? start() : start);
  return span.place === undefined ? work(noSpan) : underSpan(span, work);
}

async function underSpan<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  const scope = { ids: scopes.getStore()?.ids ?? {}, place: span.place };
  try {
    return await scopes.run(scope, () => work(span));
  } catch (error) {
    span.failed(errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Work whose log lines say these ids too. */
export function withIds<T>(ids: WorkIds, work: () => T): T {
  const scope = scopes.getStore();
  return scopes.run({ place: scope?.place, ids: { ...scope?.ids, ...ids } }, work);
}

/** Work that outlives the one that happens to begin it. */
export function outsideScope<T>(work: () => T): T {
  return scopes.run(undefined, work);
}

/** The function, as part of what is under way now, whoever calls it. `AsyncLocalStorage.bind` costs 3 µs, this nothing. */
export function inPresentScope<Parameters extends unknown[], Result>(
  work: (...parameters: Parameters) => Result,
): (...parameters: Parameters) => Result {
  const scope = scopes.getStore();
  return (...parameters) => scopes.run(scope, () => work(...parameters));
}

/** The `traceparent` header for what is sent now; undefined where nothing is traced. */
export function presentTraceparent(): string | undefined {
  const place = tracer && scopes.getStore()?.place;
  return place && writeTraceparent(place);
}

/** The same, for a model's server: undefined unless it is one that is to be told. */
export function traceparentFor(baseUrl: string): string | undefined {
  return tracer?.tellsEndpoint(baseUrl) ? presentTraceparent() : undefined;
}

/** For log lines: ids of the work, and of the trace by OpenTelemetry's names. */
export function presentIds(): Readonly<Record<string, string | number>> {
  const scope = scopes.getStore();
  if (scope === undefined) return {};
  const { ids, place } = scope;
  return { ...ids, ...(place?.isSampled && { trace_id: place.traceId, span_id: place.spanId }) };
}

/** What an error is, in one word that a dashboard can group by. */
function errorTypeOf(error: unknown): string {
  if (error instanceof FailureError) return error.failure.kind;
  if (error instanceof Error && 'problem' in error && typeof error.problem === 'string') return error.problem;
  // The conventions' own word for what has no better one.
  return error instanceof ScaleError ? error.kind : '_OTHER';
}
