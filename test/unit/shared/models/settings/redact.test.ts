import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedact } from '../../../../../services/shared/models/settings/redact.ts';

const key = 'sk-planted/0123+Az=9';
const redact = createRedact([key]);
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a secret is taken out', () => {
  test.each<[string, string]>([
    ['as it is', key],
    ['in a header', `Bearer ${key}`],
    ['URL-encoded', encodeURIComponent(key)],
    [
      'URL-encoded twice, in small letters',
      encodeURIComponent(encodeURIComponent(key)).replace(/%25../g, (each) => each.toLowerCase()),
    ],
    ['in JSON as Gson writes it', key.replaceAll('=', '\\u003d').replaceAll('+', '\\u002b')],
    ['in JSON with escaped slashes, in JSON', JSON.stringify(key.replaceAll('/', '\\/'))],
    ['in HTML', key.replaceAll('=', '&#61;').replaceAll('/', '&#x2F;')],
    ['in HTML, escaped once more', key.replaceAll('=', '&amp;#61;')],
    ['in base64', base64(key)],
    ['in Basic authorization', base64(`user:${key}`)],
    ['in base64 for addresses', Buffer.from(`me:${key}:you`).toString('base64url')],
    ['in base64, URL-encoded', encodeURIComponent(base64(`:${key}`))],
    ['cut off', key.slice(0, 14)],
  ])('%s', (_form, said) => {
    const text = redact(`Incorrect key <${said}> provided`);
    expect(text).toMatch(/^Incorrect key <\S*( ?)\S*\[redacted\]\S*> provided$/);
    expect(text).not.toContain(key.slice(4, 12));
    expect(text).not.toContain(said);
  });

  test.each([
    ['a short one as a word', 'hunter2', 'key hunter2 refused', 'key [redacted] refused'],
    ['a short one not within a word', 'plan', 'a planet, no plan', 'a planet, no [redacted]'],
    ['a placeholder not at all', 'EMPTY', 'the list is EMPTY', 'the list is EMPTY'],
    ['what is too short for a secret not at all', 'x1', 'x1', 'x1'],
  ])('%s', (_what, secret, said, expected) => {
    expect(createRedact([secret])(said)).toBe(expected);
  });

  test('the longer of two that overlap whole', () => {
    expect(createRedact(['secret-one', 'secret-one-and-more'])('secret-one-and-more, secret-one')).toBe('[redacted], [redacted]');
  });
});

test('no form of a secret, alone or amid text, is left over, and other text is as it was', () => {
  const secret = fc.string({ unit: fc.constantFrom(...'abcXYZ0189-_./+=:~&%$\\"\''), minLength: 12, maxLength: 60 });
  const around = fc.string({ unit: fc.constantFrom(...' <>|,;!?()'), maxLength: 12 });
  const forms: ((text: string) => string)[] = [
    (text) => text,
    encodeURIComponent,
    (text) => encodeURIComponent(encodeURIComponent(text)),
    (text) => JSON.stringify(text).slice(1, -1),
    (text) => JSON.stringify(JSON.stringify(text)).slice(1, -1),
    (text) => [...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    (text) => [...text].map((each, index) => (index % 3 === 0 ? `&#${each.charCodeAt(0)};` : each)).join(''),
    (text) => base64(text),
    (text) => base64(`u:${text}`),
    (text) => Buffer.from(`us:${text}:`).toString('base64url'),
  ];
  fc.assert(
    fc.property(secret, around, around, fc.constantFrom(...forms), (planted, before, after, form) => {
      const text = createRedact([planted])(`${before}${form(planted)}${after}`);
      expect(text.startsWith(before)).toBe(true);
      expect(text).toContain('[redacted]');
      expect(text).not.toContain(planted);
      expect(text.length).toBeLessThanOrEqual(before.length + after.length + 30);
    }),
    { numRuns: 400 },
  );
});

test('hostile text is read in no time', () => {
  for (const text of [
    '\\'.repeat(200_000),
    '%25'.repeat(80_000),
    '&amp;#00'.repeat(40_000),
    'sk-planted/'.repeat(20_000),
    'A'.repeat(300_000),
  ]) {
    const startMs = performance.now();
    redact(text);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  }
});
