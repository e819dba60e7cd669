// Writes what k8s/ has from elsewhere, since kustomize reads nothing outside: the alerts of deploy/prometheus as a resource of
// the Prometheus operator, and the accounts of deploy/nats. `node scripts/write-manifests.ts`; commit what changes.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
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
  `# Written by scripts/write-manifests.ts from deploy/prometheus/alerts.yml.\n${stringify(rule, { lineWidth: 0 })}`,
);
copyFileSync(join(project, 'deploy/nats/accounts.conf'), join(project, 'k8s/components/nats-cluster/accounts.conf'));
