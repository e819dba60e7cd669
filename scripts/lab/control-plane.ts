import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { Binaries } from './binaries.ts';
import type { Parts } from './parts.ts';
import { run } from './run.ts';

/** The addresses of the laboratory's own network; nothing outside sees it. */
export const nodeIp = '10.77.0.1';
export const podNetwork = '10.77.0.0/16';
export const serviceNetwork = '10.96.0.0/16';
const apiServer = `https://${nodeIp}:6443`;

export interface ControlPlane {
  /** A folder with ca.crt, ca.key and certificates made with them. */
  readonly folder: string;
  readonly kubeconfig: string;
  kubectl(...words: readonly string[]): Promise<string>;
  /** The same with something on its standard input. */
  kubectlWith(input: string, ...words: readonly string[]): Promise<string>;
  /** Asks the API server, e.g. for "/api/v1/pods". */
  ask<Answer>(path: string): Promise<Answer>;
}

const token = 'laboratory';

/** etcd, the API server, the controllers and the scheduler, as any cluster has them, RBAC and admission included. */
export async function startControlPlane(folder: string, binaries: Binaries, parts: Parts): Promise<ControlPlane> {
  await mkdir(folder, { recursive: true });
  await makeAuthority(folder);
  const names = `IP:${nodeIp},IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc`;
  await makeCertificate(folder, 'apiserver', '/CN=apiserver', `subjectAltName=${names}`);
  await makeCertificate(folder, 'proxy', '/CN=front-proxy', 'extendedKeyUsage=clientAuth');
  const at = (name: string): string => join(folder, name);
  await writeFile(at('tokens.csv'), `${token},admin,admin,"system:masters"\n`);
  const kubeconfig = at('kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigFor(at('ca.crt'))));

  const { kube } = binaries;
  const etcd = `http://127.0.0.1:2379`;
  parts.start('etcd', kube, [
    ...['etcd', '--data-dir', at('etcd'), '--unsafe-no-fsync', '--log-level=warn'],
    ...['--listen-client-urls', etcd, '--advertise-client-urls', etcd],
  ]);
  parts.start('kube-apiserver', kube, [
    ...[
      'kube-apiserver',
      `--etcd-servers=${etcd}`,
      '--bind-address=0.0.0.0',
      '--secure-port=6443',
      `--advertise-address=${nodeIp}`,
    ],
    ...[
      `--tls-cert-file=${at('apiserver.crt')}`,
      `--tls-private-key-file=${at('apiserver.key')}`,
      `--client-ca-file=${at('ca.crt')}`,
    ],
    ...[`--service-account-key-file=${at('sa.key')}`, `--service-account-signing-key-file=${at('sa.key')}`],
    ...['--service-account-issuer=https://kubernetes.default.svc', `--service-cluster-ip-range=${serviceNetwork}`],
    ...[`--token-auth-file=${at('tokens.csv')}`, '--authorization-mode=RBAC', '--endpoint-reconciler-type=none'],
    '--kubelet-preferred-address-types=InternalIP',
    ...[`--requestheader-client-ca-file=${at('ca.crt')}`, '--requestheader-allowed-names=front-proxy'],
    ...['--requestheader-extra-headers-prefix=X-Remote-Extra-', '--requestheader-group-headers=X-Remote-Group'],
    ...['--requestheader-username-headers=X-Remote-User'],
    ...[`--proxy-client-cert-file=${at('proxy.crt')}`, `--proxy-client-key-file=${at('proxy.key')}`],
  ]);
  const kubectlWith = (input: string, ...words: readonly string[]): Promise<string> =>
    run(kube, ['kubectl', ...words], { env: { ...process.env, KUBECONFIG: kubeconfig }, input });
  const dispatcher = new Agent({ connect: { ca: await readFile(at('ca.crt')) } });
  const plane: ControlPlane = {
    ...{ folder, kubeconfig, kubectlWith },
    kubectl: (...words) => kubectlWith('', ...words),
    async ask<Answer>(path: string) {
      const answer = await request(`${apiServer}${path}`, { dispatcher, headers: { authorization: `Bearer ${token}` } });
      const body = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`the API server answers ${path} with ${answer.statusCode}: ${body}`);
      return JSON.parse(body) as Answer;
    },
  };
  await parts.until('the API server answers', async () => (await plane.kubectl('get', '--raw', '/readyz')) === 'ok');
  const own = [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
  ];
  parts.start('kube-controller-manager', kube, [
    ...['kube-controller-manager', ...own, '--leader-elect=false', '--bind-address=127.0.0.1', `--cert-dir=${at('controllers')}`],
    ...[`--service-account-private-key-file=${at('sa.key')}`, `--root-ca-file=${at('ca.crt')}`],
    // A laboratory must not wait for five minutes before it sees a scale-in.
    ...['--horizontal-pod-autoscaler-sync-period=5s', '--horizontal-pod-autoscaler-downscale-stabilization=10s'],
  ]);
  parts.start('kube-scheduler', kube, [
    ...['kube-scheduler', ...own, '--leader-elect=false', '--bind-address=127.0.0.1', `--cert-dir=${at('scheduler')}`],
  ]);
  await parts.until('the controllers work', async () => (await plane.kubectl('get', 'serviceaccount', 'default')) !== '');
  return plane;
}

async function makeAuthority(folder: string): Promise<void> {
  const openssl = (...words: string[]) => run('openssl', words, { cwd: folder });
  await openssl('genrsa', '-out', 'sa.key', '2048');
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=laboratory'];
  await openssl(...made, '-keyout', 'ca.key', '-out', 'ca.crt');
}

/** @param extension of OpenSSL, e.g. "extendedKeyUsage=clientAuth", one a line */
export async function makeCertificate(folder: string, name: string, subject: string, extension: string): Promise<void> {
  const openssl = (...words: string[]) => run('openssl', words, { cwd: folder });
  await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  await writeFile(join(folder, `${name}.ext`), extension);
  const signing = ['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30'];
  await openssl(...signing, '-extfile', `${name}.ext`, '-out', `${name}.crt`);
}

function kubeconfigFor(authority: string) {
  return {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'laboratory' },
    clusters: [{ name: 'laboratory', cluster: { server: apiServer, 'certificate-authority': authority } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'laboratory', context: { cluster: 'laboratory', user: 'admin' } }],
  };
}
