// Writes the alerts of deploy/prometheus as a resource of the Prometheus operator: `node scripts/write-prometheus-rule.ts`.
// Commit what changes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const project = join(import.meta.dirname, '..');
const rule = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'scale' },
  spec: parse(readFileSync(join(project, 'deploy/prometheus/alerts.yml'), 'utf8')) as object,
};
writeFileSync(
  join(project, 'k8s/components/monitoring/prometheus-rule.yaml'),
  `# Written by scripts/write-prometheus-rule.ts from deploy/prometheus/alerts.yml.\n${stringify(rule, { lineWidth: 0 })}`,
);
