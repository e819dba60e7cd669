import { InvalidArgumentError } from 'commander';

/** Reads an option that is a port to listen on; 0 stands for any free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('it must be a port from 0 to 65535.');
}
