import type { ControlClient } from '../shared/control-client/control-client.ts';

/** A cluster elsewhere; the one of this machine that runs are working on; or one of this machine that is there only to read. */
export type ClusterKind = 'server' | 'machine' | 'reading';

/** The coordinator that pages are told of. Later it may be another one: the cluster of a machine comes and goes with commands. */
export interface ClusterLink {
  readonly kind: ClusterKind;
  /** What people call it. */
  readonly name: string;
  /** Why there is none to ask now; undefined if there is. */
  readonly trouble: string | undefined;
  /** There is none, and no run either that it could tell of: nothing is wrong. */
  readonly isEmpty: boolean;
  /** Which one it is: differs for each. */
  readonly era: number;
  /** With the dashboard's own token. @throws AnswerError while there is none to ask */
  client(): ControlClient;
  /** With another one, for a caller who has shown it; closed by whoever has asked for it. @throws AnswerError */
  clientOf(token: string): ControlClient;
  /** Called when it has become another one, or has gone. */
  onChange(changed: () => void): () => void;
}
