import { Metadata, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { controlErrorFrom } from '../../../../services/shared/control-client/control-error.ts';

test.each([
  [
    'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:7070. Resolution note: ',
    'the coordinator at host:1 does not answer (nothing listens at that address, ECONNREFUSED; ' +
      'if `kubectl port-forward` or a tunnel leads to it, start that again)',
  ],
  [
    'No connection established. Last error: Failed to connect. Resolution note: ',
    'the coordinator at host:1 does not answer (it closed the connection; ' +
      'if it serves TLS, set SCALE_CA_FILE, or give --server as tls://host:port)',
  ],
  [
    'Name resolution failed for target dns:host:1',
    'the coordinator at host:1 does not answer (no address is known for that name; check how it is spelt)',
  ],
  [
    'Deadline exceeded after 15.002s,LB pick: 0.003s,remote_addr=127.0.0.1:7070',
    'the coordinator at host:1 does not answer (no answer within 15 s)',
  ],
])('%s', (details, told) => {
  const given = Object.assign(new Error(details), { code: status.UNAVAILABLE, details, metadata: new Metadata() });

  const error = controlErrorFrom('ListRuns', 'host:1', given);

  expect(error).toMatchObject({ kind: 'unreachable', message: told });
});
