/** Of OTEL_TRACES_SAMPLER. */
export const tracesSamplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export interface TracingSettings {
  /** Where spans are posted. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly sampler: (typeof tracesSamplers)[number];
  /** Of the jobs, where the sampler goes by a ratio. */
  readonly sampledShare: number;
  readonly scheduleDelayMs: number;
  /** Spans that may wait. */
  readonly queueSize: number;
  /** Most spans sent at once. */
  readonly batchSize: number;
  /** Addresses of model servers that want to know the trace of a call. */
  readonly toldEndpoints: readonly string[];
}
