import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { metricLabels, metricNames, withMetricTables } from '../../scripts/tables/metric-tables.ts';
import { hasCompose } from '../support/cluster/compose.ts';
import {
  alertRules,
  alertsFile,
  alertTestsFile,
  composeFile,
  dashboard,
  dashboardExpressions,
  metricsIn,
  prometheusFile,
  withoutThreshold,
} from '../support/monitoring/monitoring.ts';
import { findPrometheus, withPrometheus } from '../support/monitoring/prometheus.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/operating.md'), 'utf8');
const known = metricNames();

describe('the dashboard and the alerts', () => {
  test('ask for no metric that no service has', () => {
    const asked = [
      ...dashboardExpressions().map(([, expression]) => expression),
      ...dashboard().templating.list.flatMap(({ definition = '' }) => definition),
      ...alertRules().map(({ expr }) => expr),
    ].flatMap(metricsIn);
    expect(new Set(asked).size).toBeGreaterThan(35);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
    expect(metricsIn('rate(scale_of_nothing_total{kind="scale_x"}[5m])').filter((name) => !known.has(name))).toEqual([
      'scale_of_nothing_total',
    ]);
  });

  test('show every metric of ours, but for those that only explain others', () => {
    const asked = new Set(
      [...dashboardExpressions().map(([, expression]) => expression), ...alertRules().map(({ expr }) => expr)].flatMap(metricsIn),
    );
    const unasked = [...known].filter((name) => name.startsWith('scale_') && !asked.has(name));
    expect(unasked.sort()).toEqual(['scale_run_paused', 'scale_sandbox_cpu_seconds_total']);
  });
});

test('no label of ours is one that Prometheus or its operator gives to what it scrapes: ours would get another name then', () => {
  const taken = ['job', 'instance', 'namespace', 'pod', 'container', 'endpoint', 'service', 'node', 'prometheus', 'cluster'];
  expect([...metricLabels()].filter((label) => taken.includes(label) || /^(__|exported_)/.test(label))).toEqual([]);
  expect(metricLabels()).toContain('model_endpoint');
});

test('the dashboard is one that Grafana can show: ids are given once, and no panel lies over another', () => {
  const { panels } = dashboard();
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const taken = new Map<string, string>();
  const clashes: string[] = [];
  for (const { title, gridPos } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        const other = taken.get(`${x} ${y}`);
        if (other !== undefined) clashes.push(`${title} over ${other}`);
        taken.set(`${x} ${y}`, title);
      }
    }
  }
  expect(clashes).toEqual([]);
});

test('an alert without its threshold has an answer where the alert is silent', () => {
  expect(withoutThreshold('max(scale_a{kind="x>y"}) > 0 and on (kind) scale_b == 0')).toBe(
    'max(scale_a{kind="x>y"}) > bool 0 and on (kind) scale_b == bool 0',
  );
  expect(withoutThreshold('absent(scale_a)')).toBe('(scale_a)');
});

describe('docs/operating.md', () => {
  test('has the metrics that there are (scripts/tables/write-setting-tables.ts writes them)', () => {
    expect(withMetricTables(page)).toBe(page);
    const stale = page.replace('| `scale_job_slots` |', '| `scale_slots_of_jobs` |');
    expect(stale).not.toBe(page);
    expect(withMetricTables(stale)).toBe(page);
    for (const name of known) if (name.startsWith('scale_')) expect(page).toContain(`| \`${name}\` |`);
  });

  test('says of each alert what to do', () => {
    const sections = [...page.matchAll(/^### (Scale\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(alertRules().map(({ alert }) => alert));
  });
});

const composed = (): string | undefined => {
  try {
    const words = ['compose', '-f', composeFile, '--profile', 'monitoring', 'config', '--format', 'json'];
    return execFileSync('docker', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
};
describe('the profile monitoring', () => {
  const { services } = parse(readFileSync(composeFile, 'utf8')) as { services: Record<string, { image?: string }> };

  test('scrapes every service that measures something, by the names that they have there', () => {
    const { scrape_configs: jobs } = parse(readFileSync(prometheusFile, 'utf8')) as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    expect(jobs.map(({ job_name: name }) => name).sort()).toEqual(['coordinator', 'executor', 'predictor']);
    for (const { dns_sd_configs: found } of jobs) {
      for (const { names, port } of found) expect([services[names[0] ?? ''] !== undefined, port]).toEqual([true, 9090]);
    }
    for (const name of ['prometheus', 'grafana']) expect(services[name]?.image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  test.skipIf(!hasCompose())('is one that docker compose can start, with the files that it mounts', () => {
    const { services: whole } = JSON.parse(composed() ?? '{}') as {
      services: Record<string, { volumes?: { type: string; source: string }[] }>;
    };
    const mounted = ['prometheus', 'grafana'].flatMap((name) => whole[name]?.volumes ?? []).filter(({ type }) => type === 'bind');
    expect(mounted).toHaveLength(3);
    expect(mounted.filter(({ source }) => !existsSync(source))).toEqual([]);
  });
});

const alertTests = () =>
  (
    parse(readFileSync(alertTestsFile, 'utf8')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    }
  ).tests.flatMap((each) => each.alert_rule_test);

test('each alert is seen to fire, and to be silent, in the tests of alerts', () => {
  const names = alertRules().map(({ alert }) => alert);
  const named = (fires: boolean) =>
    [
      ...new Set(alertTests().flatMap(({ alertname, exp_alerts: found }) => (found.length > 0 === fires ? alertname : []))),
    ].sort();
  expect(named(true)).toEqual([...names].sort());
  expect(named(false)).toEqual([...names].sort());
});

describe.skipIf(findPrometheus() === undefined)(`promtool${withPrometheus}`, () => {
  const promtool = (...words: string[]): string =>
    execFileSync(findPrometheus()?.promtool ?? '', words, { cwd: dirname(alertsFile), encoding: 'utf8' });

  test('accepts the configuration and the alerts, and passes the tests of alerts', () => {
    expect(promtool('check', 'config', prometheusFile)).toContain('SUCCESS');
    expect(promtool('test', 'rules', alertTestsFile)).toContain('SUCCESS');
  });
});
