import { once } from 'node:events';
import { connect } from 'node:net';

const withinMs = 5_000;

/** Whether anyone accepts connections at an address of this machine, host:port. */
export async function isListening(address: string): Promise<boolean> {
  const { hostname: host, port } = new URL(`tcp://${address}`);
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(withinMs) });
    return true;
  } catch {
    return false; // refused, or nobody has answered in time: both may pass
  } finally {
    socket.destroy();
  }
}
