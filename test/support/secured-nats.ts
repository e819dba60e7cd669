import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNatsServer } from '../../services/shared/toolchain/find-nats-server.ts';
import type { Certificates } from './certificates.ts';
import { type NatsNode, startNatsNode } from './nats-node.ts';

const deployed = join(import.meta.dirname, '../../deploy/nats');

/** The accounts of deploy/nats, as text to change. */
export const deployedAccounts = readFileSync(join(deployed, 'accounts.conf'), 'utf8');

export interface SecuredNatsSettings {
  readonly certificates: Certificates;
  /** The accounts, read at each start and reload. Default: as deployed. */
  readonly accounts?: () => string;
  /** More of the configuration. */
  readonly more?: string;
  readonly binary?: string;
}

/** A nats-server with the configuration of deploy/nats, at places of the test's own. */
export async function startSecuredNats(settings: SecuredNatsSettings): Promise<NatsNode> {
  const { certificates, accounts = () => deployedAccounts, more = '' } = settings;
  const binary = settings.binary ?? (await findNatsServer({ environment: process.env })).path;
  const node = await startNatsNode({
    ...{ binary, name: 'secured' },
    whole: ({ addresses, storeFolder }) =>
      readFileSync(join(deployed, 'nats-server.conf'), 'utf8')
        .replace(/^(listen|http): .*$/gm, '')
        .replaceAll('/etc/nats/secrets/', `${certificates.folder}/nats/`)
        .replace('"/data"', JSON.stringify(storeFolder))
        .replace('include "accounts.conf"', accounts())
        .replace('include "secrets/passwords.conf"', readFileSync(certificates.file('nats', 'passwords.conf'), 'utf8'))
        .concat(`${addresses}\n${more}`),
  });
  await node.ready();
  return node;
}

/** What a service has of its own: files for its credentials and certificate. */
export function filesOf(certificates: Certificates, service: string) {
  return {
    credentialsFile: certificates.file(service, 'nats-credentials'),
    caFile: certificates.file(service, 'ca.pem'),
    certFile: certificates.file(service, 'cert.pem'),
    keyFile: certificates.file(service, 'key.pem'),
  };
}
