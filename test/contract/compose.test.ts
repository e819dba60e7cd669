import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { hasCompose } from '../support/cluster/compose.ts';

const project = join(import.meta.dirname, '../..');
const file = join(project, 'deploy/compose.yaml');

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly logging?: { readonly driver: string };
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly env_file?: readonly { readonly path: string }[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

const { services } = parse(readFileSync(file, 'utf8'), { merge: true }) as { services: Record<string, Service> };
const profiles = [...new Set(Object.values(services).flatMap((service) => service.profiles ?? []))].sort();

describe('deploy/compose.yaml', () => {
  test('lets no service write its root, gain a right, or log without end, and publishes ports on loopback alone', () => {
    for (const [name, { read_only, cap_drop, security_opt = [], logging, ports = [] }] of Object.entries(services)) {
      expect([name, read_only, cap_drop, logging]).toEqual([name, true, ['ALL'], { driver: 'local' }]);
      expect(security_opt, name).toContain('no-new-privileges:true');
      expect(security_opt.join(), name).not.toContain('unconfined');
      expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    }
  });

  test('gives each service of ours its own secrets, as files, over TLS', () => {
    for (const name of ['coordinator', 'executor', 'predictor']) {
      const { environment = {}, volumes = [] } = services[name] ?? {};
      expect(environment.SCALE_NATS_URL, name).toBe('tls://nats:4222');
      const secrets = volumes.filter((volume) => volume.includes('secrets'));
      expect(secrets).toEqual([`\${SCALE_SECRETS:-./secrets}/${name}:/etc/scale/secrets:ro`]);
      expect(Object.keys(environment).filter((variable) => /TOKEN$|PASSWORD|PLAINTEXT|_KEY$/.test(variable))).toEqual([]);
    }
  });

  test('serves over the executors as the user of NATS that may, with nothing but its own secrets and no sandbox', () => {
    const { environment = {}, volumes = [], command = [], image, profiles: of } = services['serve-over-executors'] ?? {};
    expect([of, image]).toEqual([['serving-over-executors'], services.coordinator?.image]);
    expect(command.slice(-2)).toEqual(['--cluster', environment.SCALE_NATS_URL]);
    expect(Object.keys(environment)).toEqual(
      expect.arrayContaining([...Object.keys(services.coordinator?.environment ?? {})].filter((name) => /NATS/.test(name))),
    );
    expect(environment.SCALE_SERVE_TOKEN_FILE).toBe('/etc/scale/secrets/token');
    // The executors have the keys.
    expect(volumes).toEqual((services.serve?.volumes ?? []).filter((volume) => !volume.startsWith('./endpoints:')));
    const accounts = readFileSync(join(project, 'deploy/nats/accounts.conf'), 'utf8');
    expect(accounts).toMatch(/user: "?serve"?/);
  });

  test('has keys read by whoever is given the names of their files', () => {
    const given = Object.entries(services).filter(([, { env_file = [] }]) =>
      env_file.some(({ path }) => path === 'endpoints.env'),
    );
    expect(given.map(([name]) => name)).toEqual(['executor', 'predictor', 'serve']);
    for (const [name, { volumes = [] }] of given) expect(volumes, name).toContain('./endpoints:/etc/scale/endpoints:ro');
  });

  test('starts what the image has, with variables that it reads, and looks at ports where it listens', () => {
    const entry = readFileSync(join(project, 'deploy/service'), 'utf8');
    const pages = ['services', 'security', 'run-file'].map((page) => readFileSync(join(project, `docs/${page}.md`), 'utf8'));
    const ours = Object.entries(services).filter(([, { image = '' }]) => image.includes('scale'));
    expect(ours.length).toBeGreaterThan(7);
    for (const [name, { command, environment = {}, healthcheck, ports = [] }] of ours) {
      const [first = ''] = command ?? [];
      expect(entry, name).toMatch(
        first === '--help' || command === undefined ? /^ {2}serve\)/m : new RegExp(`\\b${first}\\b.*\\)`),
      );
      const unknown = Object.keys(environment).filter(
        (variable) => !pages.some((page) => page.includes(variable.replace(/_FILE$/, ''))),
      );
      expect(
        unknown.filter((variable) => variable !== 'SCALE_SERVE_TOKEN_FILE'),
        name,
      ).toEqual([]);
      const listens = {
        coordinator: '7070',
        dashboard: '7080',
        serve: '8080',
        'serve-over-executors': '8080',
        simulator: '8000',
      }[name];
      expect(
        ports.map((port) => port.split(':').at(-1)),
        name,
      ).toEqual(ports.map(() => listens));
      if (healthcheck) expect(healthcheck.test.at(-1)?.split('/')[0], name).toBe(listens);
    }
  });

  test.skipIf(!hasCompose()).each([[], ...profiles.map((profile) => [profile])])(
    'is one that docker compose takes, with the files that it mounts: profile %s',
    (...chosen) => {
      const words = ['compose', '-f', file, ...chosen.flatMap((profile) => ['--profile', profile]), 'config', '--format', 'json'];
      const { services: whole } = JSON.parse(execFileSync('docker', words, { encoding: 'utf8' })) as {
        services: Record<string, { readonly volumes?: readonly { readonly type: string; readonly source: string }[] }>;
      };
      const expected = Object.entries(services).filter(
        ([, service]) => service.profiles === undefined || service.profiles.some((profile) => chosen.includes(profile)),
      );
      expect(Object.keys(whole).toSorted()).toEqual(expected.map(([name]) => name).toSorted());
      const sources = Object.values(whole).flatMap(({ volumes = [] }) =>
        volumes.flatMap(({ type, source }) => (type === 'bind' ? [source] : [])),
      );
      // Secrets are made by whoever deploys.
      expect(sources.filter((source) => !source.includes('/deploy/secrets/') && !existsSync(source))).toEqual([]);
    },
  );
});
