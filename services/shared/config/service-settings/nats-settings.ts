import type { BusSettings } from '../../messaging/nats-bus.ts';
import type { Environment } from '../../settings/environment.ts';
import { readVariables } from '../../settings/variable-table.ts';
import { serviceTable } from '../service-tables/service-table.ts';
import { withAccess } from './service-settings.ts';

/**
 * How a command reaches NATS: as a service does, by the same variables.
 * @param address instead of SCALE_NATS_URL, as the option `--cluster` has it
 * @throws SettingsError
 */
export function natsSettings(address: string, environment: Environment): Pick<BusSettings, 'servers' | 'files'> {
  const natsUrl = { ...serviceTable.natsUrl, variable: '--cluster' } as const;
  const { natsCredentialsFile, natsCaFile, natsCertFile, natsKeyFile } = serviceTable;
  const table = { natsUrl, natsCredentialsFile, natsCaFile, natsCertFile, natsKeyFile } as const;
  const settings = withAccess(readVariables(table, { ...environment, [natsUrl.variable]: address }));
  const { natsCredentialsFile: credentialsFile, natsCaFile: caFile, natsCertFile: certFile, natsKeyFile: keyFile } = settings;
  return {
    servers: settings.natsUrl.split(',').map((server) => server.trim()),
    files: { credentialsFile, caFile, certFile, keyFile },
  };
}
