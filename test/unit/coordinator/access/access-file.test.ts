import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { parseAccessFile } from '../../../../services/coordinator/access/access-file.ts';
import { namesIn } from '../../../../services/coordinator/access/credential.ts';

const planted = 'planted-token-5d2e81';
const sha256 = createHash('sha256').update(planted).digest('hex');

test('a list of callers, by token, by its digest or by certificate', () => {
  const text = `
- { name: ci, role: run, token: another-token-of-ci }
- { name: grafana, role: read, sha256: ${sha256} }
- { name: alice@example.org, role: admin, certificate: alice }
`;
  const callers = parseAccessFile(text, 'tokens.yaml');
  expect(callers.map(({ name, role }) => [name, role])).toEqual([
    ['ci', 'run'],
    ['grafana', 'read'],
    ['alice@example.org', 'admin'],
  ]);
  expect(callers[1]?.tokenDigest?.toString('hex')).toBe(sha256);
  expect(callers[2]).toEqual({ name: 'alice@example.org', role: 'admin', certificate: 'alice' });
  expect(parseAccessFile('[]', 'tokens.yaml')).toEqual([]);
  const [ofTeam] = parseAccessFile('- { name: ci, role: run, token: another-token-of-ci, team: vision }', 'tokens.yaml');
  expect(ofTeam?.team).toBe('vision');
});

test.each([
  [`tokens: ${planted}`, /^tokens\.yaml(:1)?: the file must be a list of callers/],
  [`- { name: ci, role: run, token: short-5d2 }`, /^tokens\.yaml:1: 0\.token must be at least 16 characters .*not shown/],
  [`- { name: ci, role: run, token: [${planted}] }`, /^tokens\.yaml:1: 0\.token must be at least 16 characters .*not shown/],
  [
    `- { name: ci, role: run, token: 12345678901234567890 }`,
    /0\.token must be at least 16 characters .*as a text: put it in quotes .*not shown/,
  ],
  [`- { name: ci, role: run, sha256: ${planted} }`, /^tokens\.yaml:1: 0\.sha256 must be the SHA-256 .*not shown/],
  [`- { name: ci, role: root, token: ${planted} }`, /^tokens\.yaml:1: 0\.role must be read, run or admin .*not shown/],
  [`- { name: ci, role: run }`, /^tokens\.yaml:1: ci must have one of token, sha256 and certificate/],
  [`- { name: ci, role: run, token: ${planted}, certificate: ci }`, /ci must have one of token, sha256 and certificate/],
  [
    `- { name: ci, role: run, tokne: ${planted} }`,
    /^tokens\.yaml:1: 0 has a setting that is none of name, role, token, sha256, certificate, team/,
  ],
  [`- ${planted}`, /0 must be a group of settings .*not shown/],
  [`- { name: ci, role: run, ${planted}: token }`, /0 has a setting that is none of/],
  [`- { name: ci, role: run, token: *${planted} }`, /not (valid|usable) YAML/],
  [`- { name: ${planted} as ci, role: run }`, /0\.name must be 1 to 100 letters/],
  [`- { role: run, token: ${planted} }`, /0\.name is missing/],
  [
    `- { name: ci, role: run, token: ${planted} }\n- { name: ci, role: read, certificate: ci }`,
    /^tokens\.yaml:2: ci stands twice in the list/,
  ],
  [
    `- { name: ci, role: run, token: ${planted} }\n- { name: cd, role: read, sha256: ${sha256} }`,
    /^tokens\.yaml:2: cd has the same token or certificate as ci/,
  ],
  [`- { name: ci, role: run, token: "${planted} }`, /not valid YAML/],
])('what is wrong is named with its line, and no token is shown (%#)', (text, message) => {
  const attempt = () => parseAccessFile(text, 'tokens.yaml');
  expect(attempt).toThrow(message);
  try {
    attempt();
  } catch (error) {
    expect(inspect(error)).not.toMatch(/5d2/);
  }
});

test('names of a certificate are its common name and those of hosts, URIs and mail; a quoted one is none', () => {
  const certificate = {
    subject: { CN: 'alice' },
    subjectaltname: 'DNS:a.example, URI:spiffe://x/y, IP Address:10.0.0.1, DNS:"b, DNS:root"',
  };
  expect(namesIn(certificate as never)).toEqual(['alice', 'a.example', 'spiffe://x/y']);
});

test('a byte order mark is no part of the list, and nobody takes the name of the one token', () => {
  const text = `- { name: ci, role: run, sha256: ${sha256} }`;
  expect(parseAccessFile(`\uFEFF${text}`, 'tokens.yaml')).toEqual(parseAccessFile(text, 'tokens.yaml'));
  expect(() => parseAccessFile(text.replace('ci', 'SCALE_CONTROL_TOKEN'), 'tokens.yaml')).toThrow(/choose another/);
});
