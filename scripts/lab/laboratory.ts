import { type ControlPlane, nodeIp } from './control-plane.ts';
import type { Parts } from './parts.ts';

/** A cluster that is up. */
export interface Laboratory {
  readonly plane: ControlPlane;
  readonly parts: Parts;
  /** For files that may go with it. */
  readonly folder: string;
  /** For those that stay. */
  readonly logs: string;
  /** For a command that uses the cluster: kubectl and scale are in its PATH. */
  readonly environment: NodeJS.ProcessEnv;
  say(sentence: string): void;
}

/** What runs outside the pods, such as KEDA, finds Services by their names too. */
export const nodeResolvConf = `nameserver ${nodeIp}\nsearch svc.cluster.local cluster.local\noptions ndots:5\n`;
