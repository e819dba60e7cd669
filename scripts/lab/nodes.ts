import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Binaries } from './binaries.ts';
import { serveClusterDns } from './cluster-dns.ts';
import { createContainerRuntime } from './container-runtime.ts';
import { type ControlPlane, nodeIp, podNetwork } from './control-plane.ts';
import { serveRuntime } from './cri-server.ts';
import type { Parts } from './parts.ts';
import { run } from './run.ts';

/** Processors that all nodes together have for requests, which says nothing of those that this machine has. */
const processors = 8;

/**
 * As many nodes as the overlays ask for: each a real kubelet over a container runtime of ours that has no images. One kube-proxy
 * and a DNS server of ours serve them all. Network policies are kept by the API server and enforced by nobody.
 */
export async function startNodes(
  { folder, logs }: { readonly folder: string; readonly logs: string },
  plane: ControlPlane,
  binaries: Binaries,
  parts: Parts,
): Promise<void> {
  const nodes = Array.from({ length: Math.ceil(processors / availableParallelism()) }, (_, index) => `node-${index}`);
  await serveClusterDns(plane);
  parts.start('streams', binaries.kube, ['streams']);
  for (const [index, name] of nodes.entries()) {
    await startKubelet({ name, index, folder: join(folder, name), logs }, plane, binaries, parts);
  }
  parts.start('kube-proxy', binaries.kube, [
    ...['kube-proxy', `--kubeconfig=${plane.kubeconfig}`, `--hostname-override=${nodes[0]}`, '--proxy-mode=nftables'],
    ...[`--cluster-cidr=${podNetwork}`, '--conntrack-max-per-core=0', '--conntrack-tcp-timeout-established=0s'],
    ...['--conntrack-tcp-timeout-close-wait=0s', '--healthz-bind-address=127.0.0.1:10256'],
    '--metrics-bind-address=127.0.0.1:10249',
  ]);
  await makeVolumes(plane, join(folder, 'volumes'));
  const isReady = '{.items[*].status.conditions[?(@.type=="Ready")].status}';
  const ready = () => plane.kubectl('get', 'nodes', '-o', `jsonpath=${isReady}`);
  await parts.until('the nodes are ready', async () => (await ready()) === nodes.map(() => 'True').join(' '));
}

interface NodePlan {
  readonly name: string;
  readonly index: number;
  readonly folder: string;
  readonly logs: string;
}

async function startKubelet(
  { name, index, folder, logs }: NodePlan,
  plane: ControlPlane,
  binaries: Binaries,
  parts: Parts,
): Promise<void> {
  const at = (part: string): string => join(folder, part);
  for (const part of ['kubelet', 'containers']) await mkdir(at(part), { recursive: true });
  const socket = at('runtime.sock');
  await serveRuntime(createContainerRuntime(at('containers'), logs), binaries.criProto, socket);
  const config = at('kubelet.yaml');
  await writeFile(config, stringify(kubeletConfiguration(socket, index, at)));
  parts.start(`kubelet-${name}`, binaries.kube, [
    ...['kubelet', `--config=${config}`, `--kubeconfig=${plane.kubeconfig}`, `--root-dir=${at('kubelet')}`],
    ...[`--cert-dir=${at('kubelet-certificates')}`, `--hostname-override=${name}`, `--node-ip=${nodeIp}`],
  ]);
}

function kubeletConfiguration(socket: string, index: number, at: (part: string) => string) {
  return {
    ...{ apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' },
    ...{ containerRuntimeEndpoint: `unix://${socket}`, port: 10_400 + index, healthzPort: 0 },
    // This machine's control groups are left alone: nothing here has a limit of memory or of time.
    ...{ cgroupsPerQOS: false, enforceNodeAllocatable: [], cgroupDriver: 'cgroupfs', failCgroupV1: false, failSwapOn: false },
    ...{ featureGates: { KubeletInUserNamespace: true }, makeIPTablesUtilChains: false, localStorageCapacityIsolation: false },
    ...{ clusterDNS: [nodeIp], clusterDomain: 'cluster.local', resolvConf: '', maxPods: 250 },
    ...{ podLogsDir: at('pod-logs'), volumePluginDir: at('plugins'), evictionHard: { 'memory.available': '1Mi' } },
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
  };
}

/** For claims that name no class. */
async function makeVolumes(plane: ControlPlane, folder: string): Promise<void> {
  const volumes = Array.from({ length: 6 }, (_, index) => ({
    ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `volume-${index}` } },
    spec: {
      ...{
        capacity: { storage: '200Gi' },
        accessModes: ['ReadWriteOnce', 'ReadWriteMany'],
        persistentVolumeReclaimPolicy: 'Retain',
      },
      hostPath: { path: join(folder, String(index)), type: 'DirectoryOrCreate' },
    },
  }));
  for (const { spec } of volumes) {
    await mkdir(spec.hostPath.path, { recursive: true });
    // The kubelet sets no owner on a path of the node.
    await run('chmod', ['0777', spec.hostPath.path]);
  }
  await plane.kubectlWith(volumes.map((volume) => stringify(volume)).join('---\n'), 'apply', '-f', '-');
}
