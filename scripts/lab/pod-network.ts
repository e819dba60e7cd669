import { nodeIp, serviceNetwork } from './control-plane.ts';
import { run } from './run.ts';

/** The network of one pod: a namespace with an address of its own, which the node routes to. */
export interface PodNetwork {
  readonly ip: string;
  /** Of `ip netns`. */
  readonly namespace: string;
  remove(): Promise<void>;
}

let last = 1;

/** @param id letters and digits; the first eleven tell it from others */
export async function createPodNetwork(id: string): Promise<PodNetwork> {
  last += 1;
  const ip = `10.77.${last >> 8}.${last & 255}`;
  const [namespace, link] = [id.slice(0, 11), `v${id.slice(0, 11)}`];
  // Every pod has the node as its router, and is reached by a route of its own: all that goes between pods passes the node, where
  // kube-proxy's rules are.
  await shell(`
    ip netns add ${namespace}
    ip link add ${link} type veth peer name eth0 netns ${namespace}
    ip -n ${namespace} link set lo up
    ip -n ${namespace} link set eth0 up
    ip -n ${namespace} address add ${ip}/32 dev eth0
    ip -n ${namespace} route add ${nodeIp} dev eth0 scope link
    ip -n ${namespace} route add default via ${nodeIp}
    ip link set ${link} up
    ip address add ${nodeIp}/32 dev ${link}
    ip route add ${ip}/32 dev ${link}`);
  return {
    ...{ ip, namespace },
    remove: async () => {
      await shell(`ip link delete ${link} || true; ip netns delete ${namespace} || true`);
    },
  };
}

/** The node's own side, and room for namespaces that the rest of this machine does not see. */
export async function prepareNetwork(): Promise<void> {
  await shell(`
    ip link set lo up
    ip address add ${nodeIp}/32 dev lo
    ip route add ${serviceNetwork} dev lo src ${nodeIp}
    mkdir -p /run/netns && mount -t tmpfs netns /run/netns
    echo 1 > /proc/sys/net/ipv4/ip_forward`);
}

async function shell(script: string): Promise<void> {
  await run('/bin/sh', ['-ec', script]);
}
