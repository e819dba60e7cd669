import { describe, expect, it } from 'vitest';
import { createMissingLanes } from '../../../../../services/shared/messaging/jobs/missing-lanes.ts';

describe('missing lanes', () => {
  it('are looked for again soon, and less often with each time, up to a fifth of a second', () => {
    const missing = createMissingLanes();
    expect(Array.from({ length: 7 }, () => missing.missed('execute-a'))).toEqual([10, 20, 40, 80, 160, 200, 200]);
  });

  it('begin anew once they were there, each on its own', () => {
    const missing = createMissingLanes();
    missing.missed('execute-a');
    missing.missed('execute-a');
    missing.missed('execute-b');
    missing.found('execute-a');
    expect([missing.missed('execute-a'), missing.missed('execute-b')]).toEqual([10, 20]);
  });

  it('keep no more than a bounded number', () => {
    const missing = createMissingLanes();
    for (let lane = 0; lane < 1_000; lane += 1) missing.missed(`execute-${lane}`);
    expect(missing.missed('execute-0')).toBe(20);
    missing.missed('execute-new');
    expect(missing.missed('execute-0')).toBe(10);
  });
});
