import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { findNatsServer, type NatsServerBinary } from '../../services/shared/toolchain/find-nats-server.ts';

/**
 * The nats-server that services run on here, and the newest that scripts/setup-nats-server --newest could bring: from 2.12 on,
 * clusters answer otherwise than before. Says which, since a test of one version proves little about the other.
 */
export async function natsServersToTry(): Promise<readonly NatsServerBinary[]> {
  const usual = await findNatsServer({ environment: process.env });
  const path = process.env.NATS_SERVER_NEWEST_BIN ?? join(import.meta.dirname, '../../.tools/newest/nats-server');
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  const newest = isThere ? await findNatsServer({ environment: { NATS_SERVER_BIN: path } }) : undefined;
  const tried = newest === undefined || newest.version === usual.version ? [usual] : [usual, newest];
  const lack = newest === undefined ? ' only: scripts/setup-nats-server --newest brings the newest' : '';
  console.log(`tried on nats-server ${tried.map(({ version }) => version).join(' and ')}${lack}`);
  return tried;
}
