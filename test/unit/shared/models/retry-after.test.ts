import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../../services/shared/models/retry-after.ts';

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
  ['a date in the past', { 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0],
  ['an absurd number, cut to a day', { 'retry-after': '99999999' }, 86_400_000],
  ["its provider's, handed on by LiteLLM", { 'llm_provider-retry-after': '30' }, 30_000],
  ["its own before its provider's", { 'retry-after': '2', 'llm_provider-retry-after': '30' }, 2_000],
  ['milliseconds under a name of its own', { 'x-ms-retry-after-ms': '40' }, 40],
  ['with its unit', { 'retry-after': '1m30s' }, 90_000],
  ['nonsense', { 'retry-after': 'soon' }, undefined],
  ['nothing', {}, undefined],
])('%s', (_form, headers, expected) => {
  expect(retryAfterMs({ headers: new Headers(headers as Record<string, string>), message: '' }, now)).toBe(expected);
});

test.each([
  ['Rate limit reached. Please try again in 7.66s.', 7_660],
  ['Please try again in 6m23.5s. Visit us.', 383_500],
  ['Please retry in 34.07s.', 34_070],
  ['Please try again in 120ms', 120],
  ['Please try again after 5 seconds', 5_000],
  ['Please try again later.', undefined],
  ['I would retry in the evening', undefined],
])('in words: %s', (message, expected) => {
  expect(retryAfterMs({ headers: new Headers(), message }, now)).toBe(expected);
});
