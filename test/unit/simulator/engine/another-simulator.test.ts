import { expect, it } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { engineTraces, outcomeOf } from '../../../support/simulator/engine-traces.ts';

/** What inference-lab 1.0.0 makes of the traces of seed 1; `test/measure/engine-against-inference-lab.ts --seeds 1` prints it. */
const theirs = {
  saturated: { outputTokensPerSecond: 4129.0, meanFirstTokenMs: 2872.7, preemptions: 0 },
  preempting: { outputTokensPerSecond: 1558.8, meanFirstTokenMs: 9196.4, preemptions: 164 },
  'chats, cache small': { outputTokensPerSecond: 2017.0, meanFirstTokenMs: 749.4, preemptions: 117 },
} as const;

it.each(Object.entries(theirs))(
  'agrees with another simulator of such engines to a tenth in throughput, first tokens and preemptions: %s',
  (name, expected) => {
    const trace = engineTraces(randomStream(1, 'engine-against-inference-lab')).find((each) => each.name === name);
    if (trace === undefined) throw new Error(`there is no trace ${name}`);
    const ours = outcomeOf(trace);
    for (const [figure, value] of Object.entries(expected)) {
      const found = ours[figure as keyof typeof expected];
      expect(Math.abs(found - value), `${figure}: ${found}, and there ${value}`).toBeLessThanOrEqual(0.1 * value);
    }
  },
);
