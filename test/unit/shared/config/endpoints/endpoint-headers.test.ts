import { describe, expect, test } from 'vitest';
import { endpointHeaders } from '../../../../../services/shared/config/endpoints/endpoint-headers.ts';

const headers = endpointHeaders();

describe('headers of an endpoint', () => {
  test('are texts, or variables', () => {
    const given = {
      'x-portkey-provider': 'openai',
      'api-key': { variable: 'AZURE_KEY' },
      'HTTP-Referer': 'https://example.org/a-page',
    };
    expect(headers.parse(given)).toEqual(given);
  });

  test.each<[string, unknown, RegExp]>([
    ['a text', 'x-a: b', /group of headers/],
    ['a list', ['x-a'], /group of headers/],
    ['a number', { 'x-a': 1 }, /a text, or/],
    ['nothing', { 'x-a': null }, /a text, or/],
    ['a group of something else', { 'x-a': { value: 'b' } }, /a text, or/],
    ['no name of a header', { 'x a': 'b' }, /not the name of a header/],
    ['several lines', { 'x-a': 'b\nx-c: d' }, /one line/],
    ['what SCALE sends', { 'Content-Type': 'text/plain' }, /sets itself/],
    ['a key by its name', { 'api-key': 'planted' }, /\{ variable: NAME \}/],
    ['a key by a longer name', { 'x-portkey-virtual-key': 'planted' }, /\{ variable: NAME \}/],
    ['a key in one word', { 'X-ApiKey': 'planted' }, /\{ variable: NAME \}/],
    ['a token', { 'x-access-token': 'planted' }, /\{ variable: NAME \}/],
    ['authorization', { Authorization: 'planted' }, /\{ variable: NAME \}/],
    ['a key by its prefix', { 'x-a': 'sk-planted' }, /\{ variable: NAME \}/],
    ['a scheme of authorization', { 'x-a': 'Bearer planted' }, /\{ variable: NAME \}/],
    ['a key by its looks', { 'x-a': 'planted0123456789abcdefghijk' }, /\{ variable: NAME \}/],
    ['a key in place of a variable', { 'x-a': { variable: 'sk-planted' } }, /never the value itself/],
  ])('are refused as %s, and not shown', (_what, given, rule) => {
    const { error } = headers.safeParse(given);
    expect(error?.issues[0]).toMatchObject({ message: expect.stringMatching(rule), params: { secret: true } });
    expect(error?.issues[0]?.message).not.toContain('planted');
  });
});
