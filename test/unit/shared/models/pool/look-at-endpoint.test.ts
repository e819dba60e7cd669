import { expect, test } from 'vitest';
import { FailureError, type FailureKind } from '../../../../../services/domain/failure.ts';
import { EndpointError, type EndpointProblem } from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import type {
  EndpointReply,
  EndpointRequest,
  ModelEndpoint,
  ServedModels,
} from '../../../../../services/shared/models/model-endpoint.ts';
import { lookAtEndpoint } from '../../../../../services/shared/models/pool/look-at-endpoint.ts';
import { endpointSettings } from '../../../../../services/shared/models/settings/endpoint-settings.ts';

const baseUrl = 'http://a/v1';
const request = {
  model: 'Qwen/Qwen3-32B',
  temperature: 0.7,
  topP: 1,
  maxTokens: 2048,
  seed: 5,
  chatTemplateKwargs: { enable_thinking: false },
};
const never = new AbortController().signal;

type Outcome = EndpointProblem | FailureKind | 'answer';

/** An endpoint whose calls end so, one after another, the last for ever. */
function endpointWith(outcomes: readonly Outcome[], models: () => Promise<ServedModels>) {
  const asked: EndpointRequest[] = [];
  const endpoint: ModelEndpoint = {
    settings: endpointSettings({ model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency: 1, timeoutMs: 0 }, {}),
    models,
    complete: async (call) => {
      asked.push(call);
      const outcome = outcomes[Math.min(asked.length, outcomes.length) - 1] ?? 'answer';
      if (outcome === 'answer') return { usage: {} } as EndpointReply;
      if (outcome === 'context-overflow' || outcome === 'content-filter')
        throw new FailureError({ kind: outcome, message: outcome });
      throw new EndpointError(outcome as EndpointProblem, baseUrl, `${outcome} for ${call.model}`);
    },
    close: async () => {},
  };
  return { endpoint, asked };
}

const listing =
  (...names: string[]) =>
  async () => ({ names, simulated: false, ownedBy: '' });

test('it asks for one token with the settings of the run', async () => {
  const { endpoint, asked } = endpointWith(['answer'], listing('Qwen/Qwen3-32B'));
  expect(await lookAtEndpoint(endpoint, request, never)).toEqual({ kind: 'answers' });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ ...request, maxTokens: 1 });
});

test.each<[string, () => Promise<ServedModels>]>([
  ['lists another name, as for an alias', listing('qwen-large')],
  ['lists nothing', listing()],
  ['has no list', () => Promise.reject(new EndpointError('misconfigured', baseUrl, 'HTTP 404'))],
])('a server that %s and answers is good', async (_what, models) => {
  expect(await lookAtEndpoint(endpointWith(['answer'], models).endpoint, request, never)).toEqual({ kind: 'answers' });
});

test('nothing is asked of a simulated model', async () => {
  const { endpoint, asked } = endpointWith(['credentials'], async () => ({ names: [], simulated: true, ownedBy: '' }));
  expect(await lookAtEndpoint(endpoint, request, never)).toEqual({ kind: 'answers' });
  expect(asked).toEqual([]);
});

test.each<[Outcome[], string]>([
  [['credentials'], 'needs-person'],
  [['misconfigured'], 'needs-person'],
  [['unclear-refusal'], 'needs-person'],
  [['malformed'], 'needs-person'],
  [['context-overflow'], 'needs-person'],
  // A limit of one token may be refused, or show nothing, where the run's own limit is good.
  [['unclear-refusal', 'answer'], 'answers'],
  [['credentials', 'answer'], 'answers'],
  [['empty'], 'needs-person'],
  [['empty', 'answer'], 'answers'],
  // A filter that refuses six harmless words refuses everybody.
  [['content-filter'], 'needs-person'],
  [['content-filter', 'answer'], 'answers'],
  [['unavailable'], 'not-now'],
  [['throttled'], 'not-now'],
  [['stalled'], 'not-now'],
  [['credentials', 'unavailable'], 'not-now'],
])('an endpoint that says %o %s', async (outcomes, kind) => {
  expect(await lookAtEndpoint(endpointWith(outcomes, listing()).endpoint, request, never)).toMatchObject({ kind });
});

test('where the model is refused, it says what there is', async () => {
  const near = await lookAtEndpoint(
    endpointWith(['misconfigured'], listing('Qwen/Qwen3-8B', 'Qwen/Qwen3-32b')).endpoint,
    request,
    never,
  );
  expect(near).toMatchObject({
    error: { message: 'http://a/v1: misconfigured for Qwen/Qwen3-32B; did you mean "Qwen/Qwen3-32b"?' },
  });
  const many = listing(...Array.from({ length: 20 }, (_, index) => `gemma-${index}`));
  const far = await lookAtEndpoint(endpointWith(['misconfigured'], many).endpoint, request, never);
  expect(far).toMatchObject({ error: { message: expect.stringMatching(/; there is "gemma-0", .*"gemma-7", and 12 more$/) } });
});
