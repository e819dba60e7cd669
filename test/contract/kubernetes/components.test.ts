import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findNatsServer } from '../../../services/shared/toolchain/find-nats-server.ts';
import { findKustomize, render, renderWith } from '../../support/kubernetes/render.ts';
import { ruleNamed, rules } from '../../support/kubernetes/rules/all.ts';
import { schemaFaults } from '../../support/kubernetes/schemas.ts';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../../..');
const kustomize = await findKustomize();

/** What users put together, beyond the overlays themselves. Every component is in one of them. */
const combinations: readonly (readonly [overlay: string, components: readonly string[]])[] = [
  ['local', ['autoscaling', 'serve', 'serve-over-executors', 'dashboard']],
  ['production', ['autoscaling', 'monitoring', 'sandbox-seccomp', 'tracing']],
  ['production', ['autoscaling-prometheus', 'monitoring', 'gvisor']],
  [
    'production',
    ['hpa', 'monitoring', 'serve', 'endpoint-keys', 'serve-over-executors', 'serve-hpa', 'dashboard', 'dashboard-tls'],
  ],
  ['vllm', ['kueue', 'monitoring', 'endpoint-keys']],
  ['vllm', ['serve', 'endpoint-keys']],
];

describe.skipIf(kustomize === undefined)('components', () => {
  const found = kustomize ?? [];

  test.each(combinations)('%s with %j passes every schema and rule', async (overlay, components) => {
    const rendered = await renderWith(found, overlay, components);
    expect(rendered.manifests.flatMap(schemaFaults)).toEqual([]);
    expect(rules.flatMap((rule) => rule.broken(rendered))).toEqual([]);
  });

  test('each is in an overlay or in one of these combinations', async () => {
    const overlays = await readdir(join(project, 'k8s/overlays'));
    const texts = await Promise.all(
      overlays.map((overlay) => readFile(join(project, 'k8s/overlays', overlay, 'kustomization.yaml'), 'utf8')),
    );
    const inOverlays = texts.flatMap((text) =>
      (parse(text) as { components: string[] }).components.map((path) => path.split('/').at(-1)),
    );
    const tried = new Set([...inOverlays, ...combinations.flatMap(([, components]) => components)]);
    const all = await readdir(join(project, 'k8s/components'));
    expect(all.filter((name) => !tried.has(name))).toEqual([]);
  });

  test.each([
    ['endpoint-keys', /MODEL_API_KEY_FILE/],
    ['gvisor', /"runtimeClassName":"gvisor"/],
    ['sandbox-seccomp', /"seccompProfile":\{"localhostProfile":"sandbox-seccomp.json".*SCALE_SANDBOX_MIN_ISOLATION/],
  ])('%s, named after serve, is for the pods of serve as for executors', async (component, mark) => {
    const rendered = await renderWith(found, 'production', ['serve', component]);
    for (const name of ['executor', 'serve']) {
      const { template } = rendered.workload(name).spec;
      const { containers, ...pod } = template.spec;
      expect(JSON.stringify({ ...pod, containers }), name).toMatch(mark);
    }
    expect(rules.flatMap((rule) => rule.broken(rendered))).toEqual([]);
  });

  test.each([[['serve-over-executors']], [['serve-over-executors', 'serve']]])(
    '%j is refused, since serve does not stand above it',
    async (named) => {
      await expect(renderWith(found, 'production', named)).rejects.toThrow(/no (resource )?matches/);
    },
  );

  test('docs/kubernetes.md names each of them, and each network policy', async () => {
    const page = await readFile(join(project, 'docs/kubernetes.md'), 'utf8');
    const named = new Set([...page.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name));
    const files = await readdir(join(project, 'k8s'), { recursive: true });
    const policies = files
      .filter((file) => file.endsWith('network-policies.yaml'))
      .map((file) => readFile(join(project, 'k8s', file), 'utf8'));
    const names = (await Promise.all(policies)).flatMap((text) =>
      [...text.matchAll(/^ {2}name: (\S+)$/gm)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThan(12);
    const components = await readdir(join(project, 'k8s/components'));
    expect([...names, ...components].filter((name) => !named.has(name))).toEqual([]);
  });

  test('two that scale executors are refused', async () => {
    const rendered = await renderWith(found, 'vllm', ['hpa']);
    const rule = ruleNamed('an autoscaler has a workload, and no workload has two: they would work against each other');
    expect(rule.broken(rendered)[0]).toMatch('executor is scaled by ScaledObject executor and HorizontalPodAutoscaler executor');
  });

  test('the alerts are those of deploy/prometheus', async () => {
    const text = await readFile(join(project, 'k8s/components/monitoring/prometheus-rule.yaml'), 'utf8');
    const alerts: unknown = parse(await readFile(join(project, 'deploy/prometheus/alerts.yml'), 'utf8'));
    expect((parse(text) as { spec: unknown }).spec).toEqual(alerts);
  });

  test('the accounts of NATS are those of deploy/nats', async () => {
    const text = await readFile(join(project, 'k8s/components/nats-cluster/accounts.conf'), 'utf8');
    expect(text).toBe(await readFile(join(project, 'deploy/nats/accounts.conf'), 'utf8'));
  });

  test.each(['local', 'production'])('a real nats-server takes the settings of %s', async (overlay) => {
    const folder = await mkdtemp(join(tmpdir(), 'scale-nats-settings-'));
    try {
      const rendered = await render(found, `k8s/overlays/${overlay}`);
      const config = rendered.of('ConfigMap').find(({ metadata }) => metadata.name.startsWith('nats-config'))?.data ?? {};
      await run(join(project, 'deploy/certificates'), [join(folder, 'made')]);
      await rename(join(folder, 'made/nats'), join(folder, 'secrets'));
      for (const [name, text] of Object.entries(config))
        await writeFile(join(folder, name), text.replaceAll('/etc/nats', folder));
      const { path } = await findNatsServer({ environment: process.env });
      const environment = { ...process.env, POD_NAME: 'nats-0' };
      const { stderr } = await run(path, ['-t', '--config', join(folder, 'nats.conf')], { env: environment });
      expect(stderr).toMatch('configuration file');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
