import { expect, it } from 'vitest';
import { describeOutage } from '../../../../services/cli/cluster/describe-outage.ts';

const told = 'the coordinator at 127.0.0.1:7070 does not answer (it closed the connection; if it serves TLS, set SCALE_CA_FILE)';

it('says of a coordinator elsewhere how to reach it, and of one of this machine only that it is away', () => {
  expect(describeOutage({ kind: 'server' }, told)).toBe(told);
  for (const kind of ['own', 'attached'] as const) {
    expect(describeOutage({ kind }, told)).toBe('the coordinator does not answer');
  }
});
