import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Binaries } from './binaries.ts';
import { type ControlPlane, makeCertificate } from './control-plane.ts';
import type { Parts } from './parts.ts';
import { run } from './run.ts';

const namespace = 'keda';
const adapterPort = 6444;

/** KEDA's operator and its adapter, as processes of the node. */
export async function startKeda(plane: ControlPlane, binaries: Binaries, parts: Parts): Promise<void> {
  await plane.kubectl('create', 'namespace', namespace);
  const names = `DNS:localhost,IP:127.0.0.1,DNS:keda-metrics-apiserver.${namespace}.svc`;
  await makeCertificate(plane.folder, 'keda', '/CN=keda', `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth`);
  const certificates = join(plane.folder, 'keda');
  await mkdir(certificates, { recursive: true });
  for (const [from, to] of [
    ['ca.crt', 'ca.crt'],
    ['keda.crt', 'tls.crt'],
    ['keda.key', 'tls.key'],
  ] as const) {
    await copyFile(join(plane.folder, from), join(certificates, to));
  }
  const own = {
    KUBECONFIG: plane.kubeconfig,
    POD_NAMESPACE: namespace,
    KEDA_CLUSTER_OBJECT_NAMESPACE: namespace,
    WATCH_NAMESPACE: '',
  };
  const environment = { ...process.env, ...own };
  parts.start(
    'keda-operator',
    binaries.kedaOperator,
    [
      ...['--leader-elect=false', '--metrics-bind-address=127.0.0.1:7080', '--health-probe-bind-address=127.0.0.1:7081'],
      ...['--metrics-service-bind-address=127.0.0.1:7666', `--cert-dir=${certificates}`, '--enable-cert-rotation=false'],
      ...['--enable-webhook-patching=false', '--enable-apiservice-patching=false'],
    ],
    environment,
  );
  parts.start(
    'keda-adapter',
    binaries.kedaAdapter,
    [
      ...[`--secure-port=${adapterPort}`, '--bind-address=127.0.0.1', '--port=7082', '--metrics-service-address=localhost:7666'],
      ...[`--client-ca-file=${certificates}/ca.crt`, `--tls-cert-file=${certificates}/tls.crt`],
      ...[`--tls-private-key-file=${certificates}/tls.key`, `--cert-dir=${certificates}`],
      ...['authentication', 'authorization', 'lister'].map((what) => `--${what}-kubeconfig=${plane.kubeconfig}`),
    ],
    environment,
  );
  await plane.kubectlWith(adapterService(await run('base64', ['-w0', join(plane.folder, 'ca.crt')])), 'apply', '-f', '-');
  const available = '{.status.conditions[?(@.type=="Available")].status}';
  const state = () => plane.kubectl('get', 'apiservice', 'v1beta1.external.metrics.k8s.io', '-o', `jsonpath=${available}`);
  await parts.until("KEDA's adapter answers", async () => (await state()) === 'True');
}

/** Definitions of resources that are not Kubernetes' own. */
export async function applyCrds(plane: ControlPlane, files: readonly string[], parts: Parts): Promise<void> {
  await plane.kubectl('apply', '--server-side', ...files.flatMap((file) => ['-f', file]));
  const established = '{.items[*].status.conditions[?(@.type=="Established")].status}';
  const states = async () => (await plane.kubectl('get', 'crd', '-o', `jsonpath=${established}`)).split(' ');
  const count = async () => (await plane.kubectl('get', 'crd', '-o', 'name')).trim().split('\n').length;
  await parts.until('the definitions are established', async () => (await states()).length === (await count()));
}

/** The aggregation layer reaches the adapter by a name, outside the pods. */
function adapterService(authority: string): string {
  const service = { name: 'keda-metrics-apiserver', namespace, port: adapterPort };
  const documents = [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: service.name, namespace } },
      spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port: adapterPort }] },
    },
    {
      ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1beta1.external.metrics.k8s.io' } },
      spec: {
        ...{ service, group: 'external.metrics.k8s.io', version: 'v1beta1', caBundle: authority },
        ...{ groupPriorityMinimum: 100, versionPriority: 100 },
      },
    },
  ];
  return documents.map((document) => stringify(document)).join('---\n');
}
