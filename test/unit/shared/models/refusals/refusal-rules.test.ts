import { expect, test } from 'vitest';
import { EndpointError, ServerRefusal } from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import { answerIn, answerOf } from '../../../../../services/shared/models/errors/server-answer.ts';
import type { EndpointRequest } from '../../../../../services/shared/models/model-endpoint.ts';
import { callError } from '../../../../../services/shared/models/refusals/call-error.ts';
import { endpointSettings } from '../../../../../services/shared/models/settings/endpoint-settings.ts';
import { createRedact } from '../../../../../services/shared/models/settings/redact.ts';

const endpoint = endpointSettings(
  { model: 'm', baseUrl: 'http://gpu-1:8000/v1', apiKeyVariable: 'KEY', maxConcurrency: 0, timeoutMs: 0 },
  { KEY: 'sk-planted-0123456789' },
);

const request: EndpointRequest = {
  model: 'bytedance/seed-oss',
  messages: [{ role: 'user', content: 'How many?' }],
  temperature: 0,
  topP: 0.9,
  maxTokens: 5_000,
  seed: 7,
  chatTemplateKwargs: { thinking_budget: 'all' },
  jobId: 'j',
  callId: 'c',
};

/** The kind of what an answer with this status and text comes to, with ? where it may be the one request's. */
function kindOf(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): string {
  const answer =
    status === 200
      ? answerIn(body)
      : answerOf(status, new Headers(headers), typeof body === 'string' ? body : JSON.stringify(body));
  const error = callError(new ServerRefusal(answer), {
    endpoint,
    request,
    redact: createRedact([]),
    billed: undefined,
    nowMs: 0,
  });
  if (error === undefined) throw new Error('no error came of it');
  return error instanceof EndpointError ? `${error.problem}${error.ofRequest ? '?' : ''}` : error.failure.kind;
}

const openAi = (message: string, more: object = {}) => ({ error: { message, ...more } });

