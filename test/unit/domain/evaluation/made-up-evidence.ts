import type { Evidence } from '../../../../services/domain/evaluation/evaluation-method.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import type { ExecutionOutcome } from '../../../../services/domain/run/event.ts';
import { madeUpConfiguration } from '../search/made-up-world.ts';

/** Evidence of a candidate in round 4 of a made-up run of 20 queries, with what a test wants to be different. */
export function evidence(overrides: Partial<Evidence> = {}): Evidence {
  return {
    settings: madeUpConfiguration().evaluation,
    queryCount: 20,
    round: 4,
    warmUp: [],
    earlierSample: undefined,
    earlier: [],
    memory: [],
    parentRound: 1,
    parent: undefined,
    outcomes: [],
    sampled: [],
    prediction: 'pending',
    confidence: undefined,
    runRandom: randomStream(1, 'evaluate'),
    random: randomStream(1, 'evaluate', 4),
    ...overrides,
  };
}

/** Outcomes of queries 0, 1, … with these scores. */
export function outcomes(...scores: number[]): ExecutionOutcome[] {
  return scores.map((score, queryIndex) => ({ queryIndex, repeat: 0, score, answer: '', tokens: [] }));
}
