import { expect, test } from 'vitest';
import { gatewayHeaders } from '../../../../../services/shared/models/endpoint/gateway-headers.ts';
import type { EndpointRequest } from '../../../../../services/shared/models/model-endpoint.ts';

const request = { jobId: 'j', callId: 'c', attemptId: 'a/1', prefixKey: 'workflow', runId: 'my-run' } as EndpointRequest;

test('calls of one workflow have one key, those of one run one share, and no name is told', () => {
  const headers = gatewayHeaders(request);
  expect(headers['x-request-id']).toBe('a-1');
  const affinity = headers['x-smg-routing-key'];
  expect(affinity).toMatch(/^[0-9a-f]{32}$/);
  for (const name of ['x-session-id', 'x-dynamo-session-id', 'x-litellm-session-id']) expect(headers[name]).toBe(affinity);
  expect(headers['x-gateway-inference-fairness-id']).toMatch(/^[0-9a-f]{32}$/);
  expect(headers['x-gateway-inference-fairness-id']).not.toBe(affinity);
  expect(headers['x-llm-d-inference-fairness-id']).toBe(headers['x-gateway-inference-fairness-id']);
  expect(gatewayHeaders({ ...request, callId: 'other' })['x-smg-routing-key']).toBe(affinity);
  expect(gatewayHeaders({ ...request, prefixKey: 'other' })['x-smg-routing-key']).not.toBe(affinity);
});

test("the user's own header counts instead", () => {
  const headers = gatewayHeaders(request, { 'X-Session-Id': 'mine' });
  expect(headers['x-session-id']).toBeUndefined();
  expect(headers['x-smg-routing-key']).toBeDefined();
});