/** Collected from public reports, in the words of the servers that the names say. */
const reported: readonly (readonly [string, string, number, unknown])[] = [
  [
    'xAI',
    'context-overflow',
    400,
    openAi("This model's maximum prompt length is 131072 but the request contains 537812 tokens."),
  ],
  ['nginx', 'misconfigured', 400, '<html><title>400 Request Header Or Cookie Too Large</title></html>'],
  ['nginx', 'misconfigured', 400, '<html><title>400 No required SSL certificate was sent</title></html>'],
  ['nginx', 'misconfigured', 400, '<html><title>400 The SSL certificate error</title></html>'],
  ['Cloudflare', 'misconfigured', 403, '<html><title>Just a moment...</title></html>'],
  ['Cloudflare', 'misconfigured', 403, '<html><title>Attention Required! | Cloudflare</title></html>'],
  ['ngrok', 'unavailable', 404, 'The endpoint abc.ngrok-free.app is offline. ERR_NGROK_3200'],
  [
    'TensorRT-LLM',
    'context-overflow',
    400,
    { message: 'The sum of prompt length (9000.0) and query length (0) max_tokens (5000) should not exceed max_seq_len (8192)' },
  ],
  [
    'TensorRT-LLM',
    'misconfigured',
    400,
    { message: 'The sum of prompt length (12.0) and query length (0) max_tokens (5000) should not exceed max_seq_len (4096)' },
  ],
  ['Ray Serve', 'throttled', 503, 'Request dropped due to backpressure (num_queued_requests=100, max_queued_requests=100).'],
  ['Triton', 'throttled', 400, openAi('Exceeds maximum queue size')],
  ['Portkey', 'content-filter', 446, openAi('The guardrail checks defined in the config failed.', { type: 'hooks_failed' })],
  [
    'Copilot',
    'misconfigured?',
    400,
    openAi('The requested model is not supported.', { code: 'model_not_supported', param: 'model' }),
  ],
  ['Node.js', 'misconfigured', 431, 'Request Header Fields Too Large'],
  [
    'TensorRT-LLM',
    'context-overflow',
    400,
    { message: 'The sum of prompt length (9000.0), query length (0) should not exceed max_num_tokens (8192)' },
  ],
  [
    'TensorRT-LLM',
    'context-overflow',
    400,
    {
      message:
        'default_max_tokens (-808) must be greater than 0, default_max_tokens = max_seq_len(8192) - splited_prompt_len(9000)',
    },
  ],
  [
    'SambaNova',
    'context-overflow',
    400,
    openAi('generating 512 tokens requires a sequence length of 8512, but the maximum supported sequence length is just 8192!'),
  ],
  ['LMDeploy', 'context-overflow', 400, { message: 'The input prompt is longer than the session length' }],
  ['a gateway', 'context-overflow', 400, { error: 'prompt tokens 9000 greater than max context 8192' }],
  ['nginx', 'misconfigured', 400, '<html><center>The plain HTTP request was sent to HTTPS port</center></html>'],
  ['a server in Go', 'misconfigured', 400, 'Client sent an HTTP request to an HTTPS server.'],
  ['Azure', 'misconfigured', 400, { error: { code: 'UnsupportedApiVersion', message: 'API version not supported' } }],
  ['Gemini', 'credentials', 400, [openAi('Please pass a valid API key.', { code: 400, status: 'INVALID_ARGUMENT' })]],
  ['Bedrock', 'misconfigured?', 400, openAi('The provided model identifier is invalid.')],
  ['a gateway', 'content-filter', 451, openAi('Unavailable for legal reasons')],
  ['Copilot', 'context-overflow', 400, openAi('prompt token count of 135355 exceeds the limit of 128000')],
  [
    'LM Studio',
    'context-overflow',
    400,
    openAi('The number of tokens to keep from the initial prompt is greater than the context length.'),
  ],
  ['MiniMax', 'context-overflow', 400, openAi('invalid params, context window exceeds limit')],
  ['Kimi', 'context-overflow', 400, openAi('Your request exceeded model token limit: 262144')],
  ['OpenAI', 'context-overflow', 400, openAi('Input tokens exceed the configured limit of 272000 tokens.')],
  [
    'OpenAI',
    'context-overflow',
    400,
    openAi("Invalid 'messages[0].content': string too long.", { code: 'string_above_max_length' }),
  ],
  ['Anthropic', 'context-overflow', 400, openAi('input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000')],
  [
    'Cerebras',
    'context-overflow',
    400,
    openAi('Please reduce the length of the messages or completion. Current length is 8193 while limit is 8192'),
  ],
  ['Z.ai', 'context-overflow', 400, openAi('Prompt exceeds max length', { code: '1261' })],
  [
    'Mistral',
    'context-overflow',
    400,
    { message: 'Prompt contains 215418 tokens and 0 draft tokens, too large for model with 131072 maximum context length' },
  ],
  ['Ollama', 'context-overflow', 400, { error: 'prompt too long; exceeded max context length by 4 tokens' }],
  ['Zhipu', 'context-overflow', 400, openAi('Prompt 超长', { code: '1261' })],
  [
    'vLLM',
    'context-overflow',
    400,
    {
      message:
        "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 8192 tokens and your request has 4000 input tokens (5000 > 8192 - 4000).",
    },
  ],
  [
    'OpenAI',
    'context-overflow',
    429,
    openAi('Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000.', {
      code: 'rate_limit_exceeded',
    }),
  ],

  [
    'vLLM',
    'misconfigured',
    400,
    {
      message:
        "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has 40 input tokens (5000 > 4096 - 40).",
    },
  ],
  [
    'SGLang',
    'misconfigured',
    400,
    {
      message:
        "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5020 tokens: 20 tokens from the input messages and 5000 tokens for the completion.",
    },
  ],
  [
    'Anthropic',
    'misconfigured',
    400,
    openAi('max_tokens: 5000 > 4096, which is the maximum allowed number of output tokens for this model'),
  ],
  ['a gateway', 'misconfigured', 400, openAi('the number of completion tokens exceeds the maximum allowed, 4096')],
  ['DeepSeek', 'misconfigured?', 400, openAi('Invalid max_tokens value, the valid range of max_tokens is [1, 4096]')],
  [
    'vLLM 0.33',
    'misconfigured',
    400,
    openAi(
      'max_tokens=5000 cannot be greater than max_model_len=4096. Please request fewer output tokens. (parameter=max_tokens, value=5000)',
      { param: 'max_tokens' },
    ),
  ],
  [
    'an older vLLM, through LiteLLM',
    'misconfigured',
    500,
    openAi(
      'litellm.InternalServerError: max_completion_tokens=5000 cannot be greater than max_model_len=max_total_tokens=4096. Please request fewer output tokens.',
    ),
  ],
  [
    'TGI',
    'misconfigured',
    422,
    {
      error:
        'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 20 `inputs` tokens and 5000 `max_new_tokens`',
    },
  ],
  [
    'TGI',
    'context-overflow',
    422,
    {
      error:
        'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8192. Given: 4000 `inputs` tokens and 5000 `max_new_tokens`',
    },
  ],
  ['TGI', 'misconfigured', 422, { error: 'Input validation error: `max_new_tokens` must be <= 2048. Given: 5000' }],
  [
    'Bedrock',
    'misconfigured',
    400,
    openAi(
      'The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096.',
    ),
  ],
  [
    'Vertex AI',
    'misconfigured',
    400,
    openAi(
      'Unable to submit request because it has a maxOutputTokens value of 5000 but the supported range is from 1 (inclusive) to 4097 (exclusive).',
    ),
  ],
  [
    'mistral.rs',
    'context-overflow',
    422,
    { message: 'Prompt sequence length is greater than 4096, perhaps consider using `truncate_sequence`?' },
  ],
  [
    'OpenAI, of a model that has thought too long',
    'cut-off',
    400,
    openAi(
      'Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.',
    ),
  ],

  [
    'xAI',
    'content-filter',
    403,
    {
      code: 'The caller does not have permission',
      error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO',
    },
  ],
  ['OpenAI', 'content-filter', 400, openAi('Your request was rejected as a result of our safety system.')],
  ['Google', 'content-filter', 400, openAi('The prompt was blocked due to PROHIBITED_CONTENT')],
  ['Zhipu', 'content-filter', 400, openAi('系统检测到输入或生成内容可能包含不安全或敏感内容', { code: '1301' })],

  ['OpenAI', 'credentials', 401, openAi('Incorrect API key provided: sk-abc***xyz.', { code: 'invalid_api_key' })],
  ['DeepSeek', 'credentials', 402, openAi('Insufficient Balance')],
  [
    'OpenRouter',
    'credentials',
    402,
    openAi('This request requires more credits, or fewer max_tokens. You requested up to 5000 tokens, but can only afford 1200.'),
  ],
  [
    'Moonshot',
    'credentials',
    429,
    openAi('Your account is suspended, please check your plan and billing details', { type: 'exceeded_current_quota_error' }),
  ],
  [
    'OpenAI',
    'credentials',
    429,
    openAi('You exceeded your current quota, please check your plan and billing details.', { code: 'insufficient_quota' }),
  ],
  [
    'OpenAI',
    'credentials?',
    403,
    openAi('Country, region, or territory not supported', { code: 'unsupported_country_region_territory' }),
  ],
  ['a firewall', 'credentials?', 403, '<html><head><title>403 Forbidden</title></head></html>'],
  ['LiteLLM', 'credentials', 400, openAi('Authentication Error, Invalid proxy server token passed', { type: 'auth_error' })],

  ['LiteLLM without a database', 'credentials', 400, openAi('No connected db.', { type: 'no_db_connection', code: '400' })],
  [
    'OpenAI',
    'misconfigured',
    404,
    openAi('The model `bytedance/seed-oss` does not exist or you do not have access to it.', { code: 'model_not_found' }),
  ],
  ['Azure', 'misconfigured', 404, openAi('The API deployment for this resource does not exist.', { code: 'DeploymentNotFound' })],
  ['OpenRouter', 'misconfigured', 404, openAi('No endpoints found for bytedance/seed-oss.')],
  [
    'Hugging Face',
    'misconfigured?',
    400,
    openAi("The requested model 'bytedance/seed-oss' is not supported by any provider you have enabled."),
  ],
  [
    'Perplexity',
    'misconfigured?',
    400,
    openAi("Invalid model 'bytedance/seed-oss'. Permitted models can be found in the documentation."),
  ],
  [
    'LiteLLM, by a name with a setting in it',
    'misconfigured?',
    400,
    openAi('Invalid model name passed in model=bytedance/seed-oss'),
  ],
  ['LM Studio', 'misconfigured', 200, { error: 'Unexpected endpoint or method. (POST /chat/completions). Returning 200 anyway' }],
  ['Cloudflare', 'misconfigured', 400, { success: false, errors: [{ code: 7000, message: 'No route for that URI' }] }],
  ['Express', 'misconfigured', 404, '<pre>Cannot POST /chat/completions</pre>'],
  [
    'OpenAI',
    'misconfigured?',
    400,
    openAi("Invalid 'temperature': decimal above maximum value.", { param: 'temperature', code: 'decimal_above_max_value' }),
  ],
  ['Anthropic', 'misconfigured?', 400, openAi('`temperature` is deprecated for this model.')],
  ['llama-server', 'misconfigured?', 400, openAi('Assistant response prefill is incompatible with enable_thinking.')],
  ['a template', 'misconfigured?', 400, openAi('Unexpected thinking budget: all')],

  [
    'Google',
    'throttled',
    429,
    [
      {
        error: {
          code: 429,
          message:
            'You exceeded your current quota, please check your plan and billing details. Quota exceeded, limit: 15 per minute.',
          status: 'RESOURCE_EXHAUSTED',
        },
      },
    ],
  ],
  [
    'Azure',
    'throttled',
    429,
    openAi('Requests have exceeded token rate limit of your current pricing tier. Please retry after 7 seconds.', {
      code: '429',
    }),
  ],
  ['Bedrock', 'throttled', 400, openAi('Too many tokens, please wait before trying again.', { type: 'ThrottlingException' })],
  ['Anthropic', 'throttled', 529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
  ['Anthropic', 'throttled', 429, openAi('This request would exceed your output tokens per minute rate limit.')],
  [
    'Databricks',
    'throttled',
    429,
    { message: 'REQUEST_LIMIT_EXCEEDED: Exceeded workspace output tokens per minute rate limit.' },
  ],
  ['a gateway', 'throttled', 429, openAi('Model bytedance/seed-oss is currently not available due to heavy load')],
  ['a gateway', 'throttled', 429, openAi('Too many requests for this model', { param: 'model' })],
  ['a gateway', 'throttled', 429, openAi('Slow down; see the required headers for when to try again.')],
  [
    'vLLM with --max-num-queued-reqs',
    'throttled',
    503,
    openAi('The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.', {
      type: 'Service Unavailable',
      code: 503,
    }),
  ],
  [
    'vLLM with --max-num-queued-tokens',
    'throttled',
    503,
    openAi('The engine has reached its prefill token backlog limit. Please try again later or on a different instance.', {
      code: 503,
    }),
  ],
  ['SGLang', 'throttled', 503, openAi('Request waiting timeout reached.', { code: 503 })],
  ['SGLang', 'throttled', 503, openAi('The request is aborted by a higher priority request.', { code: 503 })],
  ['SGLang', 'throttled', 503, openAi('Retracted under decode memory pressure without a KV backup. Retry later.', { code: 503 })],

  ['OpenAI', 'unavailable?', 500, openAi('The model produced invalid content. Consider modifying your prompt.')],
  ['nginx', 'unavailable', 502, '<html><title>502 Bad Gateway</title></html>'],
  ['llm-d', 'unavailable', 503, 'inference gateway: ServiceUnavailable - failed to find candidate pods for serving the request'],
  ['vLLM', 'unavailable', 503, openAi('Request failed; please retry', { type: 'ServiceUnavailableError', code: 503 })],
  ['Ollama', 'throttled', 503, { error: 'server busy, please try again.  maximum pending requests exceeded' }],
  ['SGLang', 'throttled', 503, openAi('The request queue is full.', { code: 503 })],
  ['Groq', 'throttled', 498, openAi('Flex tier capacity exceeded, please try again later', { code: 'capacity_exceeded' })],
  ['OpenAI', 'throttled', 503, openAi('Slow Down', { code: 'slow_down' })],
  ['Bedrock', 'throttled', 400, { __type: 'ThrottlingException', message: 'Too many tokens, please wait before trying again.' }],
  [
    'TGI',
    'unavailable?',
    424,
    { error: 'Request failed during generation: Server error: CUDA out of memory.', error_type: 'generation' },
  ],
  [
    'Bedrock',
    'unavailable?',
    424,
    { message: 'The system encountered an unexpected error during processing. Try your request again.' },
  ],
  ['LM Studio', 'unavailable?', 400, { error: 'The model has crashed without additional information. (Exit code: 9)' }],
  ['LM Studio', 'unavailable?', 400, { error: 'Model unloaded.' }],
  ['LM Studio', 'unavailable?', 400, { error: 'Channel Error' }],
  ['Zhipu', 'credentials', 429, openAi('余额不足或无可用资源包,请充值。', { code: '1113' })],
  ['Zhipu', 'throttled', 429, openAi('您当前使用该API的并发数过高，请降低并发。', { code: '1302' })],
  ['Zhipu', 'misconfigured?', 400, openAi('模型不存在，请检查模型代码。', { code: '1211' })],
  ['Google', 'credentials', 400, openAi('User location is not supported for the API use.', { status: 'FAILED_PRECONDITION' })],
  [
    'MiniMax',
    'credentials',
    200,
    { base_resp: { status_code: 1004, status_msg: 'login fail: Please carry the API secret key' } },
  ],
  ['Ollama', 'misconfigured?', 400, openAi('"nomic-embed-text" does not support chat')],
  ['Groq', 'misconfigured?', 400, openAi('The model `whisper-large-v3` does not support chat completions')],
  ['vLLM', 'misconfigured?', 400, openAi('The model does not support Chat Completions API')],
  ['Hugging Face', 'misconfigured?', 400, { error: 'Model not supported by provider novita' }],
  ['LiteLLM', 'misconfigured?', 400, openAi('litellm.BadRequestError: LLM Provider NOT provided. You passed model=qwen')],
  ['Azure', 'misconfigured?', 400, openAi('Missing required query parameter: api-version', { code: 'BadRequest' })],
  ['a server, of a name with a stop in it', 'misconfigured?', 400, openAi('Model Qwen/Qwen2.5-7B-Instruct not found')],
  ['LMDeploy', 'misconfigured?', 400, { message: 'The model `internlm2.5-7b-chat` does not exist.' }],
  ['Groq', 'misconfigured?', 400, openAi('The model `llama-3.1-70b-versatile` has been decommissioned.')],
  ['a gateway', 'context-overflow', 400, openAi('The prompt for gpt-4.1 is too long')],
  ['a gateway', 'context-overflow', 400, openAi('Input of 9000 tokens to qwen2.5 exceeds the maximum of 8192')],
  ['a gateway', 'credentials', 400, openAi('The API key for api.example.com is invalid')],
  [
    'Bedrock',
    'misconfigured?',
    400,
    { message: 'Invocation of model ID anthropic.claude-opus-4-20250514-v1:0 with on-demand throughput isn’t supported.' },
  ],
  ['Bedrock', 'misconfigured?', 400, { message: 'This model version has reached the end of its life.' }],
  ['GitHub', 'misconfigured?', 400, openAi('Unavailable model: gpt-5')],
  ['Azure', 'misconfigured?', 400, openAi('The chatCompletion operation does not work with the specified model, o1-pro.')],
  ['Groq', 'misconfigured?', 400, openAi('The model `orpheus` requires terms acceptance.')],
  ['llama-server', 'misconfigured', 501, openAi('This server does not support chat completions', { code: 501 })],
  ["Python's own server", 'misconfigured', 501, "<html><p>Message: Unsupported method ('POST').</p></html>"],
  ['a proxy', 'misconfigured', 407, '<html>Proxy Authentication Required</html>'],
  ['a hotspot', 'misconfigured', 511, '<html>Network Authentication Required</html>'],
  [
    'Google',
    'credentials',
    400,
    [openAi('Gemini API free tier is not available in your country. Please enable billing.', { status: 'FAILED_PRECONDITION' })],
  ],
  [
    'Anthropic',
    'credentials',
    400,
    openAi('You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.'),
  ],
  ['Kong', 'content-filter', 400, openAi('bad request: prompt pattern is blocked')],
  ['Envoy', 'throttled', 503, 'upstream connect error or disconnect/reset before headers. reset reason: overflow'],
  ['Envoy', 'unavailable', 503, 'upstream connect error or disconnect/reset before headers. reset reason: connection timeout'],
  ['Google', 'throttled', 503, [openAi('This model is currently experiencing high demand.', { code: 503 })]],
  ['Dynamo', 'throttled', 503, { message: 'Service temporarily unavailable: All workers are busy, please retry later' }],
  ['Triton', 'throttled', 503, openAi('Request queue time exceeded')],
  ["SGLang's gateway", 'throttled', 408, 'Request timed out in queue'],
  ['Apigee', 'throttled', 500, { fault: { faultstring: 'Spike arrest violation. Allowed rate : MessageRate{}' } }],
  ["Cloudflare's gateway", 'unclear-refusal?', 400, { success: false, error: [{ code: 2001, message: 'Please configure it' }] }],
  ['a server', 'unclear-refusal?', 400, openAi('This request is odd.')],
  ['a server', 'unclear-refusal?', 418, ''],
];

test.each(reported)('%s says %s with status %i: %j', (_server, kind, status, body) => {
  expect(kindOf(status, body)).toBe(kind);
});

test('a defect of ours is blamed on no endpoint', () => {
  const circumstances = { endpoint, request, redact: createRedact([]), billed: undefined, nowMs: 0 };
  expect(callError(new TypeError("Cannot read properties of undefined (reading 'x')"), circumstances)).toBeUndefined();
  expect(callError(new RangeError('boom'), circumstances)).toBeUndefined();
});

test('a refusal in words that no rule knows is one of the moment where the server says so, or one of Envoy that is full', () => {
  const odd = openAi('This request is odd.');
  expect(kindOf(400, odd, { 'x-should-retry': 'true' })).toBe('unavailable?');
  expect(kindOf(400, odd, { 'x-should-retry': 'false' })).toBe('unclear-refusal?');
  expect(kindOf(401, odd, { 'x-should-retry': 'true' })).toBe('credentials');
  expect(kindOf(503, '', { 'x-envoy-overloaded': 'true' })).toBe('throttled');
});

test('an account that has used up what it may is told as that, whether or not a key is sent', () => {
  const answer = answerOf(400, new Headers(), JSON.stringify(openAi('You have reached your specified API usage limits.')));
  const circumstances = { request, redact: createRedact([]), billed: undefined, nowMs: 0 };
  for (const each of [endpoint, { ...endpoint, apiKey: undefined }]) {
    const error = callError(new ServerRefusal(answer), { ...circumstances, endpoint: each as typeof endpoint });
    expect(error?.message).toMatch(/the account .* is out of credit or has an unpaid bill/);
  }
});
