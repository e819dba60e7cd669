/** Every default of a service. Those of a run file stand in its tables (run-file-tables.ts). */
export const defaults = {
  service: {
    natsUrl: 'nats://127.0.0.1:4222',
    /** Health and metrics hold no secret, yet whoever wants them reachable from elsewhere (a probe of Kubernetes) says so. */
    healthHost: '127.0.0.1',
    healthPort: 9090,
    logLevel: 'info',
    /** Below the 30 s that Kubernetes waits before it kills. */
    drainMs: 25_000,
    /** The coordinator steers the cluster: whoever wants it reachable from elsewhere says so. */
    controlHost: '127.0.0.1',
    controlPort: 7070,
    resume: 'all',
    leaseTtlMs: 10_000,
    ackWaitMs: 30_000,
    streamReplicas: 1,
    reconcileMs: 5_000,
    maxInFlight: 256,
    slots: 32,
    predictorSlots: 4,
    sandboxMinIsolation: 'plain',
    sandboxMemoryMb: 1024,
    simulatorHost: '127.0.0.1',
    simulatorPort: 8000,
    simulatorSeed: 1,
    // Quick, so that demos are; it takes as many requests at once as a vLLM with its default max_num_seqs.
    simulatorFirstTokenMs: 2,
    simulatorTokensPerSecond: 20_000,
    simulatorMaxSequences: 256,
  },
} as const;
