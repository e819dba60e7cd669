import { describe, expect, it } from 'vitest';
import { parseReplicas } from '../../../services/cli/parse-replicas.ts';

describe('the replicas of the simulated model', () => {
  it('reads a number of them, or the size of each', () => {
    expect(parseReplicas('3')).toEqual([{}, {}, {}]);
    expect(parseReplicas('256, 64@0.5')).toEqual([{ sequences: '256' }, { sequences: '64', speed: '0.5' }]);
    expect(parseReplicas('256@2')).toEqual([{ sequences: '256', speed: '2' }]);
  });

  it.each(['', '0', '-1', '65', '1e9', '2.5', '256,', '256,x', '256@', '256@-1', ','])('refuses %j', (text) => {
    expect(() => parseReplicas(text)).toThrow('it must be a number of replicas from 1 to 64');
  });
});
