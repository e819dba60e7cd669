import { join, resolve } from 'node:path';

/** Where the cluster of this machine keeps what it knows, `.scale` by default. */
export interface DataFolder {
  readonly root: string;
  /** The streams: all runs' logs, results and benchmarks. */
  readonly nats: string;
  /** One file a service. */
  readonly logs: string;
  /** One folder a run, with its report. */
  readonly runs: string;
  readonly clusterFile: string;
}

export function dataFolderAt(path: string): DataFolder {
  const root = resolve(path);
  return {
    root,
    nats: join(root, 'nats'),
    logs: join(root, 'logs'),
    runs: join(root, 'runs'),
    clusterFile: join(root, 'cluster.json'),
  };
}
