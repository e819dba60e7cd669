import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const deploy = join(import.meta.dirname, '../../../deploy');
export const alertsFile = join(deploy, 'prometheus/alerts.yml');
export const alertTestsFile = join(deploy, 'prometheus/alerts.test.yml');
export const composeFile = join(deploy, 'compose.yaml');
export const prometheusFile = join(deploy, 'prometheus/prometheus.yml');

const rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['info', 'warning', 'critical']) }),
          annotations: z.object({ summary: z.string(), action: z.string() }),
        }),
      ),
    }),
  ),
});

export function alertRules() {
  return rules.parse(parse(readFileSync(alertsFile, 'utf8'))).groups.flatMap((group) => group.rules);
}

const dataSource = z.object({ type: z.literal('prometheus'), uid: z.string().regex(/^\$\{datasource\}$/) });
const place = z.object({ x: z.number().int(), y: z.number().int(), w: z.number().int(), h: z.number().int() });
const row = z.object({ id: z.number(), type: z.literal('row'), title: z.string(), gridPos: place });
const panel = z.object({
  id: z.number(),
  type: z.enum(['timeseries', 'stat', 'bargauge', 'state-timeline']),
  title: z.string(),
  description: z.string(),
  gridPos: place,
  datasource: dataSource,
  fieldConfig: z.object({ defaults: z.object({ unit: z.string() }), overrides: z.array(z.unknown()) }),
  options: z.record(z.string(), z.unknown()),
  targets: z
    .array(z.object({ refId: z.string(), datasource: dataSource, expr: z.string(), legendFormat: z.string() }))
    .nonempty(),
});
/** What Grafana asks of a dashboard, as far as ours uses it. */
const board = z.object({
  uid: z.string().regex(/^[\w-]{1,40}$/),
  title: z.string(),
  schemaVersion: z.number().int().min(36),
  refresh: z.string(),
  time: z.object({ from: z.string(), to: z.string() }),
  templating: z.object({
    list: z.array(
      z.object({ name: z.string(), type: z.enum(['datasource', 'query', 'textbox']), definition: z.string().optional() }),
    ),
  }),
  annotations: z.object({ list: z.array(z.object({ name: z.string(), expr: z.string() })) }),
  panels: z.array(z.discriminatedUnion('type', [row, panel])),
});

export function dashboard() {
  return board.parse(JSON.parse(readFileSync(join(deploy, 'grafana/dashboards/scale.json'), 'utf8')));
}

/** Every expression of the dashboard by the panel's title, with values for its variables. */
export function dashboardExpressions(): [string, string][] {
  const values = { $__rate_interval: '10s', $run: '.*', $model: '.*', $price_prompt: '2', $price_completion: '8' };
  return dashboard().panels.flatMap((each) =>
    each.type === 'row'
      ? []
      : each.targets.map(({ expr }): [string, string] => [
          each.title,
          Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), expr),
        ]),
  );
}

/**
 * An alert's expression so that it answers whether or not the alert fires: each comparison says 0 or 1, and what may be missing
 * is asked for as it is.
 */
export function withoutThreshold(expression: string): string {
  const parts = expression.split(/(\{[^}]*\})/);
  return parts
    .map((part) => (part.startsWith('{') ? part : part.replaceAll(/(>=|<=|==|!=|>|<)/g, '$1 bool').replaceAll(/\babsent\b/g, '')))
    .join('');
}

/** The names of the metrics in an expression, those of a histogram's parts as the histogram's. */
export function metricsIn(expression: string): string[] {
  const names = expression.replaceAll(/"[^"]*"/g, '').match(/\b(scale|nodejs|process)_\w+/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_bucket$/, '')))];
}
