import { InvalidArgumentError } from 'commander';

/** One server of the simulated model. What is not given is as the settings say; whether it may be so, the service says. */
export interface Replica {
  readonly sequences?: string;
  readonly speed?: string;
}

const mostReplicas = 64;

/** Reads `4` (so many alike) or `256,256,64@0.5` (each one's sequences and, after the @, its speed). */
export function parseReplicas(text: string): readonly Replica[] {
  const replicas = /^\d+$/.test(text)
    ? Array.from({ length: Math.min(Number(text), mostReplicas + 1) }, (): Replica => ({}))
    : text.split(',').map(replicaOf);
  const read = replicas.filter((replica) => replica !== undefined);
  if (read.length === replicas.length && read.length >= 1 && read.length <= mostReplicas) return read;
  throw new InvalidArgumentError(
    `it must be a number of replicas from 1 to ${mostReplicas}, or the sequences of each, such as 256,256,64@0.5.`,
  );
}

function replicaOf(text: string): Replica | undefined {
  const [, sequences, speed] = /^\s*(\d+)(?:@(\d+(?:\.\d+)?))?\s*$/.exec(text) ?? [];
  if (sequences === undefined) return undefined;
  return speed === undefined ? { sequences } : { sequences, speed };
}
