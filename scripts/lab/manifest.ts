import { parseAllDocuments, stringify } from 'yaml';

/** The fields of manifests that are looked at here; each kind has some of them, and others beside. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: Spec;
  data: Record<string, string>;
}

export interface Spec {
  replicas: number;
  selector: { matchLabels: Record<string, string> };
  template: { spec: { containers: [ContainerSpec, ...ContainerSpec[]] } };
  triggers: [{ metadata: Record<string, string> }];
  [field: string]: unknown;
}

export interface ContainerSpec {
  env?: { name: string; value?: string }[];
  volumeMounts: { name: string; mountPath: string }[];
  readinessProbe: { httpGet: { port: string } };
  resources: { requests: Record<string, string> };
  [field: string]: unknown;
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

export function asText(manifests: readonly unknown[]): string {
  return manifests.map((manifest) => stringify(manifest)).join('---\n');
}
