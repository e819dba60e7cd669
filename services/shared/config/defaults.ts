/** Every default that a user can change. docs/run-file.md shows the first part; a test holds them together. */
export const defaults = {
  run: {
    seed: 1,
    split: 'validate',
    executor: {
      endpoint: 'simulated',
      model: 'qwen-plus',
      temperature: 0,
      topP: 1,
      maxTokens: 2048,
      sendSeed: true,
    },
    optimizer: {
      endpoint: 'simulated',
      model: 'qwen3-8b',
      // At 0 an optimizer that is asked again after a refused proposal tends to say the same thing again.
      temperature: 0.7,
      topP: 1,
      maxTokens: 4096,
      sendSeed: true,
    },
    endpoint: { maxConcurrency: 32, timeoutSeconds: 120, http2: false },
    search: {
      // AFlow's own values (rounds, candidates, lambda, alpha), which the paper follows without naming them.
      maxRounds: 20,
      candidates: 4,
      lambda: 0.3,
      alpha: 0.2,
      // AFlow: oldest, and a stop after 5 flat rounds. Both are for scores of all queries: those of a few are equal most of the time,
      // so that a search keeps to its first parents and takes equal scores for convergence (docs/decisions/0008).
      ties: 'newest',
      convergence: { rounds: 0 },
      proposalAttempts: 3,
      failingQueriesShown: 3,
      tokenBudget: 0,
      maxCallsPerQuery: 20,
      canary: true,
      invalid: 'retry',
      mode: 'task-level',
      // On, the same seed is another search each time, and the seeds of a sweep lean on one another.
      memory: false,
      // Together with the few-shot ratio a seventh of what executing everything would take (docs/decisions/0008).
      finalPick: { policy: 'race', topK: 3, share: 0.06 },
    },
    evaluation: {
      method: 'few-shot',
      warmUpRounds: 0,
      fewShotRatio: 0.08,
      bins: 10,
      gamma: 0.1,
      draw: 'once',
      // Only a tau this small gives the paper's Table 3 with the product form of Eq 9.
      tau: 0.01,
      alphaMax: 0.9,
      alphaForm: 'product',
      predictionAttempts: 2,
      repeats: 1,
      forecasts: false,
    },
    cluster: { executors: 1, slots: 32 },
  },
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
