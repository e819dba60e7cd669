import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createJobIdSet } from '../../../../services/coordinator/log/job-id-set.ts';
import { executionJobId } from '../../../../services/domain/run/job-id.ts';

const hash = fc.constantFrom('0123456789abcdef', 'fedcba9876543210', 'not-a-hash');
const number = fc.oneof(fc.nat(40), fc.constantFrom(31, 32, 1023, 1024, 1055, 123_456));
const jobId = fc.oneof(
  fc.record({ hash, query: number, repeat: fc.nat(3) }).map(({ hash, query, repeat }) => executionJobId(hash, query, repeat)),
  fc.constantFrom(
    'propose-2-1',
    'predict-1-1',
    'propose-1-1-query-7',
    'execute-0123456789abcdef-01-0',
    'execute-0123456789abcdef-1-00',
  ),
);

test('has exactly what was added', () => {
  fc.assert(
    fc.property(fc.array(jobId, { maxLength: 60 }), fc.array(jobId, { maxLength: 60 }), (added, asked) => {
      const [ids, expected] = [createJobIdSet(), new Set<string>()];
      for (const id of added) {
        ids.add(id);
        expected.add(id);
      }
      for (const id of [...added, ...asked]) expect([id, ids.has(id)]).toEqual([id, expected.has(id)]);
    }),
  );
});
