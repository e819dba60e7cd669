import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';

/** Spans below one that lasts longer than this many of them are sent before it ends. */
const largestGroup = 2_000;

/**
 * Holds the spans below one of this process until that has ended, and then passes them on together: what a killed process leaves
 * behind has no parent that never comes. What begins a group is a span whose parent is elsewhere, or none.
 */
export class SpanGroups implements SpanProcessor {
  readonly #pass: (span: ReadableSpan) => void;
  /** Of spans that have not ended: the one that their group begins with. */
  readonly #firstOf = new Map<string, string>();
  readonly #held = new Map<string, ReadableSpan[]>();

  constructor(pass: (span: ReadableSpan) => void) {
    this.#pass = pass;
  }

  onStart(span: Span, _parentContext: Context): void {
    const { spanId } = span.spanContext();
    const parentId = span.parentSpanContext?.spanId ?? '';
    this.#firstOf.set(spanId, this.#firstOf.get(parentId) ?? spanId);
  }

  onEnd(span: ReadableSpan): void {
    const { spanId } = span.spanContext();
    const first = this.#firstOf.get(spanId) ?? spanId;
    this.#firstOf.delete(spanId);
    const group = this.#held.get(first) ?? [];
    group.push(span);
    // What ends after the first of its group waits for nothing.
    const isOpen = this.#firstOf.has(first);
    if (isOpen && group.length < largestGroup) this.#held.set(first, group);
    else this.#passAll(first, group);
  }

  /** Of a span that will never end. */
  forget({ spanId }: { readonly spanId: string }): void {
    this.#firstOf.delete(spanId);
  }

  async forceFlush(): Promise<void> {
    for (const [first, group] of this.#held) this.#passAll(first, group);
  }

  shutdown(): Promise<void> {
    return this.forceFlush();
  }

  #passAll(first: string, group: readonly ReadableSpan[]): void {
    this.#held.delete(first);
    for (const span of group) this.#pass(span);
  }
}
