import { isIP } from 'node:net';
import { SettingsError } from '../../settings/settings-error.ts';
import type { VariablesOf } from '../../settings/variable-table.ts';
import type { coordinatorTable } from '../service-tables/coordinator-table.ts';

type ControlSettings = Pick<
  VariablesOf<typeof coordinatorTable>,
  'controlHost' | 'controlToken' | 'controlTokensFile' | 'controlCertFile' | 'controlKeyFile' | 'controlClientCaFile'
> & { readonly controlPlaintext?: string; readonly scalerHost?: string; readonly scalerPort?: number } & {
  readonly scalerPlaintext?: string;
};

/**
 * Whether only this machine can reach what listens there. A name other than localhost may be anything.
 * @param host an address or a name, an IPv6 address with or without brackets
 */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (address === 'localhost' || address === '::1' || address === '0:0:0:0:0:0:0:1') return true;
  return isIP(address.replace(/^::ffff:/, '')) === 4 && /^(::ffff:)?127\./.test(address);
}

/**
 * A coordinator that others can reach says whom it obeys, and nothing that it is told or shown crosses the network in the clear.
 * @throws SettingsError that names the variable to set
 */
export function checkControlAccess(settings: ControlSettings): void {
  const { controlHost, controlCertFile, controlKeyFile, controlClientCaFile, controlTokensFile, controlToken } = settings;
  const refuse = (variable: string, message: string): never => {
    throw new SettingsError(variable, message);
  };
  if (controlCertFile !== undefined && controlKeyFile === undefined) {
    refuse('SCALE_CONTROL_KEY_FILE', 'SCALE_CONTROL_CERT_FILE needs SCALE_CONTROL_KEY_FILE, the file with its private key');
  }
  if (controlKeyFile !== undefined && controlCertFile === undefined) {
    refuse('SCALE_CONTROL_CERT_FILE', 'SCALE_CONTROL_KEY_FILE needs SCALE_CONTROL_CERT_FILE, the file with its certificate');
  }
  if (controlClientCaFile !== undefined && controlCertFile === undefined) {
    refuse(
      'SCALE_CONTROL_CERT_FILE',
      'SCALE_CONTROL_CLIENT_CA_FILE needs TLS: set SCALE_CONTROL_CERT_FILE and SCALE_CONTROL_KEY_FILE',
    );
  }
  if (controlClientCaFile !== undefined && controlTokensFile === undefined) {
    refuse(
      'SCALE_CONTROL_TOKENS_FILE',
      'SCALE_CONTROL_CLIENT_CA_FILE needs SCALE_CONTROL_TOKENS_FILE, the file that gives each client certificate a role',
    );
  }
  const isProtected = controlCertFile !== undefined || settings.controlPlaintext === 'trusted-network';
  const remedy =
    'set SCALE_CONTROL_CERT_FILE and SCALE_CONTROL_KEY_FILE for TLS; or, where no one else can listen or a mesh encrypts, set ' +
    'SCALE_CONTROL_PLAINTEXT=trusted-network';
  const { scalerHost, scalerPort, scalerPlaintext } = settings;
  if (
    scalerPort !== undefined &&
    scalerHost !== undefined &&
    !isLoopback(scalerHost) &&
    !isProtected &&
    scalerPlaintext !== 'trusted-network'
  ) {
    refuse(
      'SCALE_CONTROL_CERT_FILE',
      `SCALE_SCALER_HOST is ${scalerHost}, which others can reach, and has no TLS: set SCALE_SCALER_PLAINTEXT=trusted-network where a network policy says who may ask, or ${remedy}`,
    );
  }
  if (isLoopback(controlHost)) return;
  const where = `SCALE_CONTROL_HOST is ${controlHost}, which others can reach`;
  if (controlToken === undefined && controlTokensFile === undefined) {
    refuse(
      'SCALE_CONTROL_TOKEN',
      `${where}, and anyone there could start and end runs: set SCALE_CONTROL_TOKENS_FILE or SCALE_CONTROL_TOKEN (or ` +
        'SCALE_CONTROL_TOKEN_FILE), or listen on 127.0.0.1',
    );
  }
  if (!isProtected) refuse('SCALE_CONTROL_CERT_FILE', `${where}, and tokens would cross the network unencrypted: ${remedy}`);
}
