import { expect, test } from 'vitest';
import { tellUnreachable } from '../../../../services/cli/runs/tell-unreachable.ts';
import type { RunEndpoint } from '../../../../services/shared/config/endpoints/run-endpoints.ts';
import type { RunFile } from '../../../../services/shared/config/run-file.ts';
import { clusterBaseUrl } from '../../../../services/shared/models/settings/endpoint-settings.ts';
import { answer, startFaultyEndpoint } from '../../../support/faulty-endpoint.ts';

const never = new AbortController().signal;
const at = (baseUrl: string, simulated = false): RunEndpoint => ({
  ...{ model: 'qwen', baseUrl, apiKeyVariable: '', maxConcurrency: 1, timeoutMs: 1_000, simulated },
});

test('an endpoint that is away is mentioned once; one that answers, the simulated model and the cluster’s own are not', async () => {
  await using there = await startFaultyEndpoint(answer('no list'));
  const gone = await startFaultyEndpoint(answer('gone'));
  await gone[Symbol.asyncDispose]();
  const endpoints = [at(there.baseUrl), at(gone.baseUrl), at(gone.baseUrl), at('', true), at(clusterBaseUrl)];
  const notices: string[] = [];
  const view = { notice: (text: string) => void notices.push(text) };
  await tellUnreachable({ endpoints } as unknown as RunFile, view, { environment: {} }, never);
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatch(
    /^The endpoint of qwen is not reachable: .*ECONNREFUSED.* What the response cache has is used; all else waits\.$/,
  );
  // It was asked for its list of models, and for nothing that costs a token.
  expect(there.requests.map(({ path }) => path)).toEqual(['/v1/models']);
});
