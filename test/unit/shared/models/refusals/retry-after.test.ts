import { expect, test } from 'vitest';
import { answerOf } from '../../../../../services/shared/models/errors/server-answer.ts';
import { restAfterAnswerMs } from '../../../../../services/shared/models/refusals/rate-fields.ts';
import { retryAfterMs } from '../../../../../services/shared/models/refusals/retry-after.ts';

const now = Date.UTC(2026, 0, 1, 12);

test.each([
  ['seconds', { 'retry-after': '5' }, 5_000],
  ['a fraction of a second', { 'retry-after': '0.25' }, 250],
  ['more than a minute', { 'retry-after': '300' }, 300_000],
  ['milliseconds, which go first', { 'retry-after-ms': '40', 'retry-after': '5' }, 40],
  ['a date, by our clock', { 'retry-after': 'Thu, 01 Jan 2026 12:01:30 GMT' }, 90_000],
  [
    "a date, by the server's clock where it shows it",
    { 'retry-after': 'Thu, 01 Jan 2026 15:01:30 GMT', date: 'Thu, 01 Jan 2026 15:01:00 GMT' },
    30_000,
  ],
  ['a date in the old form of RFC 850', { 'retry-after': 'Thursday, 01-Jan-26 12:01:30 GMT' }, 90_000],
  ['a date of RFC 3339', { 'retry-after': '2026-01-01T12:01:30Z' }, 90_000],
  ['a date in the past', { 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0],
  ['an absurd number, cut to a day', { 'retry-after': '99999999' }, 86_400_000],
  ["its provider's, handed on by LiteLLM", { 'llm_provider-retry-after': '30' }, 30_000],
  ["its own before its provider's", { 'retry-after': '2', 'llm_provider-retry-after': '30' }, 2_000],
  ['milliseconds under a name of its own', { 'x-ms-retry-after-ms': '40' }, 40],
  ['a moment in seconds since 1970', { 'retry-after': `${now / 1000 + 9}` }, 9_000],
  ['once from each proxy on the way', { 'retry-after': '3, 5' }, 5_000],
  ['with its unit', { 'retry-after': '1m30s' }, 90_000],
  ['in thousandths of a second, in full', { 'retry-after': '500 milliseconds' }, 500],
  ['in days', { 'retry-after': '0.5 days' }, 43_200_000],
  ['as a duration of ISO 8601', { 'retry-after': 'PT1M30.5S' }, 90_500],
  ['as one of hours, with a comma', { 'retry-after': 'PT1H0,5S' }, 3_600_500],
  ['as one of days', { 'retry-after': 'P1D' }, 86_400_000],
  ['as one of nothing', { 'retry-after': 'PT' }, undefined],
  ['nonsense', { 'retry-after': 'soon' }, undefined],
  ['less than nothing', { 'retry-after': '-5' }, undefined],
  ['in quotes', { 'retry-after': '"5"' }, 5_000],
  ['with a comment', { 'retry-after': '5 (per minute)' }, 5_000],
  ['with a parameter', { 'retry-after': '5;comment' }, 5_000],
  ['a date without a zone', { 'retry-after': '2026-01-01T12:01:30' }, 90_000],
  [
    'when an hourly rate begins anew, of an error that is not about it',
    { 'ratelimit-remaining': '9', 'ratelimit-reset': '3000' },
    undefined,
  ],
  ['nothing', {}, undefined],
])('%s', (_form, headers, expected) => {
  expect(retryAfterMs({ status: 503, headers: new Headers(headers as Record<string, string>), message: '' }, now)).toBe(expected);
});

test('a date in the form of asctime is in GMT, wherever this machine is', () => {
  const zone = process.env.TZ;
  process.env.TZ = 'America/New_York';
  try {
    const headers = new Headers({ 'retry-after': 'Thu Jan  1 12:01:30 2026' });
    expect(new Date(now).getTimezoneOffset()).toBe(300);
    expect(retryAfterMs({ status: 503, headers, message: '' }, now)).toBe(90_000);
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test.each([
  ['Rate limit reached. Please try again in 7.66s.', 7_660],
  ['Please try again in 6m23.5s. Visit us.', 383_500],
  ['Please retry in 34.07s.', 34_070],
  ['Please try again in 120ms', 120],
  ['Please try again after 5 seconds', 5_000],
  ['Please retry after 500 milliseconds.', 500],
  ['Rate limit of 10 per 60s exceeded. Please wait 3 seconds before retrying.', 3_000],
  ['Please wait for 1 minute 30 seconds.', 90_000],
  ['Please try again in about 7 s', 7_000],
  ['Limit reached; resets in 45s', 45_000],
  ['Please try again in 1 day.', 86_400_000],
  ['Rate limit exceeded, wait 5 seconds before retrying', 5_000],
  ['Remaining: 0. Limit resets at: 2026-01-01 12:00:32 UTC', 32_000],
  ['Retry after 2026-01-01T12:00:32.5Z.', 32_500],
  ['Please try again in 3 months.', undefined],
  ['Please retry 3 times', undefined],
  ['Please try again later.', undefined],
  ['I would retry in the evening', undefined],
])('in words: %s', (message, expected) => {
  expect(retryAfterMs({ status: 429, headers: new Headers(), message }, now)).toBe(expected);
});

test.each([
  ["Google's", [{ error: { message: 'Exhausted', details: [{ '@type': 'x.RetryInfo', retryDelay: '34s' }] } }], 34_000],
  ['seconds in the error', { error: { message: 'slow', retry_after: 7 } }, 7_000],
  ['seconds beside it', { message: 'slow', retry_after_seconds: '7.5' }, 7_500],
  ['the time to load a model', { error: 'Model is currently loading', estimated_time: 20.5 }, 20_500],
  ['milliseconds in the error', { error: { message: 'slow', retry_after_ms: 1500 } }, 1_500],
  ['seconds under a name in one word', { error: { message: 'slow', retryAfterSeconds: 7 } }, 7_000],
  ["seconds under the header's name", { error: { message: 'slow', 'retry-after': '7' } }, 7_000],
  ["milliseconds under the header's name", { error: { message: 'slow', 'retry-after-ms': '250' } }, 250],
  ['seconds until it resets', { error: { type: 'usage_limit_reached', message: 'slow', resets_in_seconds: 20 } }, 20_000],
  ['when it resets', { error: { type: 'usage_limit_reached', message: 'slow', resets_at: now / 1000 + 20 } }, 20_000],
  ['milliseconds in words', { error: { message: 'slow', retry_after_ms: '9 or so' } }, undefined],
  ['two times, of which the longer counts', { error: { message: 'slow', retry_after: 3 }, retry_after: 7 }, 7_000],
  ['milliseconds as a text, beside it', { error: 'slow', retryAfterMs: '250' }, 250],
  ['a duration of ISO 8601', { error: { message: 'slow', retryAfter: 'PT30S' } }, 30_000],
  ['a moment', { error: { message: 'slow', retry_after: '2026-01-01T12:00:07Z' } }, 7_000],
  [
    'a delay that a gateway has read',
    { error: { message: 'slow', details: [{ retryDelay: { seconds: '34', nanos: 0 } }] } },
    34_000,
  ],
  ['no milliseconds', { error: { message: 'slow', retry_after_ms: null } }, undefined],
  ['an empty text of them', { error: { message: 'slow', retry_after_ms: '' } }, undefined],
  ['nonsense', { error: { message: 'slow', retry_after: 'soon' } }, undefined],
  [
    "headers of the provider, as OpenRouter's body repeats them",
    {
      error: {
        message: 'Rate limit exceeded: free-models-per-min.',
        code: 429,
        metadata: {
          headers: { 'X-RateLimit-Limit': '20', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': `${now + 30_000}` },
        },
      },
    },
    30_000,
  ],
  [
    'headers that are none',
    { error: { message: 'slow', metadata: { headers: { 'retry-after': 'a\nb', ' ': '1' } } } },
    undefined,
  ],
])('in the body: %s', (_form, body, expected) => {
  expect(retryAfterMs(answerOf(429, new Headers(), JSON.stringify(body)), now)).toBe(expected);
});

test.each([
  [
    "OpenAI's, of the rate that is used up",
    { remaining: '-requests: 0, -tokens: 900', reset: '-requests: 1s, -tokens: 6m0s' },
    1_000,
  ],
  ['with minutes, cut to one', { remaining: '-tokens: 0', reset: '-tokens: 6m0s' }, 60_000],
  ['in milliseconds', { remaining: '-requests: 0', reset: '-requests: 86ms' }, 86],
  ['of no rate by name, in seconds', { remaining: ': 0', reset: ': 7' }, 7_000],
  ['as a moment in seconds', { remaining: '', reset: `: ${now / 1000 + 12}` }, 12_000],
  ['as a moment in milliseconds', { remaining: '', reset: `: ${now + 12_000}` }, 12_000],
  [
    'by windows, of which the day is not used up (Cerebras)',
    { remaining: '-requests-day: 100, -tokens-minute: 0', reset: '-requests-day: 33011.38, -tokens-minute: 11.38' },
    11_380,
  ],
  ['as a moment by the calendar', { remaining: '-requests: 0', reset: '-requests= 2026-01-01T12:00:07Z' }, 7_000],
  ['while something is left of it', { remaining: '-requests: 3', reset: '-requests: 20s' }, undefined],
])('what is left of a rate: %s', (_form, fields, expected) => {
  const headers = new Headers();
  for (const [field, values] of Object.entries(fields)) {
    for (const pair of values.split(',').filter((each) => each !== '')) {
      const [of = '', value = ''] = pair.split(/[:=] /).map((each) => each.trim());
      headers.set(`x-ratelimit-${field}${of}`, value);
    }
  }
  expect(retryAfterMs({ status: 429, headers, message: '' }, now)).toBe(expected);
  // An error of another kind says nothing by it: the same headers stand on every answer.
  expect(retryAfterMs({ status: 500, headers, message: '' }, now)).toBeUndefined();
  headers.set('retry-after', '2');
  expect(retryAfterMs({ status: 429, headers, message: '' }, now)).toBe(2_000);
});

test.each([
  ["the IETF's draft (Hugging Face, Cloudflare)", { ratelimit: '"default";r=0;t=30' }, 30_000],
  [
    'the same, of two rates',
    { ratelimit: '"burst";r=0;t=5, "hour";r=20;t=1800', 'ratelimit-policy': '"burst";q=10;w=10' },
    5_000,
  ],
  ['the same, of two rates, the first not used up', { ratelimit: '"hour";r=20;t=1800, "burst";r=0;t=5' }, 5_000],
  ['the same, with a key of its own', { ratelimit: '"default";pk=:cHJvamVjdA==:;r=0;t=12' }, 12_000],
  ['the same, of which something is left', { ratelimit: '"default";r=3;t=30' }, undefined],
  ['the same, without a time', { ratelimit: '"default";r=0' }, undefined],
  ['its seventh version', { ratelimit: 'limit=100, remaining=0, reset=7' }, 7_000],
  ['its older ones', { 'ratelimit-limit': '100', 'ratelimit-remaining': '0', 'ratelimit-reset': '7' }, 7_000],
  ['one that passes on no more', { 'ratelimit-reset': '7' }, 7_000],
  ['its older ones, of an hour, cut to a minute', { 'ratelimit-remaining': '0', 'ratelimit-reset': '3000' }, 60_000],
  ["Mistral's of tokens", { 'ratelimitbysize-remaining': '0', 'ratelimitbysize-reset': '35' }, 35_000],
  [
    "Anthropic's",
    {
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-01-01T12:00:09Z',
      'anthropic-ratelimit-tokens-remaining': '16000',
      'anthropic-ratelimit-tokens-reset': '2026-01-01T12:00:40Z',
    },
    9_000,
  ],
  [
    "Anthropic's, as LiteLLM passes it on",
    {
      'llm_provider-anthropic-ratelimit-input-tokens-remaining': '0',
      'llm_provider-anthropic-ratelimit-input-tokens-reset': '2026-01-01T12:00:09Z',
    },
    9_000,
  ],
])('when a throttled call may be made again, by %s', (_whose, fields, expected) => {
  const headers = new Headers(fields as Record<string, string>);
  expect(retryAfterMs({ status: 429, headers, message: '' }, now)).toBe(expected);
  expect(retryAfterMs({ status: 500, headers, message: '' }, now)).toBeUndefined();
});

test.each([
  ['"default";r=0;t=30', 30_000],
  ['"default";r=1;t=30', undefined],
  ['"day";r=0;t=3600', 60_000],
])('left after an answer, by RateLimit: %s', (ratelimit, expected) => {
  expect(restAfterAnswerMs({ ratelimit }, 800, now)).toBe(expected);
});

test.each([
  ['enough of both rates', { 'remaining-requests': '1', 'remaining-tokens': '800' }, undefined],
  ['no request', { 'limit-requests': '60', 'remaining-requests': '0', 'reset-requests': '1m0s' }, 1_000],
  ['fewer tokens than the call took', { 'limit-tokens': '6000', 'remaining-tokens': '300', 'reset-tokens': '57s' }, 5_000],
  ['no request, of a rate that is not named', { 'remaining-requests': '0', 'reset-requests': '12ms' }, 12],
  ['nothing, and no word of when there will be', { 'remaining-requests': '0' }, undefined],
  ['nothing for an hour', { 'remaining-tokens': '0', 'reset-tokens': '1h' }, 60_000],
  ['what is no number', { 'remaining-requests': 'few', 'reset-requests': '1s' }, undefined],
])('left after an answer of 800 tokens: %s', (_what, fields, expected) => {
  const headers = Object.fromEntries(Object.entries(fields).map(([name, value]) => [`x-ratelimit-${name}`, value]));
  expect(restAfterAnswerMs(headers, 800, now)).toBe(expected);
});
